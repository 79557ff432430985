#include "actors/show/event_replay.hpp"
#include "tests/actors/history_support.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

std::vector<std::uint64_t> replayed(recorded_show& show, replay_events asked) {
  const auto found = actors::replay_of(show.history(), asked);
  if (!found) FAIL(found.error().message);
  std::vector<std::uint64_t> positions;
  for (const auto& event : found->events) positions.push_back(event->position);
  return positions;
}

using positions = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("replay: the oldest of what is asked for, in order, as many as wanted", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.head() == 6);
  replay_events asked;
  asked.after = 1;
  asked.limit = 3;
  CHECK(replayed(show, asked) == positions{2, 3, 4});
  asked.up_to = 3;
  CHECK(replayed(show, asked) == positions{2, 3});
  asked.up_to = 1;
  CHECK(replayed(show, asked).empty());
}

TEST_CASE("replay: the newest, if they are wanted, still in order", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  replay_events asked;
  asked.newest = true;
  asked.limit = 2;
  CHECK(replayed(show, asked) == positions{5, 6});
  asked.up_to = 4;
  CHECK(replayed(show, asked) == positions{3, 4});
}

TEST_CASE("replay: bytes are bounded, but one event comes in any case", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  replay_events asked;
  asked.max_bytes = 1;
  CHECK(replayed(show, asked) == positions{1});
}

TEST_CASE("replay: of one entity only its own", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "b", R"({"name":"B"})")));
  replay_events asked;
  asked.show = "tour";
  asked.kind = "fixture";
  asked.id = "b";
  const auto found = replayed(show, asked);
  REQUIRE(found.size() == 2);
  CHECK(found.back() == show.head());
}
