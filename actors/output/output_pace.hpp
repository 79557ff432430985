#pragma once
// How often an output sends one universe. The rules that all kinds of output share.

#include "protocol/frame.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::actors {

struct output_timing {
  std::chrono::nanoseconds keep_alive = std::chrono::milliseconds{800};
  /// Of one universe between two packets; 0: every change is sent at once.
  std::chrono::nanoseconds min_interval{0};
  /// Whether each offer counts as a change, for receivers that need a steady stream.
  bool constant_rate = false;
};

/// What counts as the moment of sending: at a limited rate the cadence is kept, not the moment of the call,
/// unless it fell behind. @param deadline when it was due, if it wasn't the first packet
inline std::chrono::nanoseconds on_cadence(std::chrono::nanoseconds deadline, std::chrono::nanoseconds now,
                                           const output_timing& timing) {
  return timing.min_interval.count() > 0 && now - deadline < timing.min_interval ? deadline : now;
}

inline constexpr std::size_t universe_levels = 512;
inline constexpr std::array<std::uint8_t, universe_levels> dark_levels{};

/// The levels of the universe at that place in `dmx.addresses`.
inline std::span<const std::uint8_t, universe_levels> levels_at(const dmx_data& dmx, std::size_t index) {
  return std::span<const std::uint8_t, universe_levels>{dmx.levels.data() + index * universe_levels,
                                                        universe_levels};
}

} // namespace troupe::actors
