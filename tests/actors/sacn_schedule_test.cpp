#include "actors/output/sacn_schedule.hpp"

#include "tests/actors/dmx_support.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
using test::dmx_of;

namespace {

constexpr sacn::component_id someone{1, 2, 3};

struct sent {
  unsigned universe, sequence, first;
  bool ends = false;
  friend bool operator==(const sent&, const sent&) = default;
};

std::ostream& operator<<(std::ostream& out, const sent& one) {
  return out << '{' << one.universe << " #" << one.sequence << " = " << one.first
             << (one.ends ? " ends}" : "}");
}

using packets = std::vector<sent>;

sent read(const sacn_schedule::packet& packet) {
  std::vector<std::uint8_t> bytes(packet.header.begin(), packet.header.end());
  bytes.insert(bytes.end(), packet.levels.begin(), packet.levels.end());
  const auto parsed = sacn::parse_packet(bytes);
  REQUIRE(parsed);
  const auto& one = std::get<sacn::data_packet>(*parsed);
  REQUIRE(one.levels.size() == 512);
  REQUIRE(one.universe_number == packet.universe);
  return {one.universe_number, one.sequence, one.levels[0], one.terminated()};
}

/// Makes the packets and reads them as a receiver does.
packets read(sacn_schedule& plan, std::span<const universe_schedule::due_universe> due) {
  packets all;
  for (const auto& each : due) all.push_back(read(plan.make(*each.which, each.as)));
  return all;
}

sacn_schedule schedule(output_timing timing = {}, std::uint16_t first = 1,
                       std::optional<sacn::universe> synchronization = {}) {
  sacn_source source;
  source.id = someone;
  source.name = "Troupe";
  source.priority = 120;
  source.first_universe = first;
  source.synchronization = synchronization;
  return sacn_schedule{std::move(source), timing};
}

/// Lets the packets that follow a change go by.
sacn_schedule::time settle(sacn_schedule& plan, sacn_schedule::time now) {
  for (int i = 0; i < 3; ++i) REQUIRE_FALSE(read(plan, plan.due(now += 20ms)).empty());
  REQUIRE(plan.due(now + 20ms).empty());
  return now;
}

std::vector<std::uint16_t> told(sacn_schedule& plan, sacn_schedule::time now) {
  std::vector<std::uint16_t> all;
  for (const auto& bytes : plan.discovery(now)) {
    const auto parsed = sacn::parse_packet(bytes);
    REQUIRE(parsed);
    const auto& page = std::get<sacn::discovery_packet>(*parsed);
    CHECK(page.id == someone);
    CHECK(page.name == "Troupe");
    for (std::size_t i = 0; i < page.size(); ++i) all.push_back(page[i]);
  }
  return all;
}

using numbers = std::vector<std::uint16_t>;

} // namespace

TEST_CASE("sacn schedule: nothing is due before a universe is known", "[actors][unit]") {
  auto plan = schedule();
  CHECK(plan.due(1s).empty());
  CHECK_FALSE(plan.next_due());
  CHECK(plan.discovery(1s).empty());
  CHECK(plan.last(true).empty());
  CHECK(plan.terminate().empty());
}

TEST_CASE("sacn schedule: a packet says what the source is", "[actors][unit]") {
  auto plan = schedule({}, 1, sacn::universe::from(500));
  plan.offer(dmx_of({{0, 10}}));
  const auto due = plan.due(1s);
  REQUIRE(due.size() == 1);
  const auto packet = plan.make(*due[0].which, due[0].as);
  std::vector<std::uint8_t> bytes(packet.header.begin(), packet.header.end());
  bytes.resize(sacn::data_packet_size);
  const auto parsed = sacn::parse_packet(bytes);
  REQUIRE(parsed);
  const auto& one = std::get<sacn::data_packet>(*parsed);
  CHECK(one.id == someone);
  CHECK(one.name == "Troupe");
  CHECK(one.priority == 120);
  CHECK(one.synchronization == 500);
  CHECK(one.start_code == 0);
  CHECK(one.options == 0);
}

TEST_CASE("sacn schedule: Port-Address 0 is the first universe, those out of range aren't sent",
          "[actors][unit]") {
  auto plan = schedule({}, 63'990);
  plan.offer(dmx_of({{0, 1}, {9, 2}, {10, 3}, {32'767, 4}}));
  CHECK(read(plan, plan.due(1s)) == packets{{63'990, 0, 1}, {63'999, 0, 2}});
  CHECK(plan.unsendable() == 2);
  plan.offer(dmx_of({{0, 1}}));
  CHECK(plan.unsendable() == 0);
}

TEST_CASE("sacn schedule: after a change the levels are sent three times more, then every 0.8 s",
          "[actors][unit]") {
  auto plan = schedule();
  plan.offer(dmx_of({{0, 5}}));
  CHECK(read(plan, plan.due(1s)) == packets{{1, 0, 5}});
  CHECK(plan.next_due() == 1s + 20ms);
  CHECK(plan.due(1s + 19ms).empty());
  CHECK(read(plan, plan.due(1s + 20ms)) == packets{{1, 1, 5}});
  CHECK(read(plan, plan.due(1s + 40ms)) == packets{{1, 2, 5}});
  CHECK(read(plan, plan.due(1s + 60ms)) == packets{{1, 3, 5}});
  CHECK(plan.next_due() == 1s + 860ms);
  CHECK(plan.due(1s + 859ms).empty());
  CHECK(read(plan, plan.due(1s + 860ms)) == packets{{1, 4, 5}});
  CHECK(plan.due(1s + 900ms).empty());
  CHECK(read(plan, plan.due(1s + 1660ms)) == packets{{1, 5, 5}});
}

TEST_CASE("sacn schedule: only what changed is sent, and at once", "[actors][unit]") {
  auto plan = schedule();
  plan.offer(dmx_of({{0, 0}, {1, 0}}));
  read(plan, plan.due(1s));
  const auto now = settle(plan, 1s);
  plan.offer(dmx_of({{0, 7}, {1, 0, false}}));
  CHECK(read(plan, plan.due(now + 1ms)) == packets{{1, 4, 7}});
  plan.offer(dmx_of({{0, 8}, {1, 0, false}}));
  CHECK(read(plan, plan.due(now + 2ms)) == packets{{1, 5, 8}});
}

TEST_CASE("sacn schedule: the sequence runs from 0 to 255 and again from 0", "[actors][unit]") {
  auto plan = schedule();
  for (unsigned i = 0; i < 600; ++i) {
    plan.offer(dmx_of({{7, static_cast<std::uint8_t>(i)}}));
    const auto out = read(plan, plan.due(1s + i * 20ms));
    REQUIRE(out == packets{{8, i % 256, i % 256}});
  }
}

TEST_CASE("sacn schedule: a universe without fixtures sends zeros, then three times that it ends",
          "[actors][unit]") {
  auto plan = schedule();
  plan.offer(dmx_of({{0, 9}, {1, 9}}));
  read(plan, plan.due(1s));
  const auto now = settle(plan, 1s);
  for (int i = 0; i < 3; ++i) plan.offer(dmx_of({{0, 9, false}}));
  CHECK(read(plan, plan.due(now + 20ms)) == packets{{2, 4, 0}});
  plan.offer(dmx_of({{0, 9, false}}));
  CHECK(read(plan, plan.due(now + 40ms)) == packets{{2, 5, 0, true}});
  CHECK(read(plan, plan.due(now + 60ms)) == packets{{2, 6, 0, true}});
  CHECK(read(plan, plan.due(now + 80ms)) == packets{{2, 7, 0, true}});
  CHECK(plan.due(now + 100ms).empty());
  CHECK(plan.universes() == 1);
  CHECK(read(plan, plan.due(now + 2s)) == packets{{1, 4, 9}});
}

TEST_CASE("sacn schedule: a universe that comes back is sent at once, and doesn't end", "[actors][unit]") {
  auto plan = schedule();
  plan.offer(dmx_of({{1, 9}}));
  read(plan, plan.due(1s));
  plan.offer(dmx_of({}));
  SECTION("before its zeros have left") {
    plan.offer(dmx_of({{1, 9, false}}));
    CHECK(read(plan, plan.due(1s + 20ms)) == packets{{2, 1, 9}});
  }
  SECTION("while it ends") {
    read(plan, plan.due(1s + 20ms));
    CHECK(read(plan, plan.due(1s + 40ms)) == packets{{2, 2, 0, true}});
    plan.offer(dmx_of({{1, 4, false}}));
    CHECK(read(plan, plan.due(1s + 41ms)) == packets{{2, 3, 4}});
  }
  SECTION("right after it has said the last time that it ends") {
    for (int i = 1; i <= 4; ++i) read(plan, plan.due(1s + i * 20ms));
    plan.offer(dmx_of({{1, 4, true}}));
    CHECK(read(plan, plan.due(1s + 100ms)) == packets{{2, 5, 4}});
    CHECK(read(plan, plan.due(1s + 120ms)) == packets{{2, 6, 4}});
  }
  SECTION("much later") {
    for (int i = 1; i <= 5; ++i) read(plan, plan.due(1s + i * 20ms));
    CHECK(plan.universes() == 0);
    plan.offer(dmx_of({{1, 4, true}}));
    CHECK(read(plan, plan.due(10s)) == packets{{2, 0, 4}});
  }
}

TEST_CASE("sacn schedule: at a limited rate the newest frame leaves on the cadence", "[actors][unit]") {
  auto plan = schedule({800ms, 25ms});
  plan.offer(dmx_of({{0, 1}}));
  CHECK(read(plan, plan.due(1s)) == packets{{1, 0, 1}});
  plan.offer(dmx_of({{0, 2}}));
  CHECK(plan.due(1s + 10ms).empty());
  plan.offer(dmx_of({{0, 3}}));
  CHECK(read(plan, plan.due(1s + 27ms)) == packets{{1, 1, 3}});
  // 25 ms after when it should have been, not after when it was; what is repeated keeps to that, too.
  CHECK(plan.next_due() == 1s + 50ms);
  CHECK(plan.due(1s + 49ms).empty());
  CHECK(read(plan, plan.due(1s + 50ms)) == packets{{1, 2, 3}});
}

TEST_CASE("sacn schedule: the end is black or held, then every universe says three times that it ends",
          "[actors][unit]") {
  auto plan = schedule();
  plan.offer(dmx_of({{0, 9}, {1, 8}}));
  read(plan, plan.due(1s));
  plan.offer(dmx_of({{0, 7}, {1, 8, false}}));
  const bool zeros = GENERATE(true, false);
  const unsigned a = zeros ? 0 : 7, b = zeros ? 0 : 8;
  CHECK(read(plan, plan.last(zeros)) == packets{{1, 1, a}, {2, 1, b}});
  for (unsigned i = 0; i < sacn_schedule::terminations; ++i)
    CHECK(read(plan, plan.terminate()) == packets{{1, 2 + i, a, true}, {2, 2 + i, b, true}});
}

TEST_CASE("sacn schedule: synchronisation counts by itself", "[actors][unit]") {
  auto none = schedule();
  CHECK(none.next_sync() == nullptr);
  auto plan = schedule({}, 1, sacn::universe::from(500));
  for (unsigned i = 0; i < 300; ++i) {
    const auto* bytes = plan.next_sync();
    REQUIRE(bytes);
    const auto one = std::get<sacn::sync_packet>(*sacn::parse_packet(*bytes));
    REQUIRE(one.sequence == i % 256);
    REQUIRE(one.synchronization == 500);
    REQUIRE(one.id == someone);
  }
}

TEST_CASE("sacn schedule: every 10 s all universes are told of, in pages", "[actors][unit]") {
  auto plan = schedule();
  const auto many = std::make_shared<dmx_data>();
  for (std::uint16_t i = 0; i < 700; ++i) many->addresses.push_back(i);
  many->levels.resize(700 * 512);
  many->changed.resize(700, 1);
  plan.offer(many);
  const auto first = told(plan, 1s);
  REQUIRE(first.size() == 700);
  CHECK(first.front() == 1);
  CHECK(first.back() == 700);
  CHECK(plan.discovery(10s + 999ms).empty());
  plan.offer(dmx_of({{3, 0}, {8, 0}}));
  CHECK(told(plan, 11s) == numbers{4, 9}); // those that are ending are not told of
  plan.offer(dmx_of({}));
  CHECK(plan.discovery(30s).empty());
}

TEST_CASE("sacn schedule: the universe of synchronisation is told of, once", "[actors][unit]") {
  const auto sync = GENERATE(as<std::uint32_t>{}, 1, 4, 6, 9, 500);
  auto plan = schedule({}, 1, sacn::universe::from(sync));
  plan.offer(dmx_of({{3, 0}, {8, 0}}));
  std::set<std::uint16_t> wanted{4, 9, static_cast<std::uint16_t>(sync)};
  CHECK(told(plan, 1s) == numbers(wanted.begin(), wanted.end()));
}

TEST_CASE("sacn schedule: priorities by slot follow the first levels, are repeated, and count with them",
          "[actors][unit]") {
  sacn_source source;
  source.id = someone;
  source.priorities.push_back({2, {}});
  source.priorities[0].slots.fill(100);
  source.priorities[0].slots[0] = 150;
  sacn_schedule plan{source, {}};
  CHECK(plan.priorities(1s).empty());
  plan.offer(dmx_of({{0, 5}, {1, 6}}));
  CHECK(plan.priorities(1s).empty()); // before the levels
  CHECK(read(plan, plan.due(1s)).size() == 2);
  const auto now = plan.priorities(1s);
  REQUIRE(now.size() == 1);
  CHECK(now[0].header[125] == 0xdd);
  CHECK(read(now[0]) == sent{2, 1, 150});
  for (int i = 1; i <= 3; ++i) CHECK(plan.priorities(1s + i * 20ms).size() == 1);
  CHECK(plan.priorities(1s + 80ms).empty());
  CHECK(plan.priorities(1s + 859ms).empty());
  REQUIRE(plan.priorities(1s + 860ms).size() == 1);
  plan.offer(dmx_of({{0, 5}}));
  CHECK(plan.priorities(3s).empty());
}

TEST_CASE("sacn schedule: Force_Synchronization is told in every packet", "[actors][unit]") {
  sacn_source source;
  source.id = someone;
  source.synchronization = sacn::universe::from(7);
  source.force_synchronization = GENERATE(false, true);
  sacn_schedule plan{source, {}};
  plan.offer(dmx_of({{0, 5}}));
  const auto due = plan.due(1s);
  REQUIRE(due.size() == 1);
  CHECK(plan.make(*due[0].which, due[0].as).header[112] == (source.force_synchronization ? 0x20 : 0));
}
