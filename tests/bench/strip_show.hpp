#pragma once
// A show of LED strips, one of 170 RGB cells in each universe, all in one graph in which every cell differs.

#include "engine/compiler.hpp"
#include "engine/stage_install.hpp"
#include "protocol/inputs.hpp"
#include "protocol/show_state.hpp"

#include <cstdint>
#include <string>

namespace troupe::bench {

inline constexpr std::uint32_t strip_cells = 170;
inline constexpr float strip_turns = 1000.0f; ///< of the wave, from the first cell to the last
inline constexpr float strip_chase_width = 40.0f;
inline constexpr float strip_white = 0.5f, strip_mix = 0.25f, strip_scale = 0.75f;

/// 12 nodes: a rainbow and a wave that move along all strips, and a spot of light that chases over them.
inline graph strip_graph() {
  graph g;
  const auto node = [&](std::string id, std::string type, boost::json::object params = {}) {
    graph_node made;
    made.id = std::move(id);
    made.type = std::move(type);
    made.params = std::move(params);
    g.nodes.push_back(std::move(made));
  };
  const auto wire = [&](std::string from, std::string out, std::string to, std::string in) {
    graph_edge made;
    made.id = std::to_string(g.edges.size());
    made.from = {std::move(from), std::move(out)};
    made.to = {std::move(to), std::move(in)};
    g.edges.push_back(std::move(made));
  };
  node("all", "SelectGroup", {{"groupIds", {"all"}}});
  node("along", "Spread", {{"from", 0}, {"to", strip_turns}});
  node("hue", "SawLFO", {{"frequency", 0.125}});
  node("wave", "SineLFO", {{"frequency", 0.5}});
  node("spot", "Chase", {{"speed", 340}, {"width", strip_chase_width}});
  node("level", "Max");
  node("colour", "HsvColor");
  node("white", "ColorConstant", {{"r", strip_white}, {"g", strip_white}, {"b", strip_white}});
  node("mixed", "MixColor", {{"mix", strip_mix}});
  node("master", "Scalar", {{"value", strip_scale}});
  node("scaled", "ScaleColor");
  node("out", "WriteAttributes");
  wire("all", "selection", "along", "selection");
  wire("all", "selection", "spot", "selection");
  wire("all", "selection", "out", "selection");
  wire("along", "value", "hue", "phase");
  wire("along", "value", "wave", "phase");
  wire("wave", "value", "level", "a");
  wire("spot", "value", "level", "b");
  wire("hue", "value", "colour", "h");
  wire("level", "result", "colour", "v");
  wire("colour", "color", "mixed", "a");
  wire("white", "color", "mixed", "b");
  wire("mixed", "result", "scaled", "color");
  wire("master", "value", "scaled", "scale");
  wire("scaled", "result", "out", "bundle");
  return g;
}

struct strip_show {
  strip_show(std::uint32_t universes, std::size_t parts) {
    state.put(record("strip", strip_model()));
    group all{"all", {}};
    for (std::uint32_t u = 0; u < universes; ++u) {
      all.fixture_ids.push_back("strip-" + std::to_string(u));
      state.put(record(all.fixture_ids.back(), fixture{"s", "strip", static_cast<std::uint16_t>(u), 1}));
    }
    state.put(record("all", all));
    state.put(record("graph", strip_graph()));
    rig = engine::make_rig(state, {release_mode::dark, parts}, nullptr);
    install.rig = rig;
    engine::graph_install made;
    made.graph_id = "graph";
    made.programs = engine::compile_graph(*state.find(entity_kind::graph, "graph"), state, *rig).programs;
    install.graphs.push_back(std::move(made));
    inputs.layout = std::make_shared<const input_layout>(input_layout{{"master"}, {}});
    inputs.faders = {strip_scale};
  }

  show_state state{"bench"};
  std::shared_ptr<const engine::rig> rig;
  engine::stage_install install;
  input_snapshot inputs;

 private:
  template <class T>
  static record_ptr record(std::string id, T value) {
    entity_record made;
    made.id = std::move(id);
    made.value = std::move(value);
    return std::make_shared<const entity_record>(std::move(made));
  }

  static fixture_model strip_model() {
    fixture_model made;
    made.model = "strip";
    made.channels = {{"red", 1}, {"green", 2}, {"blue", 3}};
    made.cells = strip_cells;
    return made;
  }
};

} // namespace troupe::bench
