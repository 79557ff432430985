#include "actors/input/network_input_actor.hpp"

#include "actors/input/input_state_actor.hpp"
#include "tests/actors/network_packets.hpp"
#include "tests/support/actor_rig.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct told {
  std::vector<network_moved> moved;
  std::vector<std::int64_t> arrivals;                           ///< of input_arrived
  std::vector<std::shared_ptr<const input_snapshot>> snapshots; ///< that the stage got
};

ticker_actor::behavior_type fake_ticker(ticker_actor::pointer, told* seen) {
  return {[](const cast_change&) {},
          [](const due&) {},
          [](const tick_done&) {},
          [](const set_tick_rate&) {},
          [seen](const input_arrived& one) { seen->arrivals.push_back(one.arrival_ns); },
          [](work_atom) {}};
}

stage_actor::behavior_type fake_stage(stage_actor::pointer, told* seen) {
  return {[](const cast_change&) {},
          [seen](const tick_inputs& one) { seen->snapshots.push_back(one.inputs); },
          [](const show_update_ptr&) {},
          [](const frames_wanted&) {},
          [](const cells_moved&) {},
          [](const memory_wanted&) {},
          [](const explain_cell&) { return explained_cell_ptr{}; }};
}

input_state_actor::behavior_type fake_inputs(input_state_actor::pointer, told* seen) {
  return {[](const cast_change&) {},
          [](const tick&) {},
          [](const input_batch&) { return input_refusals{}; },
          [seen](const network_moved& one) { seen->moved.push_back(one); },
          [](const client_gone&) {},
          [](const show_update_ptr&) {},
          [](const memory_wanted&) {},
          [](flush_atom) {}};
}

/// network_input on virtual time, in front of a fake input_state or the real one.
struct network_rig {
  told seen;
  std::shared_ptr<packet_intake> intake;
  actor_rig rig;
  cast who;
  network_input_actor input;
  std::uint64_t frame = 0;

  explicit network_rig(bool real = false, loss_rule loss = {}) {
    network_input_options made;
    universe_rules rule;
    rule.address = 1;
    rule.sacn_loss = rule.artnet_loss = loss;
    made.universes = {rule};
    made.listened = {{{1, 1}}, {1}};
    made.intake_is = [this](std::shared_ptr<packet_intake> one) { intake = std::move(one); };
    auto& system = rig.system();
    who.ticker = rig.own(system.spawn(fake_ticker, &seen));
    who.stages = {rig.own(system.spawn(fake_stage, &seen))};
    who.input_state = rig.own(real ? system.spawn(input_state, false) : system.spawn(fake_inputs, &seen));
    input = rig.own(system.spawn(network_input, made));
    who.network_input = input;
    tell_cast();
  }
  void tell_cast() {
    const cast_change change{std::make_shared<const cast>(who)};
    rig.tell(who.input_state, change);
    rig.tell(input, change);
    rig.drain();
  }
  std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(rig.system().clock().now().time_since_epoch())
        .count();
  }
  void artnet(unsigned source, std::uint8_t level) {
    const std::array<std::uint8_t, 2> levels{level, 0};
    artnet::artdmx packet;
    packet.address = *artnet::port_address::from(1);
    packet.levels = levels;
    intake->take_artnet(packet, host(source), now());
  }
  const input_snapshot& tick(std::int64_t t_ns = 0) {
    troupe::tick one;
    one.time = {++frame, t_ns, 0, now()};
    rig.tell(who.input_state, one);
    rig.drain();
    return *seen.snapshots.back();
  }
};

} // namespace

TEST_CASE("network input: what a packet changes reaches input_state with its arrival", "[actors][network]") {
  network_rig on;
  REQUIRE(on.seen.moved.size() == 1); // that everything is dark
  CHECK(on.seen.moved[0].arrival_ns == 0);
  on.rig.advance(10ms);
  on.artnet(1, 77);
  const auto arrival = on.now();
  on.rig.drain();
  REQUIRE(on.seen.moved.size() == 2);
  CHECK(on.seen.moved[1].dmx->levels[0] == 77);
  CHECK(on.seen.moved[1].arrival_ns == arrival);
  on.rig.advance(10ms);
  on.artnet(1, 77);
  on.rig.drain();
  CHECK(on.seen.moved.size() == 2); // nothing has changed
}

TEST_CASE("network input: a flood becomes at most one message a millisecond, with the newest",
          "[actors][network]") {
  network_rig on;
  on.rig.advance(10ms);
  on.seen.moved.clear();
  for (int i = 1; i <= 100; ++i) {
    on.artnet(1, static_cast<std::uint8_t>(i));
    on.rig.drain();
  }
  REQUIRE(on.seen.moved.size() == 1);
  on.rig.advance(1ms);
  REQUIRE(on.seen.moved.size() == 2);
  CHECK(on.seen.moved[1].dmx->levels[0] == 100);
  on.rig.advance(1s);
  CHECK(on.seen.moved.size() == 2);
}

TEST_CASE("network input: a lost source fades without any packet", "[actors][network]") {
  network_rig on(false, {loss_mode::fade, 1 * second});
  on.rig.advance(10ms);
  on.artnet(1, 200);
  on.rig.drain();
  on.seen.moved.clear();
  on.rig.advance(10s);
  for (int i = 0; i < 51; ++i) on.rig.advance(20ms);
  REQUIRE(on.seen.moved.size() > 40);
  std::uint8_t before = 200;
  for (const auto& one : on.seen.moved) {
    CHECK(one.dmx->levels[0] <= before);
    before = one.dmx->levels[0];
  }
  CHECK(before == 0);
  CHECK(on.seen.moved.back().dmx->priorities[0] == dmx_inputs::nobody);
  const auto told = on.seen.moved.size();
  on.rig.advance(1s);
  CHECK(on.seen.moved.size() == told);
}

TEST_CASE("network input: a new input_state is told everything again", "[actors][network]") {
  network_rig on;
  on.rig.advance(10ms);
  on.artnet(1, 77);
  on.intake->take_timecode({0, 0, 2, 0, timecode_rate::ebu_25}, host(1), on.now());
  on.rig.drain();
  on.rig.advance(10ms);
  on.seen.moved.clear();
  on.who.input_state = on.rig.own(on.rig.system().spawn(fake_inputs, &on.seen));
  on.tell_cast();
  REQUIRE(on.seen.moved.size() == 1);
  CHECK(on.seen.moved[0].dmx->levels[0] == 77);
  CHECK(on.seen.moved[0].timecode_ns == 2 * second);
}

TEST_CASE("network input: the tick after a packet has its levels, and an immediate one is asked for",
          "[actors][network]") {
  network_rig on(true);
  CHECK(on.tick().network->levels[0] == 0);
  on.rig.advance(10ms);
  on.artnet(1, 77);
  const auto arrival = on.now();
  on.rig.drain();
  CHECK(on.seen.arrivals == std::vector<std::int64_t>{arrival});
  const auto& first = on.tick();
  CHECK(first.network->levels[0] == 77);
  CHECK(&on.tick() == &first); // nothing has changed
}

TEST_CASE("network input: timecode is tied to show time by the tick that sees it first",
          "[actors][network]") {
  network_rig on(true);
  CHECK_FALSE(on.tick(5 * second).timecode.known);
  on.rig.advance(100ms);
  on.intake->take_timecode({0, 0, 10, 0, timecode_rate::ebu_25}, host(1), on.now());
  on.rig.drain();
  on.rig.advance(40ms);
  const auto mark = on.tick(5 * second + 140 * ms).timecode;
  CHECK(mark.known);
  CHECK(mark.at_ns == 5 * second + 100 * ms);
  CHECK(mark.position(5 * second + 140 * ms) == 10 * second + 40 * ms);
  on.rig.advance(100ms);
  CHECK(on.tick(5 * second + 240 * ms).timecode.at_ns == mark.at_ns);
  CHECK(on.seen.arrivals.empty()); // it starts no immediate tick
}

TEST_CASE("network input: the report tells who is heard, and what was dropped", "[actors][network]") {
  network_rig on;
  on.rig.advance(10ms);
  on.artnet(1, 1);
  on.artnet(2, 2);
  on.artnet(3, 3); // one too many
  const std::array<std::uint8_t, 3> noise{};
  on.intake->take_sacn(noise, host(9), on.now());
  on.intake->take_timecode({1, 2, 3, 4, timecode_rate::drop_frame_29_97}, host(4), on.now());
  on.rig.drain();
  on.rig.advance(600ms);
  const auto report = on.rig.ask<network_report_ptr>(on.input, ask_network_report{});
  REQUIRE(report->universes.size() == 1);
  CHECK(report->universes[0].universe == 1);
  CHECK(report->universes[0].state == "live");
  CHECK(report->universes[0].sources_exceeded == 1);
  REQUIRE(report->universes[0].sources.size() == 2);
  CHECK(report->universes[0].sources[1].address == "10.0.0.2:6454");
  CHECK(report->universes[0].sources[1].age_ms == 600);
  CHECK(report->dropped.at(0) == std::pair<std::string, std::uint64_t>{"malformed", 1});
  REQUIRE(report->timecode);
  CHECK(report->timecode->text == "01:02:03;04");
  CHECK_FALSE(report->timecode->running);
  CHECK(on.intake->places() == 2); // that of the refused one is free
}
