// Nodes of colours, positions and bundles, and what whole graphs write, computed by hand (protocol, section
// 5).
#include "tests/engine/node_support.hpp"

namespace troupe::test {

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
