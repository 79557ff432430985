// Attributes to channels: protocol, section 6.
#include "tests/engine/engine_stage.hpp"

namespace troupe::test {
namespace {

/// One fixture of a model, written with what `look` holds.
plain_show lit(const fixture_model& model, const bundle& look) {
  auto show = show_of(model, 1);
  show.groups = {{"g", {"all", {"f0"}}}};
  show.presets = {{"look", make_preset(look)}};
  show.graphs = {{"graph", writing({{"p", "Preset", R"({"presetId":"look"})"}}, {}, "p.bundle")}};
  return show;
}

std::vector<int> levels_of(const fixture_model& model, const bundle& look) {
  engine_stage stage(lit(model, look));
  stage.tick(0);
  return stage.levels(1, model.footprint());
}

using levels = std::vector<int>;

const bundle orange{{}, rgb{1, 0.5f, 0}, {}, {}, {}};
const bundle half_orange{0.5f, rgb{1, 0.5f, 0}, {}, {}, {}};
const bundle pale{{}, rgb{1, 0.5f, 0.25f}, {}, {}, {}};
const bundle nothing{};

bundle intensity(float value) {
  return {value, {}, {}, {}, {}};
}

} // namespace

TEST_CASE("patch: without a dimmer the colour is multiplied by the intensity, if that is written",
          "[engine][patch]") {
  const auto rgb_model = model_of({"red", "green", "blue"});
  CHECK(levels_of(rgb_model, orange) == levels{255, 128, 0});
  CHECK(levels_of(rgb_model, half_orange) == levels{128, 64, 0});
  CHECK(levels_of(rgb_model, intensity(1)) == levels{0, 0, 0}); // no colour is written
}

TEST_CASE("patch: with a dimmer the colour stays whole", "[engine][patch]") {
  CHECK(levels_of(model_of({"dimmer", "red", "green", "blue"}), half_orange) == levels{128, 255, 128, 0});
}

TEST_CASE("patch: white is the least of the colour, and may be taken out of it", "[engine][patch]") {
  auto rgbw = model_of({"red", "green", "blue", "white"});
  CHECK(levels_of(rgbw, pale) == levels{255, 128, 64, 64});
  rgbw.white = white_mode::extract;
  CHECK(levels_of(rgbw, pale) == levels{191, 64, 0, 64});
  auto no_white = model_of({"red", "green", "blue"});
  no_white.white = white_mode::extract;
  CHECK(levels_of(no_white, pale) == levels{255, 128, 64});
}

TEST_CASE("patch: cyan, magenta and yellow are what the colour lacks", "[engine][patch]") {
  CHECK(levels_of(model_of({"cyan", "magenta", "yellow"}), orange) == levels{0, 128, 255});
  CHECK(levels_of(model_of({"cyan", "magenta", "yellow"}), half_orange) == levels{128, 191, 255});
  CHECK(levels_of(model_of({"cyan", "magenta", "yellow"}), nothing) == levels{255, 255, 255});
  CHECK(levels_of(model_of({"dimmer", "cyan"}), nothing) == levels{0, 0});
}

TEST_CASE("patch: a coloured fixture's dimmer is 0 until intensity is written", "[engine][patch]") {
  auto model = model_of({"dimmer", "red"});
  CHECK(levels_of(model, orange) == levels{0, 255});
  CHECK(levels_of(model, intensity(1)) == levels{255, 0});
  model.defaults = {{"dimmer", 200}};
  CHECK(levels_of(model, orange) == levels{0, 255});
}

TEST_CASE("patch: a mere dimmer takes the brightest colour while no intensity is written",
          "[engine][patch]") {
  auto model = model_of({"dimmer", "strobe"});
  CHECK(levels_of(model, orange) == levels{255, 0});
  CHECK(levels_of(model, half_orange) == levels{128, 0});
  CHECK(levels_of(model, nothing) == levels{0, 0});
  model.defaults = {{"dimmer", 30}};
  CHECK(levels_of(model, nothing) == levels{30, 0});
}

TEST_CASE("patch: Fine channels hold the low byte of sixteen bits", "[engine][patch]") {
  bundle b = intensity(1 / 3.f);
  b.pan = -0.5f;
  b.tilt = 1.f;
  b.zoom = 0.1f;
  CHECK(levels_of(
            model_of({"dimmerFine", "dimmer", "panFine", "pan", "tilt", "tiltFine", "zoom", "zoomFine"}),
            b) == levels{85, 85, 0, 64, 255, 255, 25, 154}); // 21845, 16384 (0.25 · 65535 + 0.5), 65535, 6554
  CHECK(levels_of(model_of({"pan", "tilt", "zoom"}), b) == levels{64, 255, 26});
}

TEST_CASE("patch: a Fine channel without its coarse one holds its default", "[engine][patch]") {
  auto model = model_of({"panFine", "red"});
  model.defaults = {{"panFine", 9}};
  bundle b = orange;
  b.pan = 0.3f;
  CHECK(levels_of(model, b) == levels{9, 255});
}

TEST_CASE("patch: pan and tilt unwritten hold their defaults, not the middle", "[engine][patch]") {
  auto model = model_of({"pan", "panFine", "tilt"});
  CHECK(levels_of(model, intensity(1)) == levels{0, 0, 0});
  model.defaults = {{"pan", 128}, {"panFine", 7}};
  CHECK(levels_of(model, intensity(1)) == levels{128, 7, 0});
}

TEST_CASE("patch: amber, uv, strobe, mode and unknown names hold their defaults for ever",
          "[engine][patch]") {
  auto model = model_of({"amber", "uv", "strobe", "mode", "gobo", "red"});
  model.defaults = {{"amber", 1}, {"uv", 2}, {"strobe", 3}, {"gobo", 5}, {"nowhere", 6}};
  CHECK(levels_of(model, half_orange) == levels{1, 2, 3, 0, 5, 128});
}

TEST_CASE("patch: a shutter opens to its default only while there is intensity", "[engine][patch]") {
  auto model = model_of({"dimmer", "shutter", "red"});
  model.defaults = {{"shutter", 200}};
  CHECK(levels_of(model, half_orange) == levels{128, 200, 255});
  CHECK(levels_of(model, orange) == levels{0, 0, 255});
  CHECK(levels_of(model, intensity(0)) == levels{0, 0, 0});
  CHECK(levels_of(model, intensity(0.0001f)) == levels{0, 200, 0});
  model.defaults.clear();
  CHECK(levels_of(model, half_orange) == levels{128, 0, 255});
}

TEST_CASE("patch: levels round half up", "[engine][patch]") {
  const auto model = model_of({"dimmer"});
  CHECK(levels_of(model, intensity(0.5f)) == levels{128});
  CHECK(levels_of(model, intensity(127.4f / 255)) == levels{127});
  CHECK(levels_of(model, intensity(127.6f / 255)) == levels{128});
}

TEST_CASE("patch: where fixtures overlap, the later one in the show has the channel", "[engine][patch]") {
  auto show = lit(model_of({"red", "green", "blue"}), orange);
  auto model = model_of({"red", "mode"});
  model.defaults = {{"mode", 77}};
  show.models.push_back({"other", model});
  show.fixtures.push_back({"f1", {"any", "other", 0, 2}}); // channels 2 and 3
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.levels(1, 3) == levels{255, 0, 77});
  std::swap(stage.show.fixtures[0], stage.show.fixtures[1]);
  stage.change();
  stage.tick(0.1);
  CHECK(stage.levels(1, 3) == levels{255, 128, 0});
}

TEST_CASE("patch: channels past 512 are left out, the next universe isn't touched", "[engine][patch]") {
  auto show = lit(model_of({"red", "green", "blue"}), bundle{{}, rgb{1, 1, 1}, {}, {}, {}});
  show.fixtures[0].value.start_channel = 511;
  show.fixtures.push_back({"f1", {"any", "m", 1, 100}});
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.levels(510, 3) == levels{0, 255, 255});
  CHECK(stage.levels(1, 3, 1) == levels{0, 0, 0});
}

TEST_CASE("patch: a fixture without model has no channels, but its universe is there", "[engine][patch]") {
  auto show = lit(model_of({"red"}), orange);
  show.fixtures.push_back({"f1", {"any", "gone", 7, 1}});
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.dmx.addresses == std::vector<std::uint16_t>{0, 7});
  CHECK(stage.levels(1, 2, 7) == levels{0, 0});
}

TEST_CASE("patch: universes are those with a fixture, ascending, up to 32767", "[engine][patch]") {
  auto show = lit(model_of({"red"}), orange);
  show.fixtures.push_back({"f1", {"any", "m", 32767, 512}});
  show.fixtures.push_back({"f2", {"any", "m", 5, 1}});
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.dmx.addresses == std::vector<std::uint16_t>{0, 5, 32767});
  stage.show.fixtures.pop_back();
  stage.change();
  stage.tick(0.1);
  CHECK(stage.dmx.addresses == std::vector<std::uint16_t>{0, 32767});
}

TEST_CASE("patch: changed says which universes differ from the tick before", "[engine][patch]") {
  auto show = lit(model_of({"red"}), orange);
  show.graphs[0].value =
      writing({{"f", "Fader", R"({"faderId":"A"})"}, {"c", "ColorConstant"}}, {"f.value > c.r"}, "c.color");
  show.fixtures.push_back({"f1", {"any", "m", 1, 1}});
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.changed(0)); // new
  CHECK(stage.changed(1));
  stage.tick(0.1);
  CHECK_FALSE(stage.changed(0));
  stage.now.faders["A"] = 1;
  stage.tick(0.1);
  CHECK(stage.changed(0));
  CHECK_FALSE(stage.changed(1));
  stage.show.fixtures.push_back({"f2", {"any", "m", 2, 1}});
  stage.change();
  stage.tick(0.1);
  CHECK_FALSE(stage.changed(0));
  CHECK(stage.changed(2));
}

TEST_CASE("patch: re-patching and deleting clear the old channels", "[engine][patch]") {
  auto show = lit(model_of({"red"}), orange);
  show.fixtures.push_back({"f1", {"any", "m", 0, 20}});
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.level(1) == 255);
  stage.show.fixtures[0].value.start_channel = 10;
  stage.change();
  stage.tick(0.1);
  CHECK(stage.level(1) == 0);
  CHECK(stage.level(10) == 255);
  stage.show.fixtures.erase(stage.show.fixtures.begin());
  stage.change();
  stage.tick(0.1);
  CHECK(stage.level(10) == 0);
}

TEST_CASE("release: dark keeps pan, tilt and zoom, hold all, zero none", "[engine][patch]") {
  struct expectation {
    release_mode mode;
    levels after;
  };
  const auto model = model_of({"red", "dimmer", "pan", "tilt", "zoom"});
  bundle look{1.f, rgb{1, 1, 1}, 0.f, 1.f, 1.f};
  for (const auto& [mode, after] : {expectation{release_mode::dark, {0, 0, 128, 255, 255}},
                                    expectation{release_mode::hold, {255, 255, 128, 255, 255}},
                                    expectation{release_mode::zero, {0, 0, 0, 0, 0}}}) {
    for (const bool of_model : {false, true}) {
      auto show = lit(model, look);
      engine::rig_options options;
      if (of_model)
        show.models[0].value.release = mode;
      else
        options.release = mode;
      engine_stage stage(show, options);
      stage.tick(0);
      CHECK(stage.levels(1, 5) == levels{255, 255, 128, 255, 255});
      stage.the_graph().enabled = false;
      stage.change();
      for (int i = 0; i < 3; ++i) {
        stage.tick(0.1);
        CHECK(stage.levels(1, 5) == after);
        CHECK_FALSE(stage.written("f0")); // gone from the frame whatever the channels hold
        CHECK(stage.value("f0", column::pan) == engine_stage::absent);
      }
    }
  }
}

TEST_CASE("release: an attribute is released alone while others are still written", "[engine][patch]") {
  auto show = lit(model_of({"red", "dimmer", "pan"}), {1.f, rgb{1, 1, 1}, 1.f, {}, {}});
  engine_stage stage(show);
  stage.tick(0);
  stage.show.presets[0].value.attributes = intensity(0.5f);
  stage.change();
  stage.tick(0.1);
  CHECK(stage.levels(1, 3) == levels{0, 128, 255});
}

TEST_CASE("release: what is held follows the fixture to other channels, and goes with it",
          "[engine][patch]") {
  auto show = lit(model_of({"pan"}), {{}, {}, 1.f, {}, {}});
  engine_stage stage(show);
  stage.tick(0);
  stage.the_graph().enabled = false;
  stage.show.fixtures[0].value.start_channel = 5;
  stage.change();
  stage.tick(0.1);
  CHECK(stage.level(1) == 0);
  CHECK(stage.level(5) == 255);
  stage.show.fixtures[0].id = "another"; // takes the slot that is free now
  stage.change();
  stage.tick(0.1);
  CHECK(stage.level(5) == 0);
}

TEST_CASE("release: another show starts with nothing held", "[engine][patch]") {
  engine_stage stage(lit(model_of({"pan"}), {{}, {}, 1.f, {}, {}}));
  stage.tick(0);
  stage.the_graph().enabled = false;
  stage.change(true);
  stage.tick(0.1);
  CHECK(stage.level(1) == 0);
}

TEST_CASE("patch: long runs, gaps and lone fixtures render alike", "[engine][patch]") {
  // Four models in turn, then a run of one, at uneven distances: every way of rendering.
  plain_show show;
  show.models = {{"rgb", model_of({"red", "green", "blue"})},
                 {"rgbw", model_of({"red", "green", "blue", "white"})},
                 {"odd", model_of({"blue", "mode", "red"})},
                 {"dim", model_of({"dimmer"})}};
  show.groups = {{"g", {"all", {}}}};
  show.presets = {{"look", make_preset({0.5f, rgb{1, 0.5f, 0.25f}, {}, {}, {}})}};
  show.graphs = {{"graph", writing({{"p", "Preset", R"({"presetId":"look"})"}}, {}, "p.bundle")}};
  const auto add = [&](const char* model, int universe, int channel) {
    const auto id = "f" + std::to_string(show.fixtures.size());
    show.fixtures.push_back(
        {id, {"any", model, static_cast<std::uint16_t>(universe), static_cast<std::uint16_t>(channel)}});
    show.groups[0].value.fixture_ids.push_back(id);
  };
  for (int i = 0; i < 20; ++i)
    add(std::array{"rgb", "rgbw", "odd", "dim"}[static_cast<std::size_t>(i % 4)], 0, 1 + i * 10);
  for (int u = 1; u <= 3; ++u)
    for (int i = 0; i < 128; ++i) add("rgbw", u, 1 + i * 4);
  for (int i = 0; i < 128; ++i) add("rgb", 4, 1 + i * 4);
  for (int i = 0; i < 512; ++i) add("dim", 5, 512 - i);
  engine_stage stage(show);
  stage.tick(0);
  const levels rgb_levels{128, 64, 32}, rgbw_levels{128, 64, 32, 32}, odd_levels{32, 0, 128}, dim_levels{128};
  for (const auto& f : stage.show.fixtures) {
    const auto& expected = f.value.model_id == "rgb"    ? rgb_levels
                           : f.value.model_id == "rgbw" ? rgbw_levels
                           : f.value.model_id == "odd"  ? odd_levels
                                                        : dim_levels;
    REQUIRE(stage.levels(f.value.start_channel, static_cast<int>(expected.size()), f.value.universe) ==
            expected);
  }
  CHECK(stage.level(4, 4) == 0); // the gaps
}

TEST_CASE("patch: strips of pixels have the levels that their cells would have alone", "[engine][patch]") {
  for (const bool white : {false, true})
    for (const auto mode : {white_mode::copy, white_mode::extract})
      for (const bool dimmed : {false, true}) {
        auto strip = white ? model_of({"green", "red", "white", "blue"}) : model_of({"blue", "green", "red"});
        strip.white = mode;
        auto lone = strip;
        strip.cells = 99;
        auto show = show_of(strip, 1);
        show.models.push_back({"lone", lone});
        show.groups = {{"g", {"all", {show.fixtures[0].id}}}};
        for (int i = 0; i < 99; ++i) {
          // Not side by side, so that they can't be rendered as pixels.
          show.fixtures.push_back(
              {"l" + std::to_string(i), {"l", "lone", 1, static_cast<std::uint16_t>(1 + i * 5)}});
          show.groups[0].value.fixture_ids.push_back(show.fixtures.back().id);
        }
        show.groups.push_back({"strip", {"strip", {show.fixtures[0].id}}});
        show.groups.push_back({"lone", {"lone", {}}});
        for (int i = 0; i < 99; ++i) show.groups[2].value.fixture_ids.push_back("l" + std::to_string(i));
        show.graphs = {{"graph", {}}};
        auto& g = show.graphs[0].value;
        for (const std::string which : {"strip", "lone"}) {
          const auto id = [&](const std::string& name) { return name + which; };
          g.nodes.push_back(make_node(id("s"), "SelectGroup", {{"groupId", which}}));
          g.nodes.push_back(make_node(id("x"), "Spread"));
          g.nodes.push_back(make_node(id("c"), "HsvColor", {{"s", 0.75}}));
          g.nodes.push_back(make_node(id("b"), "ColorToBundle"));
          g.nodes.push_back(make_node(id("i"), "ScalarToBundle"));
          g.nodes.push_back(make_node(id("m"), "MergeBundle"));
          g.nodes.push_back(make_node(id("w"), "WriteAttributes"));
          const auto wire = [&](const char* from, const char* out, const char* to, const char* in) {
            g.edges.push_back(make_edge(id(std::string(from) + to + in), {id(from), out}, {id(to), in}));
          };
          wire("s", "selection", "x", "selection");
          wire("s", "selection", "w", "selection");
          wire("x", "value", "c", "h");
          wire("c", "color", "b", "color");
          if (dimmed) {
            wire("x", "value", "i", "value");
            wire("b", "bundle", "m", "base");
            wire("i", "bundle", "m", "override");
            wire("m", "result", "w", "bundle");
          } else {
            wire("b", "bundle", "w", "bundle");
          }
        }
        engine_stage stage(show);
        REQUIRE(stage.results["graph"].ok);
        stage.tick(0);
        const int each = white ? 4 : 3;
        for (int i = 0; i < 99; ++i) {
          CAPTURE(white, dimmed, i);
          CHECK(stage.levels(1 + i * each, each) == stage.levels(1 + i * 5, each, 1));
        }
      }
}

TEST_CASE("rig: fixtures keep their slots through edits, and freed slots are used again", "[engine][patch]") {
  auto show = show_of(model_of({"red"}), 3);
  const auto first = engine::make_rig(to_state(show), {}, nullptr);
  CHECK(first->fixtures->ids == std::vector<std::string>{"f0", "f1", "f2"});
  show.fixtures.erase(show.fixtures.begin() + 1);
  show.fixtures.insert(show.fixtures.begin(), {"new", {"any", "m", 0, 9}});
  show.fixtures.push_back({"newer", {"any", "m", 0, 10}});
  const auto second = engine::make_rig(to_state(show), {}, first.get());
  CHECK(second->fixtures->ids == std::vector<std::string>{"f0", "new", "f2", "newer"});
  CHECK(second->fixtures->order == std::vector<std::uint32_t>{1, 0, 2, 3});
  CHECK_FALSE(second->same_places(*first));
  show.fixtures[0].value.start_channel = 11;
  const auto third = engine::make_rig(to_state(show), {}, second.get());
  CHECK(third->same_places(*second));
  CHECK(third->fixtures == second->fixtures);
}

} // namespace troupe::test
