#pragma once
// The inverse of wire_message's compression, for the client.

#include "protocol/error.hpp"

#include <cstddef>
#include <string>

namespace troupe::net::detail {

/// Inflates one permessage-deflate payload without context takeover. @param limit bytes of the result
result<std::string> inflate_message(std::string payload, std::size_t limit);

} // namespace troupe::net::detail
