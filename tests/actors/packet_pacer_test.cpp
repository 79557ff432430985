#include "actors/output/packet_pacer.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

using universe = universe_schedule::universe;

std::vector<universe> universes(std::size_t count) {
  std::vector<universe> made(count);
  for (std::size_t i = 0; i < count; ++i) {
    made[i].address = static_cast<std::uint16_t>(i);
    made[i].now = universe_schedule::phase::live;
  }
  return made;
}

constexpr auto tick = 16ms;

} // namespace

TEST_CASE("pacer: packets of a tick are spread evenly over its share, in bursts", "[actors][unit]") {
  packet_pacer pacer{{0.5, 16, 32}};
  auto all = universes(160);
  pacer.begin_tick(1s, tick);
  for (auto& one : all) pacer.put(one);
  std::vector<std::size_t> bursts;
  std::vector<std::uint16_t> order;
  for (auto now = 0us; now < 16'000us; now += 100us) {
    const auto taken = pacer.take(1s + now);
    if (!taken.empty()) bursts.push_back(taken.size());
    for (const auto* one : taken) order.push_back(one->address);
    if (now == 3'900us) CHECK(order.size() == 5 * 16); // half of them in half the time
    if (now == 7'200us) CHECK(pacer.waiting() == 0);
  }
  CHECK(bursts == std::vector<std::size_t>(10, 16));
  REQUIRE(order.size() == 160);
  for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(order[i] == i);
  CHECK_FALSE(pacer.next());
  CHECK(pacer.paced() == 160);
  CHECK(pacer.late() == 0);
}

TEST_CASE("pacer: a timer that comes late lets all go whose time has come", "[actors][unit]") {
  packet_pacer pacer{{0.5, 16, 32}};
  auto all = universes(160);
  pacer.begin_tick(1s, tick);
  for (auto& one : all) pacer.put(one);
  CHECK(pacer.take(1s).size() == 16);
  CHECK(pacer.next() == 1s + 800us);
  CHECK(pacer.take(1s + 2'400us).size() == 3 * 16);
  CHECK(pacer.take(2s).size() == 160 - 4 * 16);
}

TEST_CASE("pacer: what waits when something newer comes is superseded, and keeps its place",
          "[actors][unit]") {
  packet_pacer pacer{{0.5, 2, 32}};
  auto all = universes(6);
  pacer.begin_tick(1s, tick);
  for (auto& one : all) pacer.put(one);
  CHECK(pacer.take(1s).size() == 2);
  pacer.begin_tick(1s + 1ms, tick);
  CHECK(pacer.late() == 4);
  for (auto& one : all) pacer.put(one);
  CHECK(pacer.superseded() == 4);
  CHECK(pacer.waiting() == 6);
  std::vector<std::uint16_t> order;
  for (auto now = 1s + 1ms; now < 2s; now += 1ms)
    for (const auto* one : pacer.take(now)) order.push_back(one->address);
  CHECK(order == std::vector<std::uint16_t>{2, 3, 4, 5, 0, 1});
}

TEST_CASE("pacer: a universe that is gone when its turn comes is left out", "[actors][unit]") {
  packet_pacer pacer{{0.5, 16, 32}};
  auto all = universes(2);
  pacer.begin_tick(1s, tick);
  for (auto& one : all) pacer.put(one);
  all[0].now = universe_schedule::phase::blanking;
  const auto taken = pacer.take(1s);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0]->address == 1);
  CHECK_FALSE(all[0].waiting);
}

TEST_CASE("pacer: only what is more than the free packets of a tick is crowded", "[actors][unit]") {
  packet_pacer pacer{{0.5, 16, 32}};
  pacer.begin_tick(1s, tick);
  CHECK_FALSE(pacer.crowded(32));
  CHECK(pacer.crowded(1));
  pacer.begin_tick(1s + tick, tick);
  CHECK_FALSE(pacer.crowded(10));
  packet_pacer off{{0, 64, 32}};
  off.begin_tick(1s, tick);
  CHECK_FALSE(off.crowded(1'000));
}

TEST_CASE("pacer: a long show gives its memory back in step", "[actors][unit]") {
  packet_pacer pacer{{0.5, 64, 32}};
  auto all = universes(6'000);
  std::size_t sent = 0;
  for (int i = 0; i < 50; ++i) {
    const auto now = 1s + i * tick;
    pacer.begin_tick(now, tick);
    for (auto& one : all) pacer.put(one);
    for (auto at = now; at < now + tick; at += 1ms) sent += pacer.take(at).size();
  }
  CHECK(sent == 50 * 6'000);
}
