#pragma once
// One vocabulary of failure for all layers. Outside input that is wrong is a value of this kind, with the
// offending field, id and place; a broken invariant is none (it stops the actor).

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace troupe {

/// Why something was refused. The names on the wire are those of `code_name`.
enum class ec : std::uint8_t {
  validation_error,       ///< 400: a field is missing, of the wrong type or out of range
  unauthorized,           ///< 401: a token is needed
  forbidden,              ///< 403: this origin may not do that
  not_found,              ///< 404
  method_not_allowed,     ///< 405
  timeout,                ///< 408: the request, or the answer, took too long
  conflict,               ///< 409: another revision is current
  payload_too_large,      ///< 413
  uri_too_long,           ///< 414
  unsupported_media_type, ///< 415
  too_many_requests,      ///< 429
  headers_too_large,      ///< 431
  internal_error,         ///< 500: a defect of Troupe
  storage_unavailable,    ///< 503: the disk refused, or a file is damaged
  parse_error,            ///< WebSocket only: not JSON
  unknown_type,           ///< WebSocket only: no such message type
  rate_limited,           ///< WebSocket only
  count_
};

/// `VALIDATION_ERROR` and so on.
std::string_view code_name(ec code) noexcept;

/// The HTTP status of a code; 400 for those that only exist on the WebSocket.
unsigned http_status(ec code) noexcept;

struct error {
  ec code = ec::internal_error;
  std::string message;
  boost::json::object details; ///< `field`, `current` and so on; may be empty
};

/// What every function that may fail on outside input returns.
template <class T>
using result = tl::expected<T, error>;

using failure = tl::unexpected<error>;

/// A failure of any code without details.
failure fail(ec code, std::string message);

/// VALIDATION_ERROR with `details.field`. @param field dotted path, as in `nodes[2].position.x`
failure invalid(std::string field, std::string message);

/// NOT_FOUND for an entity.
failure not_found(std::string_view kind, std::string_view id);

} // namespace troupe
