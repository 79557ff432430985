// Section 3: what stands in the way of a delete, and what a delete takes with it.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

TEST_CASE("references: a deleted fixture leaves every group in the same step, each with revision +1",
          "[conformance][rest]") {
  live_show show;
  auto client = show.client();
  const auto a = show.dimmer(1), b = show.dimmer(2);
  const auto both = show.group({a, b}), only_b = show.group({b}), only_a = show.group({a});
  for (std::set<std::string> made{a, b, both, only_b, only_a}; !made.empty();)
    made.erase(str(client.next("entity/changed").at("id")));
  REQUIRE(show.rest.del("/api/fixtures/" + a).ok());
  const auto now = [&](const std::string& id) { return show.rest.read("/api/groups/" + id); };
  CHECK(now(both).at("fixtureIds") == ids({b}));
  CHECK(now(both).at("revision") == 2);
  CHECK(now(only_a).at("fixtureIds") == json::array{});
  CHECK(now(only_a).at("revision") == 2);
  CHECK(now(only_b).at("revision") == 1);
  std::set<std::string> told;
  while (told.size() < 3) {
    const auto message = client.next("entity/changed");
    told.insert(str(message.at("kind")) + ' ' + str(message.at("op")) + ' ' + str(message.at("id")));
  }
  CHECK(told ==
        std::set<std::string>{"fixture deleted " + a, "group updated " + both, "group updated " + only_a});
}

TEST_CASE("references: a fixture that graphs name may be deleted, they evaluate without it",
          "[conformance][rest]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2);
  show.graph(constant_graph({a, b}, 0.5));
  auto viewer = show.viewer();
  viewer.frame_with(a, 0.5);
  REQUIRE(show.rest.del("/api/fixtures/" + a).ok());
  const auto frame = viewer.next("frame/full", [&](const json::object& one) { return !bundle_in(one, a); });
  CHECK(intensity_in(frame, b) == 0.5);
}

TEST_CASE("references: an input used by a graph can't be deleted, and the graphs are named",
          "[conformance][rest]") {
  live_show show;
  const auto fader = show.fader();
  auto used = fader_graph({}, fader);
  used["name"] = "Sunrise";
  const auto graph = show.graph(used);
  const auto usage = show.rest.get("/api/inputs/" + fader + "/usage").data();
  CHECK(usage ==
        json::value{{"inputId", fader},
                    {"usedBy", json::array{json::object{{"graphId", graph}, {"graphName", "Sunrise"}}}}});
  const auto refused = show.rest.del("/api/inputs/" + fader);
  CHECK(refused.status == 400);
  CHECK(refused.code() == "VALIDATION_ERROR");
  CHECK(refused.raw.body.find("Sunrise") != std::string::npos);
  CHECK(show.rest.get("/api/inputs/" + fader).ok());
  REQUIRE(show.rest.del("/api/graphs/" + graph).ok());
  CHECK(show.rest.get("/api/inputs/" + fader + "/usage").data().at("usedBy") == json::array{});
  CHECK(show.rest.del("/api/inputs/" + fader).ok());
  CHECK(show.rest.get("/api/inputs/" + fader + "/usage").status == 404);
}

TEST_CASE("references: usage counts every node, also those no output can be reached from",
          "[conformance][rest]") {
  live_show show;
  const auto button = show.button();
  show.graph(graph("loose", {node("b", "Button", {{"buttonId", button}})}));
  CHECK(show.rest.get("/api/inputs/" + button + "/usage").data().at("usedBy").as_array().size() == 1);
  CHECK(show.rest.del("/api/inputs/" + button).status == 400);
}

TEST_CASE("references: a model used by a fixture of any show can't be deleted", "[conformance][rest]") {
  live_show show;
  const json::object model{{"brand", "B"}, {"model", "M"}, {"channels", {{"dimmer", 1}, {"red", 2}}}};
  const auto id = str(show.rest.create("/api/fixtures/models", model).at("id"));
  const auto fixture = show.fixture(id, 1);
  const auto path = "/api/fixtures/models/" + id;
  CHECK(show.rest.del(path).status == 400);
  SECTION("the active show") {}
  SECTION("another one, which the answer names") {
    live_show other;
    const auto refused = other.rest.del(path);
    CHECK(refused.status == 400);
    CHECK(refused.code() == "VALIDATION_ERROR");
    CHECK(refused.raw.body.find(show.name) != std::string::npos);
    REQUIRE(show.rest.post("/api/shows/" + show.name + "/activate", json::object{}).ok());
  }
  CHECK(show.rest.get(path).ok());
  REQUIRE(show.rest.del("/api/fixtures/" + fixture).ok());
  CHECK(show.rest.del(path).ok());
}

TEST_CASE("references: changing the offsets of a model checks the fixtures of the active show again",
          "[conformance][rest]") {
  live_show show;
  const json::object model{{"brand", "B"}, {"model", "M"}, {"channels", {{"dimmer", 1}, {"red", 2}}}};
  const auto id = str(show.rest.create("/api/fixtures/models", model).at("id"));
  const auto path = "/api/fixtures/models/" + id;
  show.fixture(id, 511);
  const auto longer = show.rest.update(path, 1, {{"channels", {{"dimmer", 1}, {"red", 3}}}});
  CHECK(longer.status == 400);
  CHECK(longer.code() == "VALIDATION_ERROR");
  CHECK(show.rest.read(path).at("revision") == 1);
  CHECK(show.rest.update(path, 1, {{"channels", {{"dimmer", 2}, {"red", 1}}}}).status == 200);
}
