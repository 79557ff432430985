#include "protocol/patch_rules.hpp"

#include "protocol/cell_layout.hpp"

#include <fmt/format.h>

namespace troupe {

std::optional<patch_fault> find_patch_fault(const fixture_model& model, const fixture& patch) {
  const std::uint32_t size = model.footprint();
  if (size == 0) return std::nullopt;
  const bool straddles = model.cell_count() > 1 && model.span == span_mode::packed;
  if (const auto end = patch.start_channel + size - 1; !straddles && end > dmx_channels)
    return patch_fault{"startChannel", fmt::format("would end at channel {}, past {}", end, dmx_channels)};
  const cell_layout layout{model, patch};
  const auto last = layout.at(layout.cells() - 1);
  const auto universe = last.universe + (last.channel + size - 1 > dmx_channels ? 1 : 0);
  if (universe > max_universe)
    return patch_fault{"universe", fmt::format("would end in universe {}, past {}", universe, max_universe)};
  return std::nullopt;
}

} // namespace troupe
