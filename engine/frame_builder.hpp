#pragma once
// The cells of a tile -> the fixtures of a frame (protocol, sections 6 and 7).

#include "engine/tile_plan.hpp"
#include "protocol/frame.hpp"

#include <array>
#include <cstdint>

namespace troupe::engine {

/// What the merge has made of a tile.
struct tile_columns {
  std::uint32_t base = 0; ///< place of the first element
  const std::uint8_t* written = nullptr;
  const std::uint8_t* mask = nullptr;
  std::array<const float*, column_count> values{};
};

/// Fills one frame after the other. A fixture with several cells gets the mean over them, of whole numbers,
/// so that it doesn't matter in how many tiles they lie.
class frame_builder {
 public:
  /// Makes the columns ready: everything 0. @param frame has its layout
  void begin(frame_data& frame, const frame_demand& demand);

  /// Tiles come in ascending order. @pre attributes are asked for
  void take(std::span<const tile_fixtures> fixtures, const tile_columns& tile, const place_table& places,
            frame_data& frame);

 private:
  void take_strip(const tile_fixtures& part, const tile_columns& tile, frame_data& frame);

  bool cells_ = false;
  std::array<std::int64_t, column_count> sums_{}; ///< of the fixture whose cells are coming, in units of 1e-5
  std::int64_t count_ = 0;
};

} // namespace troupe::engine
