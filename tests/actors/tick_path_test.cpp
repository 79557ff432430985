#include "actors/client/frame_hub_actor.hpp"
#include "actors/input/input_state_actor.hpp"
#include "actors/system/supervisor_actor.hpp"
#include "actors/system/ticker_actor.hpp"
#include "storage/show_files.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/support/actor_rig.hpp"

#include <cstdlib>
#include <filesystem>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// What fake peers were told, in order.
struct notes {
  std::vector<tick_time> ticks;
  std::vector<std::string> stage; ///< `tick 1`, `update`
  std::vector<std::string> lane;  ///< `frame 1`, `show`, `status`, `inputs`, `state`
  std::vector<std::int64_t> rates;
};

input_state_actor::behavior_type fake_inputs(input_state_actor::pointer, notes* seen) {
  return {[](const cast_change&) {},
          [seen](const tick& one) { seen->ticks.push_back(one.time); },
          [](const input_batch&) { return input_refusals{}; },
          [](const client_gone&) {},
          [](const show_update_ptr&) {},
          [](flush_atom) {}};
}

stage_actor::behavior_type fake_stage(stage_actor::pointer, notes* seen) {
  return {[](const cast_change&) {},
          [seen](const tick_inputs& one) {
            seen->stage.push_back(
                fmt::format("tick {} {}", one.time.frame_number, one.inputs->faders.size()));
          },
          [seen](const show_update_ptr&) { seen->stage.emplace_back("update"); }};
}

lane_actor::behavior_type fake_lane(lane_actor::pointer, notes* seen) {
  return {[](const cast_change&) {},
          [seen](const frame_news& news) { seen->lane.push_back(fmt::format("frame {}", news.dmx ? 1 : 0)); },
          [seen](const client_news_ptr& news) {
            if (news->show_changed) seen->lane.emplace_back("show");
            if (news->status) seen->lane.emplace_back("status");
            if (news->inputs) seen->lane.emplace_back("inputs");
            for (std::size_t i = 0; i < news->states.size(); ++i) seen->lane.emplace_back("state");
          },
          [](const subscribe_client&) {},
          [](const tell_client&) {},
          [](const client_credit&) {}};
}

template <class Made>
std::shared_ptr<const Made> shared(Made made) {
  return std::make_shared<const Made>(std::move(made));
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("ticker: one tick at most is in flight, the others are skipped and counted", "[actors][unit]") {
  notes seen;
  auto gauges = std::make_shared<runtime_gauges>();
  actor_rig rig;
  ticker_options options{std::make_shared<tick_clock>(), gauges, [&](auto hz) { seen.rates.push_back(hz); },
                         [] { return std::int64_t{0}; }};
  const auto clock = rig.own(rig.system().spawn(ticker, options));
  cast parts;
  parts.ticker = clock;
  parts.input_state = rig.own(rig.system().spawn(fake_inputs, &seen));
  parts.frame_hub = rig.own(rig.system().spawn(frame_hub));
  rig.tell(clock, due{500}); // before anyone plays a part
  rig.tell(clock, cast_change{shared(parts)});
  for (const std::int64_t at : {1'000, 2'000, 3'000}) rig.tell(clock, due{at});
  rig.drain();
  REQUIRE(seen.ticks.size() == 1);
  CHECK(gauges->ticks_skipped == 2);
  rig.tell(clock, tick_done{1});
  rig.tell(clock, due{4'000});
  rig.drain();
  REQUIRE(seen.ticks.size() == 2);
  CHECK(seen.ticks[1].frame_number == 2);
  CHECK(seen.ticks[1].t_ns == 3'000);
  CHECK(seen.ticks[1].dt_ns == 3'000);
  rig.tell(clock, set_tick_rate{25'000'000});
  rig.drain();
  CHECK(seen.rates == std::vector<std::int64_t>{25'000'000});
  CHECK(gauges->micro_hz == 25'000'000);
}

TEST_CASE("input state: ticks and updates reach the stage in the order in which they came",
          "[actors][unit]") {
  notes seen;
  actor_rig rig;
  const auto inputs = rig.own(rig.system().spawn(input_state));
  cast parts;
  parts.input_state = inputs;
  parts.stages = {rig.own(rig.system().spawn(fake_stage, &seen))};
  parts.frame_hub = rig.own(rig.system().spawn(frame_hub));
  rig.tell(inputs, cast_change{shared(parts)});
  show_update with_fader;
  with_fader.inputs = shared(input_layout{{"f"}, {}});
  rig.tell(inputs, tick{{1, 0, 0, 0}});
  rig.tell(inputs, shared(std::move(with_fader)));
  rig.tell(inputs, tick{{2, 1, 1, 1}});
  rig.tell(inputs, shared(show_update{}));
  rig.drain();
  CHECK(seen.stage == lines{"tick 1 0", "update", "tick 2 1", "update"});
  const auto refused = rig.ask<input_refusals>(
      inputs,
      input_batch{1, {{input_action::move_fader, "f", level{1.0f}}, {input_action::move_fader, "x", {}}}});
  CHECK(refused.indices == std::vector<std::uint32_t>{1});
}

namespace {

struct hub_rig {
  notes seen;
  actor_rig rig;
  frame_hub_actor hub = rig.own(rig.system().spawn(frame_hub));
  std::uint64_t frames = 0;

  hub_rig() {
    cast parts;
    parts.lanes = {rig.own(rig.system().spawn(fake_lane, &seen))};
    parts.frame_hub = hub;
    rig.tell(hub, cast_change{shared(parts)});
    rig.tell(hub, lane_wants{0, false, true});
    rig.drain();
  }
  void frame() {
    frame_data made;
    made.time.frame_number = ++frames;
    made.layout = shared(frame_layout{shared(fixture_layout{}), {}});
    dmx_data universes;
    universes.time = made.time;
    rig.tell(hub, frame_made{shared(std::move(made)), shared(std::move(universes))});
    rig.drain();
  }
  lines told() {
    std::erase(seen.lane, "status");
    return std::exchange(seen.lane, {});
  }
};

} // namespace

TEST_CASE("frame hub: a lane that isn't ready gets only the newest frame, once", "[actors][unit]") {
  hub_rig on;
  for (int i = 0; i < 5; ++i) on.frame();
  CHECK(on.told() == lines{"frame 1"});
  on.rig.tell(on.hub, lane_ready{0});
  on.rig.drain();
  CHECK(on.told() == lines{"frame 1"});
  on.rig.tell(on.hub, lane_ready{0});
  on.rig.drain();
  CHECK(on.told().empty());
}

TEST_CASE("frame hub: another show is announced with its first frame, before it, status and inputs in one",
          "[actors][unit]") {
  hub_rig on;
  on.frame();
  on.rig.tell(on.hub, lane_ready{0});
  on.rig.drain();
  on.seen.lane.clear();
  show_update update;
  update.announcements.emplace_back(show_news{"next"});
  input_image image;
  image.layout = shared(input_layout{});
  update.controls = shared(std::move(image));
  on.rig.tell(on.hub, shared(std::move(update)));
  on.rig.drain();
  CHECK(on.seen.lane.empty());
  on.frame();
  CHECK(on.seen.lane == lines{"show", "status", "inputs", "frame 1"});
}

namespace {

struct temp_folder {
  std::filesystem::path path;
  temp_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "troupe-cast-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()));
    path = pattern;
  }
  ~temp_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

/// The whole cast on virtual time, with the real disk.
struct theatre_rig {
  temp_folder folder;
  std::vector<std::string> gave_up;
  std::shared_ptr<runtime_gauges> gauges = std::make_shared<runtime_gauges>();
  std::int64_t deadline = 0;
  int ids = 0;
  actor_rig rig;
  ticker_actor clock;
  supervisor_actor boss;

  theatre_rig() {
    auto files = storage::show_files::open(folder.path);
    REQUIRE(files);
    supervisor_options made;
    made.files = std::make_shared<storage::show_files>(std::move(*files));
    REQUIRE(made.files->load("demo", true));
    auto found = std::make_shared<show_on_disk>();
    found->state = made.files->load("demo", true)->state;
    made.loaded = found;
    made.rules.new_id = [this] { return "new-" + std::to_string(++ids); };
    made.published = std::make_shared<publication>();
    made.ticker = {std::make_shared<tick_clock>(), gauges, [](auto) {}, [] { return std::int64_t{0}; }};
    made.ticker_is = [this](const ticker_actor& now) { clock = now; };
    made.give_up = [this](const std::string& why) { gave_up.push_back(why); };
    made.detach = false;
    boss = rig.own(rig.system().spawn(supervisor, made));
    rig.drain();
  }
  ~theatre_rig() {
    (void)rig.try_ask(boss, stop_atom_v);
    clock = ticker_actor{};
  }

  cast& parts() {
    using held = caf::stateful_actor<supervisor_state, supervisor_actor::base>;
    auto* inside = dynamic_cast<held*>(caf::actor_cast<caf::abstract_actor*>(boss));
    REQUIRE(inside);
    return port::state(inside).parts;
  }
  std::uint64_t tick() {
    rig.tell(clock, due{deadline += 16'666'667});
    rig.drain();
    return rig.ask<frame_made>(parts().frame_hub, ask_frame{}).frame->time.frame_number;
  }
  template <class Handle>
  void fell(const Handle& one) {
    const caf::error reason{caf::sec::runtime_error};
    caf::anon_send(caf::actor_cast<caf::actor>(one), caf::exit_msg{caf::actor_addr{}, reason});
    rig.drain();
  }
  bool creates() {
    return rig.ask<change_reply>(
                  parts().show_store,
                  shared(change_entity{
                      create_entity{entity_kind::input, members(R"({"name":"F","type":"fader"})")}, "test"}))
               .entity != nullptr;
  }
};

} // namespace

TEST_CASE("supervisor: whoever of the cast falls is replaced, and the show goes on", "[actors][unit]") {
  theatre_rig on;
  CHECK(on.tick() == 1);
  const auto who = GENERATE(range(0, 7));
  CAPTURE(who);
  auto& parts = on.parts();
  switch (who) {
  case 0:
    on.fell(parts.ticker);
    break;
  case 1:
    on.fell(parts.input_state);
    break;
  case 2:
    on.fell(parts.stages[0]);
    break;
  case 3:
    on.fell(parts.frame_hub);
    break;
  case 4:
    on.fell(parts.graph_compiler);
    break;
  case 5:
    on.fell(parts.show_store);
    break;
  case 6:
    on.fell(parts.journal);
    break;
  }
  CHECK(on.tick() == 2);
  CHECK(on.tick() == 3);
  CHECK(on.creates());
  CHECK(on.gave_up.empty());
}

TEST_CASE("supervisor: too many falls in a short time end the process", "[actors][unit]") {
  theatre_rig on;
  for (int i = 0; i < 5; ++i) on.fell(on.parts().stages[0]);
  CHECK(on.gave_up.empty());
  SECTION("in one go") {
    on.fell(on.parts().stages[0]);
    CHECK(on.gave_up.size() == 1);
  }
  SECTION("but not over a long time") {
    on.rig.advance(11s);
    on.fell(on.parts().stages[0]);
    CHECK(on.gave_up.empty());
  }
}
