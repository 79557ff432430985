#include "engine/show_evaluator.hpp"

#include "engine/cell_explainer.hpp"
#include "engine/columns.hpp"
#include "engine/frame_builder.hpp"
#include "engine/graph_runner.hpp"
#include "engine/merge.hpp"
#include "engine/patch.hpp"
#include "engine/render.hpp"
#include "engine/tile_plan.hpp"
#include "protocol/reuse_pool.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

namespace troupe::engine {

namespace {

/// Places whose fixture isn't there any more, or has another number of cells.
place_set freed_places(const place_table& before, const place_table& after) {
  std::vector<place_set::range> freed;
  for (std::uint32_t slot = 0; slot < before.by_slot().size(); ++slot) {
    const auto& was = before.by_slot()[slot];
    if (was.cells == 0) continue;
    if (slot >= after.by_slot().size() || after.by_slot()[slot] != was)
      freed.push_back({was.first, was.first + was.cells});
  }
  return place_set(std::move(freed));
}

/// The merge's columns of one tile.
struct tile_planes {
  alignas(64) std::array<std::uint8_t, tile_places> written{}, mask{};
  alignas(64) std::array<std::array<float, tile_places>, column_count> values{};
};

} // namespace

struct show_evaluator::impl {
  std::shared_ptr<const rig> rig_;
  std::size_t part_index_ = 0;
  const rig_part* part_ = nullptr;                    // of rig_
  std::vector<std::unique_ptr<graph_runner>> graphs_; // in the order of the show
  std::shared_ptr<const frame_layout> layout_ =
      std::make_shared<const frame_layout>(frame_layout{std::make_shared<const fixture_layout>(), {}});
  std::shared_ptr<const input_layout> no_inputs_ = std::make_shared<const input_layout>();
  register_file registers_;
  tile_plan tiles_;
  merger merger_;
  bool unsorted_ = true; // the writes of the tiles haven't been put into order yet
  tile_planes planes_;
  merged_columns merged_; // of the present tile
  frame_builder builder_;
  held_attributes held_;
  cell_explainer explainer_;
  reuse_pool<frame_data> frames_;
  reuse_pool<dmx_data> universes_;
  std::shared_ptr<const dmx_data> last_dmx_;
  bool same_addresses_ = false;               // as in last_dmx_
  std::vector<std::uint16_t> came_addresses_; // of universes that came from other parts since the last frame
  std::vector<std::uint8_t> came_levels_;     // what they had there

  // -- install ------------------------------------------------------------------------------------------

  void check(const stage_install& change, std::size_t part) const {
    const auto& rig = change.rig ? change.rig : rig_;
    std::unordered_set<std::string_view> replaced;
    const auto fits = [&](const graph_program& program) {
      return rig && part < rig->parts.size() && program.places == rig->parts[part].places;
    };
    const auto refuse = [](const std::string& id) {
      throw std::logic_error("the program of graph " + id + " is bound to other places than the rig's");
    };
    for (const auto& one : change.graphs) {
      replaced.insert(one.graph_id);
      if (!one.programs.empty() && (part >= one.programs.size() || !fits(*one.programs[part])))
        refuse(one.graph_id);
    }
    if (change.new_show) return;
    replaced.insert(change.removed_graphs.begin(), change.removed_graphs.end());
    for (const auto& graph : graphs_)
      if (!graph->broken() && graph->program() && !replaced.contains(graph->id()) && !fits(*graph->program()))
        refuse(graph->id());
  }

  void install(const stage_install& change, std::size_t part) {
    check(change, part);
    if (change.new_show) {
      graphs_.clear();
      held_.clear();
    }
    if (change.rig) change_rig(change.rig, part);
    remove_graphs(change.removed_graphs);
    upsert_graphs(change.graphs, part);
    if (!change.graph_order.empty()) reorder(change.graph_order);
    prepare();
  }

  void change_rig(const std::shared_ptr<const rig>& next, std::size_t part) {
    place_set freed;
    if (rig_ && rig_->places != next->places) freed = freed_places(*rig_->places, *next->places);
    const auto& next_part = next->parts.at(part);
    held_.fit(part_ ? part_->patch.get() : nullptr, *next_part.patch, freed);
    for (auto& graph : graphs_) graph->forget(freed);
    rig_ = next;
    part_index_ = part;
    part_ = &next_part;
  }

  void remove_graphs(const std::vector<std::string>& ids) {
    if (ids.empty()) return;
    const std::unordered_set<std::string_view> gone(ids.begin(), ids.end());
    std::erase_if(graphs_, [&](const auto& graph) { return gone.contains(graph->id()); });
  }

  void upsert_graphs(const std::vector<graph_install>& changes, std::size_t part) {
    std::unordered_map<std::string_view, graph_runner*> known;
    known.reserve(graphs_.size() + changes.size());
    for (const auto& graph : graphs_) known.emplace(graph->id(), graph.get());
    for (const auto& change : changes) {
      auto& graph = known[change.graph_id];
      if (!graph) graph = graphs_.emplace_back(std::make_unique<graph_runner>(change.graph_id)).get();
      graph->install(change, part);
    }
  }

  void reorder(const std::vector<std::string>& order) {
    std::unordered_map<std::string_view, std::size_t> rank;
    for (const auto& id : order) rank.emplace(id, rank.size());
    std::stable_sort(graphs_.begin(), graphs_.end(), [&](const auto& a, const auto& b) {
      const auto of = [&](const auto& graph) {
        const auto found = rank.find(graph->id());
        return found == rank.end() ? rank.size() : found->second;
      };
      return of(a) < of(b);
    });
  }

  /// Everything that a tick needs and that only changes here.
  void prepare() {
    auto layout = std::make_shared<frame_layout>();
    layout->fixtures = rig_ ? rig_->fixtures : layout_->fixtures;
    for (const auto& graph : graphs_) {
      layout->instances.push_back(graph->site());
      if (!graph->running()) continue;
      for (const auto& one : graph->program()->passes) registers_.reserve(one.registers);
    }
    merger_.install(tiles_.build(part_, graphs_), tiles_.most_written());
    unsorted_ = true;
    planes_ = {};
    layout_ = std::move(layout);
  }

  // -- moving cells -------------------------------------------------------------------------------------

  part_memory give(const part_move& move) const {
    part_memory out;
    const auto& leaving = move.places;
    for (const auto& range : leaving.ranges())
      for (auto place = range.begin; place < range.end; ++place) out.places.push_back(place);
    for (const auto& graph : graphs_) {
      graph_memory told;
      graph->give(leaving, out.places, told);
      if (!told.nodes.empty()) out.graphs.push_back(std::move(told));
    }
    if (part_) held_.give(*part_->patch, out);
    for (const auto address : move.addresses)
      if (const auto* levels = last_levels(address)) {
        out.addresses.push_back(address);
        out.levels.insert(out.levels.end(), levels, levels + dmx_channels);
      }
    return out;
  }

  void receive(const part_memory& memory) {
    for (const auto& told : memory.graphs)
      for (auto& graph : graphs_)
        if (graph->id() == told.graph_id) graph->receive(memory.places, told);
    if (part_) held_.receive(*part_->patch, memory);
    came_addresses_.insert(came_addresses_.end(), memory.addresses.begin(), memory.addresses.end());
    came_levels_.insert(came_levels_.end(), memory.levels.begin(), memory.levels.end());
  }

  /// What a universe had in the last frame, here or in the part that it has come from; null: it wasn't there.
  const std::uint8_t* last_levels(std::uint16_t address) const {
    for (std::size_t i = 0; i < came_addresses_.size(); ++i)
      if (came_addresses_[i] == address) return came_levels_.data() + i * dmx_channels;
    if (!last_dmx_) return nullptr;
    const auto& all = last_dmx_->addresses;
    const auto found = std::lower_bound(all.begin(), all.end(), address);
    if (found == all.end() || *found != address) return nullptr;
    return last_dmx_->levels.data() + static_cast<std::size_t>(found - all.begin()) * dmx_channels;
  }

  // -- all of it, for others ------------------------------------------------------------------------------

  std::optional<engine_image> image(std::size_t max_bytes) const {
    auto bytes = held_.bytes();
    for (const auto& graph : graphs_) bytes += graph->remembered_bytes();
    if (bytes > max_bytes) return std::nullopt;
    engine_image out;
    out.rig = rig_;
    out.part = part_index_;
    for (const auto& graph : graphs_)
      if (graph->program() && !graph->program()->states.empty()) out.graphs.push_back(graph->image());
    held_.copy_to(out.held, out.held_values);
    return out;
  }

  bool restore(std::vector<graph_image> images, const part_memory& held) {
    std::unordered_map<std::string_view, graph_runner*> known;
    for (const auto& graph : graphs_) known.emplace(graph->id(), graph.get());
    bool all = true;
    for (auto& image : images) {
      const auto found = known.find(image.graph_id);
      all &= found != known.end() && found->second->restore(std::move(image));
    }
    if (part_) held_.receive(*part_->patch, held);
    prepare(); // buffers have moved
    return all;
  }

  // -- tick ---------------------------------------------------------------------------------------------

  made_frame tick(const tick_time& time, const input_snapshot& inputs, const frame_demand& demand,
                  std::span<cell_question> asked) {
    auto frame = frames_.take();
    auto dmx = universes_.take();
    begin_frame(time, demand, *frame);
    begin_dmx(time, *dmx);
    const auto& layout = inputs.layout ? inputs.layout : no_inputs_;
    registers_.begin_tick();
    for (const auto& graph : graphs_)
      if (graph->running()) graph->begin(time, layout, inputs, registers_);
    const bool sort = merger_.begin() || unsorted_;
    unsorted_ = false;
    begin_reports(*frame);
    explainer_.begin(asked, part_, time);
    for (const auto& tile : tiles_.tiles()) {
      if (sort) merger_.sort(tile.writes);
      run_tile(tile, *frame, *dmx);
      if (explainer_.busy()) explain_tile(tile);
    }
    explainer_.finish(*dmx);
    if (part_)
      for (const auto index : part_->patch->constant) compare(index, *dmx);
    came_addresses_.clear();
    came_levels_.clear();
    last_dmx_ = dmx;
    return {std::move(frame), std::move(dmx)};
  }

  void begin_frame(const tick_time& time, const frame_demand& demand, frame_data& frame) {
    frame.time = time;
    if (frame.layout != layout_) frame.layout = layout_;
    if (part_ && rig_->parts.size() > 1)
      frame.part = part_->places;
    else
      frame.part.reset();
    builder_.begin(frame, demand);
  }

  void begin_dmx(const tick_time& time, dmx_data& dmx) {
    dmx.time = time;
    if (!part_) {
      dmx.addresses.clear();
      dmx.levels.clear();
      dmx.changed.clear();
      return;
    }
    dmx.addresses = part_->addresses;
    dmx.changed.resize(dmx.addresses.size());
    same_addresses_ = last_dmx_ && came_addresses_.empty() && last_dmx_->addresses == dmx.addresses;
    if (dmx.made_for == part_->patch) return; // what never changes is there from its last use
    dmx.levels = part_->patch->base;
    dmx.made_for = part_->patch;
  }

  void run_tile(const tile_plan::tile& tile, frame_data& frame, dmx_data& dmx) {
    for (const auto& one : tile.passes) one.graph->run_tile(*one.code, one.part, registers_);
    merge_target target{tile.base, planes_.written.data(), planes_.mask.data(), {}};
    for (std::size_t c = 0; c < column_count; ++c) target.values[c] = planes_.values[c].data();
    merged_ = merger_.run(tile.writes, target);
    const tile_columns columns{tile.base, planes_.written.data(), planes_.mask.data(), merged_};
    const attribute_planes written{tile.base, planes_.mask.data(), merged_};
    report_tile(tile.writes, frame);
    if (frame.attributes) builder_.take(tile.fixtures, columns, *rig_->places, frame);
    if (!tile.patch) return;
    held_.update(*part_->patch, *tile.patch, written);
    render(*part_->patch, *tile.patch, written, held_, dmx.levels.data());
    // Now, while they are in the cache.
    for (auto i = tile.patch->done; i < tile.patch->done_end; ++i) compare(part_->patch->done[i], dmx);
  }

  void explain_tile(const tile_plan::tile& tile) {
    explainer_.take({tile.base, tile.writes, planes_.mask.data(), merged_}, merger_, graphs_, *part_->patch,
                    held_);
  }

  // -- what runtime/status tells of the writes ------------------------------------------------------------

  void begin_reports(frame_data& frame) const {
    const auto& writes = merger_.writes();
    frame.writes.resize(writes.size());
    for (std::size_t i = 0; i < writes.size(); ++i) {
      const auto& code = *writes[i].code;
      frame.writes[i] = {};
      frame.writes[i].varying = code.varying;
      if (code.empty) continue;
      if (code.varying)
        frame.writes[i].elsewhere = true; // until its tile has been run
      else
        report(writes[i], frame.writes[i]);
    }
  }

  void report_tile(std::span<const tile_write> writes, frame_data& frame) const {
    for (const auto& one : writes) {
      const auto& code = *merger_.writes()[one.write].code;
      if (code.varying && code.first_element - one.part.element < one.part.count)
        report(merger_.writes()[one.write], frame.writes[one.write]);
    }
  }

  static void report(const active_write& write, write_report& out) {
    const auto& code = *write.code;
    const auto element = code.first_element;
    out.elsewhere = false;
    out.mask = code.mask;
    out.priority = write.priority(element);
    for (std::size_t c = 0; c < column_count; ++c)
      if (code.values[c].where != operand::place::absent) out.values[c] = write.value(c, element);
  }

  // -- which universes differ from the tick before ----------------------------------------------------------

  /// @param index of the universe in `dmx`
  void compare(std::size_t index, dmx_data& dmx) const {
    const auto* before =
        same_addresses_ ? last_dmx_->levels.data() + index * dmx_channels : last_levels(dmx.addresses[index]);
    dmx.changed[index] =
        !before || std::memcmp(dmx.levels.data() + index * dmx_channels, before, dmx_channels) != 0;
  }
};

show_evaluator::show_evaluator() : impl_(std::make_unique<impl>()) {}
show_evaluator::~show_evaluator() = default;
show_evaluator::show_evaluator(show_evaluator&&) noexcept = default;
show_evaluator& show_evaluator::operator=(show_evaluator&&) noexcept = default;

void show_evaluator::install(const stage_install& change, std::size_t part) {
  impl_->install(change, part);
}

part_memory show_evaluator::give(const part_move& leaving) const {
  return impl_->give(leaving);
}

void show_evaluator::receive(const part_memory& memory) {
  impl_->receive(memory);
}

std::optional<engine_image> show_evaluator::image(std::size_t max_bytes) const {
  return impl_->image(max_bytes);
}

bool show_evaluator::restore(std::vector<graph_image> graphs, const part_memory& held) {
  return impl_->restore(std::move(graphs), held);
}

made_frame show_evaluator::tick(const tick_time& time, const input_snapshot& inputs,
                                const frame_demand& demand, std::span<cell_question> asked) {
  return impl_->tick(time, inputs, demand, asked);
}

} // namespace troupe::engine
