// Nodes of numbers, controls and what comes in, computed by hand (protocol, section 5).
#include "tests/engine/node_support.hpp"

namespace troupe::test {

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

} // namespace troupe::test
