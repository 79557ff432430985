// Section 3: what the fields of each kind of entity may hold, and how lists are kept.
#include "tests/conformance/support/entity_rows.hpp"

using namespace troupe::conformance;

TEST_CASE("entities: what is wrong in a fixture is refused", "[conformance][rest]") {
  check_refusals("/api/fixtures", a_fixture(),
                 {{json::object{{"modelId", "no-such-model"}}, "modelId"},
                  {json::object{{"modelId", ""}}, "modelId"},
                  {json::object{{"modelId", 1}}, "modelId"},
                  {json::object{{"universe", -1}}, "universe"},
                  {json::object{{"universe", 32768}}, "universe"},
                  {json::object{{"universe", 1.5}}, "universe"},
                  {json::object{{"universe", "3"}}, "universe"},
                  {json::object{{"universe", true}}, "universe"},
                  {json::object{{"startChannel", 0}}, "startChannel"},
                  {json::object{{"startChannel", -5}}, "startChannel"},
                  {json::object{{"startChannel", 513}}, "startChannel"},
                  {json::object{{"startChannel", 1.5}}, "startChannel"},
                  {json::object{{"startChannel", 1e300}}, "startChannel"},
                  // Four channels from 510 on would end at 513.
                  {json::object{{"startChannel", 510}}, "startChannel"},
                  {json::object{{"name", " "}}, "name"}});
}

TEST_CASE("entities: the last channel of a fixture may be 512", "[conformance][rest]") {
  live_show show;
  CHECK(show.rest.post("/api/fixtures", with(a_fixture(), json::object{{"startChannel", 509}})).status ==
        201);
  CHECK(show.rest
            .post("/api/fixtures", with(a_fixture(), {{"startChannel", 512}, {"modelId", "generic-dimmer"}}))
            .status == 201);
  CHECK(show.rest.post("/api/fixtures", with(a_fixture(), {{"universe", 32767}})).status == 201);
  // Another model may be too long for where the fixture stands.
  const auto at_end = show.rest.create(
      "/api/fixtures", with(a_fixture(), {{"startChannel", 512}, {"modelId", "generic-dimmer"}}));
  const auto refused =
      show.rest.update("/api/fixtures/" + str(at_end.at("id")), 1, json::object{{"modelId", "generic-rgb"}});
  CHECK(refused.status == 400);
  CHECK_FALSE(refused.field().empty());
}

TEST_CASE("entities: what is wrong in a model is refused", "[conformance][rest]") {
  check_refusals("/api/fixtures/models", a_model(),
                 {{json::object{{"channels", {{"red", 0}, {"green", 2}}}}, "channels"},
                  {json::object{{"channels", {{"red", 513}, {"green", 2}}}}, "channels"},
                  {json::object{{"channels", {{"red", 1}, {"green", 1}}}}, "channels"},
                  {json::object{{"channels", {{"red", 1.5}, {"green", 2}}}}, "channels"},
                  {json::object{{"channels", {{"red", "1"}, {"green", 2}}}}, "channels"},
                  {json::object{{"channels", json::array{1, 2}}}, "channels"},
                  {json::object{{"defaults", {{"red", 256}, {"green", 1}}}}, "defaults"},
                  {json::object{{"defaults", {{"red", -1}, {"green", 1}}}}, "defaults"},
                  {json::object{{"defaults", {{"red", 0.5}, {"green", 1}}}}, "defaults"},
                  {json::object{{"defaults", "dark"}}, "defaults"},
                  {json::object{{"whiteMode", "mix"}}, "whiteMode"},
                  {json::object{{"release", "later"}}, "release"},
                  {json::object{{"cells", 0}}, "cells"},
                  {json::object{{"cells", 65537}}, "cells"},
                  {json::object{{"cells", "4"}}, "cells"},
                  {json::object{{"cells", nullptr}}, "cells"},
                  {json::object{{"cellFootprint", 1}}, "cellFootprint"},
                  {json::object{{"cellFootprint", 513}}, "cellFootprint"},
                  {json::object{{"span", "wide"}}, "span"},
                  {json::object{{"brand", ""}}, "brand"},
                  {json::object{{"model", 5}}, "model"}});
}

TEST_CASE("entities: any name of a channel is legal", "[conformance][rest]") {
  live_show show;
  const json::object channels{{"gobo wheel 2", 512}, {"y", 1}, {"\xc3\xa4", 2}, {"dimmer", 3}};
  CHECK(show.rest.create("/api/fixtures/models", with(a_model(), {{"channels", channels}})).at("channels") ==
        channels);
}

TEST_CASE("entities: what is wrong in a group, an input or a preset is refused", "[conformance][rest]") {
  check_refusals("/api/groups", {{"name", "Group"}, {"fixtureIds", json::array{}}},
                 {{json::object{{"fixtureIds", json::array{"no-such-fixture"}}}, "fixtureIds"},
                  {json::object{{"fixtureIds", json::array{1}}}, "fixtureIds"},
                  {json::object{{"fixtureIds", "front"}}, "fixtureIds"},
                  {json::object{{"name", ""}}, "name"}});
  check_refusals("/api/inputs", {{"name", "Input"}, {"type", "fader"}},
                 {{json::object{{"type", "knob"}}, "type"}, {json::object{{"type", 1}}, "type"}});
  check_refusals(
      "/api/presets", a_preset(),
      {{json::object{{"type", "sound"}}, "type"},
       {json::object{{"attributes", "bright"}}, "attributes"},
       {json::object{{"attributes", json::object{{"intensity", 1.5}}}}, "attributes.intensity"},
       {json::object{{"attributes", json::object{{"intensity", "1"}}}}, "attributes.intensity"},
       {json::object{{"attributes", json::object{{"intensity", nullptr}}}}, "attributes.intensity"},
       {json::object{{"attributes", json::object{{"pan", -1.01}}}}, "attributes.pan"},
       {json::object{{"attributes", json::object{{"tilt", 2}}}}, "attributes.tilt"},
       {json::object{{"attributes", json::object{{"zoom", -0.1}}}}, "attributes.zoom"},
       {json::object{{"attributes", json::object{{"color", {{"r", 1}, {"g", 1}}}}}}, "attributes.color"},
       {json::object{{"attributes", json::object{{"color", {{"r", 2}, {"g", 1}, {"b", 0}}}}}},
        "attributes.color"},
       {json::object{{"attributes", json::object{{"color", "red"}}}}, "attributes.color"}});
}

TEST_CASE("entities: the type of a preset says what it must hold", "[conformance][rest]") {
  live_show show;
  const json::object color{{"color", {{"r", 1}, {"g", 0}, {"b", 0}}}};
  const json::object intensity{{"intensity", 1}}, pan{{"pan", 0}}, tilt{{"tilt", 1}}, zoom{{"zoom", 0.5}};
  const auto status = [&](const char* type, const json::object& attributes) {
    return show.rest.post("/api/presets", {{"name", "P"}, {"type", type}, {"attributes", attributes}})
        .summary();
  };
  const std::string refused = "400 VALIDATION_ERROR attributes";
  CHECK(status("color", color) == "201");
  CHECK(status("color", intensity) == "201");
  CHECK(status("color", pan) == refused);
  CHECK(status("position", pan) == "201");
  CHECK(status("position", tilt) == "201");
  CHECK(status("position", zoom) == refused);
  CHECK(status("beam", zoom) == "201");
  CHECK(status("beam", color) == refused);
  CHECK(status("full", pan) == "201");
  // A preset that becomes another type must hold what that needs.
  const auto beam = show.rest.create("/api/presets", {{"name", "P"}, {"type", "beam"}, {"attributes", zoom}});
  CHECK(show.rest.update("/api/presets/" + str(beam.at("id")), 1, json::object{{"type", "color"}}).status ==
        400);
}

TEST_CASE("entities: what is wrong in the form of a graph is refused", "[conformance][rest]") {
  const auto valid = constant_graph({}, 0.5);
  const auto nodes_with = [&](auto edit) {
    auto nodes = valid.at("nodes").as_array();
    edit(nodes);
    return json::object{{"nodes", nodes}};
  };
  const auto edges_with = [&](auto edit) {
    auto edges = valid.at("edges").as_array();
    edit(edges);
    return json::object{{"edges", edges}};
  };
  std::vector<refusal_row> rows{
      {json::object{{"nodes", "many"}}, "nodes"},
      {json::object{{"edges", json::object{}}}, "edges"},
      {json::object{{"enabled", "yes"}}, "enabled"},
      {json::object{{"nodes", json::array{1}}}, "nodes[0]"},
      {nodes_with([](auto& all) { all[0].as_object()["type"] = "HoloProjector"; }), "nodes[0].type"},
      {nodes_with([](auto& all) { all[1].as_object()["id"] = "source"; }), "nodes[1].id"},
      {nodes_with([](auto& all) {
         all[1].as_object()["position"] = json::object{{"x", 1}};
       }),
       "nodes[1].position.y"},
      {nodes_with([](auto& all) { all[1].as_object()["position"].as_object()["x"] = "left"; }),
       "nodes[1].position.x"},
      {nodes_with([](auto& all) { all[0].as_object()["params"] = json::array{}; }), "nodes[0].params"},
      {edges_with([](auto& all) { all[1].as_object()["id"] = all[0].at("id"); }), "edges[1].id"},
      {edges_with([](auto& all) { all[0].as_object()["from"].as_object()["nodeId"] = "ghost"; }),
       "edges[0].from"},
      {edges_with([](auto& all) { all[0].as_object()["to"].as_object()["nodeId"] = "ghost"; }),
       "edges[0].to"},
      {edges_with([](auto& all) { all[0].as_object()["from"].as_object()["port"] = "result"; }),
       "edges[0].from"},
      {edges_with([](auto& all) { all[0].as_object()["to"].as_object()["port"] = "bundle"; }),
       "edges[0].to"}};
  for (const auto* field : {"id", "type", "position", "params"})
    rows.push_back(
        {nodes_with([&](auto& all) { all[2].as_object().erase(field); }), "nodes[2]." + std::string(field)});
  for (const auto* field : {"id", "from", "to"})
    rows.push_back(
        {edges_with([&](auto& all) { all[2].as_object().erase(field); }), "edges[2]." + std::string(field)});
  for (const auto* field : {"nodeId", "port"}) {
    rows.push_back({edges_with([&](auto& all) { all[0].as_object()["from"].as_object().erase(field); }),
                    "edges[0].from." + std::string(field)});
    rows.push_back({edges_with([&](auto& all) { all[0].as_object()["to"].as_object().erase(field); }),
                    "edges[0].to." + std::string(field)});
  }
  check_refusals("/api/graphs", valid, rows);
}

TEST_CASE("entities: further fields of nodes and edges are kept", "[conformance][rest]") {
  live_show show;
  auto wanted = constant_graph({}, 0.5);
  wanted["nodes"].as_array()[0].as_object()["comment"] = "a hand";
  wanted["nodes"].as_array()[0].as_object()["position"].as_object()["z"] = 3;
  wanted["edges"].as_array()[0].as_object()["color"] = "#ff0000";
  wanted["edges"].as_array()[0].as_object()["to"].as_object()["bend"] = 0.5;
  const auto made = show.rest.create("/api/graphs", wanted);
  CHECK(made.at("nodes") == wanted.at("nodes"));
  CHECK(made.at("edges") == wanted.at("edges"));
  CHECK(made.at("enabled") == true);
}

TEST_CASE("entities: numbers must be finite", "[conformance][rest]") {
  live_show show;
  for (const auto* number : {"1e999", "-1e999", "NaN", "Infinity"}) {
    const auto text = R"({"name":"x","type":"fader","note":)" + std::string(number) + '}';
    CHECK(show.rest.request("POST", "/api/inputs", text).status == 400);
  }
}

TEST_CASE("entities: a group keeps the order of its fixtures and drops duplicates", "[conformance][rest]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2), c = show.dimmer(3);
  const auto made = show.rest.create("/api/groups", {{"name", "G"}, {"fixtureIds", ids({c, a, c, b, a})}});
  CHECK(made.at("fixtureIds") == ids({c, a, b}));
  CHECK(
      show.rest.change("/api/groups/" + str(made.at("id")), {{"fixtureIds", ids({b, b})}}).at("fixtureIds") ==
      ids({b}));
}

TEST_CASE("entities: fields are replaced as a whole", "[conformance][rest]") {
  live_show show;
  const auto made = show.rest.create("/api/presets", a_preset());
  const auto changed = show.rest.change("/api/presets/" + str(made.at("id")),
                                        json::object{{"attributes", json::object{{"zoom", 1}}}});
  CHECK(changed.at("attributes") == json::object{{"zoom", 1}});
}

TEST_CASE("entities: lists keep the order of creation", "[conformance][rest]") {
  live_show show;
  std::vector<std::string> made;
  for (int i = 0; i < 20; ++i) made.push_back(show.fader("fader " + std::to_string(i)));
  show.rest.change("/api/inputs/" + made[3], json::object{{"name", "renamed"}});
  REQUIRE(show.rest.del("/api/inputs/" + made[10]).ok());
  made.erase(made.begin() + 10);
  std::vector<std::string> listed;
  for (const auto& each : show.rest.list("/api/inputs")) listed.push_back(str(each.at("id")));
  CHECK(listed == made);
}

TEST_CASE("entities: inputs are also listed by type", "[conformance][rest]") {
  live_show show;
  const auto f = show.fader(), b = show.button(), g = show.fader();
  const auto listed = [&](const char* path) {
    std::vector<std::string> out;
    for (const auto& each : show.rest.list(path)) out.push_back(str(each.at("id")));
    return out;
  };
  CHECK(listed("/api/inputs/faders") == std::vector<std::string>{f, g});
  CHECK(listed("/api/inputs/buttons") == std::vector<std::string>{b});
}

TEST_CASE("entities: overlapping fixtures are legal and reported", "[conformance][rest]") {
  live_show show;
  const auto a = show.fixture("generic-rgbw", 1), b = show.fixture("generic-rgbw", 4);
  show.fixture("generic-rgbw", 8);
  show.fixture("generic-rgbw", 4, 1);
  const auto reported = show.rest.get("/api/fixtures/conflicts");
  REQUIRE(reported.ok());
  REQUIRE(reported.data().as_array().size() == 1);
  CHECK(reported.raw.body.find(a) != std::string::npos);
  CHECK(reported.raw.body.find(b) != std::string::npos);
  show.rest.change("/api/fixtures/" + b, json::object{{"startChannel", 20}});
  CHECK(show.rest.get("/api/fixtures/conflicts").data() == json::array{});
}
