#pragma once
// A channel that comes in by the network, and what it says.

#include "protocol/inputs.hpp"

#include <cstdint>

namespace troupe::engine {

/// A channel of the network's DMX in one number.
struct dmx_place {
  std::uint16_t universe = 0; ///< Port-Address
  std::uint16_t channel = 1;  ///< 1..512
  bool fine = false;          ///< the next channel is the low byte

  constexpr std::uint32_t packed() const noexcept {
    return std::uint32_t{universe} << 16 | static_cast<std::uint32_t>(channel - 1) << 1 | (fine ? 1u : 0u);
  }
  static constexpr dmx_place from(std::uint32_t packed) noexcept {
    return {static_cast<std::uint16_t>(packed >> 16), static_cast<std::uint16_t>((packed >> 1 & 0x1ff) + 1),
            (packed & 1) != 0};
  }
};

/// 0..1; 0 for a universe that nobody listens to. @param network may be null
inline float level_at(const dmx_inputs* network, const dmx_place& place) noexcept {
  const auto found = network ? network->find(place.universe) : std::nullopt;
  if (!found) return 0;
  const auto* levels = network->levels.data() + *found * dmx_inputs::channels;
  const int high = levels[place.channel - 1];
  if (!place.fine) return static_cast<float>(high) / 255.0f;
  const int low = place.channel < dmx_inputs::channels ? levels[place.channel] : 0;
  return static_cast<float>(high << 8 | low) / 65535.0f;
}

} // namespace troupe::engine
