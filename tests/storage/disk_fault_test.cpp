// A disk that refuses: the answer is an error, the files are stale, and the next projection brings them
// there.

#include "storage/show_files.hpp"
#include "tests/storage/memory_file_system.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <memory>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

struct fixture_on_disk {
  std::shared_ptr<memory_file_system> disk = std::make_shared<memory_file_system>();
  std::optional<followed_files> files;
  show_state state; ///< as it was found

  fixture_on_disk() {
    show_files_options options;
    options.files = disk;
    options.now = [] { return std::chrono::system_clock::time_point{}; };
    files = std::move(*followed_files::open("/data", options));
    state = files->load("demo", true)->state;
  }

  std::string reloaded() {
    auto loaded = files->load("demo", false);
    REQUIRE(loaded);
    return snapshot(loaded->state);
  }
};

const char* const moved =
    R"({"id":"front-left","name":"Moved","modelId":"generic-rgbw","universe":3,"startChannel":1})";
const char* const regrouped = R"({"id":"front","name":"front","fixtureIds":[],"revision":2})";
const char* const further =
    R"({"id":"new","name":"New","modelId":"generic-rgb","universe":9,"startChannel":1})";

std::vector<fact> one_file() {
  return {updated(entity_kind::fixture, moved)};
}
std::vector<fact> two_files() {
  return {updated(entity_kind::fixture, moved), updated(entity_kind::group, regrouped)};
}

} // namespace

TEST_CASE("disk: an error at any call leaves the files stale, and the next projection mends them",
          "[storage][unit]") {
  const auto several = GENERATE(false, true);
  const auto error =
      GENERATE(std::errc::no_space_on_device, std::errc::io_error, std::errc::read_only_file_system);
  for (std::size_t call = 0;; ++call) {
    fixture_on_disk show;
    bool failed = false;
    show.disk->fail_by([&](std::size_t number, std::string_view, bool) {
      if (number != call) return std::error_code{};
      failed = true;
      return std::make_error_code(error);
    });
    const auto committed = show.files->commit(several ? two_files() : one_file());
    show.disk->heal();
    INFO("call " << call << (several ? " of two files" : " of one file"));
    if (!committed) {
      CHECK(committed.error().code == ec::storage_unavailable);
      CHECK((*show.files)->stale());
    }
    if ((*show.files)->stale()) REQUIRE(show.files->project());
    CHECK_FALSE((*show.files)->stale());
    auto expected = show.state;
    for (const auto& each : several ? two_files() : one_file()) troupe::apply(expected, each);
    CHECK(show.reloaded() == snapshot(expected));
    CHECK(show.files->commit(std::vector{created(entity_kind::fixture, further)}));
    troupe::apply(expected, created(entity_kind::fixture, further));
    CHECK(show.reloaded() == snapshot(expected));
    for (const auto& name : show.disk->names("/data/demo")) CHECK(name.find(".orig-") == std::string::npos);
    if (!failed) break;
  }
}

TEST_CASE("disk: a disk that refuses everything from some call on loses nothing and recovers",
          "[storage][unit]") {
  const auto several = GENERATE(false, true);
  for (std::size_t call = 0;; ++call) {
    fixture_on_disk show;
    bool failed = false;
    show.disk->fail_by([&](std::size_t number, std::string_view, bool changes) {
      if (number < call || !changes) return std::error_code{};
      failed = true;
      return std::make_error_code(std::errc::no_space_on_device);
    });
    (void)show.files->commit(several ? two_files() : one_file());
    // While the disk is in this state everything further is refused, too.
    if (failed) CHECK_FALSE(show.files->commit(std::vector{created(entity_kind::fixture, further)}));
    show.disk->heal();
    INFO("from call " << call);
    if (!failed) REQUIRE(show.files->commit(std::vector{created(entity_kind::fixture, further)}));
    auto expected = show.state;
    for (const auto& each : several ? two_files() : one_file()) troupe::apply(expected, each);
    troupe::apply(expected, created(entity_kind::fixture, further));
    REQUIRE(show.files->project());
    CHECK_FALSE((*show.files)->stale());
    CHECK(show.reloaded() == snapshot(expected));
    // The next start sees the same.
    show.files.reset();
    show.disk->kill();
    show_files_options options;
    options.files = show.disk;
    auto again = show_files::open("/data", options);
    REQUIRE(again);
    CHECK(snapshot(again->load("demo", false)->state) == snapshot(expected));
    if (!failed) break;
  }
}

TEST_CASE("disk: the reason of a refusal names the file and what the disk said", "[storage][unit]") {
  fixture_on_disk show;
  show.disk->fail_by([](std::size_t, std::string_view name, bool) {
    return name == "write" ? std::make_error_code(std::errc::no_space_on_device) : std::error_code{};
  });
  auto committed = show.files->commit(one_file());
  REQUIRE_FALSE(committed);
  CHECK(committed.error().message == "the record of the files can't be written: No space left on device");
  std::size_t writes = 0;
  show.disk->fail_by([&](std::size_t, std::string_view name, bool) {
    return name == "write" && ++writes > 1 ? std::make_error_code(std::errc::no_space_on_device)
                                           : std::error_code{};
  });
  committed = show.files->project();
  REQUIRE_FALSE(committed);
  CHECK(committed.error().message == "demo/fixtures.yaml can't be written: No space left on device");
}

TEST_CASE("disk: writes that take a few bytes at a time make the same file", "[storage][unit]") {
  fixture_on_disk show;
  show.disk->short_writes(true);
  REQUIRE(show.files->commit(two_files()));
  for (const auto& each : two_files()) troupe::apply(show.state, each);
  CHECK(show.reloaded() == snapshot(show.state));
}

TEST_CASE("disk: nothing temporary is left behind", "[storage][unit]") {
  for (std::size_t call = 0;; ++call) {
    fixture_on_disk show;
    bool failed = false;
    show.disk->fail_by([&](std::size_t number, std::string_view, bool) {
      if (number != call) return std::error_code{};
      failed = true;
      return std::make_error_code(std::errc::no_space_on_device);
    });
    (void)show.files->commit(two_files());
    show.disk->heal();
    REQUIRE(show.files->project()); // finishes what could not be finished
    INFO("call " << call);
    for (const auto& name : show.disk->names("/data/demo")) CHECK(name.front() != '.');
    CHECK_FALSE(show.disk->exists("/data/.troupe/change"));
    if (!failed) break;
  }
}

TEST_CASE("disk: a show on a read-only disk is loaded, and refuses changes", "[storage][unit]") {
  fixture_on_disk show;
  show.files.reset();
  show.disk->kill();
  const auto expected = snapshot(show.state);
  show_files_options options;
  options.files = show.disk;
  // The folder is there, so making it succeeds without changing anything.
  show.disk->fail_by([](std::size_t, std::string_view name, bool changes) {
    return changes && name != "open_locked" && name != "make_root"
               ? std::make_error_code(std::errc::read_only_file_system)
               : std::error_code{};
  });
  auto files = followed_files::open("/data", options);
  REQUIRE(files);
  const auto loaded = files->load("demo", false);
  REQUIRE(loaded);
  CHECK(snapshot(loaded->state) == expected);
  const auto committed = files->commit(one_file());
  REQUIRE_FALSE(committed);
  CHECK(committed.error().message.find("Read-only file system") != std::string::npos);
}

TEST_CASE("disk: without a lock file on a full disk the show is loaded all the same", "[storage][unit]") {
  fixture_on_disk show;
  show.files.reset();
  show.disk->kill();
  show.disk->fail_by([](std::size_t, std::string_view name, bool) {
    return name == "open_locked" ? std::make_error_code(std::errc::no_space_on_device) : std::error_code{};
  });
  show_files_options options;
  options.files = show.disk;
  auto files = show_files::open("/data", options);
  REQUIRE(files);
  CHECK_FALSE(files->opening_notes().empty());
  CHECK(files->load("demo", false));
}

TEST_CASE("disk: a demo that can't be written is never there in part", "[storage][unit]") {
  for (std::size_t call = 0;; ++call) {
    fixture_on_disk show;
    bool failed = false;
    show.disk->fail_by([&](std::size_t number, std::string_view, bool changes) {
      if (number < call || !changes) return std::error_code{};
      failed = true;
      return std::make_error_code(std::errc::no_space_on_device);
    });
    const auto loaded = show.files->load("second", true);
    show.disk->heal();
    INFO("from call " << call);
    if (!loaded) {
      if (show.disk->exists("/data/second")) CHECK(show.disk->names("/data/second").size() == 5);
      CHECK((*show.files)->active_show() == "demo");
    }
    REQUIRE(show.files->load("second", true));
    CHECK(show.files->load("second", true)->state.count(entity_kind::fixture) == 4);
    if (!failed) break;
  }
}

TEST_CASE("disk: an edit that is written over while the disk fails at any call is kept and told once",
          "[storage][unit]") {
  const std::string mine = "- {id: mine, name: Mine, fixtureIds: []}\n";
  const auto repeatedly = GENERATE(false, true);
  for (std::size_t call = 0;; ++call) {
    fixture_on_disk show;
    REQUIRE(show.files->project());
    show.disk->put("/data/demo/groups.yaml", mine);
    bool failed = false;
    show.disk->fail_by([&](std::size_t number, std::string_view, bool) {
      if (repeatedly ? number < call : number != call) return std::error_code{};
      failed = true;
      return std::make_error_code(std::errc::io_error);
    });
    (void)(*show.files)->look();
    (void)show.files->commit(two_files());
    (void)show.files->project();
    show.disk->heal();
    INFO((repeatedly ? "from call " : "at call ") << call);
    REQUIRE(show.files->project());
    CHECK_FALSE((*show.files)->stale());
    const auto edits = (*show.files)->look();
    REQUIRE(edits.size() == 1);
    REQUIRE_FALSE(edits[0].copy.empty());
    CHECK(show.disk->text("/data/" + edits[0].copy) == mine);
    for (const auto& each : two_files()) troupe::apply(show.state, each);
    CHECK(show.reloaded() == snapshot(show.state));
    if (!failed) break;
  }
}
