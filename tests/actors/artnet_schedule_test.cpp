#include "actors/output/artnet_schedule.hpp"

#include "tests/actors/dmx_support.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

dmx_data dmx(std::initializer_list<test::universe_level> universes) {
  return test::dmx_of(universes);
}

struct sent {
  unsigned address, sequence, first;
  friend bool operator==(const sent&, const sent&) = default;
};

std::ostream& operator<<(std::ostream& out, const sent& one) {
  return out << '{' << one.address << " #" << one.sequence << " = " << one.first << '}';
}

std::vector<sent> read(std::span<const artnet_schedule::packet* const> packets) {
  std::vector<sent> all;
  for (const auto* bytes : packets) {
    const auto parsed = artnet::parse(*bytes);
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
  artnet_schedule plan{{}};
  CHECK(plan.due(1s).empty());
  CHECK_FALSE(plan.next_due());
  CHECK(plan.last(true).empty());
}

TEST_CASE("art-net schedule: every universe is sent at once, in ascending order", "[actors][unit]") {
  artnet_schedule plan{{}};
  plan.offer(dmx({{1, 10, false}, {300, 30, false}, {32'767, 0, false}}));
  CHECK(read(plan.due(1s)) == packets{{1, 1, 10}, {300, 1, 30}, {32'767, 1, 0}});
  CHECK(plan.due(1s).empty());
}

TEST_CASE("art-net schedule: only what changed is sent, the rest every 0.8 s", "[actors][unit]") {
  artnet_schedule plan{{}};
  plan.offer(dmx({{1, 0}, {2, 0}}));
  CHECK(plan.due(1s).size() == 2);
  plan.offer(dmx({{1, 5}, {2, 0, false}}));
  CHECK(read(plan.due(1s + 100ms)) == packets{{1, 2, 5}});
  CHECK(plan.next_due() == 1s + 800ms);
  CHECK(plan.due(1s + 799ms).empty());
  CHECK(read(plan.due(1s + 800ms)) == packets{{2, 2, 0}});
  CHECK(plan.due(1s + 899ms).empty());
  CHECK(read(plan.due(1s + 900ms)) == packets{{1, 3, 5}});
}

TEST_CASE("art-net schedule: at a constant rate every offer is sent, changed or not", "[actors][unit]") {
  const bool limited = GENERATE(false, true);
  output_timing timing;
  timing.constant_rate = true;
  if (limited) timing.min_interval = 50ms;
  artnet_schedule plan{timing};
  plan.offer(dmx({{1, 7, true}}));
  CHECK(read(plan.due(0ms)) == packets{{1, 1, 7}});
  CHECK(plan.due(10ms).empty()); // nothing was offered
  plan.offer(dmx({{1, 7, false}}));
  CHECK(plan.due(20ms).size() == (limited ? 0 : 1));
  plan.offer(dmx({{1, 7, false}}));
  CHECK(read(plan.due(50ms)) == packets{{1, limited ? 2u : 3u, 7}});
}

TEST_CASE("art-net schedule: a change flag without a change sends nothing", "[actors][unit]") {
  artnet_schedule plan{{}};
  plan.offer(dmx({{1, 5}}));
  plan.due(1s);
  plan.offer(dmx({{1, 5, true}}));
  CHECK(plan.due(1s + 10ms).empty());
}

TEST_CASE("art-net schedule: the sequence runs from 1 to 255 and never is 0", "[actors][unit]") {
  artnet_schedule plan{{}};
  for (unsigned i = 0; i < 600; ++i) {
    plan.offer(dmx({{7, static_cast<std::uint8_t>(i)}}));
    const auto out = read(plan.due(1s + i * 20ms));
    REQUIRE(out.size() == 1);
    REQUIRE(out[0].sequence == i % 255 + 1);
    REQUIRE(out[0].first == i % 256);
  }
}

TEST_CASE("art-net schedule: a universe without fixtures sends one frame of zeros and falls silent",
          "[actors][unit]") {
  artnet_schedule plan{{}};
  plan.offer(dmx({{1, 9}, {2, 9}}));
  plan.due(1s);
  for (int i = 0; i < 3; ++i) plan.offer(dmx({{1, 9, false}}));
  CHECK(read(plan.due(1s + 20ms)) == packets{{2, 2, 0}});
  plan.offer(dmx({{1, 9, false}}));
  CHECK(plan.due(1s + 40ms).empty());
  CHECK(read(plan.due(5s)) == packets{{1, 2, 9}});
  CHECK(plan.universes() == 1);
}

TEST_CASE("art-net schedule: a universe that comes back is sent at once", "[actors][unit]") {
  artnet_schedule plan{{}};
  plan.offer(dmx({{2, 9}}));
  plan.due(1s);
  plan.offer(dmx({}));

  SECTION("before its frame of zeros has left") {
    plan.offer(dmx({{2, 9, true}}));
    CHECK(read(plan.due(1s + 20ms)) == packets{{2, 2, 9}});
  }
  SECTION("after it") {
    CHECK(read(plan.due(1s + 20ms)) == packets{{2, 2, 0}});
    plan.offer(dmx({{2, 9, true}}));
    const auto out = read(plan.due(1s + 40ms));
    REQUIRE(out.size() == 1);
    CHECK(out[0].first == 9);
  }
  SECTION("much later") {
    plan.due(1s + 20ms);
    plan.offer(dmx({}));
    CHECK(plan.due(9s).empty());
    plan.offer(dmx({{2, 4, true}}));
    CHECK(read(plan.due(10s)) == packets{{2, 1, 4}});
  }
}

TEST_CASE("art-net schedule: at a limited rate the newest frame leaves on the cadence", "[actors][unit]") {
  artnet_schedule plan{{800ms, 25ms}};
  plan.offer(dmx({{1, 1}}));
  CHECK(read(plan.due(1s)) == packets{{1, 1, 1}});
  plan.offer(dmx({{1, 2}}));
  CHECK(plan.due(1s + 10ms).empty());
  CHECK(plan.next_due() == 1s + 25ms);
  plan.offer(dmx({{1, 3}}));
  CHECK(read(plan.due(1s + 27ms)) == packets{{1, 2, 3}});
  // The cadence is kept: 25 ms after when it should have been, not after when it was.
  plan.offer(dmx({{1, 4}}));
  CHECK(plan.next_due() == 1s + 50ms);
  CHECK(plan.due(1s + 49ms).empty());
  CHECK(read(plan.due(1s + 50ms)) == packets{{1, 3, 4}});
  CHECK(plan.due(1s + 75ms).empty());
}

TEST_CASE("art-net schedule: after a pause there is no burst of what was missed", "[actors][unit]") {
  artnet_schedule plan{{800ms, 25ms}};
  plan.offer(dmx({{1, 1}}));
  plan.due(1s);
  plan.offer(dmx({{1, 2}}));
  CHECK(plan.due(1s + 700ms).size() == 1);
  plan.offer(dmx({{1, 3}}));
  CHECK(plan.due(1s + 710ms).empty());
  CHECK(plan.due(1s + 725ms).size() == 1);
}

TEST_CASE("art-net schedule: values that changed and changed back between two packets aren't sent as old",
          "[actors][unit]") {
  artnet_schedule plan{{800ms, 25ms}};
  plan.offer(dmx({{1, 1}}));
  plan.due(1s);
  plan.offer(dmx({{1, 2}}));
  plan.offer(dmx({{1, 1}}));
  const auto out = read(plan.due(1s + 25ms));
  for (const auto& one : out) CHECK(one.first == 1);
}

TEST_CASE("art-net schedule: the last frame is black or held, once for every universe", "[actors][unit]") {
  artnet_schedule plan{{}};
  plan.offer(dmx({{1, 9}, {2, 8}}));
  plan.due(1s);
  plan.offer(dmx({{1, 7}, {2, 8, false}}));
  SECTION("black") {
    CHECK(read(plan.last(true)) == packets{{1, 2, 0}, {2, 2, 0}});
  }
  SECTION("held, with what wasn't sent yet") {
    CHECK(read(plan.last(false)) == packets{{1, 2, 7}, {2, 2, 8}});
  }
}
