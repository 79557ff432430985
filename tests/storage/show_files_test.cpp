// Loading and projecting on a real disk.

#include "storage/show_files.hpp"

#include "storage/references.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

followed_files open(const temp_dir& dir) {
  auto files = followed_files::open(dir.path());
  REQUIRE(files);
  return std::move(*files);
}

const char* const changed_fixture =
    R"({"id":"front-left","name":"Left","modelId":"generic-rgb","universe":7,"startChannel":100,"revision":2})";

} // namespace

TEST_CASE("show files: a fresh folder gets the models and a demo", "[storage][unit]") {
  const temp_dir dir;
  auto files = show_files::open(dir / "new/data");
  REQUIRE(files);
  const auto loaded = files->load("default", true);
  REQUIRE(loaded);
  CHECK(loaded->problems.empty());
  CHECK(dangling_references(loaded->state).empty());
  const auto ids = [&](entity_kind kind) {
    std::string out;
    loaded->state.each(kind, [&](const record_ptr& each) { out += each->id + ' '; });
    return out;
  };
  CHECK(ids(entity_kind::model) == "generic-rgbw generic-rgb generic-dimmer moving-head-spot ");
  CHECK(ids(entity_kind::fixture) == "front-left front-right back-left back-right ");
  CHECK(ids(entity_kind::group) == "front back all-wash ");
  CHECK(ids(entity_kind::input) == "A B C D E F G H X Y Z P ");
  CHECK(ids(entity_kind::preset).empty());
  CHECK(ids(entity_kind::graph) == "pulse ");
  CHECK(loaded->state.find_as<fixture>(entity_kind::fixture, "back-right")->start_channel == 13);
  CHECK(loaded->state.find_as<fixture_model>(entity_kind::model, "moving-head-spot")->footprint() == 11);
  CHECK(read_text(dir / "new/data/default/inputs.yaml").find("- id: \"Y\"\n") != std::string::npos);
}

TEST_CASE("show files: what the server wrote itself is read without a copy", "[storage][unit]") {
  const temp_dir dir;
  auto files = open(dir);
  REQUIRE(files.load("default", true));
  std::vector<fact> all;
  const auto loaded = files.load("default", false);
  for (std::size_t i = 0; i < entity_kind_count; ++i)
    loaded->state.each(static_cast<entity_kind>(i),
                       [&](const record_ptr& each) { all.push_back(entity_updated{each}); });
  const auto receipt = files.commit(all);
  REQUIRE(receipt);
  CHECK(receipt->notes.empty());
  CHECK(receipt->written.empty());
  CHECK(count_copies(dir.path()) == 0);
  CHECK(count_copies(dir / "default") == 0);
}

TEST_CASE("show files: changes of every kind are on disk when they are projected", "[storage][unit]") {
  const temp_dir dir;
  auto files = open(dir);
  auto state = files.load("default", true)->state;
  const std::vector<fact> facts{
      updated(entity_kind::fixture, changed_fixture),
      deleted(entity_kind::fixture, "back-left"),
      created(entity_kind::fixture,
              R"({"id":"new","name":"y","modelId":"m","universe":1,"startChannel":2,"x":{"no":[]}})"),
      updated(entity_kind::group, R"({"id":"back","name":"back","fixtureIds":["back-right"],"revision":2})"),
      created(entity_kind::model,
              R"({"id":"m","brand":"B","model":"M","channels":{"y":1},"defaults":{"y":255}})"),
      created(entity_kind::preset, R"({"id":"p","name":"P","type":"beam","attributes":{"zoom":0.25}})"),
      deleted(entity_kind::input, "A"),
      deleted(entity_kind::graph, "pulse"),
  };
  REQUIRE(files.commit(facts));
  for (const auto& each : facts) troupe::apply(state, each);
  // Another process that starts now sees it.
  const auto copy = dir / "copy";
  std::filesystem::create_directory(copy);
  std::filesystem::copy(dir.path() / "default", copy / "default", std::filesystem::copy_options::recursive);
  std::filesystem::copy(dir.path() / "fixture-models.yaml", copy / "fixture-models.yaml");
  auto other = show_files::open(copy);
  REQUIRE(other);
  const auto seen = other->load("default", false);
  REQUIRE(seen);
  CHECK(seen->problems.empty());
  CHECK(snapshot(seen->state) == snapshot(state));
  CHECK(read_text(dir / "default/graphs.yaml") == "[]\n");
}

TEST_CASE("show files: a file is written in the order and form of the protocol", "[storage][unit]") {
  const temp_dir dir;
  auto files = open(dir);
  REQUIRE(files->create_show("s"));
  REQUIRE(files.load("s", false));
  REQUIRE(files.commit(std::vector{
      created(entity_kind::fixture,
              R"({"zz":1,"id":"0123","startChannel":5,"universe":0,"modelId":"y","name":"One: two"})"),
      created(entity_kind::fixture,
              R"({"id":"b","name":"B","modelId":"m","universe":1,"startChannel":1,"revision":4})"),
  }));
  CHECK(read_text(dir / "s/fixtures.yaml") == "- id: \"0123\"\n"
                                              "  name: \"One: two\"\n"
                                              "  modelId: \"y\"\n"
                                              "  universe: 0\n"
                                              "  startChannel: 5\n"
                                              "  revision: 1\n"
                                              "  zz: 1\n"
                                              "- id: b\n"
                                              "  name: B\n"
                                              "  modelId: m\n"
                                              "  universe: 1\n"
                                              "  startChannel: 1\n"
                                              "  revision: 4\n");
}

TEST_CASE("show files: run state is saved without a new revision", "[storage][unit]") {
  const temp_dir dir;
  auto files = open(dir);
  const auto state = files.load("default", true)->state;
  const auto& graph = *state.find(entity_kind::graph, "pulse");
  auto json = graph.json;
  json.replace(json.find("\"enabled\":true"), 14, "\"enabled\":false");
  REQUIRE(files.commit(std::vector<fact>{graph_enabled_set{entity(entity_kind::graph, json)}}));
  const auto again = files.load("default", false);
  CHECK_FALSE(again->state.find(entity_kind::graph, "pulse")->as<troupe::graph>().enabled);
  CHECK(again->state.find(entity_kind::graph, "pulse")->revision == 1);
}

TEST_CASE("show files: nothing to project touches nothing", "[storage][unit]") {
  const temp_dir dir;
  auto files = open(dir);
  REQUIRE(files.load("default", true));
  const auto before = std::filesystem::last_write_time(dir / "default/graphs.yaml");
  CHECK(files.commit({})->written.empty());
  REQUIRE(files.commit(std::vector{updated(entity_kind::fixture, changed_fixture)}));
  CHECK(std::filesystem::last_write_time(dir / "default/graphs.yaml") == before);
}

TEST_CASE("show files: a second server on the folder is refused until the first is gone", "[storage][unit]") {
  const temp_dir dir;
  {
    const auto first = show_files::open(dir.path());
    const auto second = show_files::open(dir.path());
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ec::storage_unavailable);
    CHECK(second.error().message.find("another server is using") != std::string::npos);
  }
  CHECK(show_files::open(dir.path()));
}

TEST_CASE("show files: a folder that can't be made is an error", "[storage][unit]") {
  const temp_dir dir;
  write_text(dir / "file", "x");
  const auto files = show_files::open(dir / "file/data");
  REQUIRE_FALSE(files);
  CHECK(files.error().code == ec::storage_unavailable);
  CHECK_FALSE(show_files::open(dir / "file"));
}

TEST_CASE("show files: a file written by hand is copied once, before the first change to it",
          "[storage][unit]") {
  const temp_dir dir;
  const std::string mine =
      "# my rig\n- {id: a, name: A, modelId: generic-rgb, universe: 0, startChannel: 1}\n";
  write_text(dir / "s/fixtures.yaml", mine);
  write_text(dir / "s/groups.yaml", "[]\n");
  auto files = open(dir);
  const auto loaded = files.load("s", false);
  REQUIRE(loaded);
  CHECK(loaded->problems.empty());
  const auto fact =
      created(entity_kind::fixture, R"({"id":"b","name":"B","modelId":"m","universe":0,"startChannel":9})");
  REQUIRE(files.commit(std::vector{created(entity_kind::group, R"({"id":"g","name":"G","fixtureIds":[]})")}));
  CHECK(count_copies(dir / "s") == 0);
  const auto receipt = files.commit(std::vector{fact});
  REQUIRE(receipt);
  REQUIRE(receipt->notes.size() == 1);
  CHECK(receipt->notes[0].find("s/fixtures.yaml") != std::string::npos);
  CHECK(count_copies(dir / "s") == 1);
  for (const auto& entry : std::filesystem::directory_iterator(dir / "s"))
    if (entry.path().filename().string().starts_with("fixtures.yaml.orig-"))
      CHECK(read_text(entry.path()) == mine);
  const auto again =
      updated(entity_kind::fixture, R"({"id":"b","name":"C","modelId":"m","universe":0,"startChannel":9})");
  CHECK(files.commit(std::vector{again})->notes.empty());
  CHECK(count_copies(dir / "s") == 1);
  // Loaded anew it is the server's own.
  REQUIRE(files.load("s", false));
  CHECK(files.commit(std::vector{fact})->notes.empty());
  CHECK(count_copies(dir / "s") == 1);
}

TEST_CASE("show files: an edit by hand while the show runs is copied, not lost", "[storage][unit]") {
  const temp_dir dir;
  auto files = open(dir);
  REQUIRE(files.load("default", true));
  const std::string mine = "# edited while running\n- id: mine\n";
  write_text(dir / "default/fixtures.yaml", mine);
  const auto receipt = files.commit(std::vector{updated(entity_kind::fixture, changed_fixture)});
  REQUIRE(receipt);
  CHECK(receipt->notes.size() == 1);
  REQUIRE(count_copies(dir / "default") == 1);
  // Touched, but the same: nothing to keep.
  write_text(dir / "default/fixtures.yaml", read_text(dir / "default/fixtures.yaml"));
  REQUIRE(files.commit(std::vector{deleted(entity_kind::fixture, "front-left")}));
  CHECK(count_copies(dir / "default") == 1);
}

TEST_CASE("show files: copies within one second get names of their own", "[storage][unit]") {
  const temp_dir dir;
  show_files_options options;
  options.now = [] { return std::chrono::system_clock::time_point{std::chrono::hours(24 * 365)}; };
  auto files = *followed_files::open(dir.path(), options);
  REQUIRE(files.load("default", true));
  for (int i = 0; i < 3; ++i) {
    write_text(dir / "default/groups.yaml", fmt::format("# {}\n", i));
    REQUIRE(files.commit(std::vector{
        created(entity_kind::group, fmt::format(R"({{"id":"g","name":"G{}","fixtureIds":[]}})", i))}));
  }
  for (const auto* name : {"groups.yaml.orig-19710101T000000Z", "groups.yaml.orig-19710101T000000Z-2",
                           "groups.yaml.orig-19710101T000000Z-3"})
    CHECK(std::filesystem::exists(dir / "default" / name));
}

TEST_CASE("show files: a file that vanished is written again", "[storage][unit]") {
  const temp_dir dir;
  auto files = open(dir);
  auto state = files.load("default", true)->state;
  std::filesystem::remove(dir / "default/fixtures.yaml");
  const auto fact = updated(entity_kind::fixture, changed_fixture);
  REQUIRE(files.commit(std::vector{fact}));
  troupe::apply(state, fact);
  CHECK(snapshot(files.load("default", false)->state) == snapshot(state));
}

TEST_CASE("show files: without the show's folder a change is refused", "[storage][unit]") {
  const temp_dir dir;
  auto files = open(dir);
  REQUIRE(files.load("default", true));
  std::filesystem::rename(dir / "default", dir / "moved");
  const auto committed = files.commit(std::vector{updated(entity_kind::fixture, changed_fixture)});
  REQUIRE_FALSE(committed);
  CHECK(committed.error().code == ec::storage_unavailable);
  CHECK(files->stale());
  std::filesystem::rename(dir / "moved", dir / "default");
  CHECK(files.project());
  CHECK_FALSE(files->stale());
  CHECK(read_text(dir / "default/fixtures.yaml").find("name: Left") != std::string::npos);
}

TEST_CASE("show files: changes go to the show that was loaded last", "[storage][unit]") {
  const temp_dir dir;
  auto files = open(dir);
  REQUIRE(files.load("one", true));
  REQUIRE(files.load("two", true));
  CHECK(files->active_show() == "two");
  const auto one = read_text(dir / "one/fixtures.yaml");
  REQUIRE(files.commit(std::vector{updated(entity_kind::fixture, changed_fixture)}));
  CHECK(read_text(dir / "one/fixtures.yaml") == one);
  CHECK(read_text(dir / "two/fixtures.yaml") != one);
  CHECK_FALSE(files.load("three", false));
  CHECK(files->active_show() == "two");
}

TEST_CASE("show files: a show of thousands is read and changed", "[storage][unit]") {
  const temp_dir dir;
  std::string fixtures;
  std::string group = "- id: g\n  name: All\n  fixtureIds:\n";
  for (int i = 0; i < 3000; ++i) {
    fixtures += fmt::format("- id: fx-{0:05}\n  name: Fixture {0}\n  modelId: generic-rgbw\n  universe: {1}\n"
                            "  startChannel: {2}\n  revision: 1\n",
                            i, i / 128, i % 128 * 4 + 1);
    group += fmt::format("    - fx-{:05}\n", i);
  }
  write_text(dir / "s/fixtures.yaml", fixtures);
  write_text(dir / "s/groups.yaml", group + "  revision: 1\n");
  auto files = open(dir);
  const auto loaded = files.load("s", false);
  REQUIRE(loaded);
  CHECK(loaded->problems.empty());
  CHECK(loaded->state.count(entity_kind::fixture) == 3000);
  REQUIRE(files.commit(std::vector{deleted(entity_kind::fixture, "fx-01500")}));
  CHECK(count_copies(dir / "s") == 0); // the server would have written the same
  auto expected = fixtures;
  const auto from = expected.find("- id: fx-01500");
  expected.erase(from, expected.find("- id: fx-01501") - from);
  CHECK(read_text(dir / "s/fixtures.yaml") == expected);
}

TEST_CASE("show files: before a show is loaded there is nothing to change", "[storage][unit]") {
  const temp_dir dir;
  auto files = open(dir);
  CHECK_FALSE(files.commit(std::vector{updated(entity_kind::fixture, changed_fixture)}));
  CHECK_FALSE(std::filesystem::exists(dir / "fixtures.yaml"));
}
