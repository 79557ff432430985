#include "protocol/fixture_conflicts.hpp"

#include "protocol/cell_layout.hpp"
#include "protocol/entity_codec.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <map>
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

namespace {

/// A strip of RGB cells, in the model's own words.
void add_strip(show_state& state, std::string_view id, int universe, int channel, std::string_view options) {
  state.put(entity(
      entity_kind::model,
      fmt::format(R"({{"id":"m-{0}","brand":"b","model":"m","channels":{{"red":1,"green":2,"blue":3}},{1}}})",
                  id, options)));
  state.put(
      entity(entity_kind::fixture,
             fmt::format(R"({{"id":"{0}","name":"{0}","modelId":"m-{0}","universe":{1},"startChannel":{2}}})",
                         id, universe, channel)));
}

} // namespace

TEST_CASE("conflicts: a strip takes its channels in every universe that it covers", "[protocol][unit]") {
  auto state = rig();
  add_strip(state, "strip", 2, 505, R"("cells":200)"); // 2.505-510, 3.1-510, 4.1-84
  patch(state, "free1", 1, 2, 511);
  patch(state, "free2", 1, 3, 512);
  patch(state, "free3", 1, 4, 85);
  CHECK(text_of(state).empty());
  patch(state, "x", 4, 2, 500);
  patch(state, "y", 10, 3, 1);
  patch(state, "z", 1, 4, 84);
  CHECK(text_of(state) == "3.1-10: strip(1-510) y(1-10); 4.84-84: strip(1-84) z(84-84); ");
  patch(state, "x", 10, 2, 500);
  CHECK(text_of(state).starts_with("2.505-509: x(500-509) strip(505-510); "));
}

TEST_CASE("conflicts: a packed strip takes the channels on both sides of a border", "[protocol][unit]") {
  auto state = rig();
  add_strip(state, "strip", 0, 500, R"("cells":5,"span":"packed")"); // 0.500-512, 1.1-2
  patch(state, "free", 1, 1, 3);
  CHECK(text_of(state).empty());
  patch(state, "a", 1, 0, 512);
  patch(state, "b", 1, 1, 2);
  CHECK(text_of(state) == "0.512-512: strip(500-512) a(512-512); 1.2-2: strip(1-2) b(2-2); ");
}

TEST_CASE("conflicts: two packed strips whose cells are interleaved share no channel", "[protocol][unit]") {
  auto state = rig();
  const std::string options = R"("cells":200,"cellFootprint":6,"span":"packed")";
  add_strip(state, "odd", 0, 1, options);
  add_strip(state, "even", 0, 4, options);
  CHECK(text_of(state).empty());
  patch(state, "x", 4, 1, 5);
  CHECK(text_of(state) == "1.5-8: odd(5-7) x(5-8) even(8-10); ");
}

TEST_CASE("conflicts: two aligned strips both begin at channel 1 of the next universe", "[protocol][unit]") {
  auto state = rig();
  add_strip(state, "odd", 0, 1, R"("cells":86,"cellFootprint":6)");
  add_strip(state, "even", 0, 4, R"("cells":84,"cellFootprint":6)");
  CHECK(text_of(state).empty());
  state.remove(entity_kind::fixture, "even");
  add_strip(state, "even", 0, 4, R"("cells":85,"cellFootprint":6)");
  CHECK(text_of(state) == "1.1-3: odd(1-3) even(1-3); ");
}

TEST_CASE("conflicts: a strip with free channels is named once, with the cells that take part",
          "[protocol][unit]") {
  auto state = rig();
  add_strip(state, "strip", 0, 1, R"("cells":100,"cellFootprint":5)"); // 1-3, 6-8, 11-13, 16-18…
  patch(state, "wide", 10, 0, 7);                                      // 7-16
  CHECK(text_of(state) == "0.7-16: strip(6-18) wide(7-16); ");
}

TEST_CASE("conflicts: strips cover the same channels as their cells one by one", "[protocol][unit]") {
  std::mt19937 random(6);
  for (int round = 0; round < 100; ++round) {
    auto state = rig();
    std::map<int, int> uses; // by universe * 512 + channel - 1
    for (int i = 0; i < 3; ++i) {
      const auto options = fmt::format(R"("cells":{},"cellFootprint":{},"span":"{}")", 1 + random() % 400,
                                       3 + random() % 3, random() % 2 == 0 ? "packed" : "aligned");
      add_strip(state, fmt::format("f{}", i), static_cast<int>(random() % 2),
                static_cast<int>(random() % 510) + 1, options);
      const auto& model = *state.find_as<fixture_model>(entity_kind::model, fmt::format("m-f{}", i));
      const cell_layout layout{model, *state.find_as<fixture>(entity_kind::fixture, fmt::format("f{}", i))};
      for (std::uint32_t cell = 0; cell < layout.cells(); ++cell)
        for (int c = 0; c < 3; ++c)
          ++uses[static_cast<int>(layout.at(cell).universe * 512 + layout.at(cell).channel) - 1 + c];
    }
    std::map<int, int> covered;
    for (const auto& each : fixture_conflicts(state)) {
      REQUIRE(uses[each.universe * 512 + each.from - 1] >= 2);
      REQUIRE(uses[each.universe * 512 + each.to - 1] >= 2);
      for (int c = each.from; c <= each.to; ++c) ++covered[each.universe * 512 + c - 1];
    }
    for (const auto& [channel, count] : uses) {
      REQUIRE(covered[channel] <= 1);
      if (count >= 2) REQUIRE(covered[channel] == 1);
    }
  }
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
