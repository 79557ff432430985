#include "engine/frame_join.hpp"

#include "engine/rig.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::engine {

namespace {

void join_slots(const frame_data& from, frame_data& to) {
  for (const auto slot : from.part->slots) {
    to.written[slot] = from.written[slot];
    to.mask[slot] = from.mask[slot];
    for (std::size_t c = 0; c < column_count; ++c) to.values[c][slot] = from.values[c][slot];
  }
}

void join_cells(const frame_data& from, frame_data& to) {
  const auto& begins = to.layout->fixtures->cell_begins;
  for (const auto slot : from.part->slots) {
    const auto begin = std::size_t{3} * begins[slot], end = std::size_t{3} * begins[slot + 1];
    std::copy(from.cell_colors.begin() + static_cast<std::ptrdiff_t>(begin),
              from.cell_colors.begin() + static_cast<std::ptrdiff_t>(end),
              to.cell_colors.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

} // namespace

void join_frames(std::span<const frame_data* const> parts, frame_data& whole) {
  const auto& first = *parts.front();
  whole.time = first.time;
  whole.layout = first.layout;
  whole.part.reset();
  whole.attributes = std::all_of(parts.begin(), parts.end(), [](const auto* one) { return one->attributes; });
  const auto slots = whole.attributes ? first.layout->fixtures->slots() : 0;
  whole.written.assign(slots, 0);
  whole.mask.assign(slots, 0);
  for (auto& one : whole.values) one.assign(slots, 0.0f);
  const bool cells = whole.attributes && std::none_of(parts.begin(), parts.end(), [](const auto* one) {
                       return one->cell_colors.empty();
                     });
  whole.cell_colors.assign(cells ? first.cell_colors.size() : 0, 0);
  whole.writes = first.writes;
  for (const auto* one : parts) {
    for (std::size_t i = 0; i < whole.writes.size() && i < one->writes.size(); ++i)
      if (!one->writes[i].elsewhere) whole.writes[i] = one->writes[i];
    if (whole.attributes) join_slots(*one, whole);
    if (cells) join_cells(*one, whole);
  }
}

void join_dmx(std::span<const dmx_data* const> parts, dmx_data& whole) {
  whole.time = parts.front()->time;
  whole.made_for.reset();
  whole.addresses.clear();
  for (const auto* one : parts)
    whole.addresses.insert(whole.addresses.end(), one->addresses.begin(), one->addresses.end());
  std::sort(whole.addresses.begin(), whole.addresses.end());
  whole.levels.resize(whole.addresses.size() * dmx_channels);
  whole.changed.resize(whole.addresses.size());
  for (const auto* one : parts) {
    std::size_t to = 0;
    for (std::size_t i = 0; i < one->addresses.size(); ++i) {
      while (whole.addresses[to] != one->addresses[i]) ++to;
      std::memcpy(whole.levels.data() + to * dmx_channels, one->levels.data() + i * dmx_channels,
                  dmx_channels);
      whole.changed[to] = one->changed[i];
    }
  }
}

} // namespace troupe::engine
