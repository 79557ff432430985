#pragma once
// How a tick is told apart from the one before: shared by record_writer and record_reader.

#include <cstdint>

namespace troupe::storage::run_log {

/// Which parts of a tick's record follow, in this order; dt is always there, in front of the inputs.
namespace tick_flag {
inline constexpr std::uint8_t number = 1;         ///< not the last frame's number plus 1
inline constexpr std::uint8_t time = 2;           ///< not the last t plus dt
inline constexpr std::uint8_t clock = 4;          ///< deadline minus t has changed
inline constexpr std::uint8_t faders = 8;         ///< some have moved: how many, then index and value of each
inline constexpr std::uint8_t buttons = 16;       ///< the same, with `button_bit`
inline constexpr std::uint8_t network = 32;       ///< levels of universes that were there before
inline constexpr std::uint8_t whole_network = 64; ///< all of the network, or that there is none
inline constexpr std::uint8_t timecode = 128;
} // namespace tick_flag

namespace button_bit {
inline constexpr std::uint8_t down = 1;
inline constexpr std::uint8_t pressed = 2;
inline constexpr std::uint8_t all = down | pressed;
} // namespace button_bit

/// With more changed channels than this a universe is written whole, which is marked by `whole_universe`.
inline constexpr unsigned most_single_channels = 200;
inline constexpr unsigned whole_universe = 513;

} // namespace troupe::storage::run_log
