#include "actors/output/output_merge.hpp"

#include <algorithm>

namespace troupe::actors {

std::uint8_t output_merge::winner(history& past, std::size_t channel, std::uint8_t show, std::uint8_t network,
                                  std::uint8_t priority) const {
  switch (options_.rule) {
  case merge_rule::htp:
    break;
  case merge_rule::ltp: {
    // Whoever appears takes nothing until it changes something. If both change at once the higher one has it.
    const bool show_changed = past.known && show != past.show[channel];
    const bool network_changed = past.known && network != past.network[channel];
    if (show_changed && network_changed)
      past.networks[channel] = network > show;
    else if (show_changed || network_changed)
      past.networks[channel] = network_changed;
    return past.networks[channel] ? network : show;
  }
  case merge_rule::priority:
    if (priority != options_.show_priority) return priority > options_.show_priority ? network : show;
    break;
  }
  return std::max(show, network);
}

/// @param levels the show's, then the merged ones @returns whether they differ from those of the frame before
std::uint8_t output_merge::merge_into(std::uint16_t universe, std::span<std::uint8_t, universe_levels> levels,
                                      const dmx_inputs& network, bool show_has_it) {
  auto& past = histories_[universe];
  const auto place = network.find(universe);
  const auto* from = place ? network.levels.data() + *place * universe_levels : dark_levels.data();
  const auto* priorities = place ? network.priorities.data() + *place * universe_levels : nullptr;
  for (std::size_t i = 0; i < universe_levels; ++i) {
    const auto show = levels[i];
    const bool heard = priorities && priorities[i] != dmx_inputs::nobody;
    if (!heard)
      past.networks[i] = false;
    else if (show_has_it)
      levels[i] = winner(past, i, show, from[i], priorities[i]);
    else
      levels[i] = from[i];
    past.show[i] = show;
    past.network[i] = from[i];
  }
  const bool same = past.known && std::equal(levels.begin(), levels.end(), past.sent.begin());
  past.known = true;
  if (!same) std::copy(levels.begin(), levels.end(), past.sent.begin());
  return same ? 0 : 1;
}

dmx_ptr output_merge::merged(const universes_made& made) {
  const auto& show = *made.dmx;
  const auto ours = [&](std::uint16_t universe) {
    return std::binary_search(show.addresses.begin(), show.addresses.end(), universe);
  };
  if (std::none_of(options_.universes.begin(), options_.universes.end(), ours)) return made.dmx;
  auto out = pool_.take();
  out->time = show.time;
  out->addresses = show.addresses;
  out->levels = show.levels;
  out->changed = show.changed;
  for (std::size_t i = 0; i < show.addresses.size(); ++i) {
    const auto universe = show.addresses[i];
    if (!std::binary_search(options_.universes.begin(), options_.universes.end(), universe)) continue;
    const std::span<std::uint8_t, universe_levels> levels{out->levels.data() + i * universe_levels,
                                                          universe_levels};
    out->changed[i] = merge_into(universe, levels, *made.network, true);
  }
  return out;
}

bool output_merge::elsewhere(std::uint16_t universe) const {
  return std::any_of(addresses_.begin(), addresses_.end(), [universe](const auto& part) {
    return std::binary_search(part.begin(), part.end(), universe);
  });
}

dmx_ptr output_merge::network_only(const universes_made& made) {
  auto out = pool_.take();
  out->time = made.dmx->time;
  out->addresses.clear();
  out->levels.clear();
  out->changed.clear();
  for (const auto universe : options_.universes) {
    const auto place = made.network->find(universe);
    if (!place || elsewhere(universe)) continue;
    const auto first =
        made.network->priorities.begin() + static_cast<std::ptrdiff_t>(*place * universe_levels);
    const bool heard =
        std::any_of(first, first + universe_levels, [](auto one) { return one != dmx_inputs::nobody; });
    if (!heard) continue;
    out->addresses.push_back(universe);
    out->levels.insert(out->levels.end(), dark_levels.begin(), dark_levels.end());
    const std::span<std::uint8_t, universe_levels> levels{
        out->levels.data() + out->levels.size() - universe_levels, universe_levels};
    out->changed.push_back(merge_into(universe, levels, *made.network, false));
  }
  return out;
}

std::span<const universes_made> output_merge::apply(const universes_made& made) {
  out_.clear();
  if (options_.universes.empty() || !made.network) {
    out_.push_back(made);
    return out_;
  }
  addresses_.resize(made.parts);
  addresses_[made.part] = made.dmx->addresses;
  if (frame_ != made.dmx->time.frame_number || came_.size() != made.parts) {
    frame_ = made.dmx->time.frame_number;
    came_.assign(made.parts, 0);
  }
  came_[made.part] = 1;
  const auto parts = static_cast<std::uint16_t>(made.parts + 1);
  auto part = made; // whatever else a message says stays as it is
  part.dmx = merged(made);
  part.parts = parts;
  out_.push_back(part);
  if (std::all_of(came_.begin(), came_.end(), [](auto one) { return one != 0; })) {
    part.dmx = network_only(made);
    part.part = made.parts;
    out_.push_back(part);
  }
  return out_;
}

} // namespace troupe::actors
