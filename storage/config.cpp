#include "storage/config.hpp"

#include "storage/config_reader.hpp"
#include "storage/file_system.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

namespace troupe::storage {

namespace {

void append(std::vector<problem>& to, std::vector<problem> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

config_result<config> with_overrides(config value, std::vector<problem> problems,
                                     const environment& variables, const config_flags& flags) {
  append(problems, read_environment(value, variables));
  append(problems, read_flags(value, flags));
  // The rules between settings say nothing useful as long as the settings themselves are wrong.
  if (problems.empty()) problems = validate(value);
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return value;
}

bool loopback_v4(std::string_view host) {
  std::array<unsigned, 4> parts{};
  const auto* at = host.data();
  const auto* end = host.data() + host.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [next, failed] = std::from_chars(at, end, parts[i]);
    if (failed != std::errc{} || parts[i] > 255) return false;
    if (i + 1 < parts.size() && (next == end || *next != '.')) return false;
    at = i + 1 < parts.size() ? next + 1 : next;
  }
  return at == end && parts[0] == 127;
}

} // namespace

config_result<config> parse_config(std::string_view yaml, std::string_view file_name,
                                   const environment& variables, const config_flags& flags) {
  config value;
  auto problems = read_config(value, yaml, file_name);
  return with_overrides(std::move(value), std::move(problems), variables, flags);
}

config_result<config> load_config(const std::optional<std::filesystem::path>& file,
                                  const environment& variables, const config_flags& flags) {
  if (!file) return with_overrides(config{}, {}, variables, flags);
  std::ifstream stream(*file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || std::filesystem::is_directory(*file)) {
    problem unreadable;
    unreadable.file = file->string();
    unreadable.reason = "the settings can't be read";
    return tl::unexpected(std::vector{unreadable});
  }
  return parse_config(text.str(), file->string(), variables, flags);
}

std::vector<problem> validate(const config& value) {
  std::vector<problem> problems;
  if (!is_loopback_host(value.http.host) && value.http.token.empty() && !value.http.open) {
    problem open;
    open.file = "http.host";
    open.reason =
        fmt::format("{} can be reached from other machines: set http.token, or http.open: true to let "
                    "everybody in",
                    value.http.host);
    problems.push_back(std::move(open));
  }
  return problems;
}

bool is_loopback_host(std::string_view host) noexcept {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "::1" || host == "0:0:0:0:0:0:0:1") return true;
  static constexpr std::string_view name = "localhost";
  if (host.size() == name.size() && std::equal(host.begin(), host.end(), name.begin(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
      }))
    return true;
  return loopback_v4(host);
}

} // namespace troupe::storage
