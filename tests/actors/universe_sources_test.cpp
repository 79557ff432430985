#include "actors/input/universe_sources.hpp"

#include "protocol/inputs.hpp"
#include "tests/actors/network_packets.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

constexpr auto nobody = dmx_inputs::nobody;
using bytes = std::vector<std::uint8_t>;

universe_rules rules_with(loss_mode mode, std::int64_t fade_ns = 0) {
  universe_rules made;
  made.address = 1;
  made.sacn_loss = made.artnet_loss = {mode, fade_ns};
  return made;
}

bytes first(const universe_sources::levels& of, std::size_t count) {
  return {of.begin(), of.begin() + static_cast<std::ptrdiff_t>(count)};
}
bytes levels(const universe_sources& of, std::size_t count = 2) {
  return first(of.merged(), count);
}
bytes priorities(const universe_sources& of, std::size_t count = 2) {
  return first(of.priorities(), count);
}
std::string state(const universe_sources& of, std::int64_t now = 0) {
  return of.report(now).state;
}

} // namespace

TEST_CASE("network universe: silent until a source is heard", "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  CHECK(levels(one) == bytes{0, 0});
  CHECK(priorities(one) == bytes{nobody, nobody});
  CHECK(state(one) == "silent");
  CHECK_FALSE(one.next_event(0));
  CHECK(one.take(sacn_from(1, 0, {7, 8}, 0)));
  CHECK(levels(one) == bytes{7, 8});
  CHECK(priorities(one) == bytes{100, 100});
  CHECK(state(one) == "live");
}

TEST_CASE("network universe: the highest priority wins, equal ones are merged HTP", "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  one.take(sacn_from(1, 0, {200, 10}, 0));
  one.take(sacn_from(2, 0, {100, 50}, 0));
  CHECK(levels(one) == bytes{200, 50});
  one.take(sacn_from(3, 0, {1, 2}, 0, 101));
  CHECK(levels(one) == bytes{1, 2});
  CHECK(priorities(one) == bytes{101, 101});
  one.take(sacn_from(3, 1, {1, 2}, 0, 0)); // a source may change its priority
  CHECK(levels(one) == bytes{200, 50});
}

TEST_CASE("network universe: slots that a source doesn't send are nobody's", "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  auto packet = sacn_from(1, 0, {}, 0);
  packet.fill(bytes{9});
  one.take(packet);
  CHECK(levels(one) == bytes{9, 0});
  CHECK(priorities(one) == bytes{100, nobody});
}

TEST_CASE("network universe: a per-address priority overrules the packet's, 0 says not mine",
          "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  one.take(sacn_from(1, 0, {10, 20, 30}, 0, 150));
  one.take(sacn_from(2, 0, {1, 2, 3}, 0, 100));
  one.take(priorities_from(2, 1, {200, 0, 150}, 0));
  CHECK(levels(one, 3) == bytes{1, 20, 30}); // equal: the higher level
  CHECK(priorities(one, 3) == bytes{200, 150, 150});
  SECTION("and none of its own is left when it sends them no longer") {
    one.take(sacn_from(1, 1, {10, 20, 30}, 2 * second, 150));
    one.take(sacn_from(2, 2, {1, 2, 3}, 2 * second, 100));
    one.advance(sacn_loss_ns - 1);
    CHECK(levels(one, 3) == bytes{1, 20, 30});
    one.advance(sacn_loss_ns);
    CHECK(levels(one, 3) == bytes{10, 20, 30});
  }
  SECTION("what is above the highest priority counts as that") {
    one.take(priorities_from(2, 2, {255, 255, 255}, 0));
    CHECK(priorities(one, 3) == bytes{200, 200, 200});
  }
}

TEST_CASE("network universe: packets out of order are dropped, far ones begin a new count",
          "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  one.take(sacn_from(1, 30, {1}, 0));
  for (const std::uint8_t late : {30, 29, 11}) one.take(sacn_from(1, late, {2}, 0));
  CHECK(levels(one, 1) == bytes{1});
  one.take(sacn_from(1, 10, {3}, 0)); // 20 behind: the source has begun anew
  CHECK(levels(one, 1) == bytes{3});
  one.take(sacn_from(1, 14, {4}, 0));
  CHECK(levels(one, 1) == bytes{4});
  const auto told = one.report(0).sources.at(0);
  CHECK(told.late == 3);
  CHECK(told.packets == 3);
}

TEST_CASE("network universe: lost packets are counted over the end of the count", "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  one.take(sacn_from(1, 254, {}, 0));
  one.take(sacn_from(1, 255, {}, 0));
  one.take(sacn_from(1, 0, {}, 0));
  CHECK(one.report(0).sources.at(0).lost == 0);
  one.take(sacn_from(1, 3, {}, 0));
  CHECK(one.report(0).sources.at(0).lost == 2);
  auto newest = sacn_from(1, 9, {}, 0);
  newest.conflated = 5; // 4 to 8 had come
  one.take(newest);
  CHECK(one.report(0).sources.at(0).lost == 2);
}

TEST_CASE("network universe: Art-Net counts from 255 to 1, and 0 doesn't count", "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  one.take(artnet_from(1, 255, {1}, 0));
  one.take(artnet_from(1, 1, {2}, 0));
  CHECK(levels(one, 1) == bytes{2});
  CHECK(one.report(0).sources.at(0).lost == 0);
  one.take(artnet_from(1, 255, {3}, 0)); // late
  CHECK(levels(one, 1) == bytes{2});
  one.take(artnet_from(1, 0, {4}, 0));
  one.take(artnet_from(1, 0, {5}, 0));
  CHECK(levels(one, 1) == bytes{5});
}

TEST_CASE("network universe: a source that is silent too long is lost, the others stay",
          "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  one.take(sacn_from(1, 0, {200}, 0));
  one.take(sacn_from(2, 0, {100}, second));
  one.take(artnet_from(3, 1, {50}, second));
  CHECK(one.next_event(0) == sacn_loss_ns);
  one.advance(sacn_loss_ns - 1);
  CHECK(levels(one, 1) == bytes{200});
  one.advance(sacn_loss_ns);
  CHECK(levels(one, 1) == bytes{100});
  one.advance(second + sacn_loss_ns);
  CHECK(levels(one, 1) == bytes{50});
  CHECK(one.next_event(0) == second + artnet_loss_ns);
  CHECK(one.take_gone().size() == 2);
  CHECK(state(one) == "live");
}

TEST_CASE("network universe: when the last source is lost its levels hold", "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  one.take(sacn_from(1, 0, {200, 1}, 0, 120));
  one.advance(sacn_loss_ns);
  CHECK(levels(one) == bytes{200, 1});
  CHECK(priorities(one) == bytes{120, 120});
  CHECK(state(one) == "held");
  CHECK_FALSE(one.next_event(sacn_loss_ns));
  one.take(sacn_from(2, 77, {5, 5}, 9 * second));
  CHECK(levels(one) == bytes{5, 5});
}

TEST_CASE("network universe: or go to zero", "[actors][network]") {
  universe_sources one(rules_with(loss_mode::zero));
  one.take(artnet_from(1, 1, {200}, 0));
  one.advance(artnet_loss_ns - 1);
  CHECK(levels(one, 1) == bytes{200});
  one.advance(artnet_loss_ns);
  CHECK(levels(one, 1) == bytes{0});
  CHECK(priorities(one, 1) == bytes{nobody});
  CHECK(state(one) == "lost");
}

TEST_CASE("network universe: or fade, from the moment of the loss, whenever it is looked at",
          "[actors][network]") {
  universe_sources one(rules_with(loss_mode::fade, 2 * second));
  one.take(sacn_from(1, 0, {200, 255}, 0));
  one.advance(sacn_loss_ns + 500 * ms); // the first look is late
  CHECK(levels(one) == bytes{150, 191});
  CHECK(state(one) == "fading");
  CHECK(one.next_event(sacn_loss_ns + 500 * ms) == sacn_loss_ns + 500 * ms + fade_step_ns);
  one.advance(sacn_loss_ns + second);
  CHECK(levels(one) == bytes{100, 128});
  CHECK(priorities(one) == bytes{100, 100});
  SECTION("to its end") {
    one.advance(sacn_loss_ns + 2 * second);
    CHECK(levels(one) == bytes{0, 0});
    CHECK(state(one) == "lost");
    CHECK_FALSE(one.next_event(10 * second));
  }
  SECTION("until somebody sends again") {
    one.take(sacn_from(1, 0, {7, 7}, sacn_loss_ns + second));
    CHECK(levels(one) == bytes{7, 7});
    one.advance(sacn_loss_ns + 2 * second);
    CHECK(levels(one) == bytes{7, 7});
  }
}

TEST_CASE("network universe: a source that says that it ends is lost at once", "[actors][network]") {
  universe_sources one(rules_with(loss_mode::zero));
  one.take(sacn_from(1, 0, {200}, 0));
  auto end = sacn_from(1, 1, {200}, 0);
  end.options = sacn::option::stream_terminated;
  CHECK_FALSE(one.take(end));
  CHECK(levels(one, 1) == bytes{0});
  CHECK(one.report(0).sources.empty());
  CHECK_FALSE(one.take(end)); // the repetitions make no new source
  CHECK(one.report(0).sources.empty());
}

TEST_CASE("network universe: more sources than there is room for are refused, unless they overrule one",
          "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  for (std::uint8_t i = 1; i <= max_sacn_sources; ++i) one.take(sacn_from(i, 0, {i}, 0, i == 3 ? 90 : 100));
  CHECK_FALSE(one.take(sacn_from(50, 0, {250}, 0, 90)));
  CHECK(one.report(0).sources.size() == max_sacn_sources);
  CHECK(one.report(0).sources_exceeded == 1);
  CHECK(one.take(sacn_from(51, 0, {250}, 0, 91)));
  const auto gone = one.take_gone();
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].first == sender_id::of(cid(3)));
  CHECK(one.report(0).sources.size() == max_sacn_sources);
}

TEST_CASE("network universe: a third source of Art-Net is ignored until one of two has gone",
          "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  CHECK(one.take(artnet_from(1, 1, {10, 90}, 0)));
  CHECK(one.take(artnet_from(2, 1, {20, 80}, second)));
  CHECK_FALSE(one.take(artnet_from(3, 1, {99, 99}, second)));
  CHECK(levels(one) == bytes{20, 90});
  one.advance(artnet_loss_ns);
  CHECK(one.take(artnet_from(3, 2, {99, 70}, artnet_loss_ns)));
  CHECK(levels(one) == bytes{99, 80});
}

TEST_CASE("network universe: two sources of Art-Net, LTP: who changed a channel last has it",
          "[actors][network]") {
  auto rules = rules_with(loss_mode::hold);
  rules.artnet_ltp = true;
  universe_sources one(rules);
  one.take(artnet_from(1, 1, {200, 200}, 0));
  one.take(artnet_from(1, 2, {190, 200}, 0));
  one.take(artnet_from(2, 1, {100, 100}, 0)); // has only appeared
  CHECK(levels(one) == bytes{190, 200});
  one.take(artnet_from(2, 2, {90, 100}, 0));
  CHECK(levels(one) == bytes{90, 200});
  one.take(artnet_from(1, 3, {180, 10}, 0));
  CHECK(levels(one) == bytes{180, 10});
  one.take(artnet_from(2, 3, {90, 100}, 9 * second));
  one.advance(artnet_loss_ns);
  CHECK(levels(one) == bytes{90, 100}); // what the lost one had is the other's
}

TEST_CASE("network universe: Art-Net has the priority of the settings", "[actors][network]") {
  auto rules = rules_with(loss_mode::hold);
  rules.artnet_priority = 150;
  universe_sources one(rules);
  one.take(sacn_from(1, 0, {200}, 0));
  one.take(artnet_from(2, 1, {10}, 0));
  CHECK(levels(one, 1) == bytes{10});
  CHECK(priorities(one, 1) == bytes{150});
}

TEST_CASE("network universe: levels wait for their sync packet", "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  const auto data = [](std::uint8_t sequence, std::uint8_t level, std::int64_t at, std::uint8_t options = 0) {
    auto made = sacn_from(1, sequence, {level}, at);
    made.synchronization = 7962;
    made.options = options;
    return made;
  };
  one.take(data(0, 10, 0)); // no sync packet has ever come: shown at once
  CHECK(levels(one, 1) == bytes{10});
  CHECK(one.report(0).sources.at(0).state == "unsynchronised");
  CHECK(one.synchronise(sync_from(1, 7962, 0)));
  CHECK_FALSE(one.synchronise(sync_from(1, 7963, 0)));
  CHECK_FALSE(one.synchronise(sync_from(2, 7962, 0)));
  one.take(data(1, 20, second));
  CHECK(levels(one, 1) == bytes{10});
  CHECK(one.report(0).sources.at(0).state == "synchronised");
  one.synchronise(sync_from(1, 7962, second));
  CHECK(levels(one, 1) == bytes{20});

  SECTION("for ever, if the source says so") {
    one.take(data(2, 30, 2 * second));
    one.take(data(3, 31, 4 * second));
    one.advance(5 * second);
    CHECK(levels(one, 1) == bytes{20});
  }
  SECTION("or until sync packets have failed to come for 2.5 s") {
    one.take(data(2, 30, 3 * second, sacn::option::force_synchronization));
    CHECK(one.next_event(0) == second + sacn_loss_ns);
    one.advance(second + sacn_loss_ns - 1);
    CHECK(levels(one, 1) == bytes{20});
    one.advance(second + sacn_loss_ns);
    CHECK(levels(one, 1) == bytes{30});
    one.take(data(3, 40, 4 * second, sacn::option::force_synchronization));
    CHECK(levels(one, 1) == bytes{40});
  }
  SECTION("and no longer when the source stops asking for it") {
    one.take(sacn_from(1, 2, {50}, 2 * second));
    CHECK(levels(one, 1) == bytes{50});
  }
}

TEST_CASE("network universe: a name in another encoding is told in ASCII", "[actors][network]") {
  universe_sources one(rules_with(loss_mode::hold));
  auto packet = sacn_from(1, 0, {}, 0);
  packet.call("B\xfchne");
  one.take(packet);
  const auto told = one.report(1'500 * ms).sources.at(0);
  CHECK(told.name == "B?hne");
  CHECK(told.id == "01010101-0101-0101-0101-010101010101");
  CHECK(told.address == "10.0.0.1:6454");
  CHECK(told.age_ms == 1'500);
}
