#include "actors/output/artnet_schedule.hpp"

#include "tests/actors/dmx_support.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

dmx_ptr dmx(std::initializer_list<test::universe_level> universes, std::uint64_t frame = 0) {
  return test::dmx_of(universes, frame);
}

struct sent {
  unsigned address, sequence, first;
  friend bool operator==(const sent&, const sent&) = default;
};

std::ostream& operator<<(std::ostream& out, const sent& one) {
  return out << '{' << one.address << " #" << one.sequence << " = " << one.first << '}';
}

/// Makes the packets and reads them as a receiver does.
std::vector<sent> read(artnet_schedule& plan, std::span<const universe_schedule::due_universe> due) {
  std::vector<sent> all;
  for (const auto& each : due) {
    const auto packet = plan.make(*each.which);
    std::vector<std::uint8_t> bytes(packet.header.begin(), packet.header.end());
    bytes.insert(bytes.end(), packet.levels.begin(), packet.levels.end());
    const auto parsed = artnet::parse(bytes);
    REQUIRE(parsed);
    const auto& one = std::get<artnet::artdmx>(*parsed);
    REQUIRE(one.levels.size() == 512);
    all.push_back({one.address.number(), one.sequence, one.levels[0]});
  }
  return all;
}

using packets = std::vector<sent>;

} // namespace

TEST_CASE("art-net schedule: nothing is due before a universe is known", "[actors][unit]") {
  artnet_schedule plan{output_timing{}};
  CHECK(plan.due(1s).empty());
  CHECK_FALSE(plan.next_due());
  CHECK(plan.last(true).empty());
}

TEST_CASE("art-net schedule: every universe is sent at once, in ascending order", "[actors][unit]") {
  artnet_schedule plan{output_timing{}};
  plan.offer(dmx({{1, 10, false}, {300, 30, false}, {32'767, 0, false}}));
  CHECK(read(plan, plan.due(1s)) == packets{{1, 1, 10}, {300, 1, 30}, {32'767, 1, 0}});
  CHECK(plan.due(1s).empty());
}

TEST_CASE("art-net schedule: only what changed is sent, the rest every 0.8 s", "[actors][unit]") {
  artnet_schedule plan{output_timing{}};
  plan.offer(dmx({{1, 0}, {2, 0}}));
  CHECK(read(plan, plan.due(1s)).size() == 2);
  plan.offer(dmx({{1, 5}, {2, 0, false}}));
  CHECK(read(plan, plan.due(1s + 100ms)) == packets{{1, 2, 5}});
  CHECK(plan.next_due() == 1s + 800ms);
  CHECK(plan.due(1s + 799ms).empty());
  CHECK(read(plan, plan.due(1s + 800ms)) == packets{{2, 2, 0}});
  CHECK(plan.due(1s + 899ms).empty());
  CHECK(read(plan, plan.due(1s + 900ms)) == packets{{1, 3, 5}});
}

TEST_CASE("art-net schedule: at a constant rate every offer is sent, changed or not", "[actors][unit]") {
  const bool limited = GENERATE(false, true);
  output_timing timing;
  timing.constant_rate = true;
  if (limited) timing.min_interval = 50ms;
  artnet_schedule plan{timing};
  plan.offer(dmx({{1, 7, true}}));
  CHECK(read(plan, plan.due(0ms)) == packets{{1, 1, 7}});
  CHECK(plan.due(10ms).empty()); // nothing was offered
  plan.offer(dmx({{1, 7, false}}));
  CHECK(read(plan, plan.due(20ms)).size() == (limited ? 0 : 1));
  plan.offer(dmx({{1, 7, false}}));
  CHECK(read(plan, plan.due(50ms)) == packets{{1, limited ? 2u : 3u, 7}});
}

TEST_CASE("art-net schedule: the sequence runs from 1 to 255 and never is 0", "[actors][unit]") {
  artnet_schedule plan{output_timing{}};
  for (unsigned i = 0; i < 600; ++i) {
    plan.offer(dmx({{7, static_cast<std::uint8_t>(i)}}));
    const auto out = read(plan, plan.due(1s + i * 20ms));
    REQUIRE(out.size() == 1);
    REQUIRE(out[0].sequence == i % 255 + 1);
    REQUIRE(out[0].first == i % 256);
  }
}

TEST_CASE("art-net schedule: a universe without fixtures sends one frame of zeros and falls silent",
          "[actors][unit]") {
  artnet_schedule plan{output_timing{}};
  plan.offer(dmx({{1, 9}, {2, 9}}));
  read(plan, plan.due(1s));
  for (int i = 0; i < 3; ++i) plan.offer(dmx({{1, 9, false}}));
  CHECK(read(plan, plan.due(1s + 20ms)) == packets{{2, 2, 0}});
  plan.offer(dmx({{1, 9, false}}));
  CHECK(plan.due(1s + 40ms).empty());
  CHECK(read(plan, plan.due(5s)) == packets{{1, 2, 9}});
  CHECK(plan.universes() == 1);
}

TEST_CASE("art-net schedule: a universe that comes back is sent at once", "[actors][unit]") {
  artnet_schedule plan{output_timing{}};
  plan.offer(dmx({{2, 9}}));
  read(plan, plan.due(1s));
  plan.offer(dmx({}));

  SECTION("before its frame of zeros has left") {
    plan.offer(dmx({{2, 9, true}}));
    CHECK(read(plan, plan.due(1s + 20ms)) == packets{{2, 2, 9}});
  }
  SECTION("after it") {
    CHECK(read(plan, plan.due(1s + 20ms)) == packets{{2, 2, 0}});
    plan.offer(dmx({{2, 9, true}}));
    const auto out = read(plan, plan.due(1s + 40ms));
    REQUIRE(out.size() == 1);
    CHECK(out[0].first == 9);
  }
  SECTION("much later") {
    read(plan, plan.due(1s + 20ms));
    plan.offer(dmx({}));
    CHECK(plan.due(9s).empty());
    plan.offer(dmx({{2, 4, true}}));
    CHECK(read(plan, plan.due(10s)) == packets{{2, 1, 4}});
  }
}

TEST_CASE("art-net schedule: at a limited rate the newest frame leaves on the cadence", "[actors][unit]") {
  artnet_schedule plan{output_timing{800ms, 25ms}};
  plan.offer(dmx({{1, 1}}));
  CHECK(read(plan, plan.due(1s)) == packets{{1, 1, 1}});
  plan.offer(dmx({{1, 2}}));
  CHECK(plan.due(1s + 10ms).empty());
  CHECK(plan.next_due() == 1s + 25ms);
  plan.offer(dmx({{1, 3}}));
  CHECK(read(plan, plan.due(1s + 27ms)) == packets{{1, 2, 3}});
  // The cadence is kept: 25 ms after when it should have been, not after when it was.
  plan.offer(dmx({{1, 4}}));
  CHECK(plan.next_due() == 1s + 50ms);
  CHECK(plan.due(1s + 49ms).empty());
  CHECK(read(plan, plan.due(1s + 50ms)) == packets{{1, 3, 4}});
  CHECK(plan.due(1s + 75ms).empty());
}

TEST_CASE("art-net schedule: after a pause there is no burst of what was missed", "[actors][unit]") {
  artnet_schedule plan{output_timing{800ms, 25ms}};
  plan.offer(dmx({{1, 1}}));
  read(plan, plan.due(1s));
  plan.offer(dmx({{1, 2}}));
  CHECK(plan.due(1s + 700ms).size() == 1);
  plan.offer(dmx({{1, 3}}));
  CHECK(plan.due(1s + 710ms).empty());
  CHECK(plan.due(1s + 725ms).size() == 1);
}

TEST_CASE("art-net schedule: values that changed and changed back between two packets aren't sent as old",
          "[actors][unit]") {
  artnet_schedule plan{output_timing{800ms, 25ms}};
  plan.offer(dmx({{1, 1}}));
  read(plan, plan.due(1s));
  plan.offer(dmx({{1, 2}}));
  plan.offer(dmx({{1, 1}}));
  const auto out = read(plan, plan.due(1s + 25ms));
  for (const auto& one : out) CHECK(one.first == 1);
}

TEST_CASE("art-net schedule: the last frame is black or held, once for every universe", "[actors][unit]") {
  artnet_schedule plan{output_timing{}};
  plan.offer(dmx({{1, 9}, {2, 8}}));
  read(plan, plan.due(1s));
  plan.offer(dmx({{1, 7}, {2, 8, false}}));
  SECTION("black") {
    CHECK(read(plan, plan.last(true)) == packets{{1, 2, 0}, {2, 2, 0}});
  }
  SECTION("held, with what wasn't sent yet") {
    CHECK(read(plan, plan.last(false)) == packets{{1, 2, 7}, {2, 2, 8}});
  }
}

TEST_CASE("art-net schedule: each part is sent as it comes, and the frame is whole with the last one",
          "[actors][unit]") {
  artnet_schedule plan{output_timing{}};
  CHECK_FALSE(plan.offer(dmx({{1, 1}, {2, 2}}, 7), 0, 2));
  CHECK(plan.in_frame());
  CHECK(read(plan, plan.due(1s)) == packets{{1, 1, 1}, {2, 1, 2}});
  CHECK(plan.offer(dmx({{3, 3}}, 7), 1, 2));
  CHECK_FALSE(plan.in_frame());
  CHECK(read(plan, plan.due(1s)) == packets{{3, 1, 3}});
  // In any order.
  CHECK_FALSE(plan.offer(dmx({{3, 4}}, 8), 1, 2));
  CHECK(plan.offer(dmx({{1, 1, false}, {2, 5}}, 8), 0, 2));
  CHECK(read(plan, plan.due(1s + 20ms)) == packets{{3, 2, 4}, {2, 2, 5}});
  // One stage misses a tick: the frame was never whole, the next one is.
  CHECK_FALSE(plan.offer(dmx({{3, 6}}, 9), 1, 2));
  CHECK_FALSE(plan.offer(dmx({{3, 7}}, 10), 1, 2));
  CHECK(plan.offer(dmx({{1, 1, false}, {2, 5, false}}, 10), 0, 2));
  CHECK(read(plan, plan.due(1s + 40ms)) == packets{{3, 3, 7}});
}

TEST_CASE("art-net schedule: a universe may move from part to part without a dark frame or a new count",
          "[actors][unit]") {
  const bool giver_first = GENERATE(true, false);
  artnet_schedule plan{output_timing{}};
  plan.offer(dmx({{1, 1}, {2, 2}}, 1), 0, 2);
  plan.offer(dmx({{3, 3}}, 1), 1, 2);
  read(plan, plan.due(1s));
  const auto give = [&] { return plan.offer(dmx({{1, 1, false}}, 2), 0, 2); };
  const auto take = [&] { return plan.offer(dmx({{2, 9}, {3, 3, false}}, 2), 1, 2); };
  CHECK_FALSE((giver_first ? give() : take()));
  auto out = read(plan, plan.due(1s + 20ms));
  CHECK((giver_first ? take() : give()));
  for (const auto& one : read(plan, plan.due(1s + 20ms))) out.push_back(one);
  CHECK(out == packets{{2, 2, 9}});
  // Its levels are those of the part that has it now.
  CHECK(read(plan, plan.due(2s)) == packets{{1, 2, 1}, {2, 3, 9}, {3, 2, 3}});
  CHECK(plan.universes() == 3);
}

TEST_CASE("art-net schedule: between two parts a universe that moves is kept alive with its last levels",
          "[actors][unit]") {
  artnet_schedule plan{output_timing{}};
  plan.offer(dmx({{1, 1}, {2, 2}}, 1), 0, 2);
  plan.offer(dmx({}, 1), 1, 2);
  read(plan, plan.due(1s));
  plan.offer(dmx({{1, 1, false}}, 2), 0, 2);
  CHECK(read(plan, plan.due(1s + 800ms)) == packets{{1, 2, 1}, {2, 2, 2}});
  CHECK(plan.offer(dmx({}, 2), 1, 2)); // nobody took it
  CHECK(read(plan, plan.due(1s + 801ms)) == packets{{2, 3, 0}});
}

TEST_CASE("art-net schedule: what fewer parts don't have any more goes dark", "[actors][unit]") {
  artnet_schedule plan{output_timing{}};
  plan.offer(dmx({{1, 1}}, 1), 0, 2);
  plan.offer(dmx({{2, 2}, {3, 3}}, 1), 1, 2);
  read(plan, plan.due(1s));
  CHECK(plan.offer(dmx({{1, 1, false}, {2, 2, false}}, 2), 0, 1));
  CHECK(read(plan, plan.due(1s + 20ms)) == packets{{3, 2, 0}});
  CHECK(plan.universes() == 3);
  CHECK(plan.due(1s + 40ms).empty());
  CHECK(plan.universes() == 2);
}

TEST_CASE("art-net schedule: in a large show that stands still each universe has its keep-alive in time, "
          "spread out",
          "[actors][unit]") {
  auto shared = std::make_shared<dmx_data>();
  for (std::uint16_t i = 0; i < 2'000; ++i) shared->addresses.push_back(i);
  shared->levels.resize(2'000 * 512);
  shared->changed.resize(2'000, 1);
  artnet_schedule plan{output_timing{}};
  plan.offer(shared);
  CHECK(read(plan, plan.due(0ms)).size() == 2'000);
  std::vector<std::chrono::nanoseconds> sent(2'000);
  std::size_t most = 0;
  for (auto now = 10ms; now < 5s; now += 10ms) {
    const auto due = plan.due(now);
    if (now > 900ms) most = std::max(most, due.size());
    for (const auto& one : due) {
      auto& before = sent[one.which->address];
      REQUIRE(now - before <= 810ms);
      REQUIRE(now - before >= 590ms);
      before = now;
    }
  }
  for (const auto at : sent) REQUIRE(at > 4s);
  CHECK(most < 500);
}
