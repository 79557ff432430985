// Section 7 "Show switch": one step.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

/// A show with a fixture that a fader and a saw drive, and which is named after the show.
void write_show(const test_server& server, const std::string& name) {
  const auto folder = server.data / name;
  write_text(folder / "fixtures.yaml",
             fmt::format("- {{id: {0}-lamp, name: L, modelId: generic-dimmer, universe: 0, "
                         "startChannel: 1}}\n- {{id: {0}-saw, name: S, modelId: "
                         "generic-dimmer, universe: 0, startChannel: 2}}\n",
                         name));
  write_text(folder / "inputs.yaml", "- {id: f, name: F, type: fader}\n- {id: b, name: B, type: button}\n");
  const auto graph = [&](const std::string& id, const std::string& source, const std::string& fixture) {
    return fmt::format(
        "- id: {0}\n  name: {0}\n  nodes:\n    - {1}\n"
        "    - {{id: bundle, type: ScalarToBundle, position: {{x: 0, y: 0}}, params: {{}}}}\n"
        "    - {{id: sel, type: SelectFixture, position: {{x: 0, y: 0}}, params: {{fixtureIds: [{2}]}}}}\n"
        "    - {{id: write, type: WriteAttributes, position: {{x: 0, y: 0}}, params: {{}}}}\n  edges:\n"
        "    - {{id: e1, from: {{nodeId: src, port: value}}, to: {{nodeId: bundle, port: value}}}}\n"
        "    - {{id: e2, from: {{nodeId: bundle, port: bundle}}, to: {{nodeId: write, port: bundle}}}}\n"
        "    - {{id: e3, from: {{nodeId: sel, port: selection}}, to: {{nodeId: write, port: selection}}}}\n",
        id, source, fixture);
  };
  write_text(folder / "graphs.yaml",
             graph(name + "-fader", "{id: src, type: Fader, position: {x: 0, y: 0}, params: {faderId: f}}",
                   name + "-lamp") +
                 graph(name + "-lfo",
                       "{id: src, type: SawLFO, position: {x: 0, y: 0}, params: {frequency: 0.1}}",
                       name + "-saw"));
}

json::object move(double value) {
  return {{"type", "input/fader"}, {"faderId", "f"}, {"value", value}};
}

} // namespace

TEST_CASE("switch: last old frame, show/changed, runtime/status, input/changed, new frames",
          "[conformance][switch]") {
  test_server server(test_server::later{}, {.show = "old"});
  write_show(server, "old");
  write_show(server, "new");
  server.start();
  auto rest = server.rest();
  auto viewer = server.client(), holder = server.client();
  viewer.subscribe();
  viewer.send(move(0.5));
  holder.send({{"type", "input/buttonDown"}, {"buttonId", "b"}});
  viewer.next("input/changed", [](const json::object& one) {
    const auto* down = one.at("buttons").as_object().if_contains("b");
    return down && down->as_bool();
  });
  viewer.frame_with("old-lamp", 0.5);
  auto last_old =
      viewer.next("frame/full", [&](const json::object& one) { return intensity_in(one, "old-saw") > 0.01; });
  REQUIRE(rest.post("/api/shows/new/activate", json::object{}).ok());

  auto message = viewer.next();
  for (; str(message.at("type")) != "show/changed"; message = viewer.next()) {
    if (str(message.at("type")) != "frame/full") continue;
    CHECK(bundle_in(message, "new-lamp") == nullptr);
    CHECK(intensity_in(message, "old-lamp") == 0.5);
    last_old = message;
  }
  CHECK(message.at("show") == "new");

  const auto status = viewer.next_of({"runtime/status", "input/changed", "frame/full"});
  REQUIRE(str(status.at("type")) == "runtime/status");
  CHECK(!instance_in(status, "new-fader").empty());
  CHECK(instance_in(status, "old-fader").empty());

  auto inputs = viewer.next_of({"input/changed", "frame/full"});
  REQUIRE(str(inputs.at("type")) == "input/changed");
  CHECK(inputs.at("faders") == json::object{{"f", 0}});
  CHECK(inputs.at("buttons") == json::object{{"b", false}});

  const auto first_new = viewer.next("frame/full");
  CHECK(bundle_in(first_new, "old-lamp") == nullptr);
  CHECK(intensity_in(first_new, "new-lamp") == 0);
  CHECK(intensity_in(first_new, "new-saw") == 0);
  CHECK(num(first_new.at("frameNumber")) == num(last_old.at("frameNumber")) + 1);
  CHECK(num(first_new.at("t")) > num(last_old.at("t")));

  // Nothing of the old show comes any more.
  for (int i = 0; i < 30; ++i) {
    const auto next = viewer.next();
    CHECK(json::serialize(next).find("old-") == std::string::npos);
  }
  // The one who held the button can press it again.
  holder.send({{"type", "input/buttonUp"}, {"buttonId", "b"}});
  holder.send({{"type", "input/buttonDown"}, {"buttonId", "b"}});
  viewer.next("input/changed", [](const json::object& one) {
    const auto* down = one.at("buttons").as_object().if_contains("b");
    return down && down->as_bool();
  });
  CHECK(rest.get("/api/fixtures/old-lamp").status == 404);
  CHECK(rest.get("/api/fixtures/new-lamp").status == 200);
}

TEST_CASE("switch: a delta subscription goes on with everything of the new show", "[conformance][switch]") {
  test_server server(test_server::later{}, {.show = "old"});
  write_show(server, "old");
  write_show(server, "new");
  server.start();
  auto viewer = server.client();
  viewer.subscribe({{"mode", "delta"}});
  viewer.next("frame/delta");
  viewer.next("frame/delta");
  REQUIRE(server.rest().post("/api/shows/new/activate", json::object{}).ok());
  viewer.next("show/changed");
  const auto changes = viewer.next("frame/delta").at("changes").as_object();
  CHECK(changes == json::value{{"new-lamp", json::object{{"intensity", 0}}},
                               {"new-saw", json::object{{"intensity", 0}}}});
}

TEST_CASE("switch: activating the active show starts it anew, frame numbers and time go on",
          "[conformance][switch]") {
  live_show show;
  const auto lamp = show.dimmer(1), saw = show.dimmer(2), fader = show.fader();
  show.graph(fader_graph({lamp}, fader));
  show.graph(intensity_graph({saw}, node("source", "SawLFO", {{"frequency", 0.2}})));
  auto viewer = show.viewer();
  viewer.send({{"type", "input/fader"}, {"faderId", fader}, {"value", 1}});
  viewer.frame_with(lamp, 1);
  const auto before =
      viewer.next("frame/full", [&](const json::object& one) { return intensity_in(one, saw) > 0.05; });
  REQUIRE(show.rest.post("/api/shows/" + show.name + "/activate", json::object{}).ok());
  CHECK(str(viewer.next("show/changed").at("show")) == show.name);
  const auto after = viewer.frame();
  CHECK(intensity_in(after, lamp) == 0);
  CHECK(intensity_in(after, saw) == 0);
  CHECK(num(after.at("frameNumber")) > num(before.at("frameNumber")));
  CHECK(num(after.at("t")) > num(before.at("t")));
}

TEST_CASE("switch: many in a row leave the last one running, on every way to it", "[conformance][switch]") {
  test_server server(test_server::later{}, {.show = "a"});
  for (const auto* name : {"a", "b", "c"}) write_show(server, name);
  server.start();
  auto rest = server.rest();
  auto viewer = server.client();
  viewer.subscribe();
  for (int i = 0; i < 12; ++i) {
    const std::string name(1, "abc"[i % 3]);
    REQUIRE(rest.post("/api/shows/" + name + "/activate", json::object{}).ok());
    // Whoever got the answer sees the new show.
    CHECK(rest.get("/api/fixtures/" + name + "-lamp").status == 200);
    CHECK(str(rest.read("/api/shows/current").at("show")) == name);
  }
  std::string active;
  for (int i = 0; i < 12;) {
    const auto message = viewer.next_of({"show/changed", "frame/full"});
    if (str(message.at("type")) == "show/changed") {
      active = str(message.at("show"));
      ++i;
    } else if (!active.empty()) {
      CHECK(bundle_in(message, active + "-lamp") != nullptr);
      CHECK(message.at("fixtures").as_object().size() == 2);
    }
  }
  CHECK(active == "c");
  const auto frame = viewer.frame();
  CHECK(bundle_in(frame, "c-lamp") != nullptr);
}
