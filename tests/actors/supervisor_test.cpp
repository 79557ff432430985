#include "actors/system/supervisor_actor.hpp"

#include "actors/system/ticker_actor.hpp"
#include "storage/show_files.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/actors/stored_support.hpp"
#include "tests/conformance/support/udp_receiver.hpp"
#include "tests/support/actor_rig.hpp"
#include "tests/support/temp_dir.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

template <class Made>
std::shared_ptr<const Made> shared(Made made) {
  return std::make_shared<const Made>(std::move(made));
}

artnet_output_options artnet_to(const conformance::udp_receiver& node, bool hold = false) {
  artnet_output_options made;
  made.destination = node.address();
  made.hold = hold;
  return made;
}

/// The whole cast on virtual time, with the real disk.
struct theatre_rig {
  temp_dir folder;
  std::vector<std::string> gave_up;
  std::shared_ptr<runtime_gauges> gauges = std::make_shared<runtime_gauges>();
  std::int64_t deadline = 0;
  int ids = 0;
  actor_rig rig;
  ticker_actor clock;
  supervisor_actor boss;

  explicit theatre_rig(std::vector<artnet_output_options> outputs = {},
                       std::optional<network_input_options> network = {}) {
    supervisor_options made;
    put_show(made, folder.path(), "demo");
    made.rules.new_id = [this] { return "new-" + std::to_string(++ids); };
    made.published = std::make_shared<publication>();
    made.ticker = {std::make_shared<tick_clock>(), gauges, [](auto) {}, [] { return std::int64_t{0}; }};
    made.ticker_is = [this](const ticker_actor& now) { clock = now; };
    made.give_up = [this](const std::string& why) { gave_up.push_back(why); };
    made.detach = false;
    made.outputs.assign(outputs.begin(), outputs.end());
    made.network = std::move(network);
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
                      create_entity{entity_kind::input, members(R"({"name":"F","type":"fader"})")},
                      {"test", {}}}))
               .entity != nullptr;
  }
};

} // namespace

TEST_CASE("supervisor: whoever of the cast falls is replaced, and the show goes on", "[actors][unit]") {
  theatre_rig on;
  CHECK(on.tick() == 1);
  const auto who = GENERATE(Catch::Generators::range(0, 8));
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
  case 7:
    on.fell(parts.file_keeper);
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

TEST_CASE("supervisor: an output that falls is replaced, and its universes go on", "[actors][unit]") {
  conformance::udp_receiver node;
  theatre_rig on({artnet_to(node)});
  on.tick();
  CHECK(node.next(0).is_dmx());
  on.fell(on.parts().outputs[0]);
  node.drain();
  on.tick();
  const auto packet = node.next(0);
  CHECK(packet.is_dmx());
  CHECK(packet.sequence() == 1); // another socket counts anew
  CHECK(on.gave_up.empty());
}

TEST_CASE("supervisor: at the end the run state is on disk and then the outputs go dark", "[actors][unit]") {
  conformance::udp_receiver node;
  const bool hold = GENERATE(false, true);
  CAPTURE(hold);
  theatre_rig on({artnet_to(node, hold)});
  on.tick();
  on.tick();
  node.next(0, [](const auto& packet) { return !packet.dark(); });
  node.drain();
  on.rig.tell(on.parts().show_store, set_graph_enabled{"pulse", false});
  on.rig.drain();
  REQUIRE_FALSE(on.rig.try_ask(on.boss, stop_atom_v));
  auto last = node.take_all();
  REQUIRE(last.size() == 1);
  CHECK(last[0].dark() != hold);
  CHECK(read_text(on.folder / "demo/graphs.yaml").find("enabled: false") != std::string::npos);
}

TEST_CASE("supervisor: a network_input that falls is replaced, and ticks see what it hears",
          "[actors][unit]") {
  network_input_options network;
  network.universes.emplace_back().address = 7;
  network.listened.artnet = {7};
  std::shared_ptr<packet_intake> intake;
  network.intake_is = [&intake](std::shared_ptr<packet_intake> one) { intake = std::move(one); };
  theatre_rig on({}, network);
  const auto hear = [&](std::uint8_t level) {
    const std::array<std::uint8_t, 2> levels{level, 0};
    artnet::artdmx packet;
    packet.address = *artnet::port_address::from(7);
    packet.levels = levels;
    const std::chrono::nanoseconds now = on.rig.system().clock().now().time_since_epoch();
    intake->take_artnet(packet, *net::udp_endpoint::parse("10.0.0.1", 6454), now.count());
    on.rig.drain();
    on.rig.advance(1ms);
    const auto report = on.rig.ask<network_report_ptr>(on.parts().network_input, ask_network_report{});
    return report->universes.at(0).sources.size();
  };
  CHECK(hear(10) == 1);
  on.fell(on.parts().network_input);
  on.tick();
  CHECK(hear(20) == 1);
  CHECK(on.gave_up.empty());
}
