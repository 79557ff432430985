#pragma once
// The records of show files on disk: `.troupe/files`. Internal to storage.

#include "storage/data_folder.hpp"
#include "storage/file_records.hpp"

#include <string>
#include <vector>

namespace troupe::storage {

class record_book {
 public:
  /// Reads what is recorded. Records that are damaged count as none: every file is the show then.
  /// @param notes for the log
  record_book(data_folder& folder, std::vector<std::string>& notes);

  const file_records& records() const noexcept { return records_; }
  /// To be changed, then saved.
  file_records& change() noexcept { return records_; }

  /// Durable when it returns. Writes nothing if nothing has changed. What is on disk after a failure is what
  /// was there or what should be.
  result<void> save();
  bool saved() const { return records_ == on_disk_ && sure_; }

 private:
  void drop_vanished_shows();

  data_folder& folder_;
  file_records records_;
  file_records on_disk_;
  bool sure_ = true; ///< that `on_disk_` is what is there
};

} // namespace troupe::storage
