// Nodes that move: oscillators, noise, chases, flashes and envelopes, computed by hand (protocol, section 5).
#include "tests/engine/node_support.hpp"

namespace troupe::test {

TEST_CASE("nodes: the oscillators over one period", "[engine][nodes]") {
  struct wave {
    const char* type;
    std::vector<double> quarters;
  };
  for (const auto& [type, quarters] :
       {wave{"SineLFO", {0.5, 1, 0.5, 0, 0.5}}, wave{"TriangleLFO", {0, 0.5, 1, 0.5, 0}},
        wave{"SawLFO", {0, 0.25, 0.5, 0.75, 0}}, wave{"SquareLFO", {1, 1, 0, 0, 1}}}) {
    engine_stage stage(1, writing({{"x", type, R"({"frequency":2,"speed":0.5})"}}, {}, "x.value"));
    for (const auto expected : quarters) {
      stage.tick(0.25);
      CHECK(stage.value("f0") == about(expected));
    }
  }
}

TEST_CASE("nodes: a phase counts modulo 1 and may be negative", "[engine][nodes]") {
  CHECK(scalar_of("SawLFO", R"({"phase":0.25})", "value") == 0.25f);
  CHECK(scalar_of("SawLFO", R"({"phase":7.25})", "value") == 0.25f);
  CHECK(scalar_of("SawLFO", R"({"phase":-0.25})", "value") == 0.75f);
  CHECK(scalar_of("SawLFO", R"({"phase":1e30})", "value") == 0);
}

TEST_CASE("nodes: an oscillator runs backwards with a negative speed", "[engine][nodes]") {
  engine_stage stage(1, writing({{"x", "SawLFO", R"({"speed":-1})"}}, {}, "x.value"));
  stage.tick(0);
  stage.tick(0.25);
  CHECK(stage.value("f0") == about(0.75));
}

TEST_CASE("nodes: Noise stays within 0..1, repeats with its seed and passes its lattice", "[engine][nodes]") {
  engine_stage one(1, writing({{"x", "Noise", R"({"seed":3})"}}, {}, "x.value"));
  engine_stage same(1, writing({{"x", "Noise", R"({"seed":3.4})"}}, {}, "x.value"));
  engine_stage other(1, writing({{"x", "Noise", R"({"seed":4})"}}, {}, "x.value"));
  float lowest = 1, highest = 0;
  int differing = 0;
  for (int i = 0; i < 400; ++i) {
    for (auto* stage : {&one, &same, &other}) stage->tick(0.125);
    REQUIRE(one.value("f0") == same.value("f0"));
    differing += one.value("f0") != other.value("f0");
    lowest = std::min(lowest, one.value("f0"));
    highest = std::max(highest, one.value("f0"));
    if (i % 8 == 0) { // on the lattice it is the hash itself
      const auto salt = engine::mix32(3);
      REQUIRE(one.value("f0") == engine::unit(engine::mix32(static_cast<std::uint32_t>(i / 8) + salt)));
    }
  }
  CHECK(differing > 390);
  CHECK(lowest < 0.1f);
  CHECK(highest > 0.9f);
}

TEST_CASE("nodes: Chase lights one fixture after the other, and shares the light between two",
          "[engine][nodes]") {
  engine_stage stage(4, selecting("Chase", R"({"speed":2})"));
  stage.tick(0);
  CHECK(row(stage, 4) == std::vector{1.f, 0.f, 0.f, 0.f});
  stage.tick(0.5);
  CHECK(row(stage, 4) == std::vector{0.f, 1.f, 0.f, 0.f});
  stage.tick(0.125);
  CHECK(row(stage, 4) == std::vector{0.f, 0.75f, 0.25f, 0.f});
  stage.tick(1.25); // 3.75: around the corner
  CHECK(row(stage, 4) == std::vector{0.75f, 0.f, 0.f, 0.25f});
}

TEST_CASE("nodes: a wider Chase reaches further, a backward one goes down", "[engine][nodes]") {
  engine_stage stage(4, selecting("Chase", R"({"speed":-1,"width":2})"));
  stage.tick(0);
  CHECK(row(stage, 4) == std::vector{1.f, 0.5f, 0.f, 0.5f});
  stage.tick(1);
  CHECK(row(stage, 4) == std::vector{0.5f, 0.f, 0.5f, 1.f});
}

TEST_CASE("nodes: Chase over one fixture is 1, over none 0", "[engine][nodes]") {
  engine_stage one(1, selecting("Chase", R"({"width":0.001,"speed":0.3})"));
  one.tick(0);
  one.tick(1);
  CHECK(one.value("f0") == 1);
  engine_stage none(2, selecting("Chase", "{}", "nothing"));
  none.tick(0);
  CHECK(row(none, 2) == std::vector{0.f, 0.f});
}

TEST_CASE("nodes: Spread goes from the first fixture to the last", "[engine][nodes]") {
  auto stage = once(selecting("Spread", R"({"from":0.25,"to":0.75})"), 5);
  CHECK(row(stage, 5) == std::vector{0.25f, 0.375f, 0.5f, 0.625f, 0.75f});
  CHECK(once(selecting("Spread", R"({"from":0.25,"to":0.75})")).value("f0") == 0.25f);
}

TEST_CASE("nodes: Chase and Spread give 0 outside their selection, and evaluation goes on",
          "[engine][nodes]") {
  auto g = writing({{"s", "SelectFixture", R"({"fixtureIds":["f3","gone","f1","f3"]})"},
                    {"x", "Spread", R"({"from":0.5,"to":1})"},
                    {"a", "Add", R"({"b":0.125})"}},
                   {"s.selection > x.selection", "x.value > a.a"}, "a.result");
  CHECK(row(once(g, 4), 4) == std::vector{0.125f, 1.f, 0.125f, 0.625f}); // f3 is the first of two
}

TEST_CASE("nodes: Flash rises, falls, and starts again with each trigger", "[engine][nodes]") {
  engine_stage stage(
      1, writing({{"b", "Button", R"({"buttonId":"B"})"}, {"x", "Flash", R"({"attack":0.5,"decay":1})"}},
                 {"b.pressed > x.trigger"}, "x.value"));
  const auto at = [&](bool press, double seconds) {
    stage.now.buttons["B"] = {press, press};
    stage.tick(seconds);
    return stage.value("f0");
  };
  CHECK(at(false, 0) == 0); // none yet
  CHECK(at(false, 5) == 0);
  CHECK(at(true, 0.25) == 0); // age 0 of an attack
  CHECK(at(false, 0.25) == 0.5f);
  CHECK(at(false, 0.25) == 1);
  CHECK(at(false, 0.25) == 0.75f);
  CHECK(at(true, 0.25) == 0);
  CHECK(at(false, 0.75) == 0.75f);
  CHECK(at(false, 5) == 0);
}

TEST_CASE("nodes: Flash without attack is 1 in the trigger's tick, without decay only then",
          "[engine][nodes]") {
  engine_stage stage(1, writing({{"b", "Button", R"({"buttonId":"B"})"}, {"x", "Flash", R"({"decay":0})"}},
                                {"b.pressed > x.trigger"}, "x.value"));
  stage.now.buttons["B"] = {true, true};
  stage.tick(0);
  CHECK(stage.value("f0") == 1);
  stage.now.buttons["B"] = {};
  stage.tick(0.01);
  CHECK(stage.value("f0") == 0);
}

TEST_CASE("nodes: Envelope attacks, decays, sustains and releases", "[engine][nodes]") {
  engine_stage stage(1, writing({{"b", "Button", R"({"buttonId":"B"})"},
                                 {"x", "Envelope", R"({"attack":1,"decay":0.5,"sustain":0.5,"release":2})"}},
                                {"b.down > x.gate"}, "x.value"));
  const auto at = [&](bool down, double seconds) {
    stage.now.buttons["B"] = {down, false};
    stage.tick(seconds);
    return stage.value("f0");
  };
  CHECK(at(false, 0) == 0);
  CHECK(at(true, 0.5) == 0); // age 0
  CHECK(at(true, 0.5) == 0.5f);
  CHECK(at(true, 0.75) == 0.75f); // 0.25 into the decay
  CHECK(at(true, 1) == 0.5f);
  CHECK(at(false, 0.5) == 0.5f); // the release starts where it was
  CHECK(at(false, 1) == 0.25f);
  CHECK(at(true, 0.5) == 0.25f); // so does the attack
  CHECK(at(true, 0.5) == 0.625f);
  CHECK(at(false, 0.5) == 0.625f);
  CHECK(at(false, 2) == 0);
}

TEST_CASE("nodes: Envelope without times follows its gate", "[engine][nodes]") {
  engine_stage stage(
      1, writing({{"x", "Envelope", R"({"gate":true,"attack":0,"decay":0,"sustain":0.25})"}}, {}, "x.value"));
  stage.tick(0);
  CHECK(stage.value("f0") == 0.25f);
}

} // namespace troupe::test
