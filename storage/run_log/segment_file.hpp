#pragma once
// The files of run logs in their folder: `20261121-142003-123-000001.trl` is the first segment of the run
// that began at that moment (UTC). So names sort by age.

#include "storage/file_system.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage::run_log {

/// @param wall_ms since 1970
std::string run_name(std::int64_t wall_ms);

std::string segment_name(std::string_view run, std::uint32_t number);

struct segment_file {
  std::string name;
  std::string run;
  std::uint32_t number = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified_ms = 0; ///< wall clock
};

/// Run and number only. Nothing if the name isn't that of a segment.
std::optional<segment_file> segment_from(std::string_view name);

/// Oldest first. Files of other names aren't in it.
io_result<std::vector<segment_file>> list_segments(file_system& files, file_descriptor folder);

/// How much is kept.
struct retention {
  std::uint64_t max_bytes = 256ULL << 20;
  std::chrono::milliseconds max_age{0}; ///< 0: any
  std::size_t max_segments = 1'000;
};

/// The segments that must go, oldest first. @param all oldest first
std::vector<std::string> expendable(const std::vector<segment_file>& all, const retention& keep,
                                    std::int64_t now_ms);

} // namespace troupe::storage::run_log
