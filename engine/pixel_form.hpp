#pragma once
// How a cell that is nothing but a colour stands in a universe.

#include <cstdint>

namespace troupe::engine {

/// How far each colour is shifted within the bytes of a cell, read as a little-endian number.
struct colour_shifts {
  std::uint8_t red = 0, green = 0, blue = 0, white = 0;
  friend bool operator==(const colour_shifts&, const colour_shifts&) = default;
};

/// What becomes of white, the least of the colours.
enum class white_use : std::uint8_t { absent, beside, taken_out };

} // namespace troupe::engine
