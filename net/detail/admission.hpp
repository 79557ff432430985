#pragma once
// Everything that is decided on a request's header before its body is read.

#include "net/router.hpp"
#include "net/server.hpp"

#include <optional>
#include <string_view>

namespace troupe::net::detail {

struct admission {
  enum class verdict {
    handle,  ///< `handler` answers
    upgrade, ///< becomes a WebSocket
    refuse   ///< `refusal` is the answer
  };
  verdict what = verdict::refuse;
  const http_handler* handler = nullptr;
  std::size_t route = 0; ///< with a handler: its place in `router::routes`
  http_response refusal;
  bool hurry = false; ///< refused for who is asking: the body isn't worth reading
  bool any_body_type = false;
  bool cors_allowed = false;          ///< the origin may read the answer
  std::string_view preflight_methods; ///< not empty: a preflight that is granted
};

/// Access rules, then the WebSocket path, then the routes. Fills `request.parameters`.
/// @param websockets whether `options.ws.path` is served
admission admit(http_request& request, const server_options& options, const router& routes, bool websockets);

/// 415 if a body is there whose Content-Type isn't application/json, or that is compressed.
std::optional<error> check_body_type(const http_request& request, const admission& admitted);

} // namespace troupe::net::detail
