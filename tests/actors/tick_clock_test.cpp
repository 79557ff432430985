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
