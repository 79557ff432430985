#include "actors/run/run_log_options.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

std::shared_ptr<run_recording> run_recording_of(const storage::config& settings, std::string version,
                                                std::function<std::int64_t()> wall_ms,
                                                std::shared_ptr<runtime_metrics> metrics) {
  const auto& wanted = settings.run_log;
  if (!wanted.enabled) return nullptr;
  constexpr std::uint64_t mebibyte = 1ULL << 20;
  const auto most = wanted.max_megabytes * mebibyte;
  run_recording_options made;
  made.files = storage::real_file_system();
  made.folder = wanted.folder.empty() ? (settings.data / ".troupe" / "runlog").string() : wanted.folder;
  made.segment_bytes = std::clamp(most / 16, mebibyte, 64 * mebibyte);
  made.keep.max_bytes = most - made.segment_bytes; // the open one has its room
  made.keep.max_age = std::chrono::hours{24} * wanted.max_days;
  made.keep.max_segments = wanted.max_segments;
  made.release = settings.release;
  made.version = std::move(version);
  made.wall_ms = std::move(wall_ms);
  made.metrics = std::move(metrics);
  return std::make_shared<run_recording>(std::move(made));
}

} // namespace troupe::actors
