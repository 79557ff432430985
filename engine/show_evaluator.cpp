#include "engine/show_evaluator.hpp"

#include "engine/graph_runner.hpp"
#include "engine/merge.hpp"
#include "engine/patch.hpp"
#include "engine/render.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

namespace troupe::engine {

namespace {

/// Slots whose fixture isn't there any more, or is another one.
std::vector<std::uint32_t> freed_slots(const slot_table& before, const slot_table& after) {
  std::vector<std::uint32_t> freed;
  for (std::uint32_t slot = 0; slot < before.ids().size(); ++slot) {
    const auto& id = before.ids()[slot];
    if (!id.empty() && (slot >= after.ids().size() || after.ids()[slot] != id)) freed.push_back(slot);
  }
  return freed;
}

} // namespace

struct show_evaluator::impl {
  std::shared_ptr<const rig> rig_;
  std::vector<std::unique_ptr<graph_runner>> graphs_; // in the order of the show
  std::shared_ptr<const frame_layout> layout_ =
      std::make_shared<const frame_layout>(frame_layout{std::make_shared<const fixture_layout>(), {}});
  std::shared_ptr<const input_layout> no_inputs_ = std::make_shared<const input_layout>();
  register_file registers_;
  merger merger_;
  held_attributes held_;
  std::vector<std::uint16_t> last_addresses_;
  std::vector<std::uint8_t> last_levels_;

  // -- install ------------------------------------------------------------------------------------------

  void check(const stage_install& change) const {
    const auto& rig = change.rig ? change.rig : rig_;
    std::unordered_set<std::string_view> replaced;
    const auto fits = [&](const graph_program& program) { return rig && program.slots == rig->slots; };
    const auto refuse = [](const std::string& id) {
      throw std::logic_error("the program of graph " + id + " is bound to other slots than the rig's");
    };
    for (const auto& one : change.graphs) {
      replaced.insert(one.graph_id);
      if (one.program && !fits(*one.program)) refuse(one.graph_id);
    }
    if (change.new_show) return;
    replaced.insert(change.removed_graphs.begin(), change.removed_graphs.end());
    for (const auto& graph : graphs_)
      if (!graph->broken() && graph->program() && !replaced.contains(graph->id()) && !fits(*graph->program()))
        refuse(graph->id());
  }

  void install(const stage_install& change) {
    check(change);
    if (change.new_show) {
      graphs_.clear();
      held_.clear();
    }
    if (change.rig) change_rig(change.rig);
    remove_graphs(change.removed_graphs);
    upsert_graphs(change.graphs);
    if (!change.graph_order.empty()) reorder(change.graph_order);
    prepare();
  }

  void change_rig(const std::shared_ptr<const rig>& next) {
    std::vector<std::uint32_t> freed;
    if (rig_ && rig_->slots != next->slots) freed = freed_slots(*rig_->slots, *next->slots);
    held_.fit(*next->patch, next->slots->ids().size(), freed);
    if (!freed.empty()) {
      std::vector<std::uint8_t> by_slot(rig_->slots->ids().size(), 0);
      for (const auto slot : freed) by_slot[slot] = 1;
      for (auto& graph : graphs_) graph->forget_slots(by_slot);
    }
    rig_ = next;
  }

  void remove_graphs(const std::vector<std::string>& ids) {
    if (ids.empty()) return;
    const std::unordered_set<std::string_view> gone(ids.begin(), ids.end());
    std::erase_if(graphs_, [&](const auto& graph) { return gone.contains(graph->id()); });
  }

  void upsert_graphs(const std::vector<graph_install>& changes) {
    std::unordered_map<std::string_view, graph_runner*> known;
    known.reserve(graphs_.size() + changes.size());
    for (const auto& graph : graphs_) known.emplace(graph->id(), graph.get());
    for (const auto& change : changes) {
      auto& graph = known[change.graph_id];
      if (!graph) graph = graphs_.emplace_back(std::make_unique<graph_runner>(change.graph_id)).get();
      graph->install(change);
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
    std::vector<active_write> writes;
    for (const auto& graph : graphs_) {
      layout->instances.push_back(graph->site());
      if (!graph->running()) continue;
      const auto& program = *graph->program();
      for (const auto& one : program.passes) registers_.reserve(one.registers);
      for (const auto& code : program.writes)
        writes.push_back({&code, &program.domains[code.domain], graph->uniforms(), graph->buffers()});
    }
    merger_.install(std::move(writes));
    layout_ = std::move(layout);
  }

  // -- tick ---------------------------------------------------------------------------------------------

  void tick(const tick_time& time, const input_snapshot& inputs, frame_data& frame, dmx_data& dmx) {
    const auto& layout = inputs.layout ? inputs.layout : no_inputs_;
    for (const auto& graph : graphs_)
      if (graph->running()) graph->tick(time, layout, inputs, registers_);
    make_frame(time, frame);
    make_dmx(time, frame, dmx);
  }

  void make_frame(const tick_time& time, frame_data& frame) {
    const auto slots = layout_->fixtures->slots();
    frame.time = time;
    if (frame.layout != layout_) frame.layout = layout_;
    frame.written.assign(slots, 0);
    frame.mask.assign(slots, 0);
    merge_target target{frame.written.data(), frame.mask.data(), {}};
    for (std::size_t c = 0; c < column_count; ++c) {
      frame.values[c].assign(slots, 0.0f);
      target.values[c] = frame.values[c].data();
    }
    merger_.run(target);
    report(frame);
  }

  void report(frame_data& frame) const {
    const auto& writes = merger_.writes();
    frame.writes.resize(writes.size());
    for (std::size_t i = 0; i < writes.size(); ++i) {
      const auto& code = *writes[i].code;
      write_report out;
      out.varying = code.varying;
      if (!code.empty) {
        out.mask = code.mask;
        out.priority = writes[i].priority(code.first_element);
        for (std::size_t c = 0; c < column_count; ++c)
          if (code.values[c].where != operand::place::absent)
            out.values[c] = writes[i].value(c, code.first_element);
      }
      frame.writes[i] = out;
    }
  }

  void make_dmx(const tick_time& time, const frame_data& frame, dmx_data& dmx) {
    dmx.time = time;
    if (!rig_) {
      dmx.addresses.clear();
      dmx.levels.clear();
      dmx.changed.clear();
      return;
    }
    const auto& plan = *rig_->patch;
    dmx.addresses = rig_->addresses;
    dmx.levels.resize(plan.base.size());
    attribute_planes written{frame.mask.data(), {}};
    for (std::size_t c = 0; c < column_count; ++c) written.values[c] = frame.values[c].data();
    held_.update(plan, written);
    render(plan, written, held_, dmx.levels.data());
    compare(dmx);
  }

  /// Which universes differ from the tick before.
  void compare(dmx_data& dmx) {
    dmx.changed.assign(dmx.addresses.size(), 1);
    if (dmx.addresses != last_addresses_) {
      std::size_t before = 0;
      for (std::size_t i = 0; i < dmx.addresses.size(); ++i) {
        while (before < last_addresses_.size() && last_addresses_[before] < dmx.addresses[i]) ++before;
        if (before < last_addresses_.size() && last_addresses_[before] == dmx.addresses[i])
          dmx.changed[i] = differs(dmx, i, before);
      }
      last_addresses_ = dmx.addresses;
      last_levels_ = dmx.levels;
      return;
    }
    for (std::size_t i = 0; i < dmx.addresses.size(); ++i) {
      dmx.changed[i] = differs(dmx, i, i);
      if (dmx.changed[i])
        std::memcpy(last_levels_.data() + i * dmx_channels, dmx.levels.data() + i * dmx_channels,
                    dmx_channels);
    }
  }

  std::uint8_t differs(const dmx_data& dmx, std::size_t now, std::size_t before) const {
    return std::memcmp(dmx.levels.data() + now * dmx_channels, last_levels_.data() + before * dmx_channels,
                       dmx_channels) != 0;
  }
};

show_evaluator::show_evaluator() : impl_(std::make_unique<impl>()) {}
show_evaluator::~show_evaluator() = default;
show_evaluator::show_evaluator(show_evaluator&&) noexcept = default;
show_evaluator& show_evaluator::operator=(show_evaluator&&) noexcept = default;

void show_evaluator::install(const stage_install& change) {
  impl_->install(change);
}

void show_evaluator::tick(const tick_time& time, const input_snapshot& inputs, frame_data& frame,
                          dmx_data& dmx) {
  impl_->tick(time, inputs, frame, dmx);
}

} // namespace troupe::engine
