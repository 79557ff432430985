#include "actors/system/overload_guard.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace troupe::actors;

namespace {

constexpr std::int64_t ms = 1'000'000, hz = 1'000'000;

/// A machine that takes so long for each frame, ticked at whatever rate the guard puts in force.
struct machine {
  overload_guard guard{60 * hz};
  std::int64_t now = 1'000'000 * ms;
  std::vector<std::int64_t> rates; ///< each change, in Hz

  void ticks(int count, std::int64_t busy_ns) {
    for (int i = 0; i < count; ++i) {
      now += 1'000'000'000'000'000 / guard.in_force();
      if (const auto changed = guard.done(busy_ns, now)) rates.push_back(*changed / hz);
    }
  }
  void seconds(int count, std::int64_t busy_ns) {
    const auto end = now + count * 1'000 * ms;
    while (now < end) ticks(1, busy_ns);
  }
};

using hertz = std::vector<std::int64_t>;

} // namespace

TEST_CASE("overload guard: 60 ticks in a row above 95 % of the tick halve the rate, 59 don't",
          "[actors][unit]") {
  machine on;
  on.ticks(59, 16 * ms);
  CHECK(on.rates.empty());
  CHECK_FALSE(on.guard.overloaded());
  on.ticks(1, 16 * ms);
  CHECK(on.rates == hertz{30});
  CHECK(on.guard.overloaded());
  CHECK(on.guard.in_force() == 30 * hz);
  CHECK(on.guard.wanted() == 60 * hz);
}

TEST_CASE("overload guard: a single tick in time begins the count anew, one at 95 % is in time",
          "[actors][unit]") {
  machine on;
  for (int i = 0; i < 10; ++i) {
    on.ticks(59, 40 * ms);
    on.ticks(1, 15 * ms); // 95 % are 15.83 ms
  }
  on.ticks(200, 15'800'000);
  CHECK(on.rates.empty());
}

TEST_CASE("overload guard: it halves again until a frame fits, and never below 1 Hz", "[actors][unit]") {
  machine on;
  on.seconds(60, 50 * ms); // fits in 66 ms
  CHECK(on.rates == hertz{30, 15});
  machine hopeless;
  hopeless.seconds(6'000, 20'000 * ms);
  CHECK(hopeless.guard.in_force() >= 1 * hz);
  CHECK(hopeless.guard.in_force() < 2 * hz);
}

TEST_CASE("overload guard: five calm seconds double the rate, a step at a time", "[actors][unit]") {
  machine on;
  on.ticks(60, 17 * ms);
  REQUIRE(on.rates == hertz{30});
  on.seconds(60, 12 * ms); // 72 % of 16.7 ms
  CHECK(on.rates == hertz{30});
  on.seconds(4, 11 * ms); // 66 %
  CHECK(on.rates == hertz{30});
  on.seconds(2, 11 * ms);
  CHECK(on.rates == hertz{30, 60});
  CHECK_FALSE(on.guard.overloaded());

  machine slow;
  slow.seconds(20, 50 * ms);
  REQUIRE(slow.guard.in_force() == 15 * hz);
  slow.seconds(20, 20 * ms); // 60 % of the tick at 30 Hz, too long for 60 Hz
  CHECK(slow.rates == hertz{30, 15, 30});
  slow.seconds(20, 2 * ms);
  CHECK(slow.rates == hertz{30, 15, 30, 60});
}

TEST_CASE("overload guard: one long frame begins the calm time anew", "[actors][unit]") {
  machine on;
  on.ticks(60, 17 * ms);
  for (int i = 0; i < 10; ++i) {
    on.seconds(4, 5 * ms);
    on.ticks(1, 15 * ms);
  }
  CHECK(on.rates == hertz{30});
}

TEST_CASE(
    "overload guard: another wanted rate is in force at once, but not faster than an overloaded machine goes",
    "[actors][unit]") {
  machine on;
  CHECK(on.guard.want(120 * hz) == 120 * hz);
  CHECK(on.guard.want(60 * hz) == 60 * hz);
  on.seconds(20, 50 * ms);
  REQUIRE(on.guard.in_force() == 15 * hz);
  CHECK(on.guard.want(60 * hz) == 15 * hz); // the same again changes nothing
  CHECK(on.guard.want(240 * hz) == 15 * hz);
  CHECK(on.guard.wanted() == 240 * hz);
  CHECK(on.guard.want(50 * hz) == 12'500'000);
  CHECK(on.guard.want(10 * hz) == 10 * hz);
  CHECK_FALSE(on.guard.overloaded());
}

TEST_CASE("overload guard: the problem names both rates, and there is none while they are equal",
          "[actors][unit]") {
  CHECK(overload_problem(60 * hz, 60 * hz).empty());
  CHECK(overload_problem(7'500'000, 60 * hz) ==
        "making frames takes longer than there is time: 7.5 instead of 60 frames a second");
}
