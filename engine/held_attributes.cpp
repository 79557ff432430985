#include "engine/columns.hpp"
#include "engine/part_memory.hpp"
#include "engine/render.hpp"
#include "engine/vector_code.hpp"

#include <algorithm>

namespace troupe::engine {

namespace {

/// Visits the ascending places that the plan keeps: (index in `places`, index of what is held, what is kept).
template <class Visit>
void each_kept(const patch_plan& plan, const std::vector<std::uint32_t>& places, Visit&& visit) {
  auto run = plan.kept.begin();
  for (std::size_t i = 0; i < places.size(); ++i) {
    while (run != plan.kept.end() && run->place + run->count <= places[i]) ++run;
    if (run == plan.kept.end()) return;
    if (run->place <= places[i]) visit(i, run->held + places[i] - run->place, run->kept);
  }
}

} // namespace

void held_attributes::fit(const patch_plan* before, const patch_plan& plan, const place_set& freed) {
  held_attributes next;
  next.mask_.resize(plan.kept_places, 0);
  for (auto& one : next.values_) one.resize(plan.kept_places, 0.0f);
  auto gone = freed.ranges().begin();
  std::size_t old_run = 0;
  const std::size_t old_runs = before ? before->kept.size() : 0;
  for (const auto& run : plan.kept) {
    for (std::uint32_t i = 0; i < run.count; ++i) {
      const auto place = run.place + i, to = run.held + i;
      while (gone != freed.ranges().end() && gone->end <= place) ++gone;
      if (gone != freed.ranges().end() && gone->begin <= place) continue;
      while (old_run < old_runs && before->kept[old_run].place + before->kept[old_run].count <= place)
        ++old_run;
      if (old_run == old_runs || before->kept[old_run].place > place) continue;
      const auto from = before->kept[old_run].held + place - before->kept[old_run].place;
      next.mask_[to] = static_cast<std::uint8_t>(mask_[from] & run.kept);
      for (std::size_t c = 0; c < column_count; ++c) next.values_[c][to] = values_[c][from];
    }
  }
  *this = std::move(next);
}

void held_attributes::clear() {
  std::fill(mask_.begin(), mask_.end(), std::uint8_t{0});
}

void held_attributes::update(const patch_plan& plan, const patch_tile& tile,
                             const attribute_planes& written) {
  const auto& loops = *vectors().merge;
  for (auto i = tile.kept; i < tile.kept_end; ++i) {
    const auto& run = plan.kept[i];
    const auto from = run.place - written.base;
    loops.hold_mask(mask_.data() + run.held, written.mask + from, run.kept, run.count);
    for (std::size_t c = 0; c < column_count; ++c)
      if (run.kept & column_bits[c])
        loops.hold_column(values_[c].data() + run.held, written.values[c] + from, written.mask + from,
                          column_bits[c], run.count);
  }
}

void held_attributes::give(const patch_plan& plan, part_memory& memory) const {
  memory.held.assign(memory.places.size(), 0);
  for (auto& one : memory.held_values) one.assign(memory.places.size(), 0.0f);
  each_kept(plan, memory.places, [&](std::size_t to, std::size_t from, std::uint8_t) {
    memory.held[to] = mask_[from];
    for (std::size_t c = 0; c < column_count; ++c) memory.held_values[c][to] = values_[c][from];
  });
}

std::uint8_t held_attributes::find(const patch_plan& plan, std::uint32_t place,
                                   std::array<float, column_count>& values) const {
  std::uint8_t found = 0;
  each_kept(plan, {place}, [&](std::size_t, std::size_t from, std::uint8_t kept) {
    found = static_cast<std::uint8_t>(mask_[from] & kept);
    for (std::size_t c = 0; c < column_count; ++c)
      if (found & column_bits[c]) values[c] = values_[c][from];
  });
  return found;
}

void held_attributes::receive(const patch_plan& plan, const part_memory& memory) {
  each_kept(plan, memory.places, [&](std::size_t from, std::size_t to, std::uint8_t kept) {
    mask_[to] = static_cast<std::uint8_t>(memory.held[from] & kept);
    for (std::size_t c = 0; c < column_count; ++c) values_[c][to] = memory.held_values[c][from];
  });
}

} // namespace troupe::engine
