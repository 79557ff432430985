// Section 2: show files and what damage does to them.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

std::vector<std::string> ids_of(rest_client& rest, std::string_view path) {
  std::vector<std::string> out;
  for (const auto& each : rest.list(path)) out.push_back(str(each.at("id")));
  return out;
}

using names = std::vector<std::string>;

/// The problem in that file, from GET /api/health; waits for none: what was loaded is known at once.
json::object problem_in(rest_client& rest, std::string_view file) {
  const auto health = rest.get("/api/health");
  for (const auto& each : health.body.at("problems").as_array()) {
    const auto* where = each.is_object() ? each.as_object().if_contains("file") : nullptr;
    if (where && str(*where) == file) return each.as_object();
  }
  throw std::runtime_error("no problem in " + std::string(file) + ": " + health.raw.body);
}

std::string health_status(rest_client& rest) {
  return str(rest.get("/api/health").body.at("status"));
}

/// Waits until a file that follows a 2xx within a second holds a text.
std::string await_text(const std::filesystem::path& file, std::string_view wanted) {
  const deadline end;
  while (!end.over()) {
    if (std::filesystem::exists(file))
      if (auto text = read_text(file); text.find(wanted) != std::string::npos) return text;
  }
  throw std::runtime_error(file.string() + " never held " + std::string(wanted) + ":\n" + read_text(file));
}

const char* const two_good_fixtures = R"(- id: one
  name: One
  modelId: generic-dimmer
  universe: 0
  startChannel: 1
  revision: 3
- id: two
  name: Two
  modelId: generic-dimmer
  universe: 0
  startChannel: 2
  revision: 1
)";

} // namespace

TEST_CASE("files: a data folder that is missing is made, with the models and a demo",
          "[conformance][files]") {
  const temp_dir parent;
  const auto data = parent / "not/yet";
  udp_receiver node;
  server_process server({{"serve", "--port", "0", "--host", "127.0.0.1", "--data", data.string(), "--show",
                          "mine", "--artnet", node.address()},
                         {}});
  server.await_listening();
  rest_client rest(server.port());
  CHECK(std::filesystem::exists(data / "fixture-models.yaml"));
  CHECK(ids_of(rest, "/api/fixtures/models") ==
        names{"generic-rgbw", "generic-rgb", "generic-dimmer", "moving-head-spot"});
  CHECK(rest.read("/api/fixtures/models/generic-rgbw").at("channels") ==
        json::value{{"red", 1}, {"green", 2}, {"blue", 3}, {"white", 4}});
  CHECK(rest.read("/api/fixtures/models/generic-rgb").at("channels") ==
        json::value{{"red", 1}, {"green", 2}, {"blue", 3}});
  CHECK(rest.read("/api/fixtures/models/generic-dimmer").at("channels") == json::object{{"dimmer", 1}});
  CHECK(rest.read("/api/fixtures/models/moving-head-spot").at("channels") == json::value{{"pan", 1},
                                                                                         {"panFine", 2},
                                                                                         {"tilt", 3},
                                                                                         {"tiltFine", 4},
                                                                                         {"dimmer", 5},
                                                                                         {"shutter", 6},
                                                                                         {"red", 7},
                                                                                         {"green", 8},
                                                                                         {"blue", 9},
                                                                                         {"white", 10},
                                                                                         {"zoom", 11}});
  CHECK(ids_of(rest, "/api/fixtures") == names{"front-left", "front-right", "back-left", "back-right"});
  int channel = 1;
  for (const auto& each : rest.list("/api/fixtures")) {
    CHECK(each.at("modelId") == "generic-rgbw");
    CHECK(each.at("universe") == 0);
    CHECK(each.at("startChannel") == channel);
    channel += 4;
  }
  CHECK(ids_of(rest, "/api/groups") == names{"front", "back", "all-wash"});
  CHECK(ids_of(rest, "/api/inputs/faders") == names{"A", "B", "C", "D", "E", "F", "G", "H"});
  CHECK(ids_of(rest, "/api/inputs/buttons") == names{"X", "Y", "Z", "P"});
  CHECK(health_status(rest) == "ok");
  CHECK(server.stop() == 0);
}

TEST_CASE("files: the demo's graph compiles and pulses on the wire", "[conformance][files]") {
  test_server server;
  auto rest = server.rest();
  const auto graphs = ids_of(rest, "/api/graphs");
  REQUIRE(graphs.size() == 1);
  CHECK(rest.post("/api/graphs/" + graphs.front() + "/compile", json::object{}).data().at("ok") == true);
  const auto first = server.artnet.next(0, [](const artnet_packet& one) { return !one.dark(); });
  server.artnet.next(0, [&](const artnet_packet& one) { return one.levels(1, 4) != first.levels(1, 4); });
  CHECK(first.bytes.size() == 530);
}

TEST_CASE("files: a demo is made only for a folder that doesn't exist, a missing file is an empty list",
          "[conformance][files]") {
  test_server server(test_server::later{});
  write_text(server.file("fixtures.yaml"), two_good_fixtures);
  server.start();
  auto rest = server.rest();
  CHECK(ids_of(rest, "/api/fixtures") == names{"one", "two"});
  for (const auto* path : {"/api/groups", "/api/inputs", "/api/presets", "/api/graphs"})
    CHECK(rest.get(path).data() == json::array{});
  CHECK(health_status(rest) == "ok");
  CHECK(rest.read("/api/fixtures/one").at("revision") == 3);
}

TEST_CASE("files: a file is block style, in order of creation, with the fields in the protocol's order",
          "[conformance][files]") {
  test_server server;
  auto rest = server.rest();
  rest.create("/api/shows", json::object{{"name", "other"}});
  REQUIRE(rest.post("/api/shows/other/activate", json::object{}).ok());
  const auto b = str(rest.create("/api/inputs", {{"type", "button"}, {"name", "First"}}).at("id"));
  const auto a = str(
      rest.create("/api/inputs", {{"extra", {{"deep", 1}}}, {"type", "fader"}, {"name", "Second"}}).at("id"));
  rest.change("/api/inputs/" + b, json::object{{"name", "Renamed"}});
  const auto text = await_text(server.data / "other/inputs.yaml", "Renamed");
  CHECK(text.find("name: Second") != std::string::npos);
  const auto places = [&](const std::vector<std::string>& parts) {
    std::vector<std::size_t> out;
    for (const auto& each : parts) out.push_back(text.find(each, out.empty() ? 0 : out.back() + 1));
    return out;
  };
  for (const auto at : places({"id: ", "name: Renamed", "type: button", "revision: 2", "id: ", "name: Second",
                               "type: fader", "revision: 1", "extra:", "deep: 1"}))
    CHECK(at != std::string::npos);
  CHECK(text.find('{') == std::string::npos);
  CHECK(text.find(b) < text.find(a));
}

TEST_CASE("files: strings that YAML 1.1 or 1.2 would read as something else come back as strings",
          "[conformance][files]") {
  const std::vector<std::string> traps{"y",
                                       "Y",
                                       "n",
                                       "no",
                                       "No",
                                       "NO",
                                       "yes",
                                       "on",
                                       "off",
                                       "true",
                                       "False",
                                       "null",
                                       "Null",
                                       "~",
                                       "0123",
                                       "0o17",
                                       "1e3",
                                       "1_000",
                                       "0x1F",
                                       "0b11",
                                       "12:30:45",
                                       "2001-12-14",
                                       "1.5",
                                       ".5",
                                       "-1",
                                       "+1",
                                       ".inf",
                                       "-.INF",
                                       ".nan",
                                       "=",
                                       "<<",
                                       "- a",
                                       "? a",
                                       ": a",
                                       "a: b",
                                       "a #b",
                                       "#a",
                                       "&a",
                                       "*a",
                                       "!a",
                                       "|",
                                       ">",
                                       "'a'",
                                       "\"a\"",
                                       "%a",
                                       "@a",
                                       "`a",
                                       "[a]",
                                       "{a}",
                                       "a\nb",
                                       "a\tb",
                                       " a ",
                                       "\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xa1",
                                       "a\x7f",
                                       "\xef\xbb\xbf"
                                       "a",
                                       "\xe2\x80\xa8x",
                                       "---",
                                       "..."};
  test_server server;
  auto rest = server.rest();
  json::object odd;
  for (const auto& each : traps) odd[each] = each;
  for (const auto& each : traps)
    rest.create("/api/inputs", {{"name", each}, {"type", "fader"}, {"note", each}});
  rest.create("/api/inputs", {{"name", "keys"}, {"type", "fader"}, {"odd", odd}});
  const auto before = rest.get("/api/inputs").data();
  const auto text = await_text(server.file("inputs.yaml"), "name: keys");
  for (const auto* quoted : {"name: \"y\"", "name: \"no\"", "name: \"0123\"", "name: \"1e3\""})
    CHECK(text.find(quoted) != std::string::npos);
  CHECK(server.stop() == 0);
  server.start();
  CHECK(server.rest().get("/api/inputs").data() == before);
}

TEST_CASE("files: unknown fields of a file survive reading, updating and writing", "[conformance][files]") {
  test_server server(test_server::later{});
  write_text(server.file("fixtures.yaml"),
             "- id: one\n  name: One\n  modelId: generic-dimmer\n  universe: 0\n  startChannel: 1\n"
             "  gel: {maker: Lee, number: \"201\"}\n  tags: [front, ~, 1.5]\n");
  server.start();
  auto rest = server.rest();
  const auto read = rest.read("/api/fixtures/one");
  CHECK(read.at("gel") == json::value{{"maker", "Lee"}, {"number", "201"}});
  CHECK(read.at("tags") == json::array{"front", nullptr, 1.5});
  rest.change("/api/fixtures/one", json::object{{"name", "Renamed"}});
  CHECK(server.stop() == 0);
  server.start();
  auto again = server.rest().read("/api/fixtures/one");
  CHECK(again.at("name") == "Renamed");
  CHECK(again.at("gel") == read.at("gel"));
  CHECK(again.at("tags") == read.at("tags"));
}

TEST_CASE("files: dangling references are served and kept, and are problems with their place",
          "[conformance][files]") {
  test_server server(test_server::later{});
  write_text(server.file("fixtures.yaml"), std::string(two_good_fixtures) +
                                               "- id: lost\n  name: Lost\n  modelId: sold-last-year\n"
                                               "  universe: 0\n  startChannel: 3\n");
  write_text(server.file("groups.yaml"),
             "- id: g\n  name: G\n  fixtureIds:\n    - one\n    - gone\n    - two\n  revision: 1\n");
  server.start();
  auto rest = server.rest();
  CHECK(rest.read("/api/fixtures/lost").at("modelId") == "sold-last-year");
  CHECK(rest.read("/api/groups/g").at("fixtureIds") == json::array{"one", "gone", "two"});
  CHECK(health_status(rest) == "degraded");
  CHECK(rest.get("/api/health").status == 200);
  const auto fixture = problem_in(rest, "main/fixtures.yaml");
  CHECK(num(fixture.at("line")) >= 13);
  CHECK(num(fixture.at("line")) <= 15);
  CHECK(num(fixture.at("column")) >= 1);
  CHECK(str(fixture.at("reason")).find("sold-last-year") != std::string::npos);
  CHECK(str(problem_in(rest, "main/groups.yaml").at("reason")).find("gone") != std::string::npos);

  SECTION("an update may keep them") {
    CHECK(rest.change("/api/fixtures/lost", json::object{{"name", "Still lost"}}).at("name") == "Still lost");
    CHECK(rest.change("/api/groups/g", json::object{{"fixtureIds", {"gone", "one"}}}).at("fixtureIds") ==
          json::array{"gone", "one"});
  }
  SECTION("an update may add none") {
    CHECK(rest.update("/api/fixtures/lost", 1, json::object{{"modelId", "another"}}).field() == "modelId");
    const auto refused = rest.update("/api/groups/g", 1, json::object{{"fixtureIds", {"gone", "never"}}});
    CHECK(refused.status == 400);
    CHECK(refused.field().starts_with("fixtureIds"));
    CHECK(rest.read("/api/groups/g").at("revision") == 1);
  }
  SECTION("a fixture without model has no channels, and the show runs with the rest") {
    auto client = server.client();
    rest.create("/api/graphs", constant_graph({"one", "lost", "two"}, 1));
    client.subscribe();
    const auto frame = client.frame_with("two", 1);
    CHECK(intensity_in(frame, "lost") == 1);
    const auto packet = server.artnet.next(0, [](const artnet_packet& one) { return one.level(2) == 255; });
    CHECK(packet.levels(1, 3) == std::vector<int>{255, 255, 0});
  }
  SECTION("mended, the show is healthy again") {
    rest.change("/api/fixtures/lost", json::object{{"modelId", "generic-dimmer"}});
    rest.change("/api/groups/g", json::object{{"fixtureIds", {"one", "two"}}});
    CHECK(health_status(rest) == "ok");
  }
}

TEST_CASE("files: an entity invalid in itself, or the second with an id, isn't loaded but kept as it is",
          "[conformance][files]") {
  test_server server(test_server::later{});
  write_text(server.file("fixtures.yaml"), std::string(two_good_fixtures) +
                                               "- id: bad\n  name: Bad\n  modelId: generic-dimmer\n"
                                               "  universe: 99999\n  startChannel: 3\n"
                                               "- id: one\n  name: Second one\n  modelId: generic-dimmer\n"
                                               "  universe: 1\n  startChannel: 1\n"
                                               "- just a text\n");
  server.start();
  auto rest = server.rest();
  CHECK(ids_of(rest, "/api/fixtures") == names{"one", "two"});
  CHECK(rest.read("/api/fixtures/one").at("name") == "One");
  CHECK(health_status(rest) == "degraded");
  std::size_t problems = 0;
  const auto health_now = rest.get("/api/health");
  for (const auto& each : health_now.body.at("problems").as_array())
    if (each.is_object() && each.as_object().contains("line") && each.at("file") == "main/fixtures.yaml")
      ++problems;
  CHECK(problems == 3);
  rest.change("/api/fixtures/two", json::object{{"name", "Two again"}});
  const auto text = await_text(server.file("fixtures.yaml"), "Two again");
  for (const auto* kept : {"universe: 99999", "Second one", "just a text"})
    CHECK(text.find(kept) != std::string::npos);
}

TEST_CASE("files: a graph whose fields have the right types is always loaded, an update of it must mend it",
          "[conformance][files]") {
  test_server server(test_server::later{});
  write_text(server.file("graphs.yaml"), R"(- id: broken
  name: Broken
  nodes:
    - {id: a, type: Scalar, position: {x: 0, y: 0}, params: {}}
    - {id: a, type: Scalar, position: {x: 0, y: 0}, params: {}}
  edges:
    - {id: e, from: {nodeId: a, port: value}, to: {nodeId: nowhere, port: value}}
)");
  server.start();
  auto rest = server.rest();
  CHECK(ids_of(rest, "/api/graphs") == names{"broken"});
  const auto outcome = rest.post("/api/graphs/broken/compile", json::object{}).data();
  CHECK(outcome.at("ok") == false);
  for (const auto& each : outcome.at("errors").as_array()) CHECK(each.at("code") == "INVALID_PARAM");
  CHECK(outcome.at("errors").as_array().size() >= 2);
  CHECK(rest.change("/api/graphs/broken", json::object{{"name", "Renamed"}}).at("name") == "Renamed");
  CHECK(rest.update("/api/graphs/broken", 2,
                    json::object{{"nodes", rest.read("/api/graphs/broken").at("nodes")}})
            .status == 400);
  rest.change("/api/graphs/broken", constant_graph({}, 1));
  CHECK(rest.post("/api/graphs/broken/compile", json::object{}).data().at("ok") == true);
}

TEST_CASE("files: an unknown node type in a file is a compile error", "[conformance][files]") {
  test_server server(test_server::later{});
  write_text(server.file("graphs.yaml"),
             "- id: future\n  name: Future\n  nodes:\n"
             "    - {id: a, type: HoloProjector, position: {x: 0, y: 0}, params: {}}\n  edges: []\n");
  server.start();
  auto rest = server.rest();
  const auto outcome = rest.post("/api/graphs/future/compile", json::object{}).data();
  CHECK(outcome.at("ok") == false);
  REQUIRE(outcome.at("errors").as_array().size() == 1);
  CHECK(outcome.at("errors").at(0).at("code") == "UNKNOWN_NODE_TYPE");
  CHECK(outcome.at("errors").at(0).at("nodeId") == "a");
  CHECK(health_status(rest) == "ok");
}

TEST_CASE(
    "files: a file that doesn't parse makes its kind read-only until it is mended and the show activated",
    "[conformance][files]") {
  test_server server(test_server::later{});
  const std::string damaged = std::string(two_good_fixtures) + "- id: [\n";
  write_text(server.file("fixtures.yaml"), damaged);
  write_text(server.file("inputs.yaml"), "- id: f\n  name: F\n  type: fader\n");
  server.start();
  auto rest = server.rest();
  const json::value fixture{
      {"name", "New"}, {"modelId", "generic-dimmer"}, {"universe", 0}, {"startChannel", 9}};
  const auto refused = rest.post("/api/fixtures", fixture);
  CHECK(refused.summary() == "503 STORAGE_UNAVAILABLE");
  CHECK(refused.raw.body.find("fixtures.yaml:") != std::string::npos);
  CHECK(rest.change("/api/inputs/f", json::object{{"name", "Works"}}).at("name") == "Works");
  CHECK(health_status(rest) == "degraded");
  const auto problem = problem_in(rest, "main/fixtures.yaml");
  CHECK(num(problem.at("line")) >= 13);
  CHECK(num(problem.at("column")) >= 1);
  CHECK(read_text(server.file("fixtures.yaml")) == damaged);
  CHECK(rest.get("/api/fixtures").ok());

  write_text(server.file("fixtures.yaml"), two_good_fixtures);
  REQUIRE(rest.post("/api/shows/main/activate", json::object{}).ok());
  CHECK(ids_of(rest, "/api/fixtures") == names{"one", "two"});
  CHECK(rest.post("/api/fixtures", fixture).status == 201);
  CHECK(health_status(rest) == "ok");
}

TEST_CASE("files: the first save over a file written by hand leaves a copy, later ones don't",
          "[conformance][files]") {
  test_server server(test_server::later{});
  const auto by_hand = "# the rig of the small hall\n" + std::string(two_good_fixtures);
  write_text(server.file("fixtures.yaml"), by_hand);
  server.start();
  auto rest = server.rest();
  const auto folder = server.file("");
  CHECK(count_files(folder, "fixtures.yaml.orig-") == 0);
  rest.change("/api/fixtures/one", json::object{{"name", "First change"}});
  await_text(server.file("fixtures.yaml"), "First change");
  REQUIRE(count_files(folder, "fixtures.yaml.orig-") == 1);
  for (const auto& each : std::filesystem::directory_iterator(folder))
    if (each.path().filename().string().starts_with("fixtures.yaml.orig-"))
      CHECK(read_text(each.path()) == by_hand);
  rest.change("/api/fixtures/one", json::object{{"name", "Second change"}});
  await_text(server.file("fixtures.yaml"), "Second change");
  CHECK(count_files(folder, "fixtures.yaml.orig-") == 1);
  CHECK(health_status(rest) == "ok");
}

TEST_CASE("files: ids in files are any strings, and reachable as percent-encoded paths",
          "[conformance][files]") {
  test_server server(test_server::later{});
  write_text(server.file("inputs.yaml"), "- {id: a/b, name: Slash, type: fader}\n"
                                         "- {id: \"models\", name: Word, type: fader}\n"
                                         "- {id: \"50% ?#\", name: Signs, type: button}\n"
                                         "- {id: \"\xc3\xa4\", name: Umlaut, type: button}\n"
                                         "- {id: faders, name: Fixed word, type: fader}\n");
  server.start();
  auto rest = server.rest();
  CHECK(rest.read("/api/inputs/a%2Fb").at("name") == "Slash");
  CHECK(rest.read("/api/inputs/a%2fb").at("name") == "Slash");
  CHECK(rest.get("/api/inputs/a/b").status == 404);
  CHECK(rest.read("/api/inputs/50%25%20%3F%23").at("name") == "Signs");
  CHECK(rest.read("/api/inputs/%C3%A4").at("name") == "Umlaut");
  CHECK(rest.read("/api/inputs/a%2Fb/usage").at("inputId") == "a/b");
  // Fixed words win over ids.
  CHECK(rest.get("/api/inputs/faders").data().is_array());
}
