#include "storage/show_files.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

std::string names(show_files& files) {
  std::string out;
  const auto shows = files.shows();
  REQUIRE(shows);
  for (const auto& each : *shows) out += each.name + (each.active ? "* " : " ");
  return out;
}

} // namespace

TEST_CASE("show names: letters, digits, dots, dashes and underscores", "[storage][unit]") {
  for (const auto* name : {"a", "_", "0", "Show-1", "my.show", "A_b-c.d", "a..", "con"})
    CHECK(is_show_name(name));
  CHECK(is_show_name(std::string(64, 'a')));
  for (const auto* name : {"", ".", "..", ".a", "-a", "a/b", "../a", "a b", "\xC3\xA4", "a\n", "a\\b", "a:b"})
    CHECK_FALSE(is_show_name(name));
  CHECK_FALSE(is_show_name(std::string(65, 'a')));
  CHECK_FALSE(is_show_name(std::string_view("a\0b", 3)));
}

TEST_CASE("shows: folders with such a name are shows, nothing else is", "[storage][unit]") {
  const temp_dir dir;
  const temp_dir outside;
  auto files = show_files::open(dir.path());
  std::filesystem::create_directory(dir / "b");
  std::filesystem::create_directory(dir / "a");
  std::filesystem::create_directory(dir / ".hidden");
  std::filesystem::create_directory(dir / "with blank");
  std::filesystem::create_directory_symlink(outside.path(), dir / "link");
  write_text(dir / "file", "");
  CHECK(names(*files) == "a b ");
  REQUIRE(files->load("b", false));
  CHECK(names(*files) == "a b* ");
  std::filesystem::remove(dir / "a");
  CHECK(names(*files) == "b* ");
}

TEST_CASE("shows: nothing outside of the folder can be reached", "[storage][unit]") {
  const temp_dir dir;
  const temp_dir outside;
  write_text(outside / "fixtures.yaml", "- {id: a, name: A, modelId: m, universe: 0, startChannel: 1}\n");
  auto files = show_files::open(dir / "data");
  std::filesystem::create_directory_symlink(outside.path(), dir / "data/link");
  for (const auto* name : {"link", "..", ".", "../data", "/etc", "", ".troupe", "a/../.."}) {
    INFO(name);
    const auto loaded = files->load(name, false);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == ec::not_found);
    CHECK_FALSE(files->delete_show(name));
    if (std::string_view(name) != "link") CHECK_FALSE(files->load(name, true));
  }
  CHECK_FALSE(files->load("link", true));
  CHECK_FALSE(files->create_show("link"));
  CHECK(std::filesystem::exists(outside / "fixtures.yaml"));
}

TEST_CASE("shows: a file that is a link is not followed and not written", "[storage][unit]") {
  const temp_dir dir;
  write_text(dir / "secret.yaml", "- {id: a, name: A, modelId: m, universe: 0, startChannel: 1}\n");
  std::filesystem::create_directories(dir / "data/s");
  std::filesystem::create_symlink(dir / "secret.yaml", dir / "data/s/fixtures.yaml");
  auto files = followed_files::open(dir / "data");
  const auto loaded = files->load("s", false);
  REQUIRE(loaded);
  CHECK(loaded->state.count(entity_kind::fixture) == 0);
  REQUIRE(loaded->problems.size() == 1);
  CHECK(loaded->problems[0].reason.find("symbolic link") != std::string::npos);
  CHECK(files->commit(std::vector{created(
      entity_kind::fixture, R"({"id":"b","name":"B","modelId":"m","universe":0,"startChannel":1})")}));
  CHECK(std::filesystem::is_symlink(dir / "data/s/fixtures.yaml"));
  CHECK(read_text(dir / "secret.yaml").find("id: b") == std::string::npos);
}

TEST_CASE("shows: a pipe or a folder in place of a file doesn't hold anybody up", "[storage][unit]") {
  const temp_dir dir;
  std::filesystem::create_directories(dir / "s/groups.yaml");
  REQUIRE(::mkfifo((dir / "s/fixtures.yaml").c_str(), 0600) == 0);
  auto files = show_files::open(dir.path());
  const auto loaded = files->load("s", false);
  REQUIRE(loaded);
  CHECK(loaded->problems.size() == 2);
  CHECK(loaded->unreadable[static_cast<std::size_t>(entity_kind::fixture)]);
  CHECK(loaded->unreadable[static_cast<std::size_t>(entity_kind::group)]);
}

TEST_CASE("shows: an unknown one is not found, one that can't be read says so", "[storage][unit]") {
  const temp_dir dir;
  auto files = show_files::open(dir.path());
  REQUIRE(files->load("default", true));
  CHECK(files->load("nobody", false).error().code == ec::not_found);
  CHECK(files->load("not a name", false).error().code == ec::not_found);
  write_text(dir / "file", "");
  CHECK(files->load("file", false).error().code == ec::not_found);
  std::filesystem::create_directory(dir / "locked");
  std::filesystem::permissions(dir / "locked", std::filesystem::perms::none);
  if (::access((dir / "locked").c_str(), R_OK) != 0) {
    const auto loaded = files->load("locked", false);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == ec::storage_unavailable);
  }
  CHECK(files->active_show() == "default");
  std::filesystem::permissions(dir / "locked", std::filesystem::perms::owner_all);
}

TEST_CASE("shows: one that is made is empty", "[storage][unit]") {
  const temp_dir dir;
  auto files = show_files::open(dir.path());
  REQUIRE(files->create_show("fresh"));
  CHECK(names(*files) == "fresh ");
  const auto loaded = files->load("fresh", true);
  REQUIRE(loaded);
  CHECK(loaded->problems.empty());
  for (std::size_t i = 1; i < entity_kind_count; ++i)
    CHECK(loaded->state.count(static_cast<entity_kind>(i)) == 0);
  CHECK(loaded->state.count(entity_kind::model) == 4);
  const auto again = files->create_show("fresh");
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ec::conflict);
  const auto bad = files->create_show("a/b");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == ec::validation_error);
  CHECK(bad.error().details.at("field") == "name");
}

TEST_CASE("shows: one that is made of a state has its files at once, and they are recorded",
          "[storage][unit]") {
  const temp_dir dir;
  auto files = show_files::open(dir.path());
  const auto state = files->load("default", true)->state;
  REQUIRE(files->make_show("branch", state, 42));
  CHECK(files->active_show() == "default");
  CHECK(files->make_show("branch", state, 43).error().code == ec::conflict);
  CHECK(files->make_show("a/b", state, 43).error().code == ec::validation_error);
  for (std::size_t i = 1; i < entity_kind_count; ++i) {
    const auto kind = static_cast<entity_kind>(i);
    CHECK(read_text(dir / file_of(kind, "branch")) == read_text(dir / file_of(kind, "default")));
  }
  const auto loaded = files->load("branch", false);
  REQUIRE(loaded);
  for (std::size_t i = 1; i < entity_kind_count; ++i) {
    CHECK(loaded->standing[i].origin == file_origin::recorded);
    CHECK(loaded->standing[i].position == 42);
  }
  REQUIRE(files->load("default", false));
  REQUIRE(files->delete_show("branch"));
  REQUIRE(files->create_show("branch"));
  CHECK(files->load("branch", false)->standing[1].origin == file_origin::missing_unrecorded);
}

TEST_CASE("shows: one that is removed is gone, but neither the active one nor strangers' files",
          "[storage][unit]") {
  const temp_dir dir;
  auto files = show_files::open(dir.path());
  REQUIRE(files->load("other", true));
  REQUIRE(files->load("default", true));
  write_text(dir / "other/groups.yaml.orig-20240101T000000Z", "");
  write_text(dir / "other/.groups.yaml.new", "");
  CHECK(files->delete_show("default").error().code == ec::validation_error);
  CHECK(files->delete_show("nobody").error().code == ec::not_found);
  write_text(dir / "other/notes.txt", "mine");
  const auto refused = files->delete_show("other");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::validation_error);
  CHECK(refused.error().message.find("notes.txt") != std::string::npos);
  CHECK(std::filesystem::exists(dir / "other/groups.yaml"));
  std::filesystem::remove(dir / "other/notes.txt");
  REQUIRE(files->delete_show("other"));
  CHECK_FALSE(std::filesystem::exists(dir / "other"));
  CHECK(names(*files) == "default* ");
  REQUIRE(files->create_show("other"));
  CHECK(files->load("other", true)->state.count(entity_kind::fixture) == 0);
}

TEST_CASE("shows: who uses a model is read from disk at that moment", "[storage][unit]") {
  const temp_dir dir;
  auto files = show_files::open(dir.path());
  for (const auto* name : {"c", "b", "a", "active"}) REQUIRE(files->load(name, true));
  REQUIRE(files->create_show("empty"));
  CHECK(*files->shows_using_model("generic-rgbw") == std::vector<std::string>{"a", "b", "c"});
  CHECK(files->shows_using_model("generic-dimmer")->empty());
  // Also by fixtures that aren't loaded, and by one that looks like a number.
  write_text(dir / "b/fixtures.yaml", "- {id: x, modelId: generic-dimmer}\n- {modelId: 0123}\n- 5\n");
  CHECK(*files->shows_using_model("generic-dimmer") == std::vector<std::string>{"b"});
  CHECK(*files->shows_using_model("0123") == std::vector<std::string>{"b"});
  CHECK(*files->shows_using_model("generic-rgbw") == std::vector<std::string>{"a", "c"});
  write_text(dir / "c/fixtures.yaml", "- [\n");
  const auto unknown = files->shows_using_model("generic-rgb");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ec::storage_unavailable);
  CHECK(unknown.error().message.find("c/fixtures.yaml") != std::string::npos);
}
