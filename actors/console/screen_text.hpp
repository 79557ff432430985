#pragma once
// Text on a terminal: how wide it is, and how to keep it from steering the terminal.

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::console {

/// The text with control characters, invisible and direction-changing code points and broken UTF-8 replaced
/// by `?`: names come from anywhere.
std::string harmless(std::string_view text);

/// Columns that a harmless text takes: wide characters two, combining ones none.
std::size_t width_of(std::string_view text);

/// At most `width` columns of a harmless text, with `…` for what was cut off.
std::string cut(std::string_view text, std::size_t width);

/// The same, filled up with blanks to exactly `width`.
std::string fit(std::string_view text, std::size_t width);

} // namespace troupe::console
