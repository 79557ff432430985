#pragma once
// Who may call. Pure functions of the request's headers, the peer and the settings.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::net {

struct access_rules {
  bool loopback_bound = true;                 ///< all listening addresses are loopback: no login
  bool open = false;                          ///< `http.open`: no login though others may reach it
  std::string token{};                        ///< `http.token`
  std::vector<std::string> allowed_hosts{};   ///< `http.allowedHosts`: `name` or `name:port`
  std::vector<std::string> allowed_origins{}; ///< `http.allowedOrigins`: `scheme://host[:port]`
};

/// Whether callers need the token.
bool login_needed(const access_rules& rules) noexcept;

/// Whether the server may start: others can reach it, and there is neither a token nor `open`.
bool unprotected(const access_rules& rules) noexcept;

/// Compares in a time that depends on the lengths only.
bool equal_secret(std::string_view given, std::string_view expected) noexcept;

/// @param authorization the header, if any. @param query_token `?token=` if the path accepts it.
bool token_accepted(const access_rules& rules, std::optional<std::string_view> authorization,
                    std::optional<std::string_view> query_token);

/// A host with its port, as in `Host` or behind `://` in `Origin`.
struct host_port {
  std::string host; ///< lower case; IPv6 without brackets and in shortest form
  std::optional<std::uint16_t> port;
  bool ip_literal = false;
};

/// `host`, `host:port`, `[v6]:port`; nothing if it is none of these.
std::optional<host_port> parse_host_port(std::string_view text);

struct web_origin {
  std::string scheme; ///< lower case
  host_port authority;
};

/// A serialised origin; nothing for `null`, lists, paths and nonsense.
std::optional<web_origin> parse_origin(std::string_view text);

/// Rules (a), (b) and (c) of the protocol.
bool origin_allowed(const access_rules& rules, std::string_view origin, std::string_view host,
                    bool peer_is_loopback);

/// Whether an address is 127.0.0.0/8, ::1 or the former mapped to IPv6.
bool is_loopback(std::string_view numeric_address) noexcept;

} // namespace troupe::net
