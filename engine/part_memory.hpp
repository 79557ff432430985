#pragma once
// What the engine remembers of cells, on its way from one stage to another.

#include "engine/graph_runner.hpp"
#include "protocol/bundle.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace troupe::engine {

struct part_memory {
  std::vector<std::uint32_t> places; ///< ascending; everything else is by their order
  std::vector<graph_memory> graphs;
  std::vector<std::uint8_t> held; ///< attribute_bit: what stays after release
  std::array<std::vector<float>, column_count> held_values;
  std::vector<std::uint16_t> addresses; ///< universes that come along
  std::vector<std::uint8_t> levels;     ///< what each had in the last frame, 512 for each
};

} // namespace troupe::engine
