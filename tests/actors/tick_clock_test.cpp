#include "actors/system/tick_clock.hpp"

#include <catch2/catch.hpp>

using namespace troupe::actors;

TEST_CASE("tick clock: frame 1 comes at time 0, later ones at their deadline since", "[actors][unit]") {
  tick_clock clock;
  const auto first = clock.due(1'000);
  REQUIRE(first);
  CHECK(first->frame_number == 1);
  CHECK(first->t_ns == 0);
  CHECK(first->dt_ns == 0);
  CHECK(first->deadline_ns == 1'000);
  clock.done(1);
  const auto second = clock.due(1'700);
  REQUIRE(second);
  CHECK(second->frame_number == 2);
  CHECK(second->t_ns == 700);
  CHECK(second->dt_ns == 700);
}

TEST_CASE("tick clock: a deadline while a tick is in flight is skipped, its time isn't", "[actors][unit]") {
  tick_clock clock;
  REQUIRE(clock.due(0));
  CHECK(clock.in_flight());
  CHECK_FALSE(clock.due(10));
  CHECK_FALSE(clock.due(20));
  CHECK(clock.skipped() == 2);
  clock.done(1);
  const auto next = clock.due(30);
  REQUIRE(next);
  CHECK(next->frame_number == 2);
  CHECK(next->dt_ns == 30);
  CHECK(clock.skipped() == 2);
}

TEST_CASE("tick clock: only the tick in flight can be done", "[actors][unit]") {
  tick_clock clock;
  REQUIRE(clock.due(0));
  clock.done(1);
  REQUIRE(clock.due(10));
  clock.done(1); // late, from a stage that has been replaced
  clock.done(3);
  CHECK(clock.in_flight());
  CHECK_FALSE(clock.due(20));
  clock.done(2);
  CHECK(clock.due(30));
}

TEST_CASE("tick clock: an input starts a tick at its arrival, numbered and timed like any other",
          "[actors][unit]") {
  tick_clock clock;
  clock.want(50);
  CHECK_FALSE(clock.immediate_at()); // nothing has begun
  REQUIRE(clock.due(1'000));
  clock.want(1'500);
  CHECK_FALSE(clock.immediate_at()); // one is in flight
  clock.done(1);
  REQUIRE(clock.immediate_at() == 1'500);
  const auto extra = clock.start_immediate(1'600);
  CHECK(extra.frame_number == 2);
  CHECK(extra.deadline_ns == 1'500);
  CHECK(extra.t_ns == 500);
  CHECK(extra.dt_ns == 500);
  CHECK_FALSE(clock.immediate_at());
  clock.done(2);
  CHECK_FALSE(clock.immediate_at());
  const auto next = clock.due(2'000);
  REQUIRE(next);
  CHECK(next->frame_number == 3);
  CHECK(next->t_ns == 1'000);
  CHECK(next->dt_ns == 500);
}

TEST_CASE("tick clock: any tick shows the inputs that came before it", "[actors][unit]") {
  tick_clock clock;
  REQUIRE(clock.due(1'000));
  clock.done(1);
  clock.want(1'500);
  REQUIRE(clock.due(2'000));
  clock.done(2);
  CHECK_FALSE(clock.immediate_at());
}

TEST_CASE("tick clock: immediate ticks keep their distance from each other, not from the grid's",
          "[actors][unit]") {
  constexpr auto gap = tick_clock::immediate_gap_ns;
  tick_clock clock;
  REQUIRE(clock.due(gap));
  clock.done(1);
  clock.want(gap + 10);
  REQUIRE(clock.immediate_at() == gap + 10);
  clock.start_immediate(gap + 20);
  clock.done(2);
  clock.want(gap + 30);
  clock.want(gap + 25);
  REQUIRE(clock.immediate_at() == 2 * gap + 20);
  const auto later = clock.start_immediate(2 * gap + 20);
  CHECK(later.deadline_ns == gap + 30); // the newest of them
}

TEST_CASE("tick clock: the grid's tick waits for an immediate one and isn't lost", "[actors][unit]") {
  tick_clock clock;
  REQUIRE(clock.due(1'000));
  clock.done(1);
  clock.want(1'900);
  clock.start_immediate(1'950);
  CHECK_FALSE(clock.due(2'000));
  CHECK(clock.skipped() == 0);
  const auto waited = clock.done(2);
  REQUIRE(waited);
  CHECK(waited->frame_number == 3);
  CHECK(waited->deadline_ns == 2'000);
  CHECK(waited->dt_ns == 100);
  CHECK_FALSE(clock.done(3));
  // Two deadlines within one immediate tick: the second is lost.
  clock.want(2'500);
  clock.start_immediate(5'000'000);
  CHECK_FALSE(clock.due(3'000));
  CHECK_FALSE(clock.due(4'000));
  CHECK(clock.skipped() == 1);
}

TEST_CASE("tick clock: time never goes back", "[actors][unit]") {
  tick_clock clock;
  REQUIRE(clock.due(1'000));
  clock.done(1);
  clock.want(2'020); // heard of before the deadline at 2'000
  clock.start_immediate(2'030);
  clock.done(2);
  CHECK_FALSE(clock.due(2'000));
  CHECK(clock.skipped() == 0);
  clock.want(1'990); // heard of after the tick at 2'020
  CHECK(clock.start_immediate(5'000'000).deadline_ns == 2'021);
}

TEST_CASE("tick clock: an abandoned tick keeps its number", "[actors][unit]") {
  tick_clock clock;
  REQUIRE(clock.due(0));
  clock.abandon();
  const auto next = clock.due(10);
  REQUIRE(next);
  CHECK(next->frame_number == 2);
  clock.done(1);
  CHECK(clock.in_flight());
}
