#pragma once
// The columns behind the attributes, as the engine goes through them.

#include "protocol/bundle.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::engine {

/// By column: the attribute that it belongs to.
inline constexpr std::array<std::uint8_t, column_count> column_bits{
    has_intensity, has_color, has_color, has_color, has_pan, has_tilt, has_zoom};

/// Whether it goes from -1 to 1 instead of from 0.
constexpr bool is_signed(std::size_t c) {
  return c == static_cast<std::size_t>(column::pan) || c == static_cast<std::size_t>(column::tilt);
}

} // namespace troupe::engine
