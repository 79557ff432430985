#include "engine/tile_plan.hpp"

#include <algorithm>

namespace troupe::engine {

/// `each` calls its argument with (tile, item) for every item, in the order that they are to have within a
/// tile; it is called twice.
template <class Item, class Each>
void tile_plan::collect(list<Item>& into, Each&& each) const {
  into.begins.assign(tile_count_ + 1, 0);
  each([&](std::uint32_t t, const Item&) { ++into.begins[t + 1]; });
  for (std::uint32_t t = 0; t < tile_count_; ++t) into.begins[t + 1] += into.begins[t];
  into.items.resize(into.begins[tile_count_]);
  auto next = into.begins;
  each([&](std::uint32_t t, const Item& item) { into.items[next[t]++] = item; });
}

void tile_plan::collect_passes(const std::vector<std::unique_ptr<graph_runner>>& graphs) {
  collect(passes_, [&](auto&& add) {
    for (const auto& graph : graphs) {
      if (!graph->running()) continue;
      for (const auto& one : graph->program()->passes)
        if (!one.ahead)
          for (const auto& part : graph->program()->domains[one.domain].tile_parts)
            add(part.tile, tile_pass{graph.get(), &one, part});
    }
  });
}

void tile_plan::collect_writes(const std::vector<active_write>& writes) {
  collect(writes_, [&](auto&& add) {
    for (std::uint32_t i = 0; i < writes.size(); ++i)
      for (const auto& part : writes[i].where->tile_parts) add(part.tile, tile_write{i, part});
  });
  most_written_ = 0;
  for (std::uint32_t t = 0; t < tile_count_; ++t) {
    std::size_t elements = 0;
    for (auto i = writes_.begins[t]; i < writes_.begins[t + 1]; ++i) elements += writes_.items[i].part.count;
    most_written_ = std::max(most_written_, elements);
  }
}

void tile_plan::collect_fixtures(const part_places& of) {
  collect(fixtures_, [&](auto&& add) {
    tile_fixtures run;
    const auto flush = [&] {
      if (run.count > 0) add(run.place / tile_places, run);
      run = {};
    };
    for (const auto slot : of.slots) {
      const auto& where = of.table->by_slot()[slot];
      if (where.cells == 1) {
        const bool follows = run.count > 0 && run.slot + run.count == slot &&
                             run.place + run.count == where.first && where.first % tile_places != 0;
        if (!follows) flush();
        if (run.count == 0) run = {slot, where.first, 0, false, false, false};
        ++run.count;
        continue;
      }
      flush();
      const auto end = where.first + where.cells;
      for (auto place = where.first; place < end;) {
        const auto border = std::min((place / tile_places + 1) * tile_places, end);
        add(place / tile_places,
            tile_fixtures{slot, place, border - place, true, place == where.first, border == end});
        place = border;
      }
    }
    flush();
  });
  // A strip goes on in the next tile: its cells come one after the other only by place.
  for (std::uint32_t t = 0; t < tile_count_; ++t)
    std::sort(fixtures_.items.begin() + fixtures_.begins[t],
              fixtures_.items.begin() + fixtures_.begins[t + 1],
              [](const tile_fixtures& a, const tile_fixtures& b) { return a.place < b.place; });
}

void tile_plan::assemble(const patch_plan* patch) {
  tiles_.clear();
  std::size_t next = 0;
  const auto part = [](auto& all, std::uint32_t t) {
    return std::span{all.items}.subspan(all.begins[t], all.begins[t + 1] - all.begins[t]);
  };
  for (std::uint32_t t = 0; t < tile_count_; ++t) {
    tile made{t * tile_places, part(passes_, t), part(writes_, t), part(fixtures_, t), nullptr};
    if (patch && next < patch->tiles.size() && patch->tiles[next].tile == t)
      made.patch = &patch->tiles[next++];
    if (made.patch || !made.passes.empty() || !made.writes.empty() || !made.fixtures.empty())
      tiles_.push_back(made);
  }
}

std::vector<active_write> tile_plan::build(const rig_part* part,
                                           const std::vector<std::unique_ptr<graph_runner>>& graphs) {
  std::vector<active_write> writes;
  const auto places = part ? part->places->table->places() : 0;
  tile_count_ = (places + tile_places - 1) / tile_places;
  for (const auto& graph : graphs) {
    if (!graph->running()) continue;
    const auto& program = *graph->program();
    for (const auto& code : program.writes)
      writes.push_back(
          {&code, &program.domains[code.domain], graph->uniforms(), graph->buffers(), graph->buffer_bases()});
  }
  collect_passes(graphs);
  collect_writes(writes);
  if (part)
    collect_fixtures(*part->places);
  else
    fixtures_ = {std::vector<std::uint32_t>(tile_count_ + 1, 0), {}};
  assemble(part ? part->patch.get() : nullptr);
  return writes;
}

} // namespace troupe::engine
