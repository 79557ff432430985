// What is shipped as an example must be what it claims to be.

#include "protocol/entity_codec.hpp"
#include "storage/check.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

const std::filesystem::path examples = std::filesystem::path(TROUPE_SOURCE_DIR) / "configs/shows";

} // namespace

TEST_CASE("example show: it has no problems, and is in the form that the server writes", "[storage][unit]") {
  const temp_dir dir;
  std::filesystem::copy(examples, dir / "shows", std::filesystem::copy_options::recursive);
  const auto found = check_show(dir / "shows", "demo");
  REQUIRE(found);
  for (const auto& each : *found) FAIL_CHECK(to_string(each));
  auto files = show_files::open(dir / "shows");
  const auto loaded = files->load("demo", false);
  REQUIRE(loaded);
  for (const auto& note : loaded->notes) CHECK(note == "fixture-models.yaml was missing and is made");
  for (std::size_t i = 0; i < entity_kind_count; ++i)
    CHECK(loaded->state.count(static_cast<entity_kind>(i)) > 0);
}

TEST_CASE("example show: the one with pixels has no problems either, and needs the models beside it",
          "[storage][unit]") {
  const temp_dir dir;
  std::filesystem::copy(examples, dir / "shows", std::filesystem::copy_options::recursive);
  const auto found = check_show(dir / "shows", "pixels");
  REQUIRE(found);
  for (const auto& each : *found) FAIL_CHECK(to_string(each));
  auto files = show_files::open(dir / "shows");
  const auto loaded = files->load("pixels", false);
  REQUIRE(loaded);
  for (const auto& note : loaded->notes) FAIL_CHECK(note);
  for (const auto kind : {entity_kind::fixture, entity_kind::group, entity_kind::input, entity_kind::graph})
    CHECK(loaded->state.count(kind) > 0);
  const auto* strip = loaded->state.find_as<fixture_model>(entity_kind::model, "strip-240");
  REQUIRE(strip);
  CHECK(strip->cell_count() == 240);
  loaded->state.each(entity_kind::graph,
                     [&](const record_ptr& each) { CHECK(check_graph_structure(each->as<graph>())); });
}

TEST_CASE("example show: every graph is one that the network would take, too", "[storage][unit]") {
  const temp_dir dir;
  auto files = show_files::open(dir.path());
  const auto made = files->load("made", true);
  std::filesystem::copy(examples / "demo", dir / "demo", std::filesystem::copy_options::recursive);
  const auto shipped = files->load("demo", false);
  for (const auto* state : {&made->state, &shipped->state})
    state->each(entity_kind::graph, [&](const record_ptr& each) {
      INFO(each->id);
      const auto fine = check_graph_structure(each->as<graph>());
      if (!fine) FAIL_CHECK(fine.error().message);
    });
}

TEST_CASE("demo show: the files are in the form that the server writes", "[storage][unit]") {
  const temp_dir dir;
  auto files = show_files::open(dir.path());
  REQUIRE(files->load("default", true));
  CHECK(files->load("default", false)->notes.empty());
}
