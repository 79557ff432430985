// Files that somebody edits while the server runs, and what is known of files at the start.

#include "storage/show_files.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

constexpr auto groups = static_cast<std::size_t>(entity_kind::group);

const std::string mine = "- {id: front, name: Mine, fixtureIds: []}\n";

fact renamed(int number) {
  return updated(
      entity_kind::group,
      fmt::format(R"({{"id":"back","name":"B{}","fixtureIds":[],"revision":{}}})", number, number + 2));
}

/// The demo, projected at position 1; its clock stands.
struct demo_folder {
  temp_dir dir;
  std::optional<followed_files> files;

  demo_folder() { start(); }

  loaded_show start() {
    files.reset();
    show_files_options options;
    options.now = [] { return std::chrono::system_clock::time_point{std::chrono::seconds(1'000)}; };
    files = std::move(*followed_files::open(dir.path(), options));
    auto loaded = files->load("default", true);
    REQUIRE(loaded);
    return std::move(*loaded);
  }
  void begin() { REQUIRE(files->project()); }
  std::filesystem::path file() const { return dir / "default/groups.yaml"; }
  show_files& operator*() { return *files->operator->(); }
  show_files* operator->() { return files->operator->(); }
};

} // namespace

TEST_CASE("standing: a demo is unrecorded until it is projected, though no file is written for it",
          "[storage][unit]") {
  demo_folder demo;
  for (const auto& standing : demo.start().standing) CHECK(standing.origin == file_origin::unrecorded);
  const auto receipt = demo.files->project();
  REQUIRE(receipt);
  CHECK(receipt->written.empty());
  for (const auto& standing : demo.start().standing) {
    CHECK(standing.origin == file_origin::recorded);
    CHECK(standing.position == 1);
  }
}

TEST_CASE("standing: a file is recorded with the position of its last change", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  REQUIRE(demo.files->commit(std::vector{deleted(entity_kind::preset, "nobody")})); // 2
  REQUIRE(demo.files->commit(std::vector{renamed(1)}));                             // 3
  REQUIRE(demo.files->commit(std::vector{deleted(entity_kind::input, "A")}));       // 4
  const auto found = demo.start();
  CHECK(found.standing[groups].position == 3);
  CHECK(found.standing[static_cast<std::size_t>(entity_kind::input)].position == 4);
  CHECK(found.standing[static_cast<std::size_t>(entity_kind::fixture)].position == 1);
}

TEST_CASE("standing: a changed file, and a removed one, are by hand", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  REQUIRE(demo.files->commit(std::vector{renamed(1)}));
  write_text(demo.file(), mine);
  std::filesystem::remove(demo.dir / "default/inputs.yaml");
  const auto found = demo.start();
  CHECK(found.standing[groups].origin == file_origin::by_hand);
  CHECK(found.standing[groups].position == 2);
  const auto& input = found.standing[static_cast<std::size_t>(entity_kind::input)];
  CHECK(input.origin == file_origin::by_hand);
  CHECK(input.position == 1);
  CHECK(found.standing[static_cast<std::size_t>(entity_kind::graph)].origin == file_origin::recorded);
}

TEST_CASE("standing: comments alone make a file by hand, and it stays as it is once it is projected",
          "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  const auto text = "# front of house\n" + read_text(demo.file());
  write_text(demo.file(), text);
  CHECK(demo.start().standing[groups].origin == file_origin::by_hand);
  CHECK(demo.files->project()->written.empty());
  CHECK(read_text(demo.file()) == text);
  CHECK(demo.start().standing[groups].origin == file_origin::recorded);
  // The first change to it leaves the copy all the same.
  const auto receipt = demo.files->commit(std::vector{renamed(1)});
  CHECK(receipt->notes.size() == 1);
  CHECK(receipt->edits.empty());
  CHECK(count_copies(demo.dir / "default") == 1);
}

TEST_CASE("standing: damaged records count as none", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  auto text = read_text(demo.dir / ".troupe/files");
  text[text.size() / 2] ^= 1;
  write_text(demo.dir / ".troupe/files", text);
  CHECK(demo.start().standing[groups].origin == file_origin::unrecorded);
  CHECK(demo->opening_notes().size() == 1);
  demo.begin();
  CHECK(demo.start().standing[groups].origin == file_origin::recorded);
}

TEST_CASE("standing: a folder that is copied is unknown, one that comes back is too", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  std::filesystem::copy(demo.dir / "default", demo.dir / "copy");
  CHECK(demo->load("copy", false)->standing[groups].origin == file_origin::unrecorded);
  std::filesystem::rename(demo.dir / "default", demo.dir / "away");
  CHECK(demo.start().standing[groups].origin == file_origin::unrecorded); // a new demo
  CHECK(demo->load("away", false)->standing[groups].origin == file_origin::unrecorded);
}

TEST_CASE("live edit: it is noticed where it is, and told again by every look", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  CHECK(demo->look().empty());
  REQUIRE(demo.files->commit(std::vector{renamed(1)}));
  CHECK(demo->look().empty());
  write_text(demo.file(), mine);
  for (int i = 0; i < 2; ++i) {
    const auto edits = demo->look();
    REQUIRE(edits.size() == 1);
    CHECK(edits[0] == live_edit{entity_kind::group, "default/groups.yaml", "", 2, 1'000'000});
  }
  const auto read = demo->read_edit(demo->look()[0]);
  REQUIRE(read);
  CHECK(snapshot(read->found, entity_kind::group) ==
        "{\"id\":\"front\",\"name\":\"Mine\",\"fixtureIds\":[],\"revision\":1}\n");
  // Put back as it was, there is none.
  CHECK_FALSE(demo->stale());
  auto state = demo.files->state();
  write_text(demo.file(), "");
  REQUIRE(demo->look().size() == 1);
  REQUIRE(demo.files->commit(std::vector{renamed(2)}));
  CHECK(demo->look().empty()); // an empty file holds nothing to keep
}

TEST_CASE("live edit: written over it is told, kept, and offered to the next start", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  write_text(demo.file(), mine);
  const auto receipt = demo.files->commit(std::vector{renamed(1)});
  REQUIRE(receipt);
  REQUIRE(receipt->edits.size() == 1);
  const auto edit = receipt->edits[0];
  CHECK(edit.position == 1);
  CHECK(edit.copy.starts_with("default/groups.yaml.orig-"));
  CHECK(read_text(demo.dir / edit.copy) == mine);
  CHECK(demo->look() == receipt->edits);
  CHECK(demo.start().standing[groups].origin == file_origin::recorded);
  REQUIRE(demo->look() == receipt->edits);
  const auto read = demo->read_edit(edit);
  REQUIRE(read);
  CHECK(read->found.find(entity_kind::group, "front")->as<group>().name == "Mine");
  REQUIRE(demo->forget_edit(edit));
  CHECK(demo->look().empty());
  CHECK(demo->read_edit(edit).error().code == ec::not_found);
  CHECK(demo->forget_edit(edit).error().code == ec::not_found);
  CHECK(read_text(demo.dir / edit.copy) == mine); // copies are never removed
  (void)demo.start();
  CHECK(demo->look().empty());
}

TEST_CASE("live edit: it stays in place until its kind changes", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  write_text(demo.file(), mine);
  REQUIRE(demo.files->commit(std::vector{deleted(entity_kind::input, "A")}));
  CHECK(read_text(demo.file()) == mine);
  CHECK(demo->look().size() == 1);
  // Also over the end of the server: then it is an edit of a file by hand.
  CHECK(demo.start().standing[groups].origin == file_origin::by_hand);
}

TEST_CASE("live edit: forgotten in place it is written over, with a copy, and told no more",
          "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  write_text(demo.file(), mine);
  const auto edits = demo->look();
  REQUIRE(edits.size() == 1);
  REQUIRE(demo->forget_edit(edits[0]));
  CHECK(demo->look().empty());
  CHECK(demo->stale());
  const auto receipt = demo.files->project();
  REQUIRE(receipt);
  CHECK(receipt->edits.empty());
  CHECK(receipt->written == std::vector<std::string>{"default/groups.yaml"});
  CHECK(count_copies(demo.dir / "default") == 1);
  CHECK(demo->look().empty());
  CHECK(snapshot(demo.start().state, entity_kind::group).find("Mine") == std::string::npos);
}

TEST_CASE("live edit: comments, order and form are none, and are not lost either", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  const auto text = "# mine\n" + read_text(demo.file());
  write_text(demo.file(), text);
  CHECK(demo->look().empty());
  CHECK(demo.files->project()->written.empty());
  CHECK(read_text(demo.file()) == text);
  const auto receipt = demo.files->commit(std::vector{renamed(1)});
  CHECK(receipt->edits.empty());
  REQUIRE(receipt->notes.size() == 1);
  CHECK(count_copies(demo.dir / "default") == 1);
}

TEST_CASE("live edit: one that can't be parsed says where", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  write_text(demo.file(), "- id: front\n  name: [\n");
  const auto edits = demo->look();
  REQUIRE(edits.size() == 1);
  const auto read = demo->read_edit(edits[0]);
  REQUIRE_FALSE(read);
  CHECK(read.error().code == ec::storage_unavailable);
  CHECK(read.error().details.at("file") == "default/groups.yaml");
  CHECK(read.error().details.at("line") == 3);
}

TEST_CASE("live edit: one of the models is told whatever the show", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  write_text(demo.dir / "fixture-models.yaml", "[]\n");
  REQUIRE(demo.files->commit(std::vector{
      created(entity_kind::model, R"({"id":"m","brand":"b","model":"m","channels":{"red":1}})")}));
  REQUIRE(demo->look().size() == 1);
  REQUIRE(demo.files->load("other", true));
  REQUIRE(demo->look().size() == 1);
  CHECK(demo->read_edit(demo->look()[0])->found.count(entity_kind::model) == 0);
}

TEST_CASE("live edit: a file that vanished is written again and is no edit", "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  const auto text = read_text(demo.file());
  std::filesystem::remove(demo.file());
  CHECK(demo->look().empty());
  CHECK(demo->stale());
  CHECK(demo.files->project()->edits.empty());
  CHECK(read_text(demo.file()) == text);
  CHECK_FALSE(demo->stale());
  CHECK(demo.start().standing[groups].origin == file_origin::recorded);
}

TEST_CASE("live edit: of more than can be listed the oldest are forgotten, not their copies",
          "[storage][unit]") {
  demo_folder demo;
  demo.begin();
  for (int i = 0; i < 70; ++i) {
    write_text(demo.file(), fmt::format("- {{id: front, name: M{}, fixtureIds: []}}\n", i));
    REQUIRE(demo.files->commit(std::vector{renamed(i)}));
  }
  CHECK(demo->look().size() == 64);
  CHECK(count_copies(demo.dir / "default") == 70);
}

TEST_CASE("projection: another show than the active one is a defect", "[storage][unit]") {
  demo_folder demo;
  CHECK(demo->project(show_state("other"), 1).error().code == ec::internal_error);
}
