#include "actors/input/dmx_source_table.hpp"

#include "tests/actors/network_packets.hpp"

#include <set>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

dmx_source_table table_of(std::initializer_list<std::uint16_t> universes) {
  std::vector<universe_rules> rules;
  for (const auto one : universes) {
    universe_rules made;
    made.address = one;
    rules.push_back(made);
  }
  return dmx_source_table{rules};
}

network_packet on(std::uint16_t universe, network_packet packet) {
  packet.universe = universe;
  return packet;
}

using verdict = dmx_source_table::verdict;

} // namespace

TEST_CASE("network table: each universe has its own levels", "[actors][network]") {
  auto table = table_of({1, 300});
  CHECK(table.take(on(1, sacn_from(1, 0, {10}, 5))) == verdict::known);
  CHECK(table.take(on(300, sacn_from(1, 9, {20}, 7))) == verdict::known);
  CHECK(table.take(on(2, sacn_from(1, 0, {30}, 8))) == verdict::refused);
  const auto seen = table.snapshot();
  CHECK(seen->universes == std::vector<std::uint16_t>{1, 300});
  CHECK(seen->levels.size() == 1024);
  CHECK(seen->levels[0] == 10);
  CHECK(seen->levels[512] == 20);
  CHECK(seen->priorities[512] == 100);
}

TEST_CASE("network table: a snapshot stays the same until something changes", "[actors][network]") {
  auto table = table_of({1});
  const auto first = table.snapshot();
  CHECK(table.take_arrival() == 0);
  table.take(sacn_from(1, 0, {10}, 5));
  CHECK(table.changed());
  CHECK(table.take_arrival() == 5);
  const auto second_one = table.snapshot();
  CHECK(second_one != first);
  CHECK(first->levels[0] == 0); // whoever holds the old one sees no change
  table.take(sacn_from(1, 1, {10}, 6));
  CHECK_FALSE(table.changed());
  CHECK(table.take_arrival() == 0);
  CHECK(table.snapshot() == second_one);
}

TEST_CASE("network table: however many snapshots there were, few buffers exist", "[actors][network]") {
  auto table = table_of({1});
  std::set<const dmx_inputs*> seen;
  for (int i = 0; i < 100; ++i) {
    table.take(sacn_from(1, static_cast<std::uint8_t>(i), {static_cast<std::uint8_t>(i + 1)}, i));
    seen.insert(table.snapshot().get());
  }
  CHECK(seen.size() <= 2);
}

TEST_CASE("network table: one sync packet shows all universes of its source", "[actors][network]") {
  auto table = table_of({1, 2});
  const auto data = [](std::uint16_t universe, std::uint8_t sequence, std::uint8_t level) {
    auto made = on(universe, sacn_from(1, sequence, {level}, 0));
    made.synchronization = 7;
    return made;
  };
  CHECK(table.take(sync_from(1, 7, 0)) == verdict::refused); // of a source that nobody knows
  table.take(data(1, 0, 1));
  table.take(data(2, 0, 1));
  CHECK(table.take(sync_from(1, 7, 0)) == verdict::known);
  table.take(data(1, 1, 50));
  table.take(data(2, 1, 60));
  CHECK(table.snapshot()->levels[0] == 1);
  table.take(sync_from(1, 7, 0));
  CHECK(table.snapshot()->levels[0] == 50);
  CHECK(table.snapshot()->levels[512] == 60);
}

TEST_CASE("network table: the next event is the first of all universes", "[actors][network]") {
  auto table = table_of({1, 2});
  CHECK_FALSE(table.next_event(0));
  table.take(on(1, artnet_from(1, 1, {1}, 0)));
  table.take(on(2, sacn_from(1, 1, {1}, second)));
  CHECK(table.next_event(0) == second + sacn_loss_ns);
  table.advance(second + sacn_loss_ns);
  CHECK(table.next_event(0) == artnet_loss_ns);
  const auto gone = table.take_gone();
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].second == 2);
  CHECK(table.report(0).size() == 2);
}
