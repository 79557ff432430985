#pragma once
// Colours as a terminal takes them.

#include "protocol/bundle.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::console {

enum class colour_depth : std::uint8_t {
  none, ///< no escape sequences at all
  cube, ///< the 256 colours of xterm
  true_colour
};

/// What the environment says: NO_COLOR (not empty) and TERM=dumb mean none, COLORTERM truecolor or 24bit all
/// of them, else 256. @param variable the value of an environment variable
colour_depth depth_from(const std::function<std::optional<std::string>(std::string_view)>& variable);

/// A colour in the eight bits that screens have.
struct shade {
  std::uint8_t r = 0, g = 0, b = 0;
  friend bool operator==(const shade&, const shade&) = default;
};

/// Components clamped to 0..1; what isn't finite is 0.
shade to_shade(const rgb& colour);

/// What a fixture looks like: its colour, or white, at its intensity if there is one.
shade light_of(const bundle& values);

/// 0..1: the intensity, or the largest component of the colour if only that is written.
std::optional<float> brightness_of(const bundle& values);

/// The index of the nearest colour in xterm's cube and grey ramp.
int nearest_of_256(shade colour);

/// Escape sequence that makes it the background; empty with `none`.
std::string background(shade colour, colour_depth depth);
std::string bold(colour_depth depth);
std::string dim(colour_depth depth);
std::string plain(colour_depth depth); ///< ends all of them

} // namespace troupe::console
