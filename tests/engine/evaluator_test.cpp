// The node catalogue, computed by hand (protocol, section 5).
#include "engine/math.hpp"
#include "tests/engine/engine_stage.hpp"

namespace troupe::test {
namespace {

/// The node `x` of this type: its one scalar output as the intensity of one fixture.
float scalar_of(const std::string& type, const std::string& params, const std::string& output = "result") {
  return once(writing({{"x", type, params}}, {}, "x." + output)).value("f0");
}

/// The same mapped from -10..10 to 0..1, for values that an intensity can't hold.
float wide(const std::string& type, const std::string& params, const std::string& output = "result") {
  const auto g = writing({{"x", type, params}, {"m", "MapRange", R"({"inMin":-10,"inMax":10})"}},
                         {"x." + output + " > m.value"}, "m.result");
  return once(g).value("f0") * 20.f - 10.f;
}

std::vector<float> colour_of(const std::string& type, const std::string& params,
                             const std::string& output = "result") {
  const auto stage = once(writing({{"x", type, params}}, {}, "x." + output));
  return {stage.value("f0", column::red), stage.value("f0", column::green), stage.value("f0", column::blue)};
}

/// Intensities of f0, f1…
std::vector<float> row(const engine_stage& stage, int count) {
  std::vector<float> out;
  for (int i = 0; i < count; ++i) out.push_back(stage.value("f" + std::to_string(i)));
  return out;
}

graph selecting(const std::string& type, const std::string& params, const std::string& group = "g") {
  return writing({{"s", "SelectGroup", R"({"groupIds":[")" + group + R"("]})"}, {"x", type, params}},
                 {"s.selection > x.selection"}, "x.value");
}

} // namespace

TEST_CASE("nodes: arithmetic", "[engine][nodes]") {
  CHECK(scalar_of("Add", R"({"a":0.25,"b":0.5})") == 0.75f);
  CHECK(scalar_of("Add", "{}") == 0);
  CHECK(scalar_of("Subtract", R"({"a":0.75,"b":0.5})") == 0.25f);
  CHECK(scalar_of("Multiply", R"({"a":0.5})") == 0.5f);
  CHECK(scalar_of("Multiply", "{}") == 1);
  CHECK(scalar_of("Divide", R"({"a":0.5,"b":4})") == 0.125f);
  CHECK(scalar_of("Divide", R"({"a":0.5,"b":0})") == 0);
  CHECK(scalar_of("Min", R"({"a":0.5})") == 0.5f);
  CHECK(scalar_of("Min", "{}") == 1);
  CHECK(scalar_of("Max", R"({"a":0.5})") == 0.5f);
  CHECK(wide("Subtract", R"({"a":1,"b":4})") == about(-3));
  CHECK(scalar_of("Clamp01", R"({"value":7})") == 1);
  CHECK(scalar_of("Clamp01", R"({"value":-7})") == 0);
}

TEST_CASE("nodes: MapRange is linear, not clamped, and survives an empty range", "[engine][nodes]") {
  CHECK(scalar_of("MapRange", R"({"value":15,"inMin":10,"inMax":20,"outMin":0.2,"outMax":0.6})") ==
        about(0.4));
  CHECK(wide("MapRange", R"({"value":2,"outMax":3})") == about(6));
  CHECK(scalar_of("MapRange", R"({"value":2,"inMin":1,"inMax":1,"outMin":0.3})") == 0.3f);
}

TEST_CASE("nodes: what isn't finite becomes 0", "[engine][nodes]") {
  CHECK(scalar_of("Multiply", R"({"a":1e30,"b":1e30})") == 0);
  CHECK(scalar_of("Add", R"({"a":1e300,"b":0.5})") == 0.5f); // beyond float32: counts as 0
  CHECK(scalar_of("Divide", R"({"a":1e30,"b":1e-30})") == 0);
  CHECK(scalar_of("MapRange", R"({"value":1e38,"inMax":1e-38})") == 0);
}

TEST_CASE("nodes: a fader and a button that are never set give 0", "[engine][nodes]") {
  engine_stage stage(1, writing({{"x", "Fader", R"({"faderId":"A"})"}}, {}, "x.value"));
  stage.tick(0);
  CHECK(stage.value("f0") == 0);
  stage.now.faders["A"] = 0.25f;
  stage.tick(0.1);
  CHECK(stage.value("f0") == 0.25f);
  stage.now.faders["0"] = 1; // another layout: A stands elsewhere
  stage.tick(0.1);
  CHECK(stage.value("f0") == 0.25f);
  stage.now.faders.erase("A");
  stage.tick(0.1);
  CHECK(stage.value("f0") == 0);
}

TEST_CASE("nodes: DmxIn reads a channel of the network, 0 while nobody sends it", "[engine][nodes]") {
  engine_stage stage(1, writing({{"x", "DmxIn", R"({"universe":3,"channel":2})"}}, {}, "x.value"));
  stage.tick(0);
  CHECK(stage.value("f0") == 0);
  stage.now.network[2] = {0, 7};
  stage.tick(0.1);
  CHECK(stage.value("f0") == 0); // another universe
  stage.now.network[3] = {9, 51};
  stage.tick(0.1);
  CHECK(stage.value("f0") == 51.0f / 255.0f);
  stage.now.network.erase(3);
  stage.tick(0.1);
  CHECK(stage.value("f0") == 0);
}

TEST_CASE("nodes: DmxIn without params reads channel 1 of universe 0", "[engine][nodes]") {
  engine_stage stage(1, writing({{"x", "DmxIn"}}, {}, "x.value"));
  stage.now.network[0] = {255};
  stage.tick(0);
  CHECK(stage.value("f0") == 1);
}

TEST_CASE("nodes: DmxIn with 16 bits takes the next channel as its fine part", "[engine][nodes]") {
  engine_stage stage(1, writing({{"x", "DmxIn", R"({"channel":511,"resolution":"16bit"})"}}, {}, "x.value"));
  auto& levels = stage.now.network[0];
  levels[510] = 1;
  levels[511] = 2;
  stage.tick(0);
  CHECK(stage.value("f0") == 258.0f / 65535.0f);
  engine_stage edge(1, writing({{"x", "DmxIn", R"({"channel":512,"resolution":"16bit"})"}}, {}, "x.value"));
  edge.now.network[0][511] = 255;
  edge.tick(0);
  CHECK(edge.value("f0") == 65280.0f / 65535.0f); // there is no next channel
}

TEST_CASE("nodes: Timecode goes on between packets, and stands half a second after the last",
          "[engine][nodes]") {
  engine_stage stage(1, writing({{"x", "Timecode"}, {"m", "MapRange", R"({"inMax":100})"}},
                                {"x.seconds > m.value"}, "m.result"));
  stage.tick(0);
  CHECK(stage.value("f0") == 0);
  stage.now.timecode = {true, 10'000'000'000, 200'000'000}; // arrived after this tick's deadline
  stage.tick(0.1);
  CHECK(stage.value("f0") == about(0.1));
  stage.tick(0.4); // t = 0.5, 0.3 s after it came
  CHECK(stage.value("f0") == about(0.103));
  stage.tick(0.2); // 0.5 s after it came
  CHECK(stage.value("f0") == about(0.1));
}

TEST_CASE("nodes: Timecode tells whether it runs", "[engine][nodes]") {
  engine_stage stage(1, writing({{"x", "Timecode"}, {"a", "Add"}}, {"x.running > a.a"}, "a.result"));
  stage.tick(0);
  CHECK(stage.value("f0") == 0);
  stage.now.timecode = {true, 0, 0};
  stage.tick(0.1);
  CHECK(stage.value("f0") == 1);
  stage.tick(0.399);
  CHECK(stage.value("f0") == 1);
  stage.tick(0.001);
  CHECK(stage.value("f0") == 0);
}

TEST_CASE("nodes: Button gives pressed and down, Trigger and Bool count as 0 and 1", "[engine][nodes]") {
  engine_stage stage(
      1,
      writing({{"x", "Button", R"({"buttonId":"B"})"}, {"m", "MapRange", R"({"outMax":0.5})"}, {"a", "Add"}},
              {"x.pressed > m.value", "m.result > a.a", "x.down > a.b"}, "a.result"));
  stage.now.buttons["B"] = {true, true};
  stage.tick(0);
  CHECK(stage.value("f0") == 1); // 0.5 + 1, clamped in the frame
  stage.now.buttons["B"] = {false, true};
  stage.tick(0.1);
  CHECK(stage.value("f0") == 0.5f);
}

TEST_CASE("nodes: Time gives the show time and the tick length in seconds", "[engine][nodes]") {
  const auto g = writing({{"x", "Time"}, {"m", "Multiply", R"({"b":0.1})"}, {"a", "Add"}},
                         {"x.t > m.a", "m.result > a.a", "x.dt > a.b"}, "a.result");
  engine_stage stage(1, g);
  stage.tick(0);
  CHECK(stage.value("f0") == 0);
  stage.tick(0.25);
  CHECK(stage.value("f0") == about(0.025 + 0.25));
  stage.tick(0.25);
  CHECK(stage.value("f0") == about(0.05 + 0.25));
}

TEST_CASE("nodes: Smooth begins at its value, then closes in at 60 steps a second", "[engine][nodes]") {
  engine_stage stage(1,
                     writing({{"f", "Fader", R"({"faderId":"A"})"}, {"x", "Smooth", R"({"smoothing":0.5})"}},
                             {"f.value > x.value"}, "x.result"));
  stage.now.faders["A"] = 1;
  stage.tick(0);
  CHECK(stage.value("f0") == 1);
  stage.now.faders["A"] = 0;
  stage.tick(1 / 60.0);
  CHECK(stage.value("f0") == about(0.5));
  stage.tick(2 / 60.0);
  CHECK(stage.value("f0") == about(0.125));
  for (int i = 0; i < 30; ++i) stage.tick(1 / 60.0);
  CHECK(stage.value("f0") == 0); // snapped: it arrives
}

TEST_CASE("nodes: smoothing 1 never moves, 0 jumps", "[engine][nodes]") {
  for (const auto& [smoothing, expected] : {std::pair("1", 0.f), std::pair("0", 0.75f)}) {
    engine_stage stage(1, writing({{"f", "Fader", R"({"faderId":"A"})"},
                                   {"x", "Smooth", std::string(R"({"smoothing":)") + smoothing + "}"}},
                                  {"f.value > x.value"}, "x.result"));
    stage.tick(0);
    stage.now.faders["A"] = 0.75f;
    stage.tick(10);
    CHECK(stage.value("f0") == expected);
  }
}

TEST_CASE("nodes: Compare and Switch", "[engine][nodes]") {
  const auto decide = [](const char* mode, double a, double b) {
    auto g = writing({{"c", "Compare"}, {"x", "Switch", R"({"a":1,"b":0.25})"}}, {"c.result > x.condition"},
                     "x.result");
    g.nodes[0].params = {{"a", a}, {"b", b}};
    if (*mode) g.nodes[0].params["mode"] = mode;
    return once(g).value("f0") == 1;
  };
  CHECK(decide("", 2, 1));
  CHECK_FALSE(decide("", 1, 1));
  CHECK(decide("<", 1, 2));
  CHECK_FALSE(decide("<", 2, 2));
  CHECK(decide("<=", 2, 2));
  CHECK(decide(">=", 2, 2));
  CHECK_FALSE(decide(">=", 1, 2));
  CHECK(decide("==", 0.1, 0.1));
  CHECK_FALSE(decide("==", 0.1, 0.1000001));
}

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

TEST_CASE("nodes: colours", "[engine][nodes]") {
  CHECK(colour_of("ColorConstant", "{}", "color") == std::vector{1.f, 1.f, 1.f});
  CHECK(colour_of("ColorConstant", R"({"r":0,"g":0.5})", "color") == std::vector{0.f, 0.5f, 1.f});
  CHECK(colour_of("MixColor", "{}") == std::vector{0.5f, 0.5f, 0.5f});
  CHECK(colour_of("MixColor", R"({"a":{"r":1,"g":0,"b":0},"b":{"r":0,"g":0,"b":1},"mix":0.25})") ==
        std::vector{0.75f, 0.f, 0.25f});
  CHECK(colour_of("ScaleColor", R"({"color":{"r":1,"g":0.5,"b":0.25},"scale":0.5})") ==
        std::vector{0.5f, 0.25f, 0.125f});
  CHECK(colour_of("ScaleColor", R"({"color":{"r":1,"g":0.5,"b":0.25},"scale":3})") ==
        std::vector{1.f, 1.f, 0.75f});
  CHECK(colour_of("ScaleColor", R"({"scale":-1})") == std::vector{0.f, 0.f, 0.f});
  CHECK(colour_of("HsvColor", "{}", "color") == std::vector{1.f, 0.f, 0.f});
  CHECK(colour_of("HsvColor", R"({"h":0.5,"s":0.5,"v":0.5})", "color")[0] == about(0.25));
  CHECK(colour_of("HsvColor", R"({"h":0.5,"s":0.5,"v":0.5})", "color")[2] == about(0.5));
  CHECK(colour_of("HsvColor", R"({"h":-0.6666667})", "color")[1] == about(1));
}

TEST_CASE("nodes: positions", "[engine][nodes]") {
  const auto of = [](const char* type, const char* params, const char* output) {
    const auto stage = once(writing({{"x", type, params}}, {}, std::string("x.") + output));
    CHECK(stage.value("f0") == engine_stage::absent);
    return std::pair(stage.value("f0", column::pan), stage.value("f0", column::tilt));
  };
  CHECK(of("PositionConstant", R"({"pan":-0.5,"tilt":0.25})", "position") == std::pair(-0.5f, 0.25f));
  CHECK(of("OffsetPosition", R"({"position":{"pan":0.75,"tilt":0},"deltaPan":0.5,"deltaTilt":-0.5})",
           "result") == std::pair(1.f, -0.5f));
  CHECK(of("ScalePosition", R"({"position":{"pan":0.75,"tilt":-0.25},"scale":-2})", "result") ==
        std::pair(-1.f, 0.5f));
}

TEST_CASE("nodes: to bundles, by node and by edge", "[engine][nodes]") {
  for (const auto& [name, c] : {std::pair("intensity", column::intensity), std::pair("pan", column::pan),
                                std::pair("tilt", column::tilt), std::pair("zoom", column::zoom)}) {
    const auto stage =
        once(writing({{"x", "ScalarToBundle", std::string(R"({"value":0.5,"attribute":")") + name + "\"}"}},
                     {}, "x.bundle"));
    for (std::size_t i = 0; i < column_count; ++i)
      CHECK(stage.value("f0", static_cast<column>(i)) ==
            (static_cast<column>(i) == c ? 0.5f : engine_stage::absent));
  }
  CHECK(colour_of("ColorToBundle", R"({"color":{"r":0,"g":1,"b":0}})", "bundle") ==
        std::vector{0.f, 1.f, 0.f});
  CHECK(once(writing({{"x", "PositionToBundle"}}, {}, "x.bundle")).value("f0", column::tilt) == 0);
}

TEST_CASE("nodes: MergeBundle takes attribute by attribute, the override wins", "[engine][nodes]") {
  const auto g = writing({{"c", "ColorConstant", R"({"g":0})"},
                          {"i", "Scalar", R"({"value":0.5})"},
                          {"low", "MergeBundle"},
                          {"p", "PositionConstant"},
                          {"i2", "Scalar", R"({"value":0.75})"},
                          {"high", "MergeBundle"},
                          {"x", "MergeBundle"}},
                         {"c.color > low.base", "i.value > low.override", "p.position > high.base",
                          "i2.value > high.override", "low.result > x.base", "high.result > x.override"},
                         "x.result");
  const auto stage = once(g);
  CHECK(stage.value("f0") == 0.75f);
  CHECK(stage.value("f0", column::green) == 0);
  CHECK(stage.value("f0", column::pan) == 0);
  CHECK(stage.value("f0", column::zoom) == engine_stage::absent);
}

TEST_CASE("nodes: ScaleBundle scales every attribute within its range", "[engine][nodes]") {
  plain_show show = engine_stage::dimmers(
      1, writing({{"p", "Preset", R"({"presetId":"P"})"}, {"x", "ScaleBundle", R"({"scale":2})"}},
                 {"p.bundle > x.bundle"}, "x.result"));
  show.presets = {{"P", make_preset({0.25f, rgb{0.75f, 0.25f, 0}, -0.75f, 0.25f, 0.75f})}};
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.value("f0") == 0.5f);
  CHECK(stage.value("f0", column::red) == 1);
  CHECK(stage.value("f0", column::green) == 0.5f);
  CHECK(stage.value("f0", column::pan) == -1);
  CHECK(stage.value("f0", column::tilt) == 0.5f);
  CHECK(stage.value("f0", column::zoom) == 1);
}

TEST_CASE("nodes: a preset that doesn't exist is an empty bundle, its fixtures are in the frame as {}",
          "[engine][nodes]") {
  const auto stage = once(writing({{"p", "Preset", R"({"presetId":"P"})"}}, {}, "p.bundle"));
  CHECK(stage.written("f0"));
  CHECK(stage.frame.mask[0] == 0);
}

TEST_CASE("nodes: values over an edge are clamped to the hard range of the port", "[engine][nodes]") {
  const auto driven = [](const std::string& type, const std::string& port, double value,
                         const std::string& output, const std::string& params = "{}") {
    auto g = writing({{"v", "Scalar"}, {"x", type, params}}, {"v.value > x." + port}, "x." + output);
    g.nodes[0].params["value"] = value;
    return once(g);
  };
  CHECK(driven("ColorConstant", "r", 7, "color").value("f0", column::red) == 1);
  CHECK(driven("PositionConstant", "pan", -7, "position").value("f0", column::pan) == -1);
  CHECK(driven("MixColor", "mix", 7, "result").value("f0", column::red) == 1);
  CHECK(driven("MixColor", "mix", -7, "result").value("f0", column::red) == 0);
}

TEST_CASE("nodes: varying values reach every kind of input, also past one block", "[engine][nodes]") {
  constexpr int count = 700; // not a multiple of the block
  auto g = writing({{"s", "SelectGroup", R"({"groupId":"g"})"},
                    {"x", "Spread"},
                    {"lfo", "SawLFO"},
                    {"c", "HsvColor", R"({"v":0.5})"}},
                   {"s.selection > x.selection", "x.value > lfo.phase", "lfo.value > c.h"}, "c.color");
  g.edges.push_back(make_edge("prio", {"x", "value"}, {"out", "priority"}));
  auto stage = once(g, count);
  for (const int i : {0, 1, 255, 256, 511, 512, 698}) {
    const float part = static_cast<float>(i) / static_cast<float>(count - 1);
    const float phase = static_cast<float>(engine::frac(static_cast<double>(part)));
    CHECK(stage.value("f" + std::to_string(i), column::green) ==
          0.5f - (0.5f * 1.f) * engine::hue(phase, engine::hue_green));
  }
  CHECK(stage.frame.writes.at(0).varying);
}

TEST_CASE("nodes: two writes share a varying value, each for its own fixtures", "[engine][nodes]") {
  auto show = engine_stage::dimmers(4, {});
  show.groups.push_back({"front", {"front", {"f0", "f1"}}});
  show.groups.push_back({"back", {"back", {"f3", "f1"}}});
  show.graphs[0].value = graph_of(
      {{"all", "SelectGroup", R"({"groupIds":["g"]})"},
       {"front", "SelectGroup", R"({"groupIds":["front"]})"},
       {"back", "SelectGroup", R"({"groupIds":["back"]})"},
       {"x", "Spread"},
       {"half", "Multiply", R"({"b":0.5})"},
       {"w1", "WriteAttributes"},
       {"z", "ScalarToBundle", R"({"attribute":"zoom"})"},
       {"w2", "WriteAttributes"}},
      {"all.selection > x.selection", "x.value > w1.bundle", "front.selection > w1.selection",
       "x.value > half.a", "half.result > z.value", "z.bundle > w2.bundle", "back.selection > w2.selection"});
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.value("f1") == about(1 / 3.0));
  CHECK(stage.value("f1", column::zoom) == about(1 / 6.0));
  CHECK(stage.value("f0", column::zoom) == engine_stage::absent);
  CHECK(stage.value("f3") == engine_stage::absent);
  CHECK(stage.value("f3", column::zoom) == 0.5f);
  CHECK_FALSE(stage.written("f2"));
  CHECK(stage.frame.layout->instances[0].writes[1].selection == std::vector<std::string>{"f3", "f1"});
  CHECK(stage.frame.writes[1].values[static_cast<std::size_t>(column::zoom)] == 0.5f); // of f3, the first
}

TEST_CASE("nodes: frames and levels have the bits they have always had", "[engine][nodes]") {
  auto show = engine_stage::dimmers(300, {});
  show.models = {{"m", model_of({"pan", "panFine", "tilt", "red", "green", "blue", "white", "zoom"})}};
  for (std::size_t i = 0; i < show.fixtures.size(); ++i) {
    show.fixtures[i].value.universe = static_cast<std::uint16_t>(i / 64);
    show.fixtures[i].value.start_channel = static_cast<std::uint16_t>(i % 64 * 8 + 1);
  }
  show.graphs = {
      {"colour",
       writing({{"s", "SelectGroup", R"({"groupId":"g"})"},
                {"spread", "Spread", R"({"from":-0.3,"to":2.7})"},
                {"sine", "SineLFO", R"({"frequency":0.37,"speed":1.3})"},
                {"noise", "Noise", R"({"speed":1.7})"},
                {"chase", "Chase", R"({"speed":7.3,"width":5.5})"},
                {"smooth", "Smooth", R"({"smoothing":0.83})"},
                {"hsv", "HsvColor", R"({"s":0.9})"},
                {"mix", "MixColor", R"({"b":{"r":0.2,"g":0.4,"b":0.9}})"}},
               {"s.selection > spread.selection", "s.selection > chase.selection",
                "spread.value > sine.phase", "spread.value > noise.seed", "chase.value > smooth.value",
                "sine.value > hsv.h", "smooth.result > hsv.v", "hsv.color > mix.a", "noise.value > mix.mix"},
               "mix.result")},
      {"position",
       writing({{"time", "Time"},
                {"saw", "SawLFO", R"({"frequency":0.9})"},
                {"gate", "Compare", R"({"b":0.4})"},
                {"env", "Envelope", R"({"attack":0.21,"decay":0.17,"sustain":0.6,"release":0.33})"},
                {"pos", "PositionConstant", R"({"tilt":-0.3})"},
                {"zoom", "ScalarToBundle", R"({"attribute":"zoom"})"},
                {"both", "MergeBundle"}},
               {"saw.value > gate.a", "gate.result > env.gate", "env.value > pos.pan", "time.dt > zoom.value",
                "pos.position > both.base", "zoom.bundle > both.override"},
               "both.result")}};
  engine_stage stage(show);
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&](const void* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
      hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3u;
  };
  for (int i = 0; i < 60; ++i) {
    stage.tick(1 / 60.0 + i * 0.001);
    for (const auto& values : stage.frame.values) add(values.data(), values.size() * sizeof(float));
    add(stage.dmx.levels.data(), stage.dmx.levels.size());
  }
  // Another value means other frames: on this machine, with this compiler, or since this change.
  CHECK(hash == 0x1a2eda07eaef18ceu);
}

} // namespace troupe::test
