#pragma once
// The engine under a plain show, as many parts as one likes, driven through random edits.

#include "engine/compiler.hpp"
#include "engine/memory_by_cell.hpp"
#include "engine/rig.hpp"
#include "protocol/show_state.hpp"
#include "tests/engine/dice.hpp"
#include "tests/engine/divided_engine.hpp"
#include "tests/engine/plain_show.hpp"

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

/// The engine, driven as the compiler's actor and the stage drive it.
class engine_side {
 public:
  explicit engine_side(std::size_t parts) : parts_(parts), engine_(parts) {}

  void install(const plain_show& show, bool new_show, dice& roll) {
    const auto state = to_state(show);
    const auto rig = engine::make_rig(state, {release_mode::dark, parts_, 1}, rig_.get());
    engine::stage_install change;
    change.new_show = new_show;
    const bool other_places = !rig_ || !rig->same_places(*rig_);
    if (!rig_ || other_places || roll.chance(80) || text_of_rig(show) != text_of_rig(show_)) change.rig = rig;
    // Either everything anew, or only what the edit touches.
    const bool everything = new_show || other_places || roll.chance(30) || !same_surroundings(show);
    state.each(entity_kind::graph, [&](const record_ptr& record) {
      const auto* before = find(show_.graphs, record->id);
      if (everything || !before || to_text(*before) != to_text(record->as<graph>()))
        change.graphs.push_back(graph_of(*record, engine::compile_graph(*record, state, *rig)));
    });
    for (const auto& old : show_.graphs)
      if (!new_show && !find(show.graphs, old.id)) change.removed_graphs.push_back(old.id);
    if (roll.chance(60))
      for (const auto& g : show.graphs) change.graph_order.push_back(g.id);
    rig_ = rig;
    show_ = show;
    engine_.install(change);
  }

  void tick(const tick_time& time, const controls& now, std::span<engine::cell_question> asked) {
    auto inputs = to_snapshot(now);
    if (inputs_ && inputs_->faders == inputs.layout->faders && inputs_->buttons == inputs.layout->buttons)
      inputs.layout = inputs_; // the same object until an edit
    inputs_ = inputs.layout;
    engine_.tick(time, inputs, {true, time.frame_number % 4 != 0}, asked);
  }

  /// @returns what all parts remember, by cell
  show_memory memory() const {
    std::vector<std::shared_ptr<const engine::engine_image>> images;
    for (const auto& one : engine_.evaluators())
      images.push_back(std::make_shared<const engine::engine_image>(*one.image(~std::size_t{0})));
    return engine::memory_by_cell(images, {to_state(show_), *rig_->places});
  }
  /// @returns whether it fits. @pre installed just now
  bool restore(const show_memory& memory) {
    bool fits = true;
    for (auto& one : engine_.evaluators()) {
      auto placed = engine::memory_by_place(memory, {to_state(show_), *rig_->places});
      fits = fits && placed && one.restore(std::move(placed->graphs), placed->held);
    }
    return fits;
  }

  const frame_data& frame() const { return engine_.frame; }
  const dmx_data& levels() const { return engine_.dmx; }
  std::size_t moved() const { return engine_.moved; }
  const engine::rig& rig() const { return *rig_; }

 private:
  static engine::graph_install graph_of(const entity_record& record, const engine::compiled& made) {
    engine::graph_install out;
    out.graph_id = record.id;
    out.revision = record.revision;
    out.enabled = record.as<graph>().enabled;
    for (const auto& e : made.result.errors) {
      if (e.warning) continue;
      if (out.last_error.empty()) out.last_error = e.message;
      ++out.error_count;
    }
    out.programs = made.programs;
    return out;
  }

  static std::string text_of_rig(const plain_show& show) {
    return to_text({show.models, show.fixtures, {}, {}, {}, {}});
  }

  bool same_surroundings(const plain_show& show) const {
    const auto text = [](const plain_show& s) {
      return to_text({{}, s.fixtures, s.groups, s.inputs, s.presets, {}});
    };
    return text(show) == text(show_);
  }

  std::size_t parts_;
  divided_engine engine_;
  std::shared_ptr<const engine::rig> rig_;
  plain_show show_;
  std::shared_ptr<const input_layout> inputs_;
};

} // namespace troupe::test
