#pragma once
// Which part of a rig each fixture belongs to: universes that one fixture joins stay together.

#include "engine/rig.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace troupe::engine {

/// The universes of one fixture, and how much work it is.
struct fixture_extent {
  std::uint16_t first = 0, last = 0; ///< universes
  std::uint32_t cells = 1;
};

/// @param previous what stays where it is; null or another number of parts: everything anew
/// @returns by fixture: its part
std::vector<std::uint32_t> divide_rig(std::span<const fixture_extent> fixtures, std::size_t parts,
                                      const rig* previous);

} // namespace troupe::engine
