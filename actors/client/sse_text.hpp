#pragma once
// Server-Sent Events as bytes (WHATWG HTML, section 9.2).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::actors {

inline constexpr std::string_view sse_content_type = "text/event-stream";

/// A comment: readers pass over it.
inline constexpr std::string_view sse_comment = ":\n\n";

/// Appends one event. Lines of `data` become lines of the event, whatever ends them.
/// @param type one line. @param id what the reader will send as Last-Event-ID when it comes again
void append_sse_event(std::string& out, std::string_view type, std::optional<std::uint64_t> id,
                      std::string_view data);

/// Appends how long a reader is to wait before it comes again.
void append_sse_retry(std::string& out, std::uint32_t milliseconds);

} // namespace troupe::actors
