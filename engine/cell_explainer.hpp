#pragma once
// Answers questions about cells while a tick is made: what was written to them, and what came of it.

#include "engine/explanation.hpp"
#include "engine/graph_runner.hpp"
#include "engine/merge.hpp"
#include "engine/patch.hpp"
#include "engine/render.hpp"
#include "engine/rig.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace troupe::engine {

/// A tile after its merge.
struct merged_tile {
  std::uint32_t base = 0; ///< place of its first cell
  std::span<const tile_write> writes;
  const std::uint8_t* mask = nullptr;
  std::array<const float*, column_count> values{};
};

class cell_explainer {
 public:
  /// Before the first tile. Questions about cells that aren't in the part stay without an answer.
  /// @param asked has to stay until `finish` @param part may be null
  void begin(std::span<cell_question> asked, const rig_part* part, const tick_time& time);

  bool busy() const noexcept { return !open_.empty(); }

  /// When a tile is merged, while the buffers of the graphs still hold it.
  /// @param graphs all of the show, in its order
  void take(const merged_tile& tile, const merger& merged,
            const std::vector<std::unique_ptr<graph_runner>>& graphs, const patch_plan& plan,
            const held_attributes& held);

  /// After the last tile.
  void finish(const dmx_data& dmx);

 private:
  struct open_question {
    cell_question* asked;
    std::uint32_t place;
  };
  std::vector<open_question> open_;
};

} // namespace troupe::engine
