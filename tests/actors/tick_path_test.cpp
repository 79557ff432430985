#include "actors/client/frame_hub_actor.hpp"
#include "actors/input/input_state_actor.hpp"
#include "actors/metrics/runtime_metrics.hpp"
#include "actors/system/ticker_actor.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/support/actor_rig.hpp"

#include <algorithm>

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
          [](const network_moved&) {},
          [](const client_gone&) {},
          [](const show_update_ptr&) {},
          [](const memory_wanted&) {},
          [](flush_atom) {}};
}

stage_actor::behavior_type fake_stage(stage_actor::pointer, notes* seen) {
  return {[](const cast_change&) {},
          [seen](const tick_inputs& one) {
            seen->stage.push_back(
                fmt::format("tick {} {}", one.time.frame_number, one.inputs->faders.size()));
          },
          [seen](const show_update_ptr&) { seen->stage.emplace_back("update"); },
          [](const frames_wanted&) {},
          [](const cells_moved&) {},
          [seen](const memory_wanted&) { seen->stage.emplace_back("memory"); },
          [](const explain_cell&) { return explained_cell_ptr{}; }};
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
          [](const client_credit&) {},
          [](const name_client&) {},
          [](const history_news_ptr&) {},
          [](const events_recorded_ptr&) {}};
}

lane_actor::behavior_type watching_lane(lane_actor::pointer, std::vector<frame_image_ptr>* images) {
  return {
      [](const cast_change&) {},        [images](const frame_news& news) { images->push_back(news.image); },
      [](const client_news_ptr&) {},    [](const subscribe_client&) {},
      [](const tell_client&) {},        [](const client_credit&) {},
      [](const name_client&) {},        [](const history_news_ptr&) {},
      [](const events_recorded_ptr&) {}};
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

TEST_CASE("ticker: 60 frames that take too long halve the rate, the wanted one is kept and comes back",
          "[actors][unit]") {
  notes seen;
  auto gauges = std::make_shared<runtime_gauges>();
  actor_rig rig;
  std::int64_t now = 0;
  constexpr std::int64_t ms = 1'000'000;
  ticker_options options{std::make_shared<tick_clock>(),
                         gauges,
                         [&](auto hz) { seen.rates.push_back(hz); },
                         [&] { return now; },
                         false,
                         std::make_shared<overload_guard>(60'000'000)};
  const auto clock = rig.own(rig.system().spawn(ticker, options));
  cast parts;
  parts.ticker = clock;
  parts.metrics = std::make_shared<runtime_metrics>();
  parts.input_state = rig.own(rig.system().spawn(fake_inputs, &seen));
  parts.frame_hub = rig.own(rig.system().spawn(frame_hub));
  rig.tell(clock, cast_change{shared(parts)});
  const auto frames = [&](int count, std::int64_t busy) {
    for (int i = 0; i < count; ++i) {
      now += 20 * ms;
      rig.tell(clock, due{now - 2 * ms});
      rig.drain();
      now += busy;
      rig.tell(clock, tick_done{seen.ticks.size()});
      rig.drain();
    }
  };
  frames(59, 16 * ms);
  CHECK(seen.rates.empty());
  frames(1, 16 * ms);
  CHECK(seen.rates == std::vector<std::int64_t>{30'000'000});
  CHECK(gauges->micro_hz == 30'000'000);
  CHECK(gauges->wanted_micro_hz == 60'000'000);
  CHECK(gauges->ticks_skipped == 0);
  CHECK(parts.metrics->slowdowns == 1);
  const auto last = parts.metrics->window.read(now);
  CHECK(last.ticks == 60);
  CHECK(last.late_p99_ns == 2 * ms);
  CHECK(last.busy_mean == Approx(0.96));
  CHECK(parts.metrics->tick_late.read().total() == 60);
  CHECK(parts.metrics->tick_busy.read().sum == 60 * 16 * ms);
  rig.tell(clock, set_tick_rate{100'000'000});
  rig.drain();
  CHECK(gauges->micro_hz == 25'000'000); // not faster than the machine goes
  CHECK(gauges->wanted_micro_hz == 100'000'000);
  frames(1'000, 1 * ms); // 21 seconds
  CHECK(seen.rates == std::vector<std::int64_t>{30'000'000, 25'000'000, 50'000'000, 100'000'000});
  CHECK(gauges->micro_hz == gauges->wanted_micro_hz);
  CHECK(parts.metrics->slowdowns == 1);
}

TEST_CASE("ticker: an input starts a tick of its own, unless the grid's is near", "[actors][unit]") {
  notes seen;
  auto gauges = std::make_shared<runtime_gauges>();
  gauges->micro_hz = 1'000'000; // one a second
  actor_rig rig;
  std::int64_t now = 0;
  ticker_options options{std::make_shared<tick_clock>(), gauges, [](auto) {}, [&] { return now; }, true};
  const auto clock = rig.own(rig.system().spawn(ticker, options));
  cast parts;
  parts.ticker = clock;
  parts.input_state = rig.own(rig.system().spawn(fake_inputs, &seen));
  parts.frame_hub = rig.own(rig.system().spawn(frame_hub));
  rig.tell(clock, cast_change{shared(parts)});
  constexpr std::int64_t ms = 1'000'000;
  const auto tick_at = [&](std::int64_t at) {
    now = at;
    rig.tell(clock, due{at});
    rig.drain();
  };
  const auto done_at = [&](std::int64_t at) {
    now = at;
    rig.tell(clock, tick_done{seen.ticks.size()});
    rig.drain();
  };
  const auto input_at = [&](std::int64_t at) {
    now = at + 1;
    rig.tell(clock, input_arrived{at});
    rig.drain();
  };
  tick_at(1'000 * ms);
  input_at(1'000 * ms + 10);
  REQUIRE(seen.ticks.size() == 1); // the first is in flight
  done_at(1'010 * ms);
  REQUIRE(seen.ticks.size() == 2);
  CHECK(seen.ticks[1].t_ns == 10);
  done_at(1'011 * ms);
  input_at(1'012 * ms); // 2 ms after the last one
  REQUIRE(seen.ticks.size() == 2);
  now = 1'014 * ms;
  rig.advance(2ms);
  REQUIRE(seen.ticks.size() == 3);
  CHECK(seen.ticks[2].t_ns == 12 * ms);
  done_at(1'024 * ms); // it took 10 ms
  input_at(1'995 * ms);
  CHECK(seen.ticks.size() == 3);
  tick_at(2'000 * ms);
  REQUIRE(seen.ticks.size() == 4);
  CHECK(seen.ticks[3].t_ns == 1'000 * ms);
  CHECK(gauges->immediate_ticks == 2);
  CHECK(gauges->ticks_skipped == 0);
}

TEST_CASE("ticker: without immediate ticks an input waits for the grid", "[actors][unit]") {
  notes seen;
  auto gauges = std::make_shared<runtime_gauges>();
  actor_rig rig;
  ticker_options options{std::make_shared<tick_clock>(), gauges, [](auto) {}, [] { return std::int64_t{0}; }};
  const auto clock = rig.own(rig.system().spawn(ticker, options));
  cast parts;
  parts.ticker = clock;
  parts.input_state = rig.own(rig.system().spawn(fake_inputs, &seen));
  parts.frame_hub = rig.own(rig.system().spawn(frame_hub));
  rig.tell(clock, cast_change{shared(parts)});
  rig.tell(clock, due{1'000});
  rig.tell(clock, tick_done{1});
  rig.tell(clock, input_arrived{1'500});
  rig.drain();
  CHECK(seen.ticks.size() == 1);
}

TEST_CASE("input state: ticks and updates reach the stage in the order in which they came",
          "[actors][unit]") {
  notes seen;
  actor_rig rig;
  const auto inputs = rig.own(rig.system().spawn(input_state, false));
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
  rig.tell(inputs, memory_wanted{1});
  rig.tell(inputs, shared(show_update{}));
  rig.drain();
  CHECK(seen.stage == lines{"tick 1 0", "update", "tick 2 1", "memory", "update"});
  const auto refused = rig.ask<input_refusals>(
      inputs,
      input_batch{1, {{input_action::move_fader, "f", level{1.0f}}, {input_action::move_fader, "x", {}}}});
  CHECK(refused.indices == std::vector<std::uint32_t>{1});
}

TEST_CASE("input state: how long a tick lay in the mailbox is measured, one without a stamp isn't",
          "[actors][unit]") {
  notes seen;
  actor_rig rig;
  const auto inputs = rig.own(rig.system().spawn(input_state, false));
  cast parts;
  parts.input_state = inputs;
  parts.metrics = std::make_shared<runtime_metrics>();
  rig.tell(inputs, cast_change{shared(parts)});
  const auto now = rig.now_ns();
  rig.tell(inputs, tick{{1, 0, 0, 0}, now});
  rig.advance(3ms);
  rig.tell(inputs, tick{{2, 1, 1, 1}, now + 1'000'000});
  rig.tell(inputs, tick{{3, 2, 1, 2}});
  rig.drain();
  const auto found = parts.metrics->waits[inbox::input_state].read();
  CHECK(found.total() == 2);
  CHECK(found.sum == 3'000'000 + 2'000'000); // time passed before the first was looked at, too
}

namespace {

struct hub_rig {
  notes seen;
  actor_rig rig;
  frame_hub_actor hub = rig.own(rig.system().spawn(frame_hub));
  std::uint64_t frames = 0;
  frame_layout layout{shared(fixture_layout{}), {}};
  std::shared_ptr<runtime_metrics> metrics = std::make_shared<runtime_metrics>();

  hub_rig() {
    cast parts;
    parts.metrics = metrics;
    parts.lanes = {rig.own(rig.system().spawn(fake_lane, &seen))};
    parts.frame_hub = hub;
    rig.tell(hub, cast_change{shared(parts)});
    rig.tell(hub, lane_wants{0, false, true, false});
    rig.drain();
  }
  void frame() {
    frame_data made;
    made.time.frame_number = ++frames;
    made.layout = shared(layout);
    dmx_data universes;
    universes.time = made.time;
    rig.tell(hub, frame_made{shared(std::move(made)), shared(std::move(universes))});
    rig.drain();
  }
  /// @returns how often the status was told in frames of 20 ms each
  std::size_t statuses(int many) {
    seen.lane.clear();
    for (int i = 0; i < many; ++i) {
      rig.advance(20ms);
      frame();
    }
    return static_cast<std::size_t>(std::count(seen.lane.begin(), seen.lane.end(), "status"));
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
  CHECK(on.metrics->full[bounded_queue::lane_slot] == 3); // 2, 3 and 4; the fifth waits
  on.rig.tell(on.hub, lane_ready{0});
  on.rig.drain();
  CHECK(on.told() == lines{"frame 1"});
  on.rig.tell(on.hub, lane_ready{0});
  on.rig.drain();
  CHECK(on.told().empty());
}

TEST_CASE("frame hub: the status comes ten times a second, above 64 KiB once, and at once after a change",
          "[actors][unit]") {
  hub_rig on;
  CHECK(on.statuses(500) == 100);
  instance_site large;
  large.graph_id = std::string(64 * 1024, 'g');
  on.layout.instances = {large};
  on.statuses(10);
  CHECK(on.statuses(500) == 10);
  CHECK(on.statuses(20) == 0);
  show_update enabled;
  enabled.announcements.emplace_back();
  on.rig.tell(on.hub, shared(std::move(enabled)));
  CHECK(on.statuses(5) == 1);
  CHECK(on.statuses(20) == 0);
}

TEST_CASE("frame hub: images have cells as long as a client wants them", "[actors][unit]") {
  std::vector<frame_image_ptr> got;
  actor_rig rig;
  const auto hub = rig.own(rig.system().spawn(frame_hub));
  const auto watcher = rig.own(rig.system().spawn(watching_lane, &got));
  cast parts;
  parts.lanes = {watcher};
  parts.frame_hub = hub;
  rig.tell(hub, cast_change{shared(parts)});
  std::uint64_t frames = 0;
  const auto frame = [&](bool attributes = true) {
    frame_data made;
    made.time.frame_number = ++frames;
    made.attributes = attributes;
    made.layout = shared(frame_layout{shared(fixture_layout{}), {}});
    dmx_data universes;
    universes.time = made.time;
    rig.tell(hub, frame_made{shared(std::move(made)), shared(std::move(universes))});
    rig.tell(hub, lane_ready{0});
    rig.drain();
  };
  rig.tell(hub, lane_wants{0, true, false, false});
  frame(false); // made before anybody looked: there is nothing to show yet
  CHECK(got.empty());
  frame();
  REQUIRE(got.size() == 1);
  CHECK_FALSE(got.back()->cells().wanted());
  rig.tell(hub, lane_wants{0, true, false, true});
  frame();
  CHECK(got.back()->cells().wanted());
  rig.tell(hub, lane_wants{0, true, false, false});
  frame();
  CHECK_FALSE(got.back()->cells().wanted());
  CHECK(got.back()->frame_number() == 4);
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
