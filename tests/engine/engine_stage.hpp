#pragma once
// The engine around a small show: edit `show`, `change()`, tick, look.

#include "engine/compiler.hpp"
#include "engine/show_evaluator.hpp"
#include "tests/engine/small_shows.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace troupe::test {

/// Makes a test of a single value fail with both values, whatever their rounding.
inline Approx about(double value) {
  return Approx(value).margin(1e-6).epsilon(0);
}

class engine_stage {
 public:
  static constexpr float absent = -1000.f; ///< of an attribute that isn't written

  explicit engine_stage(plain_show made, engine::rig_options with = {})
      : show(std::move(made)), options(with) {
    change(true);
  }

  /// One graph over `fixtures` dimmers f0, f1… in group g.
  engine_stage(int fixtures, graph g) : engine_stage(dimmers(fixtures, std::move(g))) {}

  static plain_show dimmers(int fixtures, graph g) {
    auto made = show_of(model_of({"dimmer"}), fixtures);
    made.groups = {{"g", {"all", {}}}};
    for (const auto& f : made.fixtures) made.groups[0].value.fixture_ids.push_back(f.id);
    made.graphs = {{"graph", std::move(g)}};
    return made;
  }

  /// Compiles everything and installs it, as after an edit.
  void change(bool new_show = false) {
    const auto state = to_state(show);
    rig = engine::make_rig(state, options, rig.get());
    engine::stage_install next;
    next.new_show = new_show;
    next.rig = rig;
    for (const auto& g : show.graphs) {
      auto made = engine::compile_graph(*state.find(entity_kind::graph, g.id), state, *rig);
      results[g.id] = made.result;
      engine::graph_install one;
      one.graph_id = g.id;
      one.enabled = g.value.enabled;
      one.programs = made.programs;
      if (one.programs.empty()) one.last_error = made.result.errors.front().message;
      next.graphs.push_back(std::move(one));
      next.graph_order.push_back(g.id);
    }
    for (const auto& id : installed)
      if (!find(show.graphs, id)) next.removed_graphs.push_back(id);
    installed = next.graph_order;
    evaluator.install(next);
  }

  /// The first tick of all has dt 0.
  void tick(double seconds) {
    time.frame_number += 1;
    time.dt_ns = time.frame_number == 1 ? 0 : static_cast<std::int64_t>(seconds * 1e9);
    time.t_ns += time.dt_ns;
    const auto made = evaluator.tick(time, to_snapshot(now), {}, asked);
    frame = *made.frame;
    dmx = *made.dmx;
  }

  /// Why a cell is what it is in the next frame, which this makes. @param cell from 0
  std::shared_ptr<engine::explained_cell> why(const std::string& fixture, std::uint32_t cell = 0) {
    asked = {{fixture, cell}};
    tick(0);
    return std::exchange(asked, {}).front().answer;
  }

  float value(const std::string& fixture, column c = column::intensity) const {
    static constexpr std::uint8_t bits[] = {has_intensity, has_color, has_color, has_color,
                                            has_pan,       has_tilt,  has_zoom};
    const auto slot = rig->slot_of(fixture);
    if (!slot || !(frame.mask[*slot] & bits[static_cast<std::size_t>(c)])) return absent;
    return frame.values[static_cast<std::size_t>(c)][*slot];
  }

  bool written(const std::string& fixture) const { return frame.written[*rig->slot_of(fixture)] != 0; }

  /// @param channel 1..512
  int level(int channel, std::uint16_t universe = 0) const {
    for (std::size_t i = 0; i < dmx.addresses.size(); ++i)
      if (dmx.addresses[i] == universe) return dmx.levels[i * 512 + static_cast<std::size_t>(channel) - 1];
    return -1;
  }

  std::vector<int> levels(int from, int count, std::uint16_t universe = 0) const {
    std::vector<int> out;
    for (int i = 0; i < count; ++i) out.push_back(level(from + i, universe));
    return out;
  }

  bool changed(std::uint16_t universe = 0) const {
    for (std::size_t i = 0; i < dmx.addresses.size(); ++i)
      if (dmx.addresses[i] == universe) return dmx.changed[i] != 0;
    return false;
  }

  graph& the_graph() { return show.graphs.front().value; }
  graph_node& node(const std::string& id) {
    for (auto& n : the_graph().nodes)
      if (n.id == id) return n;
    throw std::out_of_range(id);
  }

  plain_show show;
  engine::rig_options options;
  std::shared_ptr<const engine::rig> rig;
  engine::show_evaluator evaluator;
  std::map<std::string, compile_result> results;
  std::vector<std::string> installed;
  std::vector<engine::cell_question> asked;
  controls now;
  tick_time time;
  frame_data frame;
  dmx_data dmx;
};

/// A graph that writes the output `port` of its node `x` as the intensity of all fixtures.
inline graph writing(std::initializer_list<node_text> nodes, std::initializer_list<std::string> wires,
                     const std::string& output) {
  auto g = graph_of(nodes, wires);
  g.nodes.push_back(make_node("all", "SelectGroup", {{"groupId", "g"}}));
  g.nodes.push_back(make_node("out", "WriteAttributes"));
  g.edges.push_back(make_edge("sel", {"all", "selection"}, {"out", "selection"}));
  g.edges.push_back(make_edge(
      "bun", {output.substr(0, output.find('.')), output.substr(output.find('.') + 1)}, {"out", "bundle"}));
  return g;
}

/// What a stateless node puts out as an intensity, a colour…: the frame of one tick.
inline engine_stage once(const graph& g, int fixtures = 1) {
  engine_stage stage(fixtures, g);
  stage.tick(0);
  return stage;
}

} // namespace troupe::test
