#pragma once
// What one stage's engine remembers, as it lies there: quickly copied between two ticks, to be taken apart by
// somebody who has the time (engine/memory_by_cell.hpp).

#include "engine/graph_runner.hpp"
#include "protocol/bundle.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace troupe::engine {

struct engine_image {
  std::shared_ptr<const engine::rig> rig; ///< null: nothing has been installed yet
  std::size_t part = 0;                   ///< of the rig
  std::vector<graph_image> graphs;
  std::vector<std::uint8_t> held; ///< as the rig's patch_plan keeps them
  std::array<std::vector<float>, column_count> held_values;
};

} // namespace troupe::engine
