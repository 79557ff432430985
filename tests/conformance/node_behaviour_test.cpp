// Sections 5 and 6, live: controls to frames. The nodes themselves are proved in tests/engine.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

json::object input(std::string_view type, std::string_view key, const std::string& id) {
  return {{"type", type}, {key, id}};
}

json::object move(const std::string& fader, double value) {
  return {{"type", "input/fader"}, {"faderId", fader}, {"value", value}};
}

json::object enable(const std::string& graph, bool enabled) {
  return {{"type", "instance/setEnabled"}, {"instanceId", graph}, {"enabled", enabled}};
}

/// An output of a button as the intensity of a fixture.
json::object button_graph(const std::string& fixture, const std::string& button, const char* output) {
  return graph("button",
               {node("source", "Button", {{"buttonId", button}}), node("number", "Add"),
                node("bundle", "ScalarToBundle"),
                node("select", "SelectFixture", {{"fixtureIds", ids({fixture})}}),
                node("write", "WriteAttributes")},
               {{"source." + std::string(output), "number.a"},
                {"number.result", "bundle.value"},
                {"bundle.bundle", "write.bundle"},
                {"select.selection", "write.selection"}});
}

} // namespace

TEST_CASE("live: a fader moves its fixture in frames and on the wire", "[conformance][nodes]") {
  live_show show;
  const auto fixture = show.dimmer(7, 2), fader = show.fader();
  show.graph(fader_graph({fixture}, fader));
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0);
  viewer.send(move(fader, 0.5));
  viewer.frame_with(fixture, 0.5);
  show.server.artnet.next(2, [](const artnet_packet& one) { return one.level(7) == 128; });
  viewer.send(move(fader, 7));
  viewer.frame_with(fixture, 1);
  viewer.send(move(fader, -3));
  viewer.frame_with(fixture, 0);
  show.server.artnet.next(2, [](const artnet_packet& one) { return one.level(7) == 0; });
}

TEST_CASE("live: pressed is true in exactly one tick per press, and buttonPress fires each time",
          "[conformance][nodes]") {
  live_show show;
  const auto fixture = show.dimmer(1), button = show.button();
  show.graph(button_graph(fixture, button, "pressed"));
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0);
  const auto press = GENERATE(true, false);
  for (int i = 0; i < 5; ++i) {
    if (press) {
      viewer.send(input("input/buttonPress", "buttonId", button));
    } else {
      viewer.send(input("input/buttonDown", "buttonId", button));
      viewer.send(input("input/buttonDown", "buttonId", button)); // a repeat while held
    }
    const auto fired = viewer.frame_with(fixture, 1);
    const auto next = viewer.frame();
    if (num(next.at("frameNumber")) == num(fired.at("frameNumber")) + 1)
      CHECK(intensity_in(next, fixture) == 0);
    // No second tick of it.
    for (int n = 0; n < 5; ++n) CHECK(intensity_in(viewer.frame(), fixture) == 0);
    if (!press) viewer.send(input("input/buttonUp", "buttonId", button));
  }
}

TEST_CASE("live: down is true while any client holds the button, one that vanishes lets go",
          "[conformance][nodes]") {
  live_show show;
  const auto fixture = show.dimmer(1), button = show.button();
  show.graph(button_graph(fixture, button, "down"));
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0);
  auto first = std::make_unique<live_client>(show.client());
  auto second = std::make_unique<live_client>(show.client());
  first->send(input("input/buttonDown", "buttonId", button));
  viewer.frame_with(fixture, 1);
  second->send(input("input/buttonDown", "buttonId", button));
  second->sync();
  first->send(input("input/buttonUp", "buttonId", button));
  first->sync();
  for (int n = 0; n < 10; ++n) CHECK(intensity_in(viewer.frame(), fixture) == 1);
  SECTION("it closes") {
    second->socket().close();
  }
  SECTION("its socket is gone") {
    second->socket().socket().reset();
  }
  viewer.frame_with(fixture, 0);
}

TEST_CASE("live: a button that is up for the tick of a press was down in it", "[conformance][nodes]") {
  live_show show;
  const auto fixture = show.dimmer(1), button = show.button();
  show.graph(button_graph(fixture, button, "down"));
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0);
  viewer.send(input("input/buttonPress", "buttonId", button));
  viewer.frame_with(fixture, 1);
  viewer.frame_with(fixture, 0);
}

TEST_CASE("live: a disabled graph is frozen and resumes where it was", "[conformance][nodes]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  const auto id = show.graph(intensity_graph({fixture}, node("source", "SawLFO", {{"frequency", 0.05}})));
  auto viewer = show.viewer();
  written_watch seen{fixture};
  viewer.next("frame/full", [&](const json::object& one) { return seen(one) && seen.value > 0; });
  viewer.send(enable(id, false));
  viewer.next("frame/full", [&](const json::object& one) { return !seen(one); });
  const auto gone = seen.t_unset;
  viewer.next("frame/full", [&](const json::object& one) { return !seen(one) && seen.t_unset > gone + 0.5; });
  const auto frozen = seen.value;
  viewer.send(enable(id, true));
  const auto back = viewer.next("frame/full", std::ref(seen));
  CHECK(seen.value == Approx(frozen + 0.05 * (num(back.at("t")) - seen.t_unset)).margin(1e-4));
}

TEST_CASE("live: higher priority wins, htp takes the higher intensity, add adds", "[conformance][nodes]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  auto viewer = show.viewer();
  show.graph(constant_graph({fixture}, 0.5, {{"priority", 10}}));
  viewer.frame_with(fixture, 0.5);
  const auto low = show.graph(constant_graph({fixture}, 0.9, {{"priority", 5}}));
  const auto high = show.graph(constant_graph({fixture}, 0.25, {{"priority", 10.5}}));
  viewer.frame_with(fixture, 0.25);
  REQUIRE(show.rest.del("/api/graphs/" + high).ok());
  viewer.frame_with(fixture, 0.5);
  show.graph(constant_graph({fixture}, 0.75, {{"priority", 11}, {"merge", "htp"}}));
  viewer.frame_with(fixture, 0.75);
  show.graph(constant_graph({fixture}, 0.125, {{"priority", 12}, {"merge", "htp"}}));
  const auto added = show.graph(constant_graph({fixture}, 0.125, {{"priority", 13}, {"merge", "add"}}));
  viewer.frame_with(fixture, 0.875);
  show.graph(constant_graph({fixture}, 1, {{"priority", 14}, {"merge", "add"}}));
  viewer.frame_with(fixture, 1);
  CHECK(show.rest.del("/api/graphs/" + added).ok());
  CHECK(show.rest.del("/api/graphs/" + low).ok());
}

TEST_CASE("live: an attribute that isn't written any more is released, pan and tilt stay",
          "[conformance][nodes]") {
  live_show show;
  const auto head = show.fixture("moving-head-spot", 1);
  const auto pan = show.graph(
      graph("pan",
            {node("p", "PositionConstant", {{"pan", 1}, {"tilt", -1}}),
             node("s", "SelectFixture", {{"fixtureIds", ids({head})}}), node("w", "WriteAttributes")},
            {{"p.position", "w.bundle"}, {"s.selection", "w.selection"}}));
  const auto light = show.graph(constant_graph({head}, 1));
  auto& node = show.server.artnet;
  const auto position = std::vector<int>{255, 255, 0, 0};
  node.next(0, [&](const artnet_packet& one) { return one.levels(1, 4) == position && one.level(5) == 255; });
  auto viewer = show.viewer();
  viewer.send(enable(light, false));
  node.next(0, [&](const artnet_packet& one) { return one.levels(1, 4) == position && one.level(5) == 0; });
  const auto frame = viewer.next("frame/full", [&](const json::object& one) {
    const auto* bundle = bundle_in(one, head);
    return bundle && !bundle->contains("intensity");
  });
  CHECK(bundle_in(frame, head)->contains("pan"));
  viewer.send(enable(pan, false));
  viewer.next("frame/full", [&](const json::object& one) { return !bundle_in(one, head); });
  node.drain();
  CHECK(node.next(0).levels(1, 4) == position);
}

TEST_CASE("live: a chase gives each fixture of its selection its own value", "[conformance][nodes]") {
  live_show show;
  std::vector<std::string> fixtures;
  for (int i = 0; i < 4; ++i) fixtures.push_back(show.dimmer(i + 1));
  show.graph(graph("chase",
                   {node("select", "SelectFixture", {{"fixtureIds", ids(fixtures)}}),
                    node("chase", "Chase", {{"speed", 0}, {"width", 2}}), node("bundle", "ScalarToBundle"),
                    node("write", "WriteAttributes")},
                   {{"select.selection", "chase.selection"},
                    {"chase.value", "bundle.value"},
                    {"bundle.bundle", "write.bundle"},
                    {"select.selection", "write.selection"}}));
  const auto frame = show.viewer().frame_with(fixtures[0], 1);
  CHECK(intensity_in(frame, fixtures[1]) == 0.5);
  CHECK(intensity_in(frame, fixtures[2]) == 0);
  CHECK(intensity_in(frame, fixtures[3]) == 0.5);
}

TEST_CASE("live: an edit of a group or a preset shows at once", "[conformance][nodes]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2), group = show.group({a});
  const auto preset =
      str(show.rest
              .create("/api/presets",
                      {{"name", "P"}, {"type", "full"}, {"attributes", json::object{{"intensity", 0.25}}}})
              .at("id"));
  show.graph(graph("preset",
                   {node("p", "Preset", {{"presetId", preset}}),
                    node("g", "SelectGroup", {{"groupIds", ids({group})}}), node("w", "WriteAttributes")},
                   {{"p.bundle", "w.bundle"}, {"g.selection", "w.selection"}}));
  auto viewer = show.viewer();
  CHECK(bundle_in(viewer.frame_with(a, 0.25), b) == nullptr);
  show.rest.change("/api/groups/" + group, {{"fixtureIds", ids({b})}});
  CHECK(bundle_in(viewer.frame_with(b, 0.25), a) == nullptr);
  show.rest.change("/api/presets/" + preset, {{"attributes", json::object{{"intensity", 0.75}}}});
  viewer.frame_with(b, 0.75);
}
