// Sections 1 and 3: entities over REST, the same rules for every kind.
#include "tests/conformance/support/suite.hpp"

#include <atomic>
#include <latch>
#include <thread>

using namespace troupe::conformance;

namespace {

struct kind_row {
  std::string path;
  json::object valid;
  json::object change; ///< of one field
  std::vector<std::string> required;
  std::vector<std::string> optional = {};
};

json::object a_fixture() {
  return {{"name", "Fixture"}, {"modelId", "generic-rgbw"}, {"universe", 3}, {"startChannel", 17}};
}

json::object a_model() {
  return {{"brand", "Brand"}, {"model", "Model"}, {"channels", {{"red", 1}, {"green", 2}}}};
}

json::object a_preset() {
  return {{"name", "Preset"}, {"type", "full"}, {"attributes", {{"intensity", 0.5}, {"pan", -0.25}}}};
}

const std::vector<kind_row>& kinds() {
  static const std::vector<kind_row> rows{
      {"/api/fixtures/models",
       a_model(),
       json::object{{"brand", "Another"}},
       {"brand", "model", "channels"},
       {"defaults"}},
      {"/api/fixtures",
       a_fixture(),
       json::object{{"name", "Another"}},
       {"name", "modelId", "universe", "startChannel"}},
      {"/api/groups",
       {{"name", "Group"}, {"fixtureIds", json::array{}}},
       json::object{{"name", "Another"}},
       {"name", "fixtureIds"}},
      {"/api/inputs",
       {{"name", "Input"}, {"type", "fader"}},
       json::object{{"name", "Another"}},
       {"name", "type"}},
      {"/api/presets", a_preset(), json::object{{"name", "Another"}}, {"name", "type", "attributes"}},
      {"/api/graphs",
       constant_graph({}, 0.5),
       json::object{{"name", "Another"}},
       {"name", "nodes", "edges"},
       {"enabled"}},
  };
  return rows;
}

/// Runs a check for every kind, each with a show of its own.
template <class Check>
void for_every_kind(Check check) {
  live_show show;
  for (const auto& row : kinds()) {
    INFO(row.path);
    check(show.rest, row);
  }
}

std::string path_of(const kind_row& row, const json::object& entity) {
  return row.path + '/' + str(entity.at("id"));
}

bool is_uuid_v4(const std::string& text) {
  if (text.size() != 36 || text[14] != '4' || std::string("89ab").find(text[19]) == std::string::npos)
    return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::string("0123456789abcdef").find(text[i]) == std::string::npos)
      return false;
  }
  return true;
}

json::object with(json::object of, const json::object& changes) {
  for (const auto& [key, value] : changes) of[key] = value;
  return of;
}

json::object without(json::object of, const std::string& key) {
  of.erase(key);
  return of;
}

/// Something that must be refused, at that field (or one below it).
struct refusal_row {
  json::object change;
  std::string field;
};

/// What create refuses, update refuses.
void check_refusals(const std::string& path, const json::object& valid,
                    const std::vector<refusal_row>& rows) {
  live_show show;
  const auto entity = show.rest.create(path, valid);
  const auto one = path + '/' + str(entity.at("id"));
  for (const auto& row : rows) {
    INFO(json::serialize(row.change));
    for (const auto& refused :
         {show.rest.post(path, with(valid, row.change)), show.rest.update(one, 1, row.change)}) {
      CHECK(refused.status == 400);
      CHECK(refused.code() == "VALIDATION_ERROR");
      CHECK_FALSE(refused.message().empty());
      CHECK(refused.field().substr(0, row.field.size()) == row.field);
    }
  }
  CHECK(show.rest.read(one) == entity);
}

} // namespace

TEST_CASE("entities: a create answers 201 with a random id and revision 1, and is listed and read at once",
          "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.post(row.path, row.valid);
    CHECK(made.status == 201);
    const auto entity = made.data().as_object();
    const auto id = str(entity.at("id"));
    CHECK(is_uuid_v4(id));
    CHECK(entity.at("revision") == 1);
    for (const auto& [key, value] : row.valid) CHECK(entity.at(key) == value);
    CHECK(rest.read(path_of(row, entity)) == entity);
    const auto list = rest.get(row.path).data().as_array();
    CHECK(std::count(list.begin(), list.end(), json::value(entity)) == 1);
    CHECK(str(rest.create(row.path, row.valid).at("id")) != id);
  });
}

TEST_CASE("entities: an update counts the revision up by one, also one that changes nothing",
          "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.create(row.path, row.valid);
    const auto path = path_of(row, made);
    const auto updated = rest.update(path, 1, row.change);
    CHECK(updated.status == 200);
    auto expected = with(made, row.change);
    expected["revision"] = 2;
    CHECK(updated.data() == expected);
    CHECK(rest.read(path) == expected);
    CHECK(rest.update(path, 2, row.change).data().at("revision") == 3);
  });
}

TEST_CASE("entities: an update over another revision is a conflict that tells the current entity and changes "
          "nothing",
          "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.create(row.path, row.valid);
    const auto path = path_of(row, made);
    for (const std::int64_t revision : {0, 2, 99}) {
      const auto refused = rest.update(path, revision, row.change);
      CHECK(refused.summary() == "409 CONFLICT");
      CHECK(refused.body.at("details").at("current") == made);
    }
    CHECK(rest.read(path) == made);
  });
}

TEST_CASE("entities: the revision is required and an integer, data an object that isn't empty",
          "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.create(row.path, row.valid);
    const auto path = path_of(row, made);
    CHECK(rest.put(path, json::object{{"data", row.change}}).summary() == "400 VALIDATION_ERROR revision");
    for (const json::value& wrong : {json::value("1"), json::value(1.5), json::value(nullptr),
                                     json::value(true), json::value(json::array{1})})
      CHECK(rest.put(path, json::object{{"data", row.change}, {"revision", wrong}}).summary() ==
            "400 VALIDATION_ERROR revision");
    CHECK(rest.put(path, json::object{{"data", row.change}, {"revision", -1}}).summary() == "409 CONFLICT");
    CHECK(rest.put(path, json::object{{"revision", 1}}).summary() == "400 VALIDATION_ERROR data");
    for (const json::value& wrong : {json::value(json::object{}), json::value(json::array{}),
                                     json::value("x"), json::value(nullptr), json::value(1)})
      CHECK(rest.put(path, json::object{{"data", wrong}, {"revision", 1}}).summary() ==
            "400 VALIDATION_ERROR data");
    CHECK(rest.put(path, json::array{}).status == 400);
    CHECK(rest.read(path) == made);
  });
}

TEST_CASE("entities: a delete answers success, and then nothing is there", "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.create(row.path, row.valid);
    const auto path = path_of(row, made);
    const auto gone = rest.del(path);
    CHECK(gone.status == 200);
    CHECK(gone.body == json::object{{"success", true}});
    CHECK(rest.get(path).summary() == "404 NOT_FOUND");
    CHECK(rest.del(path).summary() == "404 NOT_FOUND");
    CHECK(rest.update(path, 1, row.change).summary() == "404 NOT_FOUND");
    for (const auto& each : rest.list(row.path)) CHECK(each.at("id") != made.at("id"));
  });
}

TEST_CASE("entities: id and revision inside a create or data are ignored", "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto made = rest.create(row.path, with(row.valid, {{"id", "chosen"}, {"revision", 7}}));
    CHECK(str(made.at("id")) != "chosen");
    CHECK(made.at("revision") == 1);
    const auto path = path_of(row, made);
    const auto updated = rest.update(path, 1, with(row.change, {{"id", "chosen"}, {"revision", 40}})).data();
    CHECK(updated.at("id") == made.at("id"));
    CHECK(updated.at("revision") == 2);
    CHECK(rest.get(row.path + "/chosen").status == 404);
    // Odd values are ignored, too.
    CHECK(rest.post(row.path, with(row.valid, {{"id", nullptr}, {"revision", "x"}})).status == 201);
  });
}

TEST_CASE("entities: unknown fields are kept, and replaced one by one", "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const json::value notes{{"by", "me"}, {"list", {1, 2.5, nullptr, "x"}}};
    const auto made = rest.create(row.path, with(row.valid, {{"notes", notes}, {"stars", 5}}));
    CHECK(made.at("notes") == notes);
    const auto path = path_of(row, made);
    rest.change(path, row.change);
    CHECK(rest.read(path).at("notes") == notes);
    const auto updated = rest.change(path, json::object{{"notes", "short"}});
    CHECK(updated.at("notes") == "short");
    CHECK(updated.at("stars") == 5);
  });
}

TEST_CASE("entities: a required field that is missing is refused by its name", "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    for (const auto& field : row.required) {
      INFO(field);
      CHECK(rest.post(row.path, without(row.valid, field)).summary() == "400 VALIDATION_ERROR " + field);
    }
    for (const auto& field : row.optional)
      CHECK(rest.post(row.path, without(row.valid, field)).status == 201);
    CHECK(rest.post(row.path, json::array{}).status == 400);
    CHECK(rest.post(row.path, "text").status == 400);
  });
}

TEST_CASE("entities: a known field set to null is refused by its name, in create and update",
          "[conformance][rest]") {
  for_every_kind([](rest_client& rest, const kind_row& row) {
    const auto path = path_of(row, rest.create(row.path, row.valid));
    auto fields = row.required;
    fields.insert(fields.end(), row.optional.begin(), row.optional.end());
    for (const auto& field : fields) {
      INFO(field);
      const json::object null{{field, nullptr}};
      CHECK(rest.post(row.path, with(row.valid, null)).summary() == "400 VALIDATION_ERROR " + field);
      CHECK(rest.update(path, 1, null).summary() == "400 VALIDATION_ERROR " + field);
    }
  });
}

TEST_CASE("entities: of many concurrent updates with one revision exactly one wins", "[conformance][rest]") {
  live_show show;
  for (const auto& row : kinds()) {
    INFO(row.path);
    const auto path = path_of(row, show.rest.create(row.path, row.valid));
    constexpr int writers = 16;
    std::latch start(writers);
    std::atomic<int> won{0}, lost{0};
    std::atomic<int> winner{-1};
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([&, i] {
        rest_client mine(show.server.port());
        start.arrive_and_wait();
        const auto answer = mine.update(path, 1, json::object{{"writer", i}});
        if (answer.status == 200) winner = i, ++won;
        if (answer.status == 409) ++lost;
      });
    }
    for (auto& each : threads) each.join();
    CHECK(won == 1);
    CHECK(lost == writers - 1);
    const auto now = show.rest.read(path);
    CHECK(now.at("revision") == 2);
    CHECK(now.at("writer") == winner.load());
  }
}

TEST_CASE("entities: names are 1 to 200 characters and not blank", "[conformance][rest]") {
  live_show show;
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xc3\xa4";
  for (const auto* path : {"/api/inputs"}) {
    for (const auto& good : {std::string("x"), std::string(200, 'x'), umlauts})
      CHECK(show.rest.post(path, {{"name", good}, {"type", "fader"}}).status == 201);
    for (const json::value& bad : {json::value(""), json::value("  \t\n"), json::value(std::string(201, 'x')),
                                   json::value(umlauts + "x"), json::value(1), json::value(json::array{"x"})})
      CHECK(show.rest.post(path, {{"name", bad}, {"type", "fader"}}).summary() ==
            "400 VALIDATION_ERROR name");
  }
}

TEST_CASE("entities: strings elsewhere may have 64 KiB, and values may be nested 32 deep",
          "[conformance][rest]") {
  live_show show;
  const auto input = [](auto note) { return json::object{{"name", "x"}, {"type", "fader"}, {"note", note}}; };
  const auto nested = [](int depth) {
    json::value out = 1;
    for (int i = 0; i < depth; ++i) out = json::array{std::move(out)};
    return out;
  };
  CHECK(show.rest.post("/api/inputs", input(std::string(64 * 1024, 'x'))).status == 201);
  CHECK(show.rest.post("/api/inputs", input(std::string(64 * 1024 + 1, 'x'))).summary() ==
        "400 VALIDATION_ERROR note");
  // The entity itself is the first of the 32.
  CHECK(show.rest.post("/api/inputs", input(nested(31))).status == 201);
  CHECK(show.rest.post("/api/inputs", input(nested(32))).status == 400);
  CHECK(show.rest.request("POST", "/api/inputs", std::string(100'000, '[')).status == 400);
}

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
