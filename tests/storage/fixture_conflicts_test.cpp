#include "protocol/fixture_conflicts.hpp"

#include "protocol/entity_codec.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <random>

using namespace troupe;
using namespace troupe::storage::test;

namespace {

show_state rig() {
  show_state state("s");
  for (const int width : {1, 4, 10})
    state.put(
        entity(entity_kind::model,
               fmt::format(R"({{"id":"w{0}","brand":"b","model":"m","channels":{{"red":{0}}}}})", width)));
  return state;
}

void patch(show_state& state, std::string_view id, int width, int universe, int channel) {
  state.put(
      entity(entity_kind::fixture,
             fmt::format(R"({{"id":"{0}","name":"{0}","modelId":"w{1}","universe":{2},"startChannel":{3}}})",
                         id, width, universe, channel)));
}

std::string text_of(const show_state& state) {
  std::string out;
  for (const auto& each : fixture_conflicts(state)) {
    out += fmt::format("{}.{}-{}:", each.universe, each.from, each.to);
    for (const auto& one : each.fixtures)
      out += fmt::format(" {}({}-{})", one.fixture->id, one.start_channel, one.end_channel);
    out += "; ";
  }
  return out;
}

} // namespace

TEST_CASE("conflicts: neighbours don't overlap", "[protocol][unit]") {
  auto state = rig();
  patch(state, "a", 4, 0, 1);
  patch(state, "b", 4, 0, 5);
  patch(state, "c", 4, 1, 1);
  CHECK(text_of(state).empty());
}

TEST_CASE("conflicts: shared channels are told with everybody who takes part", "[protocol][unit]") {
  auto state = rig();
  patch(state, "late", 4, 0, 3);
  patch(state, "early", 4, 0, 1);
  CHECK(text_of(state) == "0.3-4: early(1-4) late(3-6); ");
}

TEST_CASE("conflicts: what hangs together is one conflict, by universe", "[protocol][unit]") {
  auto state = rig();
  patch(state, "wide", 10, 2, 1);
  patch(state, "in", 1, 2, 3);
  patch(state, "in2", 1, 2, 7);
  patch(state, "chain", 4, 2, 10);
  patch(state, "same1", 4, 1, 509);
  patch(state, "same2", 4, 1, 509);
  patch(state, "free", 4, 2, 14);
  CHECK(text_of(state) == "1.509-512: same1(509-512) same2(509-512); "
                          "2.3-10: wide(1-10) in(3-3) in2(7-7) chain(10-13); ");
}

TEST_CASE("conflicts: a fixture without its model has no channels", "[protocol][unit]") {
  auto state = rig();
  patch(state, "a", 4, 0, 1);
  patch(state, "b", 99, 0, 1);
  CHECK(text_of(state).empty());
}

TEST_CASE("conflicts: the JSON is what the protocol says", "[protocol][unit]") {
  auto state = rig();
  patch(state, "a", 4, 0, 1);
  patch(state, "b", 1, 0, 4);
  CHECK(to_json(to_json_value(fixture_conflicts(state))) ==
        R"([{"universe":0,"from":4,"to":4,"fixtures":[{"id":"a","name":"a","startChannel":1,"endChannel":4},)"
        R"({"id":"b","name":"b","startChannel":4,"endChannel":4}]}])");
}

TEST_CASE("conflicts: they are what counting the channels one by one says", "[protocol][unit]") {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    auto state = rig();
    std::vector<int> uses(513);
    struct span {
      int from, to;
    };
    std::vector<span> spans;
    for (int i = 0; i < 12; ++i) {
      const int width = std::array{1, 4, 10}[random() % 3];
      const int channel = static_cast<int>(random() % 90) + 1;
      patch(state, fmt::format("f{}", i), width, 0, channel);
      spans.push_back({channel, channel + width - 1});
      for (int c = channel; c < channel + width; ++c) ++uses[static_cast<std::size_t>(c)];
    }
    // Every shared channel lies in exactly one conflict, whose ends are shared, and every fixture that has a
    // shared channel is named once.
    std::size_t named = 0;
    std::vector<int> covered(513);
    for (const auto& each : fixture_conflicts(state)) {
      REQUIRE(each.fixtures.size() >= 2);
      REQUIRE(uses[each.from] >= 2);
      REQUIRE(uses[each.to] >= 2);
      named += each.fixtures.size();
      for (int c = each.from; c <= each.to; ++c) ++covered[static_cast<std::size_t>(c)];
    }
    std::size_t sharing = 0;
    for (const auto& each : spans) {
      bool shares = false;
      for (int c = each.from; c <= each.to; ++c) shares = shares || uses[static_cast<std::size_t>(c)] >= 2;
      sharing += shares ? 1 : 0;
    }
    REQUIRE(named == sharing);
    for (int c = 1; c <= 512; ++c) {
      REQUIRE(covered[static_cast<std::size_t>(c)] <= 1);
      if (uses[static_cast<std::size_t>(c)] >= 2) REQUIRE(covered[static_cast<std::size_t>(c)] == 1);
    }
  }
}
