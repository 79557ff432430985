#include "storage/check.hpp"

#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

std::string text_of(const result<std::vector<problem>>& found) {
  REQUIRE(found);
  std::string out;
  for (const auto& each : *found) out += fmt::format("{}{}\n", each.error ? "" : "warning ", to_string(each));
  return out;
}

std::string fixture_text(std::string_view id, int channel, std::string_view model = "generic-rgb") {
  return fmt::format("- id: {}\n  name: x\n  modelId: {}\n  universe: 0\n  startChannel: {}\n", id, model,
                     channel);
}

} // namespace

TEST_CASE("check: the demo has nothing to complain about", "[storage][unit]") {
  const temp_dir dir;
  REQUIRE(show_files::open(dir.path())->load("default", true));
  CHECK(text_of(check_show(dir.path(), std::nullopt)).empty());
  CHECK(text_of(check_show(dir.path(), "default")).empty());
}

TEST_CASE("check: everything is told with its place, warnings as warnings", "[storage][unit]") {
  const temp_dir dir;
  write_text(dir / "fixture-models.yaml",
             "- {id: generic-rgb, brand: b, model: m, channels: {red: 1, green: 2, blue: 3}}\n- 5\n");
  write_text(dir / "b/fixtures.yaml",
             fixture_text("one", 1) + fixture_text("two", 3) + fixture_text("three", 9, "gone"));
  write_text(dir / "b/groups.yaml", "- id: g\n  name: G\n  fixtureIds: [one, four]\n- id: g\n");
  write_text(dir / "a/inputs.yaml", "- [\n");
  CHECK(text_of(check_show(dir.path(), std::nullopt)) ==
        "fixture-models.yaml:2:3: an entity must be a map\n"
        "a/inputs.yaml:2:1: end of sequence flow not found\n"
        "b/groups.yaml:4:7: the id g is taken by line 1\n"
        "b/fixtures.yaml:11:3: fixture three: there is no model gone\n"
        "b/groups.yaml:1:3: group g: there is no fixture four\n"
        "warning b/fixtures.yaml:1:3: universe 0, channels 3 to 3: shared by one, two\n");
}

TEST_CASE("check: the caller adds what it finds", "[storage][unit]") {
  const temp_dir dir;
  REQUIRE(show_files::open(dir.path())->load("default", true));
  const auto found =
      check_show(dir.path(), "default", [](const loaded_show& show, std::vector<problem>& more) {
        show.state.each(entity_kind::graph, [&](const record_ptr& graph) {
          more.push_back({file_of(entity_kind::graph, show.state.show()),
                          graph->origin.line,
                          graph->origin.column,
                          "graph " + graph->id,
                          {},
                          true});
        });
      });
  CHECK(text_of(found) == "default/graphs.yaml:1:3: graph pulse\n");
}

TEST_CASE("check: it runs beside a server and changes nothing", "[storage][unit]") {
  const temp_dir dir;
  write_text(dir / "s/fixtures.yaml", "# mine\n" + fixture_text("one", 1));
  const auto alone = text_of(check_show(dir.path(), "s"));
  CHECK_FALSE(std::filesystem::exists(dir / ".troupe"));
  CHECK_FALSE(std::filesystem::exists(dir / "fixture-models.yaml"));
  CHECK(alone.empty()); // the models that the server would make are counted as there
  const auto files = show_files::open(dir.path());
  CHECK(text_of(check_show(dir.path(), "s")).empty());
}

TEST_CASE("check: what isn't there is not found", "[storage][unit]") {
  const temp_dir dir;
  CHECK(check_show(dir.path(), "nobody").error().code == ec::not_found);
  CHECK(check_show(dir / "nowhere", std::nullopt).error().code == ec::not_found);
  CHECK(check_show(dir.path(), "../x").error().code == ec::not_found);
  CHECK(text_of(check_show(dir.path(), std::nullopt)).empty());
}
