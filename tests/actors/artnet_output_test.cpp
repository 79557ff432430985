#include "actors/output/artnet_output_actor.hpp"

#include "tests/conformance/support/udp_receiver.hpp"
#include "tests/support/actor_rig.hpp"

#include <catch2/catch.hpp>
#include <map>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// One frame of so many universes, which have all changed.
dmx_ptr frame_of(std::size_t first, std::size_t count, std::uint64_t number, std::uint8_t level = 1) {
  auto made = std::make_shared<dmx_data>();
  made->time.frame_number = number;
  made->time.dt_ns = 16'000'000;
  for (std::size_t i = 0; i < count; ++i) made->addresses.push_back(static_cast<std::uint16_t>(first + i));
  made->levels.assign(count * universe_levels, level);
  made->changed.assign(count, 1);
  return made;
}

bool is_sync(const conformance::artnet_packet& one) {
  return one.bytes.size() == artnet::artsync_packet_size && one.bytes[9] == 0x52;
}

struct output_rig {
  test::actor_rig rig;
  conformance::udp_receiver node;
  output_actor output;

  explicit output_rig(artnet_output_options options = {}) {
    options.destination = node.address();
    options.sync = true;
    output = rig.own(rig.system().spawn(artnet_output, std::move(options)));
  }
  void send(dmx_ptr dmx, std::uint16_t part = 0, std::uint16_t parts = 1) {
    rig.tell(output, universes_made{std::move(dmx), part, parts, 0, nullptr});
    rig.drain();
  }
};

} // namespace

TEST_CASE("art-net output: few packets leave at once, the ArtSync behind them", "[actors]") {
  output_rig on;
  on.send(frame_of(0, 32, 1));
  const auto got = on.node.take_all();
  REQUIRE(got.size() == 33);
  CHECK(is_sync(got.back()));
}

TEST_CASE("art-net output: many packets are spread over half of the tick, the ArtSync behind the last",
          "[actors]") {
  output_rig on;
  on.send(frame_of(0, 64, 1));
  CHECK(on.node.take_all().size() == 16);
  on.rig.advance(3ms);
  CHECK(on.node.take_all().size() == 16);
  std::vector<conformance::artnet_packet> rest;
  for (int i = 0; i < 6; ++i) {
    on.rig.advance(1ms);
    for (auto& one : on.node.take_all()) rest.push_back(std::move(one));
  }
  REQUIRE(rest.size() == 33);
  for (std::size_t i = 0; i < 32; ++i) CHECK(rest[i].is_dmx());
  CHECK(is_sync(rest.back()));
  const auto told = on.rig.ask<output_report>(on.output, ask_output_report{});
  CHECK(told.paced == 64);
  CHECK(told.superseded == 0);
  CHECK(told.late == 0);
}

TEST_CASE("art-net output: a newer frame overtakes what waits of the older one", "[actors]") {
  output_rig on;
  on.send(frame_of(0, 64, 1, 1));
  CHECK(on.node.take_all().size() == 16);
  on.send(frame_of(0, 64, 2, 2));
  for (int i = 0; i < 20; ++i) on.rig.advance(1ms);
  std::map<std::uint16_t, std::vector<int>> levels;
  std::size_t syncs = 0;
  for (const auto& one : on.node.take_all()) {
    if (is_sync(one)) ++syncs;
    if (!one.is_dmx()) continue;
    levels[one.universe()].push_back(one.level(1));
  }
  CHECK(syncs == 1);
  REQUIRE(levels.size() == 64);
  for (const auto& [universe, seen] : levels) CHECK(seen == std::vector<int>{2});
  const auto told = on.rig.ask<output_report>(on.output, ask_output_report{});
  CHECK(told.superseded == 48);
  CHECK(told.late == 48);
}

TEST_CASE("art-net output: a fast receiver gets all at once", "[actors]") {
  artnet_output_options fast;
  fast.pacing.share = 0;
  fast.pacing.burst = 64;
  output_rig on{fast};
  on.send(frame_of(0, 64, 1));
  CHECK(on.node.take_all().size() == 65);
}

TEST_CASE("art-net output: each part is sent as it comes, the ArtSync after the last one", "[actors]") {
  output_rig on;
  on.send(frame_of(0, 2, 1), 0, 2);
  auto got = on.node.take_all();
  REQUIRE(got.size() == 2);
  CHECK(got[0].is_dmx());
  CHECK(got[1].is_dmx());
  on.send(frame_of(2, 2, 1), 1, 2);
  got = on.node.take_all();
  REQUIRE(got.size() == 3);
  CHECK(is_sync(got[2]));
}
