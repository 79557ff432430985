#include "engine/cell_explainer.hpp"

#include "engine/columns.hpp"

#include <algorithm>

namespace troupe::engine {

namespace {

struct write_origin {
  const graph_runner* graph = nullptr;
  const write_site* site = nullptr;
};

/// The merger's writes are those of the running graphs, one graph after the other.
write_origin origin_of(std::uint32_t write, const std::vector<std::unique_ptr<graph_runner>>& graphs) {
  for (const auto& graph : graphs) {
    if (!graph->running()) continue;
    const auto& sites = graph->program()->sites;
    if (write < sites.size()) return {graph.get(), &sites[write]};
    write -= static_cast<std::uint32_t>(sites.size());
  }
  return {};
}

explained_write explain(const active_write& write, std::uint32_t element, const write_origin& origin,
                        cell_values& current) {
  explained_write told{origin.graph->id(),
                       origin.site->node_id,
                       write.code->mode,
                       write.priority(element),
                       write.code->mask,
                       {},
                       {}};
  for (std::size_t c = 0; c < column_count; ++c) {
    if (!(told.mask & column_bits[c])) continue;
    told.values[c] = write.value(c, element);
    merger::apply_value(told.mode, c, told.values[c], current[c]);
  }
  told.after = current;
  return told;
}

} // namespace

void cell_explainer::begin(std::span<cell_question> asked, const rig_part* part, const tick_time& time) {
  open_.clear();
  for (auto& one : asked) {
    one.answer.reset();
    if (!part) continue;
    const auto& places = *part->places;
    const auto slot = places.table->find(one.fixture_id);
    if (!slot || !std::binary_search(places.slots.begin(), places.slots.end(), *slot)) continue;
    const auto& where = places.table->by_slot()[*slot];
    if (one.cell >= where.cells) continue;
    one.answer = std::make_shared<explained_cell>();
    one.answer->time = time;
    open_.push_back({&one, where.first + one.cell});
  }
}

void cell_explainer::take(const merged_tile& tile, const merger& merged,
                          const std::vector<std::unique_ptr<graph_runner>>& graphs, const patch_plan& plan,
                          const held_attributes& held) {
  for (const auto& one : open_) {
    if (one.place < tile.base || one.place >= tile.base + tile_places) continue;
    auto& told = *one.asked->answer;
    cell_values current{};
    for (const auto& each : merged.touching(tile.writes, one.place))
      told.writes.push_back(
          explain(merged.writes()[each.write], each.element, origin_of(each.write, graphs), current));
    const auto at = one.place - tile.base;
    told.written = tile.mask[at];
    for (std::size_t c = 0; c < column_count; ++c)
      if (told.written & column_bits[c]) told.values[c] = tile.values[c][at];
    told.held = held.find(plan, one.place, told.held_values);
  }
}

void cell_explainer::finish(const dmx_data& dmx) {
  for (const auto& one : open_) {
    const auto& wanted = one.asked->level;
    if (!wanted || wanted->channel < 1 || wanted->channel > dmx_channels) continue;
    const auto at = std::lower_bound(dmx.addresses.begin(), dmx.addresses.end(), wanted->universe);
    if (at == dmx.addresses.end() || *at != wanted->universe) continue;
    const auto universe = static_cast<std::size_t>(at - dmx.addresses.begin());
    one.asked->answer->level = dmx.levels[universe * dmx_channels + wanted->channel - 1u];
  }
  open_.clear();
}

} // namespace troupe::engine
