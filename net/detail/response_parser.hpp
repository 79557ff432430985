#pragma once
// Bytes to responses, for the client.

#include "net/http_client.hpp"

#include <optional>
#include <utility>

namespace troupe::net::detail {

/// The response at the front of `bytes` and how long it is; nothing while it is incomplete.
/// @param head no body follows. @param ended nothing more will come, which ends a body without length
result<std::optional<std::pair<client_response, std::size_t>>> parse_response(std::string_view bytes,
                                                                              bool head, bool ended);

} // namespace troupe::net::detail
