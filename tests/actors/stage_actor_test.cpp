// A stage and the questions about its next frame.
#include "actors/stage/stage_actor.hpp"

#include "actors/client/frame_hub_actor.hpp"
#include "actors/metrics/runtime_metrics.hpp"
#include "actors/system/error_bridge.hpp"
#include "engine/compiler.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/support/actor_rig.hpp"

#include <optional>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

using namespace std::chrono_literals;

struct outcome {
  std::optional<explained_cell_ptr> told;
  std::optional<error> failed;
};

caf::behavior asker(caf::event_based_actor* self, const stage_actor& stage, const explain_cell& question,
                    outcome* out) {
  self->request(stage, 2s, question)
      .then([out](const explained_cell_ptr& told) { out->told = told; },
            [out](const caf::error& reason) { out->failed = from_caf(reason); });
  return {};
}

ticker_actor::behavior_type fake_ticker(ticker_actor::pointer) {
  return {[](const cast_change&) {},   [](const due&) {},           [](const tick_done&) {},
          [](const set_tick_rate&) {}, [](const input_arrived&) {}, [](work_atom) {}};
}

template <class T>
std::shared_ptr<const T> shared(T value) {
  return std::make_shared<const T>(std::move(value));
}

/// Two lamps in two universes, one of which a fader dims; as many stages as asked for.
struct stages_rig {
  actor_rig rig;
  cast parts;
  std::uint64_t frames = 0;
  std::deque<outcome> outcomes;

  explicit stages_rig(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      parts.stages.push_back(rig.own(rig.system().spawn(stage, static_cast<std::uint16_t>(i), false)));
    parts.frame_hub = rig.own(rig.system().spawn(frame_hub));
    parts.ticker = rig.own(rig.system().spawn(fake_ticker));
    parts.metrics = std::make_shared<runtime_metrics>();
    rig.tell(parts.frame_hub, cast_change{shared(parts)});
    for (const auto& one : parts.stages) rig.tell(one, cast_change{shared(parts)});
    install(count);
  }

  void install(std::size_t count) {
    show_state show;
    for (const auto& one : {par(), lamp("a", 1), lamp("b", 1, "par", 1),
                            record(entity_kind::group, "g", R"({"name":"any","fixtureIds":["a"]})"),
                            fader("f"), dimming("look", "f", "g")})
      show.put(one);
    engine::stage_install change;
    change.new_show = true;
    const auto made = engine::make_rig(show, {release_mode::dark, count, 1}, nullptr);
    change.rig = made;
    engine::graph_install look;
    look.graph_id = "look";
    look.programs = engine::compile_graph(*show.find(entity_kind::graph, "look"), show, *made).programs;
    change.graphs.push_back(std::move(look));
    show_update update;
    update.install = shared(std::move(change));
    for (const auto& one : parts.stages) rig.tell(one, shared(update));
    rig.drain();
  }

  const outcome& ask(std::size_t stage, const explain_cell& question) {
    auto& out = outcomes.emplace_back();
    rig.own(rig.system().spawn(asker, parts.stages[stage], question, &out));
    rig.drain();
    return out;
  }

  void frame() {
    input_snapshot inputs;
    inputs.layout = shared(input_layout{{"f"}, {}});
    inputs.faders = {0.5f};
    const tick_time time{++frames, 0, 0, 0};
    for (const auto& one : parts.stages) rig.tell(one, tick_inputs{time, shared(inputs)});
    rig.drain();
  }
};

} // namespace

TEST_CASE("stage: a question is answered with the next frame", "[actors][unit]") {
  stages_rig on(1);
  on.frame();
  const auto& asked = on.ask(0, {"a", 0, dmx_address{0, 1}});
  CHECK_FALSE(asked.told.has_value());
  on.frame();
  REQUIRE(asked.told.has_value());
  const auto& cell = **asked.told;
  CHECK(cell.time.frame_number == 2);
  REQUIRE(cell.writes.size() == 1);
  CHECK(cell.writes[0].graph_id == "look");
  CHECK(cell.values[0] == 0.5f);
  CHECK(cell.level == 128);
  REQUIRE(cell.inputs);
  CHECK(cell.inputs->faders == std::vector{0.5f});
}

TEST_CASE("stage: a stage answers nothing about a fixture of another", "[actors][unit]") {
  stages_rig on(2);
  const auto &first = on.ask(0, {"b", 0, {}}), &second = on.ask(1, {"b", 0, {}});
  on.frame();
  REQUIRE(first.told.has_value());
  REQUIRE(second.told.has_value());
  CHECK((*first.told == nullptr) != (*second.told == nullptr));
  const auto& nobody = on.ask(0, {"none", 0, {}});
  on.frame();
  REQUIRE(nobody.told.has_value());
  CHECK(*nobody.told == nullptr);
}

TEST_CASE("stage: more questions than a frame answers are refused, and counted", "[actors][unit]") {
  stages_rig on(1);
  for (std::size_t i = 0; i < stage_state::max_questions; ++i) on.ask(0, {"a", 0, {}});
  const auto& refused = on.ask(0, {"a", 0, {}});
  REQUIRE(refused.failed.has_value());
  CHECK(refused.failed->code == ec::too_many_requests);
  CHECK(on.parts.metrics->full[bounded_queue::questions] == 1);
  on.frame();
  std::size_t told = 0;
  for (const auto& one : on.outcomes) told += one.told.has_value();
  CHECK(told == stage_state::max_questions);
  const auto& again = on.ask(0, {"a", 0, {}});
  on.frame();
  CHECK(again.told.has_value());
}

TEST_CASE("stage: without a frame a question times out, and the next frame isn't disturbed",
          "[actors][unit]") {
  stages_rig on(1);
  const auto& late = on.ask(0, {"a", 0, {}});
  on.rig.advance(2s);
  REQUIRE(late.failed.has_value());
  CHECK(late.failed->code == ec::timeout);
  on.frame();
  const auto& next = on.ask(0, {"a", 0, {}});
  on.frame();
  CHECK(next.told.has_value());
}
