#pragma once
// Responses to bytes.

#include "net/http_message.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace troupe::net::detail {

/// What the writer must know of the request and the connection.
struct reply_context {
  http_method method = http_method::get;
  unsigned version = 11; ///< 10 or 11
  bool keep_alive = true;
  bool stream = false;                  ///< the body has no known length: chunked, or to the connection's end
  std::string_view if_none_match{};     ///< empty if absent
  std::string_view server_name{};       ///< empty for no Server header
  std::string_view date{};              ///< IMF-fixdate
  std::string_view cors_origin{};       ///< empty unless the origin is allowed
  std::string_view preflight_methods{}; ///< not empty: this answers a preflight
  bool private_network = false;         ///< the preflight asked for it
};

/// Appends the head to `out`, and decides on ETag and 304; a stream has neither. @return whether the body
/// follows
bool append_head(std::string& out, const http_response& response, const reply_context& context);

/// `Sat, 21 Nov 2026 01:53:28 GMT`
std::string http_date(std::time_t now);

/// A strong ETag, quotes included, of these bytes. Not for secrets: 64 bits, no key.
std::string content_etag(std::string_view bytes);

/// Whether an If-None-Match names this ETag (weakly compared) or `*`.
bool etag_matches(std::string_view if_none_match, std::string_view etag) noexcept;

} // namespace troupe::net::detail
