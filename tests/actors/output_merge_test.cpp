#include "actors/output/output_merge.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::actors;

namespace {

constexpr auto nobody = dmx_inputs::nobody;
using bytes = std::vector<std::uint8_t>;
using numbers = std::vector<std::uint16_t>;

/// One frame of the show and of the network after the other, with the first two channels of each universe.
struct merge_rig {
  explicit merge_rig(output_merge_options options) : merge(std::move(options)) {}

  output_merge merge;
  std::map<std::uint16_t, bytes> show, network;
  std::uint8_t priority = 100;
  std::uint64_t frame = 0;
  std::vector<universes_made> sent;

  dmx_inputs_ptr inputs() const {
    auto made = std::make_shared<dmx_inputs>();
    for (const auto& [universe, levels] : network) {
      made->universes.push_back(universe);
      auto all = levels;
      all.resize(512);
      made->levels.insert(made->levels.end(), all.begin(), all.end());
      made->priorities.insert(made->priorities.end(), 512, levels.empty() ? nobody : priority);
    }
    return made;
  }
  dmx_ptr dmx(const std::map<std::uint16_t, bytes>& of) const {
    auto made = std::make_shared<dmx_data>();
    made->time.frame_number = frame;
    for (const auto& [universe, levels] : of) {
      made->addresses.push_back(universe);
      auto all = levels;
      all.resize(512);
      made->levels.insert(made->levels.end(), all.begin(), all.end());
      made->changed.push_back(1);
    }
    return made;
  }
  void tick() {
    ++frame;
    send({dmx(show), 0, 1, 0, inputs()});
  }
  void send(const universes_made& made) {
    const auto out = merge.apply(made);
    sent.assign(out.begin(), out.end());
  }
  /// The first two levels of a universe in what was sent last.
  bytes levels(std::uint16_t universe) const {
    for (const auto& part : sent)
      for (std::size_t i = 0; i < part.dmx->addresses.size(); ++i)
        if (part.dmx->addresses[i] == universe)
          return {part.dmx->levels[i * 512], part.dmx->levels[i * 512 + 1]};
    return {};
  }
  int changed(std::uint16_t universe) const {
    for (const auto& part : sent)
      for (std::size_t i = 0; i < part.dmx->addresses.size(); ++i)
        if (part.dmx->addresses[i] == universe) return part.dmx->changed[i];
    return -1;
  }
};

} // namespace

TEST_CASE("output merge: without settings, or without a network, everything passes as it is",
          "[actors][merge]") {
  merge_rig off({});
  off.show[1] = {10};
  off.network[1] = {200};
  off.tick();
  REQUIRE(off.sent.size() == 1);
  CHECK(off.sent[0].parts == 1);
  CHECK(off.levels(1) == bytes{10, 0});
  merge_rig on({{1}, merge_rule::htp, 100});
  on.show[1] = {10};
  on.send({on.dmx(on.show), 0, 1, 0, nullptr});
  CHECK(on.levels(1) == bytes{10, 0});
}

TEST_CASE("output merge: HTP takes the higher level, of the universes that are merged only",
          "[actors][merge]") {
  merge_rig on({{1}, merge_rule::htp, 100});
  on.show = {{1, {10, 200}}, {2, {10, 200}}};
  on.network = {{1, {100, 100}}, {2, {100, 100}}};
  on.tick();
  CHECK(on.levels(1) == bytes{100, 200});
  CHECK(on.levels(2) == bytes{10, 200});
}

TEST_CASE("output merge: priority decides by channel, equal ones are merged HTP", "[actors][merge]") {
  merge_rig on({{1}, merge_rule::priority, 100});
  on.show[1] = {10, 200};
  on.network[1] = {100, 100};
  on.priority = 99;
  on.tick();
  CHECK(on.levels(1) == bytes{10, 200});
  on.priority = 100;
  on.tick();
  CHECK(on.levels(1) == bytes{100, 200});
  on.priority = 101;
  on.tick();
  CHECK(on.levels(1) == bytes{100, 100});
  on.network[1] = {}; // everybody has gone
  on.tick();
  CHECK(on.levels(1) == bytes{10, 200});
}

TEST_CASE("output merge: LTP gives a channel to the side that changed it last", "[actors][merge]") {
  merge_rig on({{1}, merge_rule::ltp, 100});
  on.show[1] = {10, 10};
  on.network[1] = {100, 100};
  on.tick();
  CHECK(on.levels(1) == bytes{10, 10}); // the network has only appeared
  on.network[1] = {90, 100};
  on.tick();
  CHECK(on.levels(1) == bytes{90, 10});
  on.show[1] = {10, 20};
  on.tick();
  CHECK(on.levels(1) == bytes{90, 20});
  on.show[1] = {5, 20};
  on.tick();
  CHECK(on.levels(1) == bytes{5, 20});
  on.show[1] = {6, 200};
  on.network[1] = {7, 7};
  on.tick(); // both at once: the higher one has it
  CHECK(on.levels(1) == bytes{7, 200});
  on.network[1] = {};
  on.tick();
  CHECK(on.levels(1) == bytes{6, 200});
}

TEST_CASE("output merge: a universe that only the network has is a part of its own", "[actors][merge]") {
  merge_rig on({{1, 7}, merge_rule::priority, 200}); // whatever the priorities
  on.show[1] = {10};
  on.network = {{1, {}}, {7, {30, 40}}};
  on.tick();
  REQUIRE(on.sent.size() == 2);
  CHECK(on.sent[0].parts == 2);
  CHECK(on.sent[1].part == 1);
  CHECK(on.sent[1].dmx->addresses == numbers{7});
  CHECK(on.levels(7) == bytes{30, 40});
  SECTION("until the show has it") {
    on.show[7] = {50};
    on.tick();
    CHECK(on.sent[1].dmx->addresses.empty());
  }
  SECTION("until nobody sends it") {
    on.network[7] = {};
    on.tick();
    CHECK(on.sent[1].dmx->addresses.empty());
  }
}

TEST_CASE("output merge: that part follows when all parts of a frame have come", "[actors][merge]") {
  merge_rig on({{1, 2, 7}, merge_rule::htp, 100});
  on.network = {{1, {1}}, {2, {2}}, {7, {7}}};
  for (int i = 0; i < 3; ++i) {
    ++on.frame;
    // In any order.
    const std::uint16_t first = i % 2;
    on.send({on.dmx({{static_cast<std::uint16_t>(1 + first), {0}}}), first, 2, 0, on.inputs()});
    REQUIRE(on.sent.size() == 1);
    CHECK(on.sent[0].parts == 3);
    const auto second = static_cast<std::uint16_t>(1 - first);
    on.send({on.dmx({{static_cast<std::uint16_t>(1 + second), {0}}}), second, 2, 0, on.inputs()});
    REQUIRE(on.sent.size() == 2);
    CHECK(on.sent[1].part == 2);
    CHECK(on.sent[1].dmx->addresses == numbers{7});
  }
}

TEST_CASE("output merge: a universe is changed if what is sent of it is", "[actors][merge]") {
  merge_rig on({{1, 7}, merge_rule::htp, 100});
  on.show[1] = {10};
  on.network = {{1, {100}}, {7, {1}}};
  on.tick();
  CHECK(on.changed(1) == 1);
  CHECK(on.changed(7) == 1);
  on.show[1] = {20}; // stays below
  on.tick();
  CHECK(on.changed(1) == 0);
  CHECK(on.changed(7) == 0);
  on.network[1] = {101};
  on.network[7] = {2};
  on.tick();
  CHECK(on.changed(1) == 1);
  CHECK(on.changed(7) == 1);
}

TEST_CASE("output merge: the show's own DMX isn't touched", "[actors][merge]") {
  merge_rig on({{1}, merge_rule::htp, 100});
  on.network[1] = {100};
  const auto own = on.dmx({{1, {10}}});
  on.send({own, 0, 1, 0, on.inputs()});
  CHECK(own->levels[0] == 10);
  CHECK(on.levels(1) == bytes{100, 0});
}
