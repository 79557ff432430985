// The oracle itself, against cases computed by hand. Read them as the short form of protocol sections 4 to 6.
#include "tests/engine/oracle.hpp"
#include "tests/engine/small_shows.hpp"

#include <catch2/catch.hpp>

namespace troupe::test {
namespace {

std::vector<int> levels(const fixture_model& model, const bundle& attributes) {
  const auto out = expected_levels(model, attributes);
  return {out.begin(), out.end()};
}

/// Runs frames 1..count and returns the intensity of each fixture in the last one; -1: not written.
class stage {
 public:
  explicit stage(plain_show made) : show(std::move(made)) { truth.install(show); }

  void change() { truth.install(show); }

  const expected_frame& tick() { return last = truth.tick(half_seconds(++frame), now); }

  std::vector<float> intensities() const {
    std::vector<float> out;
    for (const auto& f : show.fixtures) {
      const auto found = last.written.find(f.id);
      out.push_back(found == last.written.end() ? -1.f : found->second.intensity.value_or(-1.f));
    }
    return out;
  }

  plain_show show;
  oracle truth;
  controls now;
  std::uint64_t frame = 0;
  expected_frame last;
};

const node_text all_of_g{"s", "SelectGroup", R"({"groupIds":["g"]})"};

plain_show dimmers(int count) {
  auto show = show_of(model_of({"dimmer"}), count);
  show.groups = {{"g", {"all", {}}}};
  for (const auto& f : show.fixtures) show.groups[0].value.fixture_ids.push_back(f.id);
  return show;
}

} // namespace

TEST_CASE("oracle: a model without dimmer multiplies its colour by the intensity", "[engine][oracle]") {
  const bundle half_orange{0.5f, rgb{1, 0.5f, 0}, {}, {}, {}};
  CHECK(levels(model_of({"red", "green", "blue"}), half_orange) == std::vector{128, 64, 0});
  CHECK(levels(model_of({"dimmer", "red", "green", "blue"}), half_orange) == std::vector{128, 255, 128, 0});
  CHECK(levels(model_of({"cyan", "magenta", "yellow"}), half_orange) == std::vector{128, 191, 255});
}

TEST_CASE("oracle: white is the least of the colour, and may be taken out of it", "[engine][oracle]") {
  auto rgbw = model_of({"red", "green", "blue", "white"});
  const bundle pale{{}, rgb{1, 0.5f, 0.25f}, {}, {}, {}};
  CHECK(levels(rgbw, pale) == std::vector{255, 128, 64, 64});
  rgbw.white = white_mode::extract;
  CHECK(levels(rgbw, pale) == std::vector{191, 64, 0, 64});
}

TEST_CASE("oracle: a dimmer is dark until intensity is written, unless it is all the model has",
          "[engine][oracle]") {
  const bundle red{{}, rgb{0.8f, 0, 0}, {}, {}, {}};
  CHECK(levels(model_of({"dimmer", "red"}), red) == std::vector{0, 204});
  CHECK(levels(model_of({"dimmer"}), red) == std::vector{204});
  CHECK(levels(model_of({"dimmer"}), {}) == std::vector{0});
}

TEST_CASE("oracle: fine channels split sixteen bits, and pan and tilt start in the middle",
          "[engine][oracle]") {
  bundle b;
  b.pan = 0.f; // 32767.5 + 0.5
  b.zoom = 1.f / 3;
  CHECK(levels(model_of({"pan", "panFine", "tilt", "zoom", "zoomFine"}), b) ==
        std::vector{128, 0, 0, 85, 85});
  CHECK(levels(model_of({"pan"}), b) == std::vector{128});
}

TEST_CASE("oracle: unwritten channels hold the defaults, and a shutter opens with the light",
          "[engine][oracle]") {
  auto spot = model_of({"dimmer", "shutter", "red", "mode", "tilt", "cyan"});
  spot.defaults = {{"shutter", 255}, {"red", 7}, {"mode", 9}, {"tilt", 127}};
  CHECK(levels(spot, {}) == std::vector{0, 0, 7, 9, 127, 0});
  CHECK(levels(spot, {0.f, {}, {}, {}, {}}) == std::vector{0, 0, 7, 9, 127, 0});
  CHECK(levels(spot, {1.f, {}, {}, {}, {}}) == std::vector{255, 255, 7, 9, 127, 0});
  CHECK(levels(model_of({"cyan", "red"}), {}) == std::vector{255, 0});
}

TEST_CASE("oracle: of overlapping fixtures the later one wins a channel", "[engine][oracle]") {
  auto show = show_of(model_of({"dimmer"}), 2);
  show.fixtures[1].value.start_channel = 1;
  show.graphs = {{"a", graph_of({{"s", "SelectFixture", R"({"fixtureId":"f0"})"},
                                 {"v", "Scalar", R"({"value":1})"},
                                 {"w", "WriteAttributes"}},
                                {"s.selection > w.selection", "v.value > w.bundle"})}};
  stage on(show);
  CHECK(on.tick().universes.at(0)[0] == 0);
}

TEST_CASE("oracle: writes apply by priority, then graph, then node", "[engine][oracle]") {
  auto show = dimmers(1);
  const auto writer = [](const char* value, const char* params) {
    return graph_of({all_of_g, {"v", "Scalar", value}, {"w", "WriteAttributes", params}},
                    {"s.selection > w.selection", "v.value > w.bundle"});
  };
  show.graphs = {{"a", writer(R"({"value":0.25})", R"({"priority":0.5})")},
                 {"b", writer(R"({"value":0.5})", "{}")},
                 {"c", writer(R"({"value":0.125})", R"({"priority":0.5,"merge":"htp"})")}};
  stage on(show);
  on.tick();
  CHECK(on.intensities() == std::vector{0.25f}); // b, then a, then c that isn't higher
  on.show.graphs[2].value.nodes[2].params["merge"] = "add";
  on.change();
  on.tick();
  CHECK(on.intensities() == std::vector{0.375f});
}

TEST_CASE("oracle: pan and tilt stay after release, intensity doesn't, and the models may say otherwise",
          "[engine][oracle]") {
  const bundle lit{1.f, {}, 1.f, {}, {}};
  auto show = show_of(model_of({"dimmer", "pan"}), 1);
  show.presets = {{"p", make_preset(lit)}};
  show.graphs = {{"a", graph_of({{"s", "SelectFixture", R"({"fixtureIds":["f0"]})"},
                                 {"p", "Preset", R"({"presetId":"p"})"},
                                 {"w", "WriteAttributes"}},
                                {"s.selection > w.selection", "p.bundle > w.bundle"})}};
  const auto after_release = [&](std::optional<release_mode> mode) {
    show.models[0].value.release = mode;
    stage on(show);
    on.tick();
    on.show.graphs[0].value.enabled = false;
    on.change();
    CHECK(on.tick().written.empty());
    const auto& bytes = on.tick().universes.at(0);
    return std::vector<int>{bytes[0], bytes[1]};
  };
  CHECK(after_release(std::nullopt) == std::vector{0, 255});
  CHECK(after_release(release_mode::dark) == std::vector{0, 255});
  CHECK(after_release(release_mode::hold) == std::vector{255, 255});
  CHECK(after_release(release_mode::zero) == std::vector{0, 0});
}

TEST_CASE("oracle: a chase runs along its selection and gives 0 outside", "[engine][oracle]") {
  auto show = dimmers(4);
  show.graphs = {
      {"a", graph_of({{"c3", "SelectFixture", R"({"fixtureIds":["f2","f0","f-gone","f1"]})"},
                      all_of_g,
                      {"c", "Chase", R"({"speed":1})"},
                      {"w", "WriteAttributes"}},
                     {"c3.selection > c.selection", "s.selection > w.selection", "c.value > w.bundle"})}};
  stage on(show);
  on.tick();
  CHECK(on.intensities() == std::vector{0.f, 0.f, 1.f, 0.f});
  on.tick(); // position 0.5
  CHECK(on.intensities() == std::vector{0.5f, 0.f, 0.5f, 0.f});
  for (int i = 0; i < 4; ++i) on.tick(); // position 2.5: between the last and the first
  CHECK(on.intensities() == std::vector{0.f, 0.5f, 0.5f, 0.f});
}

TEST_CASE("oracle: a fixture that joins a varying node starts anew, one of a uniform node doesn't",
          "[engine][oracle]") {
  auto show = dimmers(2);
  show.groups[0].value.fixture_ids = {"f0"};
  // Two envelopes that open at once and take 2 s, one of them the same for every fixture.
  show.graphs = {{"a", graph_of({all_of_g,
                                 {"both", "SelectFixture", R"({"fixtureIds":["f0","f1"]})"},
                                 {"vary", "Spread", R"({"from":2,"to":2})"},
                                 {"env", "Envelope", R"({"gate":true,"attack":2})"},
                                 {"w", "WriteAttributes"}},
                                {"both.selection > vary.selection", "vary.value > env.attack",
                                 "s.selection > w.selection", "env.value > w.bundle"})}};
  stage varying(show);
  show.graphs[0].value.edges.erase(show.graphs[0].value.edges.begin() + 1);
  stage uniform(show);
  for (auto* on : {&varying, &uniform}) {
    on->tick();
    on->tick();
    on->tick();
    CHECK(on->intensities() == std::vector{0.5f, -1.f});
    on->show.groups[0].value.fixture_ids = {"f0", "f1"};
    on->change();
    on->tick();
  }
  CHECK(varying.intensities() == std::vector{0.75f, 0.f});
  CHECK(uniform.intensities() == std::vector{0.75f, 0.75f});
}

TEST_CASE("oracle: a frozen graph resumes where it was, a deleted one starts anew", "[engine][oracle]") {
  auto show = dimmers(1);
  show.graphs = {
      {"a", graph_of({all_of_g, {"saw", "SawLFO", R"({"frequency":0.25})"}, {"w", "WriteAttributes"}},
                     {"s.selection > w.selection", "saw.value > w.bundle"})}};
  stage on(show);
  const auto saw = show.graphs[0];
  on.tick();
  on.tick();
  CHECK(on.intensities() == std::vector{0.125f});
  on.show.graphs[0].value.enabled = false;
  on.change();
  on.tick();
  on.show.graphs[0].value.enabled = true;
  on.show.graphs[0].value.nodes[1].params["phase"] = 0.5; // an edit keeps the state, too
  on.change();
  on.tick();
  CHECK(on.intensities() == std::vector{0.75f});
  on.show.graphs.clear();
  on.change();
  on.tick();
  on.show.graphs = {saw};
  on.change();
  on.tick();
  CHECK(on.intensities() == std::vector{0.f});
}

TEST_CASE("oracle: a flash is 0 before its first trigger, then rises and falls", "[engine][oracle]") {
  auto show = dimmers(1);
  show.graphs = {
      {"a", graph_of({all_of_g,
                      {"b", "Button", R"({"buttonId":"X"})"},
                      {"f", "Flash", R"({"attack":1,"decay":1})"},
                      {"w", "WriteAttributes"}},
                     {"s.selection > w.selection", "b.pressed > f.trigger", "f.value > w.bundle"})}};
  stage on(show);
  const std::vector<float> wanted{0.f, 0.f, 0.5f, 1.f, 0.5f, 0.f};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    on.now.buttons["X"] = {i == 1, i == 1};
    on.tick();
    CHECK(on.intensities() == std::vector{wanted[i]});
  }
}

TEST_CASE("oracle: compiling reports by stage, and unknown references only warn", "[engine][oracle]") {
  const auto show = dimmers(1);
  const auto codes = [&](const graph& g) {
    std::vector<std::string> out;
    for (const auto& e : expected_compile(g, show).errors)
      out.push_back(std::string(compile_code_name(e.code)) + " " + e.node_id + "." + e.port);
    return out;
  };
  using list = std::vector<std::string>;
  CHECK(codes(graph_of({{"x", "Nonsense"}, {"w", "WriteAttributes"}}, {})) == list{"UNKNOWN_NODE_TYPE x."});
  CHECK(codes(graph_of({{"x", "Add"}, {"y", "Add"}}, {"x.result > y.a", "y.result > x.b"})) ==
        list{"CYCLE_DETECTED x."});
  CHECK(codes(graph_of({{"w", "WriteAttributes"}}, {})) ==
        list{"MISSING_CONNECTION w.selection", "MISSING_CONNECTION w.bundle"});
  CHECK(codes(graph_of(
            {all_of_g, {"c", "ColorConstant", R"({"r":2})"}, {"w", "WriteAttributes", R"({"priority":101})"}},
            {"s.selection > w.selection", "c.color > w.bundle", "c.color > w.priority"})) ==
        list{"TYPE_MISMATCH w.priority", "INVALID_PARAM c.r", "INVALID_PARAM w.priority"});
  // A dead node is not checked, yet what it names is a dependency.
  const auto dead = graph_of({{"f", "Fader", R"({"faderId":"Q"})"}, {"x", "Flash"}}, {});
  CHECK(codes(dead) == list{});
  CHECK(expected_compile(dead, show).dependencies.fader_ids == list{"Q"});
  const auto warned = graph_of({{"s", "SelectGroup", R"({"groupId":"gone"})"},
                                {"p", "Preset", R"({"presetId":"p"})"},
                                {"w", "WriteAttributes"}},
                               {"s.selection > w.selection", "p.bundle > w.bundle"});
  CHECK(codes(warned) == list{"UNKNOWN_REFERENCE s.groupIds", "UNKNOWN_REFERENCE p.presetId"});
  CHECK(expected_compile(warned, show).ok);
}

} // namespace troupe::test
