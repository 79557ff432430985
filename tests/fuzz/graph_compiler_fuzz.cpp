// Any bytes as the JSON of a graph in a show file: compiled, installed over a graph that already runs,
// ticked.
#include "engine/compiler.hpp"
#include "engine/rig.hpp"
#include "engine/show_evaluator.hpp"
#include "protocol/entity_codec.hpp"

#include <cmath>
#include <cstdlib>
#include <string_view>

namespace {

using namespace troupe;

record_ptr record(std::string id, entity_value value) {
  auto made = std::make_shared<entity_record>();
  made->id = std::move(id);
  made->value = std::move(value);
  return made;
}

/// Nine movers, two groups and one of everything else, under short ids that a fuzzer finds.
show_state small_show() {
  show_state show("fuzz");
  fixture_model model;
  model.channels = {{"red", 1}, {"white", 2}, {"dimmer", 3}, {"pan", 4}, {"panFine", 5}};
  show.put(record("m", model));
  group all{"all", {}}, some{"some", {"3", "1", "gone"}};
  for (int i = 0; i < 9; ++i) {
    show.put(record(std::to_string(i), fixture{"f", "m", 0, static_cast<std::uint16_t>(i * 5 + 1)}));
    all.fixture_ids.push_back(std::to_string(i));
  }
  show.put(record("g", all));
  show.put(record("h", some));
  show.put(record("A", input{"A", input_type::fader}));
  show.put(record("X", input{"X", input_type::button}));
  preset look;
  look.attributes = {0.5f, rgb{1, 0.5f, 0}, 0.25f, {}, {}};
  show.put(record("p", look));
  return show;
}

struct harness {
  show_state show = small_show();
  std::shared_ptr<const engine::rig> rig = engine::make_rig(show, {}, nullptr);
  engine::show_evaluator evaluator;
  input_snapshot inputs;
  tick_time time;

  harness() {
    inputs.layout = std::make_shared<const input_layout>(input_layout{{"A"}, {"X"}});
    inputs.faders = {0.75f};
    inputs.buttons = {{true, true}};
    engine::stage_install first;
    first.rig = rig;
    evaluator.install(first);
  }

  void tick() {
    time.frame_number += 1;
    time.dt_ns = 20'000'000;
    time.t_ns += time.dt_ns;
    const auto made = evaluator.tick(time, inputs);
    for (const auto& values : made.frame->values)
      for (const auto x : values)
        if (!(std::fabs(x) <= 1.f)) std::abort(); // a frame holds finite numbers in their ranges
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = parse_json({reinterpret_cast<const char*>(data), size});
  if (!parsed || !parsed->is_object()) return 0;
  const auto graph = parse_entity(entity_kind::graph, "graph", 1, parsed->get_object(), entity_source::file);
  if (!graph) return 0;
  static harness stage;
  auto made = engine::compile_graph(**graph, stage.show, *stage.rig);
  if (made.result.ok != (made.program != nullptr)) std::abort();
  if (!(engine::check_graph(**graph, stage.show) == made.result)) std::abort();
  engine::stage_install change;
  change.graphs.push_back({"graph", 1, true, {}, 0, std::move(made.program)});
  stage.evaluator.install(change);
  for (int i = 0; i < 3; ++i) stage.tick();
  return 0;
}
