#include "actors/client/client_budget.hpp"
#include "actors/client/input_queue.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

TEST_CASE("client budget: 1000 of each kind a second, the first excess is told", "[actors][unit]") {
  client_budget budget;
  using kind = client_budget::kind;
  using verdict = client_budget::verdict;
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(budget.spend(kind::button, 5s) == verdict::pass);
    REQUIRE(budget.spend(kind::other, 5s + 500ms) == verdict::pass);
  }
  CHECK(budget.spend(kind::button, 5s + 900ms) == verdict::drop_and_tell);
  CHECK(budget.spend(kind::button, 5s + 900ms) == verdict::drop);
  CHECK(budget.spend(kind::other, 5s + 999ms) == verdict::drop);
  CHECK(budget.dropped() == 3);
  CHECK(budget.spend(kind::button, 6s) == verdict::pass);
  for (int i = 0; i < 999; ++i) budget.spend(kind::button, 6s);
  CHECK(budget.spend(kind::button, 6s + 1ms) == verdict::drop_and_tell);
}

TEST_CASE("input queue: a fader's newest value wins at its newest place", "[actors][unit]") {
  input_queue queue;
  queue.move_fader("a", 0.1f, 1);
  queue.press(input_action::press_down, "go", 2);
  queue.move_fader("b", 0.2f, 3);
  queue.move_fader("a", 0.9f, 4);
  const auto batch = queue.take();
  REQUIRE(batch.size() == 3);
  CHECK(batch[0].input_id == "go");
  CHECK(batch[1].input_id == "b");
  CHECK(batch[2].input_id == "a");
  CHECK(batch[2].value.value() == 0.9f);
  CHECK(queue.request_id(0) == 2);
  CHECK(queue.request_id(2) == 4);
  CHECK(queue.in_flight());
  CHECK(queue.empty());
  queue.answered();
  CHECK_FALSE(queue.in_flight());
}

TEST_CASE("input queue: buttons are never conflated", "[actors][unit]") {
  input_queue queue;
  for (int i = 0; i < 3; ++i) {
    queue.press(input_action::press_down, "go", nullptr);
    queue.press(input_action::release, "go", nullptr);
  }
  CHECK(queue.take().size() == 6);
}

TEST_CASE("input queue: a flood of one fader stays small and never crowds for good", "[actors][unit]") {
  input_queue queue;
  for (int i = 0; i <= 100'000; ++i) queue.move_fader("a", static_cast<float>(i) / 100'000, nullptr);
  const auto batch = queue.take();
  REQUIRE(batch.size() == 1);
  CHECK(batch[0].value.value() == 1.0f);
  CHECK_FALSE(queue.crowded());
}

TEST_CASE("input queue: it is crowded at 256 changes", "[actors][unit]") {
  input_queue queue;
  for (std::size_t i = 0; i + 1 < input_queue::full; ++i)
    queue.press(input_action::press_once, "go", nullptr);
  CHECK_FALSE(queue.crowded());
  queue.press(input_action::press_once, "go", nullptr);
  CHECK(queue.crowded());
  queue.take();
  CHECK_FALSE(queue.crowded());
}
