#include "protocol/channel_claims.hpp"

#include "protocol/cell_layout.hpp"

#include <optional>

namespace troupe {

namespace {

constexpr std::uint64_t position(std::uint64_t universe, std::uint64_t channel) {
  return universe * dmx_channels + channel - 1;
}

/// The last cell that begins at the channel or in front of it: cells follow each other without overlapping,
/// so no other can have it.
std::optional<std::uint32_t> cell_before(const cell_layout& cells, std::uint64_t wanted) {
  std::uint32_t low = 0, high = cells.cells();
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto place = cells.at(middle);
    if (position(place.universe, place.channel) <= wanted)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return std::nullopt;
  return low - 1;
}

} // namespace

std::vector<channel_claim> claims_on(const show_state& show, dmx_address where) {
  std::vector<channel_claim> found;
  const auto wanted = position(where.universe, where.channel);
  show.each(entity_kind::fixture, [&](const record_ptr& record) {
    const auto& patch = record->as<fixture>();
    if (patch.universe > where.universe || patch.start_channel < 1) return;
    const auto* model = show.find_as<fixture_model>(entity_kind::model, patch.model_id);
    if (!model) return;
    const cell_layout cells(*model, patch);
    if (cells.cells() == 1 && patch.universe != where.universe) return;
    const auto cell = cell_before(cells, wanted);
    if (!cell) return;
    const auto place = cells.at(*cell);
    const bool straddles = cells.cells() > 1 && model->span == span_mode::packed;
    if (place.universe != where.universe && !straddles) return;
    const auto offset = wanted - position(place.universe, place.channel) + 1;
    for (const auto& one : model->channels)
      if (one.offset == offset) return found.push_back({record, *cell, one.name});
  });
  return found;
}

} // namespace troupe
