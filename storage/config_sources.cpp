// The settings that come from the environment and from the command line.

#include "storage/config_reader.hpp"
#include "storage/journal/postgres_url.hpp"
#include "storage/show_files.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <functional>

namespace troupe::storage {

namespace {

template <class Number>
bool parse_whole(std::string_view text, Number& into) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into);
  return failed == std::errc{} && end == text.data() + text.size();
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::optional<bool> parse_switch(std::string_view text) {
  const auto word = lower(text);
  if (word == "true" || word == "on" || word == "yes" || word == "1") return true;
  if (word == "false" || word == "off" || word == "no" || word == "0") return false;
  return std::nullopt;
}

bool host_characters(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '%';
  });
}

std::string set_port(config& c, std::string_view text) {
  return parse_whole(text, c.http.port) ? "" : "an integer from 0 to 65535 is wanted";
}

std::string set_host(config& c, std::string_view text) {
  auto host = text;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!host_characters(host)) return "a host name or address is wanted";
  c.http.host = text;
  return {};
}

std::string set_data(config& c, std::string_view text) {
  c.data = std::filesystem::path(std::string(text));
  return {};
}

std::string set_show(config& c, std::string_view text) {
  if (!is_show_name(text)) return "the name of a show is wanted";
  c.show = text;
  return {};
}

std::string set_artnet_enabled(config& c, std::string_view text) {
  const auto enabled = parse_switch(text);
  if (!enabled) return "true or false is wanted";
  c.artnet.enabled = *enabled;
  return {};
}

/// One destination stands for the whole list; what else is set for the first output stays.
std::string set_artnet_destination(config& c, std::string_view text) {
  auto output = c.artnet.outputs.empty() ? artnet_output_settings{} : c.artnet.outputs.front();
  output.port = artnet_output_settings{}.port;
  const auto destination = parse_destination(text, output.port);
  if (!destination) return "host or host:port is wanted";
  output.poll_host.clear();
  output.host = destination->host;
  output.port = destination->port;
  c.artnet.outputs = {std::move(output)};
  return {};
}

std::string set_artnet(config& c, std::string_view text) {
  if (const auto enabled = parse_switch(text); enabled && text != "1" && text != "0") {
    c.artnet.enabled = *enabled;
    return {};
  }
  auto complaint = set_artnet_destination(c, text);
  if (!complaint.empty()) return "host, host:port, on or off is wanted";
  c.artnet.enabled = true;
  return complaint;
}

using setter = std::string (*)(config&, std::string_view);

void apply(config& into, std::string_view name, std::string_view text, setter set,
           std::vector<problem>& problems) {
  if (auto complaint = set(into, text); !complaint.empty()) {
    problem out;
    out.file = name;
    out.reason = fmt::format("{}, not {}", complaint, text);
    problems.push_back(std::move(out));
  }
}

} // namespace

std::string set_journal_url(config& into, std::string_view text) {
  if (!text.empty())
    if (auto place = parse_postgres_url(text); !place) return place.error().message;
  into.journal_url = text;
  return {};
}

std::optional<host_and_port> parse_destination(std::string_view text, std::uint16_t default_port) {
  host_and_port out{{}, default_port};
  std::string_view host = text;
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return std::nullopt;
    if (!rest.empty()) port = rest.substr(1);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else if (std::count(text.begin(), text.end(), ':') == 1) { // with more it is an IPv6 address
    host = text.substr(0, text.find(':'));
    port = text.substr(text.find(':') + 1);
  }
  if (!host_characters(host)) return std::nullopt;
  if (port && (!parse_whole(*port, out.port) || out.port == 0)) return std::nullopt;
  out.host = host;
  return out;
}

std::vector<problem> read_environment(config& into, const environment& variables) {
  static constexpr std::pair<std::string_view, setter> known[] = {
      {"PORT", set_port},
      {"HOST", set_host},
      {"DATA_DIR", set_data},
      {"SHOW", set_show},
      {"ARTNET_ENABLED", set_artnet_enabled},
      {"ARTNET_DESTINATION", set_artnet_destination}};
  std::vector<problem> problems;
  for (const auto& [name, set] : known)
    if (const auto found = variables.find(name); found != variables.end() && !found->second.empty())
      apply(into, name, found->second, set, problems);
  // What is wrong with it is told without it: there may be a password.
  if (const auto url = variables.find("JOURNAL_URL"); url != variables.end() && !url->second.empty())
    if (auto complaint = set_journal_url(into, url->second); !complaint.empty()) {
      problem out;
      out.file = "JOURNAL_URL";
      out.reason = std::move(complaint);
      problems.push_back(std::move(out));
    }
  return problems;
}

std::vector<problem> read_flags(config& into, const config_flags& flags) {
  std::vector<problem> problems;
  const auto one = [&](std::string_view name, const std::optional<std::string>& text, setter set) {
    if (text) apply(into, name, *text, set, problems);
  };
  one("--port", flags.port, set_port);
  one("--host", flags.host, set_host);
  one("--data", flags.data, set_data);
  one("--show", flags.show, set_show);
  one("--artnet", flags.artnet, set_artnet);
  return problems;
}

} // namespace troupe::storage
