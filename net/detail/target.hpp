#pragma once
// The request target, taken apart.

#include "net/http_message.hpp"

namespace troupe::net::detail {

/// Fills path, segments, query and, for an absolute target, host from `target`. The path is split before it
/// is decoded, so a `%2F` is part of a segment. VALIDATION_ERROR for bad percent-escapes, text that isn't
/// UTF-8 and targets of another form.
result<void> parse_target(http_request& request);

} // namespace troupe::net::detail
