#pragma once
// Segments on the disk: one is open and grows by blocks; those before are closed, packed, and deleted when
// there are too many.

#include "protocol/error.hpp"
#include "storage/run_log/segment_file.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace troupe::storage::run_log {

class segment_writer {
 public:
  /// @param folder made at the first `begin` if missing
  segment_writer(std::shared_ptr<file_system> files, std::string folder, retention keep, bool pack);

  /// Opens a segment; the one before must be closed. The first time it looks what is there already, and
  /// deletes what is too much. @param now_ms wall clock
  /// @returns STORAGE_UNAVAILABLE
  result<void> begin(std::string_view run, std::uint32_t number, std::int64_t now_ms);

  /// One block. @returns STORAGE_UNAVAILABLE, and then the segment is given up: its end may be torn
  result<void> append(std::string_view records);

  /// Closes the segment, with all of it on the disk, packs it, and deletes what is too much.
  /// @param now_ms wall clock
  result<void> finish(std::int64_t now_ms);

  bool open() const noexcept { return static_cast<bool>(file_); }
  std::uint64_t bytes() const noexcept { return bytes_; } ///< of the open segment
  std::uint64_t total_bytes() const noexcept { return kept_bytes_ + bytes_; }
  std::size_t segments() const noexcept { return kept_ + (open() ? 1 : 0); }

 private:
  result<void> look_into_folder(std::int64_t now_ms);
  io_result<void> create(const std::string& name);
  io_result<void> put(std::string_view records);
  io_result<void> pack_segment();
  io_result<void> clean(std::int64_t now_ms);

  std::shared_ptr<file_system> files_;
  std::string folder_path_;
  retention keep_;
  bool pack_;
  open_file folder_, file_;
  std::string name_, out_;
  std::uint64_t bytes_ = 0, kept_bytes_ = 0;
  std::size_t kept_ = 0;
};

} // namespace troupe::storage::run_log
