#include "storage/run_log/segment_file.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fmt/format.h>

namespace troupe::storage::run_log {

namespace {

constexpr std::string_view run_pattern = "00000000-000000-000";
constexpr std::string_view number_pattern = "-000000";
constexpr std::string_view suffix = ".trl";

bool fits(std::string_view text, std::string_view pattern) {
  return std::equal(text.begin(), text.end(), pattern.begin(), pattern.end(),
                    [](char c, char wanted) { return wanted == '0' ? c >= '0' && c <= '9' : c == wanted; });
}

} // namespace

std::string run_name(std::int64_t wall_ms) {
  const auto seconds = static_cast<std::time_t>(wall_ms / 1000);
  std::tm at{};
  gmtime_r(&seconds, &at);
  return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}-{:03}", at.tm_year + 1900, at.tm_mon + 1, at.tm_mday,
                     at.tm_hour, at.tm_min, at.tm_sec, wall_ms % 1000);
}

std::string segment_name(std::string_view run, std::uint32_t number) {
  return fmt::format("{}-{:06}{}", run, number, suffix);
}

std::optional<segment_file> segment_from(std::string_view name) {
  if (!name.ends_with(suffix)) return std::nullopt;
  const auto stem = name.substr(0, name.size() - suffix.size());
  if (stem.size() != run_pattern.size() + number_pattern.size()) return std::nullopt;
  const auto run = stem.substr(0, run_pattern.size()), number = stem.substr(run_pattern.size());
  if (!fits(run, run_pattern) || !fits(number, number_pattern)) return std::nullopt;
  segment_file made;
  made.name = name;
  made.run = run;
  std::from_chars(number.data() + 1, number.data() + number.size(), made.number);
  return made;
}

io_result<std::vector<segment_file>> list_segments(file_system& files, file_descriptor folder) {
  const auto names = files.list(folder);
  if (!names) return tl::unexpected(names.error());
  std::vector<segment_file> found;
  for (const auto& name : *names) {
    auto one = segment_from(name);
    if (!one) continue;
    const auto status = files.status(folder, name);
    if (!status || status->type != file_type::regular) continue; // it has just gone, or isn't ours
    one->bytes = status->size;
    one->modified_ms = status->modified_ns / 1'000'000;
    found.push_back(std::move(*one));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

std::vector<std::string> expendable(const std::vector<segment_file>& all, const retention& keep,
                                    std::int64_t now_ms) {
  std::uint64_t bytes = 0;
  for (const auto& one : all) bytes += one.bytes;
  auto left = all.size();
  std::vector<std::string> gone;
  for (const auto& one : all) {
    const bool old = keep.max_age.count() > 0 && one.modified_ms < now_ms - keep.max_age.count();
    if (!old && bytes <= keep.max_bytes && left <= keep.max_segments) break;
    gone.push_back(one.name);
    bytes -= one.bytes;
    --left;
  }
  return gone;
}

} // namespace troupe::storage::run_log
