// Damage never costs work (protocol, section 2).

#include "storage/references.hpp"
#include "storage/show_files.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

std::string fixture_text(std::string_view id, std::string_view model = "generic-rgb", int channel = 1) {
  return fmt::format("- id: {}\n  name: x\n  modelId: {}\n  universe: 0\n  startChannel: {}\n  revision: 1\n",
                     id, model, channel);
}

fact new_fixture(std::string_view id) {
  return created(
      entity_kind::fixture,
      fmt::format(R"({{"id":"{}","name":"x","modelId":"generic-rgb","universe":0,"startChannel":1}})", id));
}

} // namespace

TEST_CASE("damage: dangling references stay, are told with their places, and are no problems of the file",
          "[storage][unit]") {
  const temp_dir dir;
  const auto fixtures = fixture_text("a", "gone") + fixture_text("b");
  const std::string groups =
      "- id: g\n  name: G\n  fixtureIds:\n    - a\n    - nobody\n    - b\n    - nowhere\n  revision: 1\n";
  write_text(dir / "s/fixtures.yaml", fixtures);
  write_text(dir / "s/groups.yaml", groups);
  auto files = followed_files::open(dir.path());
  const auto loaded = files->load("s", false);
  REQUIRE(loaded);
  CHECK(loaded->problems.empty());
  CHECK(loaded->state.find_as<group>(entity_kind::group, "g")->fixture_ids.size() == 4);
  const auto dangling = dangling_references(loaded->state);
  REQUIRE(dangling.size() == 2);
  CHECK(to_string(dangling[0]) == "s/fixtures.yaml:1:3: fixture a: there is no model gone");
  CHECK(to_string(dangling[1]) == "s/groups.yaml:1:3: group g: there is no fixture nobody, nowhere");
  REQUIRE(files->commit(std::vector{
      new_fixture("c"), created(entity_kind::group, R"({"id":"h","name":"H","fixtureIds":[]})")}));
  CHECK(read_text(dir / "s/fixtures.yaml") == fixtures + fixture_text("c"));
  CHECK(read_text(dir / "s/groups.yaml").starts_with(groups));
}

TEST_CASE("damage: entities that aren't loaded are written back byte for byte in their places",
          "[storage][unit]") {
  const temp_dir dir;
  const std::string too_far =
      "- id: far   # past the end\n  name: 'x'\n  modelId: generic-rgb\n  universe: 0\n"
      "  startChannel: 511\n";
  const std::string second =
      "- {id: a, name: twin, modelId: generic-rgb, universe: 0, startChannel: 1}\n\n# trailing\n";
  const std::string number = "- 42\n";
  write_text(dir / "s/fixtures.yaml", fixture_text("a") + too_far + second + fixture_text("b") + number);
  auto files = followed_files::open(dir.path());
  const auto loaded = files->load("s", false);
  REQUIRE(loaded);
  CHECK(loaded->state.count(entity_kind::fixture) == 2);
  REQUIRE(loaded->problems.size() == 3);
  CHECK(to_string(loaded->problems[0]) ==
        "s/fixtures.yaml:11:17: the fixture would end at channel 513, past 512");
  CHECK(to_string(loaded->problems[1]) == "s/fixtures.yaml:12:8: the id a is taken by line 1");
  CHECK(to_string(loaded->problems[2]) == "s/fixtures.yaml:21:3: an entity must be a map");
  for (const auto& each : loaded->problems) CHECK_FALSE(each.unreadable);
  REQUIRE(files->commit(std::vector{deleted(entity_kind::fixture, "a"), new_fixture("c")}));
  CHECK(read_text(dir / "s/fixtures.yaml") ==
        too_far + second + fixture_text("b") + number + fixture_text("c"));
  // Without the first one its twin is loaded the next time.
  CHECK(files->load("s", false)->state.find(entity_kind::fixture, "a"));
}

TEST_CASE("damage: strips and their models are checked as the network would", "[storage][unit]") {
  const temp_dir dir;
  const auto model = [](std::string_view id, std::string_view options) {
    return fmt::format("- id: {}\n  brand: b\n  model: m\n  channels:\n    red: 3\n{}", id, options);
  };
  const auto strip = [](std::string_view id, std::string_view of, int universe, int channel) {
    return fmt::format("- {{id: {}, name: x, modelId: {}, universe: {}, startChannel: {}}}\n", id, of,
                       universe, channel);
  };
  write_text(dir / "fixture-models.yaml",
             model("long", "  cells: 341\n") + model("packed", "  cells: 2\n  span: packed\n") +
                 model("narrow", "  cellFootprint: 2\n") + model("many", "  cells: 70000\n"));
  write_text(dir / "s/fixtures.yaml", strip("fits", "long", 32'765, 1) + strip("far", "long", 32'766, 1) +
                                          strip("late", "long", 0, 511) + strip("across", "packed", 0, 512));
  auto files = followed_files::open(dir.path());
  const auto loaded = files->load("s", false);
  REQUIRE(loaded);
  std::vector<std::string> found;
  for (const auto& each : loaded->problems) found.push_back(to_string(each));
  CHECK(found == std::vector<std::string>{
                     "fixture-models.yaml:19:18: cellFootprint must be at least 3, the highest offset of the "
                     "channels",
                     "fixture-models.yaml:25:10: cells must be an integer from 1 to 65536",
                     "s/fixtures.yaml:2:47: the fixture would end in universe 32768, past 32767",
                     "s/fixtures.yaml:3:65: the fixture would end at channel 513, past 512"});
  CHECK(loaded->state.count(entity_kind::fixture) == 2);
  CHECK(loaded->state.find(entity_kind::fixture, "fits"));
  CHECK(loaded->state.find(entity_kind::fixture, "across"));
}

TEST_CASE("damage: a file that doesn't parse makes its kind read-only and stays untouched",
          "[storage][unit]") {
  const temp_dir dir;
  const std::string broken = fixture_text("a") + "- id: b\n  name: [\n";
  write_text(dir / "s/fixtures.yaml", broken);
  write_text(dir / "s/groups.yaml", "- {id: g, name: G, fixtureIds: [a]}\n");
  auto files = followed_files::open(dir.path());
  const auto loaded = files->load("s", false);
  REQUIRE(loaded);
  REQUIRE(loaded->problems.size() == 1);
  CHECK(loaded->problems[0].unreadable == entity_kind::fixture);
  CHECK(loaded->problems[0].line == 9);
  CHECK(loaded->state.count(entity_kind::fixture) == 0);
  CHECK(loaded->state.count(entity_kind::group) == 1);

  // What the journal says of that kind stays out of the file; the others follow.
  const auto renamed =
      updated(entity_kind::group, R"({"id":"g","name":"New","fixtureIds":["a"],"revision":2})");
  REQUIRE(files->commit(std::vector{new_fixture("c"), renamed}));
  CHECK_FALSE((*files)->stale());
  CHECK(read_text(dir / "s/groups.yaml").find("New") != std::string::npos);
  CHECK(read_text(dir / "s/fixtures.yaml") == broken);

  // Mended and loaded again it is as any other.
  write_text(dir / "s/fixtures.yaml", fixture_text("a"));
  REQUIRE(files->load("s", false)->problems.empty());
  CHECK(files->commit(std::vector{new_fixture("c")}));
}

TEST_CASE("damage: broken models leave fixtures without model, and stay", "[storage][unit]") {
  const temp_dir dir;
  write_text(dir / "fixture-models.yaml", "models: {}\n");
  write_text(dir / "s/fixtures.yaml", fixture_text("a", "generic-rgb", 512));
  auto files = followed_files::open(dir.path());
  const auto loaded = files->load("s", true);
  REQUIRE(loaded);
  REQUIRE(loaded->problems.size() == 1);
  CHECK(loaded->problems[0].file == "fixture-models.yaml");
  CHECK(loaded->unreadable[0]);
  CHECK(loaded->state.count(entity_kind::fixture) == 1);
  CHECK(dangling_references(loaded->state).size() == 1);
  CHECK(files->commit(
      std::vector{created(entity_kind::model, R"({"id":"m","brand":"b","model":"m","channels":{"red":1}})"),
                  new_fixture("b")}));
  CHECK(read_text(dir / "s/fixtures.yaml").find("- id: b\n") != std::string::npos);
  CHECK(read_text(dir / "fixture-models.yaml") == "models: {}\n");
}

TEST_CASE("damage: models that are there are never touched by the standard ones", "[storage][unit]") {
  const temp_dir dir;
  write_text(dir / "fixture-models.yaml", "");
  auto files = followed_files::open(dir.path());
  const auto loaded = files->load("default", true);
  REQUIRE(loaded);
  CHECK(loaded->state.count(entity_kind::model) == 0);
  CHECK(read_text(dir / "fixture-models.yaml").empty());
  CHECK(dangling_references(loaded->state).size() == 4);
}

TEST_CASE("damage: graphs that name what doesn't exist are loaded and saved as they are", "[storage][unit]") {
  const temp_dir dir;
  write_text(dir / "s/graphs.yaml",
             "- {id: g, name: G, nodes: [{id: n, type: Warp, position: {x: 0, y: 0}, params: {}}], "
             "edges: []}\n");
  auto files = followed_files::open(dir.path());
  const auto loaded = files->load("s", false);
  REQUIRE(loaded);
  CHECK(loaded->problems.empty());
  const auto record = loaded->state.find(entity_kind::graph, "g");
  REQUIRE(record);
  REQUIRE(files->commit(std::vector<fact>{graph_enabled_set{record}}));
  CHECK(read_text(dir / "s/graphs.yaml").find("type: Warp") != std::string::npos);
}

TEST_CASE("damage: a show without any files is an empty one", "[storage][unit]") {
  const temp_dir dir;
  std::filesystem::create_directory(dir / "s");
  auto files = followed_files::open(dir.path());
  const auto loaded = files->load("s", true); // the folder is there, so it gets no demo
  REQUIRE(loaded);
  CHECK(loaded->problems.empty());
  CHECK(loaded->state.count(entity_kind::fixture) == 0);
}

TEST_CASE("damage: any bytes at all in any file leave a show that runs", "[storage][unit]") {
  std::mt19937 random(3);
  const temp_dir dir;
  auto files = followed_files::open(dir.path());
  REQUIRE(files->load("s", true));
  for (int round = 0; round < 60; ++round) {
    for (const auto* name : {"fixtures.yaml", "groups.yaml", "inputs.yaml", "presets.yaml", "graphs.yaml"}) {
      auto text = read_text(dir / "s" / name);
      for (auto n = random() % 4; n > 0 && !text.empty(); --n) {
        const auto at = random() % text.size();
        switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 20);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 40));
          break;
        }
      }
      write_text(dir / "s" / name, text);
    }
    const auto loaded = files->load("s", false);
    REQUIRE(loaded);
    for (const auto& each : loaded->problems) CHECK(each.line > 0);
    // What is written goes in again, unless the kind can't be read.
    const auto graph =
        created(entity_kind::graph, fmt::format(R"({{"id":"r{}","name":"x","nodes":[],"edges":[]}})", round));
    REQUIRE(files->commit(
        std::vector{graph, created(entity_kind::input, R"({"id":"N","name":"n","type":"fader"})")}));
    const bool writable = !loaded->unreadable[static_cast<std::size_t>(entity_kind::graph)] &&
                          !loaded->unreadable[static_cast<std::size_t>(entity_kind::input)];
    if (!writable) {
      std::filesystem::remove_all(dir / "s");
      REQUIRE(files->load("s", true));
      continue;
    }
    auto expected = loaded->state;
    troupe::apply(expected, graph);
    troupe::apply(expected, created(entity_kind::input, R"({"id":"N","name":"n","type":"fader"})"));
    REQUIRE(snapshot(files->load("s", false)->state) == snapshot(expected));
  }
}
