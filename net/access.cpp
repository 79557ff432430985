#include "net/access.hpp"

#include "net/detail/ascii.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>

namespace troupe::net {

namespace {

bool is_name_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (text.empty() || text.size() > 5 || failed != std::errc{} || stop != end || value > 65535)
    return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

/// The shortest form, so that two spellings of one address compare equal.
std::optional<std::string> normal_v6(std::string_view text) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1) return std::nullopt;
  return std::string(inet_ntop(AF_INET6, &address, out.data(), out.size()));
}

bool is_v4(const std::string& text) noexcept {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

std::optional<std::uint16_t> default_port(std::string_view scheme) noexcept {
  if (scheme == "http") return std::uint16_t{80};
  if (scheme == "https") return std::uint16_t{443};
  return std::nullopt;
}

bool same_origin(const web_origin& a, const web_origin& b) {
  return a.scheme == b.scheme && a.authority.host == b.authority.host &&
         (a.authority.port ? a.authority.port : default_port(a.scheme)) ==
             (b.authority.port ? b.authority.port : default_port(b.scheme));
}

bool host_listed(const access_rules& rules, const host_port& host) {
  return std::any_of(rules.allowed_hosts.begin(), rules.allowed_hosts.end(), [&](const std::string& entry) {
    const auto allowed = parse_host_port(entry);
    return allowed && allowed->host == host.host && (!allowed->port || allowed->port == host.port);
  });
}

/// Rule (a). A name that isn't known to be ours may be bound to our address by a stranger's DNS, so that
/// the stranger's page has an Origin equal to the Host.
bool matches_host(const access_rules& rules, const web_origin& origin, std::string_view host_header) {
  const auto host = parse_host_port(host_header);
  const auto port = default_port(origin.scheme);
  if (!host || !port || origin.authority.host != host->host) return false;
  if (origin.authority.port.value_or(*port) != host->port.value_or(*port)) return false;
  return host->ip_literal || host->host == "localhost" || host_listed(rules, *host);
}

} // namespace

bool login_needed(const access_rules& rules) noexcept {
  return !rules.loopback_bound && !rules.open;
}

bool unprotected(const access_rules& rules) noexcept {
  return login_needed(rules) && rules.token.empty();
}

bool equal_secret(std::string_view given, std::string_view expected) noexcept {
  volatile unsigned char different = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const char c = given.empty() ? '\0' : given[i % given.size()];
    different = static_cast<unsigned char>(different | static_cast<unsigned char>(c ^ expected[i]));
  }
  return different == 0;
}

bool token_accepted(const access_rules& rules, std::optional<std::string_view> authorization,
                    std::optional<std::string_view> query_token) {
  if (rules.token.empty()) return false;
  if (query_token && equal_secret(*query_token, rules.token)) return true;
  constexpr std::string_view scheme = "bearer ";
  if (!authorization || authorization->size() < scheme.size()) return false;
  return detail::iequal(authorization->substr(0, scheme.size()), scheme) &&
         equal_secret(detail::trim(authorization->substr(scheme.size())), rules.token);
}

std::optional<host_port> parse_host_port(std::string_view text) {
  host_port out;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    auto address = normal_v6(text.substr(1, end - 1));
    if (!address) return std::nullopt;
    out.host = std::move(*address);
    out.ip_literal = true;
    const auto tail = text.substr(end + 1);
    if (!tail.empty() && tail.front() != ':') return std::nullopt;
    has_port = !tail.empty();
    if (has_port) port = tail.substr(1);
  } else {
    const auto colon = text.find(':');
    const auto name = text.substr(0, colon);
    if (name.empty() || name.size() > 255 || !std::all_of(name.begin(), name.end(), is_name_char)) {
      return std::nullopt;
    }
    out.host = detail::lower_case(name);
    out.ip_literal = is_v4(out.host);
    has_port = colon != std::string_view::npos;
    if (has_port) port = text.substr(colon + 1);
  }
  if (has_port) {
    out.port = parse_port(port);
    if (!out.port) return std::nullopt;
  }
  return out;
}

std::optional<web_origin> parse_origin(std::string_view text) {
  const auto mark = text.find("://");
  if (mark == std::string_view::npos || mark == 0) return std::nullopt;
  const auto scheme = text.substr(0, mark);
  const bool scheme_good = std::all_of(scheme.begin(), scheme.end(),
                                       [](char c) { return (is_name_char(c) && c != '_') || c == '+'; });
  auto authority = parse_host_port(text.substr(mark + 3));
  if (!scheme_good || !authority) return std::nullopt;
  return web_origin{detail::lower_case(scheme), std::move(*authority)};
}

bool origin_allowed(const access_rules& rules, std::string_view origin_header, std::string_view host,
                    bool peer_is_loopback) {
  const auto origin = parse_origin(origin_header);
  if (!origin) return false;
  if (matches_host(rules, *origin, host)) return true;
  const auto& name = origin->authority.host;
  if (peer_is_loopback && (name == "localhost" || name == "127.0.0.1" || name == "::1")) return true;
  return std::any_of(rules.allowed_origins.begin(), rules.allowed_origins.end(),
                     [&](const std::string& entry) {
                       const auto allowed = parse_origin(entry);
                       return allowed && same_origin(*allowed, *origin);
                     });
}

bool is_loopback(std::string_view numeric_address) noexcept {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (numeric_address.size() >= text.size()) return false;
  std::copy(numeric_address.begin(), numeric_address.end(), text.begin());
  in_addr v4{};
  if (inet_pton(AF_INET, text.data(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.data(), &v6) != 1) return false;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return v6.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&v6);
}

} // namespace troupe::net
