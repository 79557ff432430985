#pragma once
// A run from its segments: one file, or all that a folder still has of it.

#include "storage/file_system.hpp"
#include "storage/run_log/segment_file.hpp"
#include "storage/run_log/segment_reader.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::storage::run_log {

class run_reader {
 public:
  /// @param path a segment, or a folder of them
  /// @param run which of the folder's; empty: the newest. The beginning of a name is enough
  /// @returns NOT_FOUND if there is nothing of the kind, STORAGE_UNAVAILABLE if it can't be read
  static result<run_reader> open(std::shared_ptr<file_system> files, const std::string& path,
                                 std::string_view run = {});

  /// The next record of the run; nothing at the end. What is damaged is left out: `ticks_missing` stands
  /// where it was, with 0 for a number that isn't known.
  /// @returns STORAGE_UNAVAILABLE if a file can't be read
  result<std::optional<record>> next();

  /// What was found damaged or torn so far, for people.
  const std::vector<std::string>& findings() const noexcept { return findings_; }
  /// Whether anything but the torn end of the last segment was found.
  bool damaged() const noexcept { return damaged_; }

  const std::vector<segment_file>& segments() const noexcept { return segments_; }

 private:
  result<void> open_segment();
  record hole(const std::string& why);

  std::shared_ptr<file_system> files_;
  open_file folder_;
  std::vector<segment_file> segments_;
  std::size_t next_segment_ = 0;
  std::optional<segment_reader> current_;
  std::vector<std::string> findings_;
  bool damaged_ = false;
};

/// All segments in a folder, oldest first.
result<std::vector<segment_file>> segments_in(file_system& files, const std::string& folder);

} // namespace troupe::storage::run_log
