#include "actors/input/packet_intake.hpp"

#include "tests/actors/network_packets.hpp"

#include <thread>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

using packets = std::vector<network_packet>;

struct intake_rig {
  int wakes = 0;
  packet_intake intake{{{{101, 1}, {102, 2}}, {5, 6}}, [this] { ++wakes; }};
  std::optional<packet_intake::timecode_packet> timecode;
  packets taken;

  const packets& drain() {
    intake.drain(taken, timecode);
    return taken;
  }
  std::uint64_t dropped(packet_drop why) const { return intake.drops()[static_cast<std::size_t>(why)]; }

  void sacn(std::uint8_t source, std::uint16_t universe, std::uint8_t sequence, std::uint8_t level,
            std::uint8_t options = 0, sacn::start_code code = sacn::start_code::levels) {
    std::array<std::uint8_t, sacn::data_packet_size> out{};
    std::array<std::uint8_t, 512> levels{};
    levels[0] = level;
    sacn::encode_data(out, {cid(source), "desk", 120, 7}, *sacn::universe::from(universe), sequence, options,
                      code, levels);
    intake.take_sacn(out, host(source), ++now);
  }
  void artnet(unsigned source, std::uint16_t universe, std::uint8_t sequence, std::uint8_t level) {
    const std::array<std::uint8_t, 2> levels{level, 0};
    artnet::artdmx packet;
    packet.sequence = sequence;
    packet.address = *artnet::port_address::from(universe);
    packet.levels = levels;
    intake.take_artnet(packet, host(source), ++now);
  }
  std::int64_t now = 0;
};

} // namespace

TEST_CASE("network intake: a packet is parsed and waits", "[actors][network]") {
  intake_rig on;
  on.sacn(1, 102, 9, 77);
  CHECK(on.wakes == 1);
  REQUIRE(on.drain().size() == 1);
  const auto& one = on.taken[0];
  CHECK(one.what == network_packet::kind::sacn_levels);
  CHECK(one.sender == sender_id::of(cid(1)));
  CHECK(one.universe == 2); // Port-Address
  CHECK(one.synchronization == 7);
  CHECK(one.priority == 120);
  CHECK(one.sequence == 9);
  CHECK(std::string(one.name.data()) == "desk");
  CHECK(one.size == 512);
  CHECK(one.levels[0] == 77);
  CHECK(one.arrival_ns == 1);
  CHECK(on.drain().empty());
}

TEST_CASE("network intake: of each source and universe the newest waits, behind one wake-up",
          "[actors][network]") {
  intake_rig on;
  for (std::uint8_t i = 0; i < 50; ++i) {
    on.sacn(1, 101, i, i);
    on.sacn(2, 101, i, i);
    on.artnet(1, 5, static_cast<std::uint8_t>(i + 1), i);
  }
  CHECK(on.wakes == 1);
  REQUIRE(on.drain().size() == 3);
  for (const auto& one : on.taken) {
    CHECK(one.levels[0] == 49);
    CHECK(one.conflated == 49);
  }
  on.sacn(1, 101, 50, 1);
  CHECK(on.wakes == 2);
  CHECK(on.drain().at(0).conflated == 0);
}

TEST_CASE("network intake: what comes late doesn't replace what waits", "[actors][network]") {
  intake_rig on;
  on.sacn(1, 101, 10, 1);
  on.sacn(1, 101, 9, 2);
  on.artnet(1, 5, 10, 1);
  on.artnet(1, 5, 9, 2);
  on.artnet(1, 6, 10, 1);
  on.artnet(1, 6, 0, 2); // doesn't count
  REQUIRE(on.drain().size() == 3);
  CHECK(on.taken[0].levels[0] == 1);
  CHECK(on.taken[0].late == 1);
  CHECK(on.taken[1].levels[0] == 1);
  CHECK(on.taken[2].levels[0] == 2);
}

TEST_CASE("network intake: packets come out in the order of arrival", "[actors][network]") {
  intake_rig on;
  on.sacn(9, 101, 0, 1);
  on.artnet(1, 5, 1, 1);
  on.sacn(1, 102, 0, 1);
  on.sacn(9, 101, 1, 2); // takes the place of the first, but came last
  REQUIRE(on.drain().size() == 3);
  CHECK(on.taken[0].arrival_ns == 2);
  CHECK(on.taken[1].arrival_ns == 3);
  CHECK(on.taken[2].arrival_ns == 4);
}

TEST_CASE("network intake: what isn't wanted is counted and dropped", "[actors][network]") {
  intake_rig on;
  on.sacn(1, 103, 0, 1);
  on.artnet(1, 7, 1, 1);
  CHECK(on.dropped(packet_drop::other_universe) == 2);
  on.sacn(1, 101, 0, 1, sacn::option::preview);
  CHECK(on.dropped(packet_drop::preview) == 1);
  on.sacn(1, 101, 0, 1, 0, static_cast<sacn::start_code>(0x17));
  CHECK(on.dropped(packet_drop::other_start_code) == 1);
  const std::array<std::uint8_t, 3> noise{1, 2, 3};
  on.intake.take_sacn(noise, host(1), 0);
  on.intake.take_sacn({}, host(1), 0);
  CHECK(on.dropped(packet_drop::malformed) == 2);
  std::array<std::uint8_t, sacn::discovery_max_size> page{};
  const std::array<std::uint16_t, 1> list{101};
  const auto size = sacn::encode_discovery(page, cid(1), "desk", list, 0);
  on.intake.take_sacn(std::span{page}.first(size), host(1), 0);
  CHECK(on.dropped(packet_drop::discovery) == 1);
  on.intake.take_timecode({24, 0, 0, 0, timecode_rate::ebu_25}, host(1), 0);
  CHECK(on.dropped(packet_drop::bad_timecode) == 1);
  CHECK(on.wakes == 0);
  CHECK(on.drain().empty());
}

TEST_CASE("network intake: strangers are bounded, and push out nobody who is known", "[actors][network]") {
  intake_rig on;
  on.sacn(1, 101, 0, 10);
  on.drain(); // and keeps its place
  for (int i = 0; i < 10'000; ++i)
    on.sacn(static_cast<std::uint8_t>(2 + i % 250), i % 2 ? 101 : 102, static_cast<std::uint8_t>(i), 1);
  on.sacn(1, 101, 1, 20);
  on.drain();
  CHECK(on.taken.size() == packet_intake::max_strangers + 1);
  CHECK(on.taken.back().levels[0] == 20);
  CHECK(on.dropped(packet_drop::strangers) > 0);
  for (const auto& one : packets{on.taken})
    if (one.sender != sender_id::of(cid(1))) on.intake.release(one.sender, one.universe);
  CHECK(on.intake.places() == 1);
}

TEST_CASE("network intake: the newest timecode waits", "[actors][network]") {
  intake_rig on;
  on.intake.take_timecode({0, 0, 0, 1, timecode_rate::ebu_25}, host(1), 5);
  on.intake.take_timecode({0, 0, 0, 2, timecode_rate::ebu_25}, host(1), 6);
  CHECK(on.wakes == 1);
  on.drain();
  REQUIRE(on.timecode);
  CHECK(on.timecode->at.frames == 2);
  CHECK(on.timecode->arrival_ns == 6);
  on.drain();
  CHECK_FALSE(on.timecode);
}

TEST_CASE("network intake: threads that bring packets lose none of the newest", "[actors][network]") {
  std::atomic<int> wakes{0};
  packet_intake intake({{}, {5, 6}}, [&] { ++wakes; });
  const auto bring = [&intake](std::uint16_t universe) {
    for (int i = 0; i < 5'000; ++i) {
      const std::array<std::uint8_t, 2> levels{static_cast<std::uint8_t>(i % 256), 0};
      artnet::artdmx packet;
      packet.address = *artnet::port_address::from(universe);
      packet.levels = levels;
      intake.take_artnet(packet, host(1), i);
    }
  };
  std::thread one{bring, std::uint16_t{5}}, two{bring, std::uint16_t{6}};
  std::vector<network_packet> taken;
  std::optional<packet_intake::timecode_packet> timecode;
  std::map<std::uint16_t, std::uint64_t> came;
  std::map<std::uint16_t, std::int64_t> newest;
  const auto drain = [&] {
    intake.drain(taken, timecode);
    for (const auto& each : taken) {
      came[each.universe] += 1 + each.conflated;
      newest[each.universe] = each.arrival_ns;
    }
  };
  for (int i = 0; i < 100; ++i) drain();
  one.join();
  two.join();
  drain();
  CHECK(came == std::map<std::uint16_t, std::uint64_t>{{5, 5'000}, {6, 5'000}});
  CHECK(newest == std::map<std::uint16_t, std::int64_t>{{5, 4'999}, {6, 4'999}});
  CHECK(wakes >= 1);
}
