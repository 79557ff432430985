#pragma once
// What the limits of the protocol need to know about text.

#include <cstddef>
#include <string_view>

namespace troupe {

/// Whether the bytes are UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// Unicode code points. @pre is_utf8(text)
std::size_t code_points(std::string_view text) noexcept;

/// Whether nothing in it is visible: empty, or only white space of Unicode. @pre is_utf8(text)
bool is_blank(std::string_view text) noexcept;

/// Whether it holds a control character (U+0000..U+001F, U+007F..U+009F). @pre is_utf8(text)
bool has_control(std::string_view text) noexcept;

/// The beginning of a text, short enough to be quoted in a message: at most 64 bytes, no character cut.
std::string_view excerpt(std::string_view text) noexcept;

} // namespace troupe
