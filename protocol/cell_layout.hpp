#pragma once
// Where the cells of a fixture stand in the universes (protocol, section 6 "Pixels").

#include "protocol/entities.hpp"

#include <algorithm>
#include <cstdint>

namespace troupe {

/// The first channel of a cell. The cell's channels follow it, at the border of a universe with channel 1 of
/// the next one.
struct cell_place {
  std::uint32_t universe = 0; ///< may be past max_universe: such a cell has no channels
  std::uint16_t channel = 1;  ///< 1..512
};

/// The run of cells of one patched fixture. A fixture of one cell is a run of one.
class cell_layout {
 public:
  cell_layout(const fixture_model& model, const fixture& patch) noexcept
      : cells_(model.cell_count()),
        step_(std::max<std::uint32_t>({model.cell_footprint.value_or(0), model.footprint(), 1u})),
        universe_(patch.universe), start_(std::max<std::uint32_t>(patch.start_channel, 1u) - 1u),
        packed_(model.span == span_mode::packed) {}

  std::uint32_t cells() const noexcept { return cells_; }

  cell_place at(std::uint32_t cell) const noexcept {
    if (packed_) {
      const auto channel = std::uint64_t{start_} + std::uint64_t{cell} * step_;
      return place(universe_ + static_cast<std::uint32_t>(channel / dmx_channels), channel % dmx_channels);
    }
    // The first cell stands where it was patched, whatever its size.
    const auto in_first =
        std::max<std::uint32_t>((dmx_channels - std::min(start_, dmx_channels)) / step_, 1u);
    if (cell < in_first) return place(universe_, start_ + std::uint64_t{cell} * step_);
    const auto in_each = std::max<std::uint32_t>(dmx_channels / step_, 1u);
    const auto further = cell - in_first;
    return place(universe_ + 1u + further / in_each, std::uint64_t{further % in_each} * step_);
  }

 private:
  static cell_place place(std::uint32_t universe, std::uint64_t channel) noexcept {
    return {universe, static_cast<std::uint16_t>(channel + 1)};
  }

  std::uint32_t cells_, step_, universe_, start_;
  bool packed_;
};

} // namespace troupe
