#pragma once
// The attributes of one fixture at one moment (protocol, section 1 "Bundle").

#include <cstdint>
#include <optional>

namespace troupe {

struct rgb {
  float r = 0, g = 0, b = 0; ///< 0..1
  friend bool operator==(const rgb&, const rgb&) = default;
};

struct pan_tilt {
  float pan = 0, tilt = 0; ///< -1..1
  friend bool operator==(const pan_tilt&, const pan_tilt&) = default;
};

struct bundle {
  std::optional<float> intensity; ///< 0..1
  std::optional<rgb> color;
  std::optional<float> pan;  ///< -1..1
  std::optional<float> tilt; ///< -1..1
  std::optional<float> zoom; ///< 0..1
  friend bool operator==(const bundle&, const bundle&) = default;
};

/// The attributes as bits, for masks of what a bundle holds.
enum attribute_bit : std::uint8_t {
  has_intensity = 1,
  has_color = 2,
  has_pan = 4,
  has_tilt = 8,
  has_zoom = 16,
};

/// The columns behind the attributes: colour takes three.
enum class column : std::uint8_t { intensity, red, green, blue, pan, tilt, zoom, count_ };
inline constexpr std::size_t column_count = static_cast<std::size_t>(column::count_);

} // namespace troupe
