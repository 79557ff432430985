// What compiling, installing and ticking cost. Prints medians; judges nothing.
#include "engine/compiler.hpp"
#include "engine/float_environment.hpp"
#include "engine/rig.hpp"
#include "engine/show_evaluator.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace troupe;
namespace json = boost::json;

double median_us(int rounds, const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    times.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[static_cast<std::size_t>(rounds / 2)];
}

record_ptr record(std::string id, entity_value value) {
  auto made = std::make_shared<entity_record>();
  made->id = std::move(id);
  made->value = std::move(value);
  return made;
}

graph_node node(std::string id, std::string type, json::object params = {}) {
  graph_node made;
  made.id = std::move(id);
  made.type = std::move(type);
  made.params = std::move(params);
  return made;
}
graph_edge edge(std::string from, std::string from_port, std::string to, std::string to_port) {
  graph_edge made;
  made.id = from + '.' + from_port + ' ' + to + '.' + to_port;
  made.from = {std::move(from), std::move(from_port)};
  made.to = {std::move(to), std::move(to_port)};
  return made;
}

/// Nine nodes: an oscillator mixes and dims two colours.
graph uniform_graph(int g) {
  graph out;
  out.name = "uniform";
  out.nodes = {node("lfo", "SineLFO", {{"frequency", 0.2 + g % 10 * 0.1}, {"phase", g % 16 / 16.0}}),
               node("map", "MapRange", {{"outMin", 0.1}}),
               node("cl", "Clamp01"),
               node("ca", "ColorConstant", {{"r", 1}, {"g", 0.2}, {"b", g % 7 / 7.0}}),
               node("cb", "ColorConstant", {{"r", 0.1}, {"g", 0.8}, {"b", 1}}),
               node("mix", "MixColor"),
               node("sc", "ScaleColor"),
               node("sel", "SelectGroup", {{"groupIds", json::array{"g" + std::to_string(g)}}}),
               node("out", "WriteAttributes", {{"priority", g % 100}})};
  out.edges = {edge("lfo", "value", "map", "value"), edge("map", "result", "cl", "value"),
               edge("ca", "color", "mix", "a"),      edge("cb", "color", "mix", "b"),
               edge("cl", "result", "mix", "mix"),   edge("mix", "result", "sc", "color"),
               edge("cl", "result", "sc", "scale"),  edge("sel", "selection", "out", "selection"),
               edge("sc", "result", "out", "bundle")};
  return out;
}

/// The same, with a phase for each fixture, and a chase that dims.
graph varying_graph(int g) {
  auto out = uniform_graph(g);
  out.nodes.push_back(node("spread", "Spread"));
  out.nodes.push_back(node("chase", "Chase", {{"width", 4}}));
  out.nodes.push_back(node("mul", "Multiply"));
  out.edges[6] = edge("mul", "result", "sc", "scale");
  out.edges.push_back(edge("sel", "selection", "spread", "selection"));
  out.edges.push_back(edge("spread", "value", "lfo", "phase"));
  out.edges.push_back(edge("sel", "selection", "chase", "selection"));
  out.edges.push_back(edge("chase", "value", "mul", "a"));
  out.edges.push_back(edge("cl", "result", "mul", "b"));
  return out;
}

graph prioritised_graph(int g) {
  auto out = varying_graph(g);
  out.edges.push_back(edge("chase", "value", "out", "priority"));
  return out;
}

fixture_model model_of(std::initializer_list<const char*> names) {
  fixture_model out;
  out.brand = out.model = "bench";
  for (const auto* name : names)
    out.channels.push_back({name, static_cast<std::uint16_t>(out.channels.size() + 1)});
  return out;
}

struct bench_show {
  show_state state{"bench"};
  std::shared_ptr<const engine::rig> rig;
  engine::stage_install install;

  bench_show(const fixture_model& model, int fixtures, int graphs, graph (*make)(int)) {
    state.put(record("m", model));
    const int fit = 512 / model.footprint();
    for (int i = 0; i < fixtures; ++i)
      state.put(record("fixture-" + std::to_string(i),
                       fixture{"f", "m", static_cast<std::uint16_t>(i / fit),
                               static_cast<std::uint16_t>(i % fit * model.footprint() + 1)}));
    for (int g = 0; g < graphs; ++g) {
      group members{"g", {}};
      for (long i = long{fixtures} * g / graphs; i < long{fixtures} * (g + 1) / graphs; ++i)
        members.fixture_ids.push_back("fixture-" + std::to_string(i));
      state.put(record("g" + std::to_string(g), members));
      state.put(record("graph-" + std::to_string(g), make(g)));
    }
    rig = engine::make_rig(state, {}, nullptr);
    install.rig = rig;
    compile();
  }

  void compile() {
    install.graphs.clear();
    state.each(entity_kind::graph, [&](const record_ptr& one) {
      engine::graph_install made;
      made.graph_id = one->id;
      made.program = engine::compile_graph(*one, state, *rig).program();
      install.graphs.push_back(std::move(made));
    });
  }
};

std::string_view wanted; ///< only benches whose name holds it

void bench(std::string_view name, const fixture_model& model, int fixtures, int graphs, graph (*make)(int)) {
  if (name.find(wanted) == std::string_view::npos) return;
  bench_show show(model, fixtures, graphs, make);
  const double rig = median_us(11, [&] { (void)engine::make_rig(show.state, {}, show.rig.get()); });
  const double compile = median_us(11, [&] { show.compile(); });
  engine::show_evaluator evaluator;
  evaluator.install(show.install);
  const double install = median_us(11, [&] { evaluator.install(show.install); });
  tick_time time;
  const double tick = median_us(2000, [&] {
    ++time.frame_number;
    evaluator.tick(time, {}, {false, false});
    time.dt_ns = 16'666'667;
    time.t_ns += time.dt_ns;
  });
  std::printf("%-34.*s %8d %6d %10.1f %10.1f %10.1f %10.1f\n", static_cast<int>(name.size()), name.data(),
              fixtures, graphs, tick, install, compile, rig);
}

/// A chain as long as a file may hold.
void bench_chain() {
  graph long_chain;
  long_chain.name = "chain";
  constexpr int count = 100'000;
  for (int i = 0; i < count; ++i) {
    long_chain.nodes.push_back(node("n" + std::to_string(i), i == 0 ? "SineLFO" : "Add"));
    if (i > 0)
      long_chain.edges.push_back(
          edge("n" + std::to_string(i - 1), i == 1 ? "value" : "result", "n" + std::to_string(i), "a"));
  }
  long_chain.nodes.push_back(node("sel", "SelectGroup"));
  long_chain.nodes.push_back(node("out", "WriteAttributes"));
  long_chain.edges.push_back(edge("sel", "selection", "out", "selection"));
  long_chain.edges.push_back(edge("n" + std::to_string(count - 1), "result", "out", "bundle"));
  const show_state empty("bench");
  const auto rig = engine::make_rig(empty, {}, nullptr);
  const auto one = record("chain", long_chain);
  std::printf("compiling a chain of %d nodes: %.1f ms\n", count,
              median_us(5, [&] { (void)engine::compile_graph(*one, empty, *rig); }) / 1000);
}

} // namespace

/// bench_engine [PART OF A NAME]
int main(int argc, char** argv) {
  if (argc > 1) wanted = argv[1];
  engine::set_default_float_environment();
  std::printf("medians in microseconds\n%-34s %8s %6s %10s %10s %10s %10s\n", "", "fixtures", "graphs",
              "tick", "install", "compile", "rig");
  const auto rgbw = model_of({"red", "green", "blue", "white"});
  const auto rgb = model_of({"red", "green", "blue"});
  const auto dimmer_rgb = model_of({"dimmer", "red", "green", "blue"});
  const auto spot = model_of(
      {"pan", "panFine", "tilt", "tiltFine", "dimmer", "shutter", "red", "green", "blue", "white", "zoom"});
  bench("rgbw, uniform", rgbw, 8000, 100, uniform_graph);
  bench("rgbw, uniform, few graphs", rgbw, 8000, 10, uniform_graph);
  bench("rgb, uniform", rgb, 8000, 100, uniform_graph);
  bench("dimmer and rgb, uniform", dimmer_rgb, 8000, 100, uniform_graph);
  bench("spot, uniform", spot, 8000, 100, uniform_graph);
  bench("rgbw, varying", rgbw, 8000, 100, varying_graph);
  bench("rgbw, varying priorities", rgbw, 8000, 100, prioritised_graph);
  bench("rgbw, varying", rgbw, 100'000, 100, varying_graph);
  if (wanted.empty()) bench_chain();
}
