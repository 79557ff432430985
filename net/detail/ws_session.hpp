#pragma once
// The hand-over of a socket from HTTP to WebSocket.

#include "net/detail/server_core.hpp"

#include <memory>
#include <string>

namespace troupe::net::detail {

class http_session;

/// Answers 101 and hands the connection to `core->on_websocket`.
/// @param leftover what came behind the upgrade request
/// @param origin holds that request until then
void start_websocket(std::shared_ptr<server_core> core, lane& on, tcp_socket socket, counted active,
                     std::string leftover, std::shared_ptr<http_session> origin);

} // namespace troupe::net::detail
