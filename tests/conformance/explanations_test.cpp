// Why a light is as it is: GET /api/fixtures/:id/why and /api/universes/:universe/channels/:channel/why.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

std::string why_of(const std::string& fixture, const std::string& query = {}) {
  return "/api/fixtures/" + fixture + "/why" + query;
}

std::string channel_why(int universe, int channel) {
  return fmt::format("/api/universes/{}/channels/{}/why", universe, channel);
}

/// Asks until the answer is of a frame that has come that far: each answer is one frame later.
json::object answer_with(rest_client& rest, const std::string& path,
                         const std::function<bool(const json::object&)>& wanted) {
  for (const deadline end; !end.over();) {
    const auto told = rest.get(path);
    if (told.ok() && wanted(told.data().as_object())) return told.data().as_object();
  }
  throw std::runtime_error("the answer of " + path + " never came");
}

const json::object& intensity(const json::object& answer) {
  return answer.at("attributes").at("intensity").as_object();
}

/// Whether a graph has the intensity, with that level.
std::function<bool(const json::object&)> lit_by(const std::string& graph, double level) {
  return [=](const json::object& answer) {
    const auto& from = intensity(answer).at("from");
    return from.is_object() && str(from.at("graphId")) == graph &&
           num(intensity(answer).at("value")) == level;
  };
}

/// `GRAPH overridden` or `GRAPH adds`, in order.
std::string others(const json::object& answer) {
  std::string text;
  for (const auto& one : intensity(answer).at("others").as_array())
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", str(one.at("graphId")),
                        one.at("overridden").as_bool() ? "overridden" : "adds");
  return text;
}

} // namespace

TEST_CASE("why: a fixture's attributes tell graph, node, priority and controls, and who is overridden",
          "[conformance][why]") {
  live_show show;
  const auto lamp = show.dimmer(1), fader = show.fader("Front");
  const auto below = show.graph(constant_graph({lamp}, 0.75));
  const auto above = show.graph(
      intensity_graph({lamp}, node("source", "Fader", {{"faderId", fader}}), "value", {{"priority", 5}}));
  const auto plus = show.graph(constant_graph({lamp}, 0.25, {{"priority", 6}, {"merge", "add"}}));
  show.client().send({{"type", "input/fader"}, {"faderId", fader}, {"value", 0.5}});
  const auto told = answer_with(show.rest, why_of(lamp), lit_by(above, 0.75));
  CHECK(str(told.at("fixtureId")) == lamp);
  CHECK(told.at("fixtureName") == "fixture");
  CHECK(told.at("cell") == 1);
  CHECK(num(told.at("frameNumber")) > 0);
  const auto& mine = intensity(told);
  CHECK(mine.at("state") == "written");
  CHECK(mine.at("from").at("graphName") == "intensity");
  CHECK(mine.at("from").at("nodeId") == "write");
  CHECK(mine.at("from").at("merge") == "override");
  CHECK(num(mine.at("from").at("priority")) == 5);
  CHECK(num(mine.at("from").at("value")) == 0.5);
  REQUIRE(mine.at("inputs").as_array().size() == 1);
  const auto& input = mine.at("inputs").at(0);
  CHECK(input.at("kind") == "fader");
  CHECK(str(input.at("id")) == fader);
  CHECK(input.at("name") == "Front");
  CHECK(num(input.at("value")) == 0.5);
  CHECK(others(told) == below + " overridden, " + plus + " adds");
  CHECK(mine.at("others").at(0).at("by") == json::object{{"graphId", above}, {"nodeId", "write"}});
  CHECK(num(mine.at("others").at(0).at("value")) == 0.75);
  CHECK(told.at("attributes").at("zoom").at("state") == "unwritten");
}

TEST_CASE("why: a strip is asked cell by cell, counted from 1", "[conformance][why]") {
  live_show show;
  const auto model =
      str(show.rest
              .create("/api/fixtures/models",
                      {{"brand", "Any"}, {"model", "Strip"}, {"channels", {{"dimmer", 1}}}, {"cells", 3}})
              .at("id"));
  const auto strip = show.fixture(model, 1);
  const auto graph =
      show.graph(troupe::conformance::graph("spread",
                                            {node("all", "SelectFixture", {{"fixtureIds", ids({strip})}}),
                                             node("spread", "Spread"), node("write", "WriteAttributes")},
                                            {{"all.selection", "spread.selection"},
                                             {"all.selection", "write.selection"},
                                             {"spread.value", "write.bundle"}}));
  const auto second = answer_with(show.rest, why_of(strip, "?cell=2"), lit_by(graph, 0.5));
  CHECK(second.at("cell") == 2);
  CHECK(second.at("cells") == 3);
  CHECK(num(intensity(show.rest.read(why_of(strip))).at("value")) == 0);
  CHECK(num(intensity(show.rest.read(why_of(strip, "?cell=3"))).at("value")) == 1);
  CHECK(show.rest.get(why_of(strip, "?cell=0")).summary() == "400 VALIDATION_ERROR cell");
  CHECK(show.rest.get(why_of(strip, "?cell=4")).summary() == "400 VALIDATION_ERROR cell");
  CHECK(show.rest.get(why_of(strip, "?cell=one")).summary() == "400 VALIDATION_ERROR cell");
  const auto third = show.rest.read(channel_why(0, 3));
  CHECK(third.at("cell") == 3);
  CHECK(third.at("level") == 255);
}

TEST_CASE("why: only fixtures have one, and fixed words of a path win over ids", "[conformance][why]") {
  live_show show;
  CHECK(show.rest.get(why_of("nobody")).summary() == "404 NOT_FOUND");
  CHECK(show.rest.get("/api/fixtures/why").summary() == "404 NOT_FOUND");
  CHECK(show.rest.get("/api/fixtures/conflicts/why").summary() == "404 NOT_FOUND");
  CHECK(show.rest.get("/api/fixtures/models/why").summary() == "404 NOT_FOUND");
  CHECK(show.rest.get("/api/fixtures/models/generic-dimmer/why").summary() == "404 NOT_FOUND");
  CHECK(show.rest.post(why_of("nobody"), json::object{}).summary() == "405 METHOD_NOT_ALLOWED");
}

TEST_CASE("why: a channel tells the fixture, the model's channel, the level and whether it is held",
          "[conformance][why]") {
  live_show show;
  const auto model =
      str(show.rest
              .create("/api/fixtures/models", {{"brand", "Any"},
                                               {"model", "Head"},
                                               {"channels", {{"dimmer", 1}, {"pan", 2}, {"lamp", 3}}},
                                               {"defaults", {{"lamp", 200}}}})
              .at("id"));
  const auto head = show.fixture(model, 11, 4);
  const auto preset =
      str(show.rest
              .create("/api/presets",
                      {{"name", "look"}, {"type", "full"}, {"attributes", {{"intensity", 0.5}, {"pan", 1}}}})
              .at("id"));
  const auto look = show.graph(
      graph("look",
            {node("preset", "Preset", {{"presetId", preset}}),
             node("head", "SelectFixture", {{"fixtureIds", ids({head})}}), node("write", "WriteAttributes")},
            {{"head.selection", "write.selection"}, {"preset.bundle", "write.bundle"}}));
  const auto state_is = [](const char* state) {
    return [=](const json::object& told) { return str(told.at("state")) == state; };
  };
  const auto dimmer = answer_with(show.rest, channel_why(4, 11), state_is("written"));
  CHECK(str(dimmer.at("fixtureId")) == head);
  CHECK(dimmer.at("channelName") == "dimmer");
  CHECK(dimmer.at("level") == 128);
  CHECK(dimmer.at("attributes").as_object().size() == 2); // without colours it follows a colour's brightness
  CHECK(str(intensity(dimmer).at("from").at("graphId")) == look);
  CHECK(show.rest.read(channel_why(4, 12)).at("level") == 255);
  const auto lamp = show.rest.read(channel_why(4, 13));
  CHECK(lamp.at("state") == "fixed");
  CHECK(lamp.at("level") == 200);
  const auto nobody = show.rest.read(channel_why(4, 14));
  CHECK(nobody.at("state") == "unpatched");
  CHECK(nobody.at("level").is_null());
  show.rest.change("/api/graphs/" + look, {{"enabled", false}});
  const auto pan = answer_with(show.rest, channel_why(4, 12), state_is("held"));
  CHECK(pan.at("level") == 255);
  CHECK(num(pan.at("attributes").at("pan").at("value")) == 1);
  CHECK(pan.at("attributes").at("pan").at("from").is_null());
  const auto dark = show.rest.read(channel_why(4, 11));
  CHECK(dark.at("state") == "unwritten");
  CHECK(dark.at("level") == 0);
}

TEST_CASE("why: a channel is 1 to 512 of a universe from 0", "[conformance][why]") {
  live_show show;
  for (const auto* path : {"/0/channels/0", "/0/channels/513", "/0/channels/x"})
    CHECK(show.rest.get("/api/universes" + std::string(path) + "/why").summary() ==
          "400 VALIDATION_ERROR channel");
  for (const auto* path : {"/-1/channels/1", "/32768/channels/1", "/1.5/channels/1"})
    CHECK(show.rest.get("/api/universes" + std::string(path) + "/why").summary() ==
          "400 VALIDATION_ERROR universe");
}

TEST_CASE("why: of two fixtures on one channel the later one has it, and the other is named",
          "[conformance][why]") {
  live_show show;
  const auto first = show.dimmer(7), second = show.dimmer(7);
  const auto told = answer_with(show.rest, channel_why(0, 7), [](auto&) { return true; });
  CHECK(str(told.at("fixtureId")) == second);
  REQUIRE(told.at("alsoPatched").as_array().size() == 1);
  CHECK(str(told.at("alsoPatched").at(0).at("fixtureId")) == first);
}

TEST_CASE("why: of several stages the one that has the fixture answers", "[conformance][why]") {
  server_options options;
  options.settings = "stages: 2\n";
  test_server server(options);
  auto rest = server.rest();
  const auto model =
      str(rest.create("/api/fixtures/models",
                      {{"brand", "Any"}, {"model", "Long"}, {"channels", {{"dimmer", 1}}}, {"cells", 18'000}})
              .at("id"));
  std::vector<std::string> strips;
  for (const int universe : {1, 40, 80})
    strips.push_back(
        str(rest.create("/api/fixtures",
                        {{"name", "strip"}, {"modelId", model}, {"universe", universe}, {"startChannel", 1}})
                .at("id")));
  const auto graph = str(rest.create("/api/graphs", constant_graph(strips, 0.5)).at("id"));
  for (const auto& one : strips)
    CHECK(answer_with(rest, why_of(one, "?cell=18000"), lit_by(graph, 0.5)).at("cells") == 18'000);
  for (const int universe : {1, 40, 80}) {
    const auto told = rest.read(channel_why(universe, 5));
    CHECK(told.at("cell") == 5);
    CHECK(told.at("level") == 128);
    CHECK_FALSE(told.contains("network"));
  }
}
