#pragma once
// A float32 as it crosses actors and nodes: its bit pattern, because CAF's serialiser can't carry NaN and
// infinity.

#include <bit>
#include <cmath>
#include <cstdint>

namespace troupe {

struct level {
  std::uint32_t bits = 0; ///< as it came; whatever it holds, `value` is finite

  level() = default;
  explicit level(float value) noexcept : bits(std::bit_cast<std::uint32_t>(value)) {}

  /// Bits that are no finite number are 0.
  float value() const noexcept {
    const auto number = std::bit_cast<float>(bits);
    return std::isfinite(number) ? number : 0.0f;
  }
};

} // namespace troupe
