#pragma once
// One segment, record by record, whatever its bytes.

#include "storage/run_log/record_reader.hpp"

#include <string>
#include <string_view>

namespace troupe::storage::run_log {

class segment_reader {
 public:
  /// @param file the whole of it
  /// @returns VALIDATION_ERROR if it isn't a segment, or of a version that this Troupe doesn't know
  static result<segment_reader> open(std::string file);

  /// The next record; nothing at the end, which may be torn.
  /// @returns VALIDATION_ERROR where the file is damaged; nothing can be read behind that
  result<std::optional<record>> next();

  /// After the last record: whether the file ends in the middle of a block, as the end of the process or of
  /// the power leaves it.
  bool torn() const noexcept { return torn_; }

 private:
  explicit segment_reader(std::string file) : file_(std::move(file)) {}
  result<bool> next_block(); // false at the end

  std::string file_;
  std::size_t position_ = 0;
  std::string records_;
  std::size_t taken_ = 0; // of records_
  record_reader reader_;
  bool torn_ = false;
};

} // namespace troupe::storage::run_log
