#include "actors/cli/replay_keys.hpp"

#include <array>
#include <charconv>
#include <poll.h>
#include <unistd.h>

namespace troupe::cli {

namespace {

constexpr int idle_ms = 800; // nodes forget what they aren't told for some seconds
constexpr std::size_t longest_line = 4'096;

} // namespace

std::optional<std::string> key_lines::next(const std::function<bool()>& idle) {
  while (true) {
    if (const auto end = read_.find('\n'); end != std::string::npos) {
      auto line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    if (read_.size() > longest_line) return std::nullopt;
    pollfd watched{descriptor_, POLLIN, 0};
    if (poll(&watched, 1, idle_ms) <= 0) { // nothing yet, or a signal
      if (!idle()) return std::nullopt;
      continue;
    }
    std::array<char, 256> bytes{};
    const auto count = ::read(descriptor_, bytes.data(), bytes.size());
    if (count <= 0) return std::nullopt;
    read_.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

std::optional<std::uint64_t> steps_from(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  if (line.empty()) return 1;
  std::uint64_t many = 0;
  const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), many);
  if (failed != std::errc{} || end != line.data() + line.size() || many == 0) return std::nullopt;
  return many;
}

} // namespace troupe::cli
