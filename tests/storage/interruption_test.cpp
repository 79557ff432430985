// Whatever moment the process or the power goes at: what was acknowledged is there, and nothing is half
// there.

#include "storage/show_files.hpp"
#include "tests/storage/memory_file_system.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

show_files_options on(const std::shared_ptr<memory_file_system>& disk) {
  show_files_options options;
  options.files = disk;
  options.now = [] { return std::chrono::system_clock::time_point{}; };
  return options;
}

using change = std::vector<fact>;

/// Over one file, over several, with and without files that weren't there before.
std::vector<change> changes() {
  return {
      {updated(entity_kind::fixture,
               R"({"id":"front-left","name":"Moved","modelId":"generic-rgbw","universe":3,
                                         "startChannel":17,"revision":2})")},
      {deleted(entity_kind::fixture, "front-right"),
       updated(entity_kind::group,
               R"({"id":"front","name":"front","fixtureIds":["front-left"],"revision":2})"),
       updated(
           entity_kind::group,
           R"({"id":"all-wash","name":"all-wash","fixtureIds":["front-left","back-left"],"revision":2})")},
      {created(entity_kind::preset,
               R"({"id":"p","name":"Red","type":"color","attributes":{"color":{"r":1,"g":0,"b":0}}})"),
       created(entity_kind::model, R"({"id":"m","brand":"B","model":"M","channels":{"dimmer":1}})"),
       created(entity_kind::input, R"({"id":"I","name":"I","type":"fader"})")},
      {deleted(entity_kind::preset, "p"), deleted(entity_kind::input, "I")},
  };
}

std::string on_disk(const std::shared_ptr<memory_file_system>& disk) {
  auto files = show_files::open("/data", on(disk));
  REQUIRE(files);
  auto loaded = files->load("demo", true);
  REQUIRE(loaded);
  CHECK(loaded->problems.empty());
  return snapshot(loaded->state);
}

/// The state after each change, from the demo on.
std::vector<std::string> expected_states() {
  auto disk = std::make_shared<memory_file_system>();
  auto files = show_files::open("/data", on(disk));
  auto state = files->load("demo", true)->state;
  std::vector<std::string> states{snapshot(state)};
  for (const auto& each : changes()) {
    for (const auto& happened : each) troupe::apply(state, happened);
    states.push_back(snapshot(state));
  }
  return states;
}

/// Runs until the disk stops it. @returns how many changes were acknowledged
std::size_t run(const std::shared_ptr<memory_file_system>& disk) {
  std::size_t acknowledged = 0;
  try {
    auto files = show_files::open("/data", on(disk));
    if (!files || !files->load("demo", true)) return 0;
    for (const auto& each : changes()) {
      if (!files->commit(each)) break;
      ++acknowledged;
    }
  } catch (const process_stopped&) {
  }
  return acknowledged;
}

template <class Interrupt>
std::size_t interrupt_everywhere(Interrupt interrupt) {
  const auto states = expected_states();
  for (std::size_t moment = 0;; ++moment) {
    auto disk = std::make_shared<memory_file_system>();
    disk->stop_at(moment);
    const auto acknowledged = run(disk);
    const bool finished = !disk->stopped();
    interrupt(*disk);
    INFO("stopped at call " << moment << " with " << acknowledged << " changes acknowledged");
    const auto found = on_disk(disk);
    const bool as_acknowledged = found == states[acknowledged];
    const bool one_more = acknowledged + 1 < states.size() && found == states[acknowledged + 1];
    CHECK((as_acknowledged || one_more));
    CHECK(on_disk(disk) == found); // and it stays so
    if (finished) return moment;
  }
}

} // namespace

TEST_CASE("interruption: killed at any call, the show is whole and holds what was acknowledged",
          "[storage][unit]") {
  const auto moments = interrupt_everywhere([](memory_file_system& disk) { disk.kill(); });
  CHECK(moments > 100); // the disk was asked often enough for this to mean something
}

TEST_CASE("interruption: without power at any call, the show is whole and holds what was acknowledged",
          "[storage][unit]") {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    INFO("seed " << seed);
    interrupt_everywhere([&](memory_file_system& disk) { disk.lose_power(random); });
  }
}

TEST_CASE("interruption: start-up itself may be interrupted again and again", "[storage][unit]") {
  const auto states = expected_states();
  auto count = std::make_shared<memory_file_system>();
  count->stop_at(SIZE_MAX);
  run(count);
  const auto calls = count->calls();
  for (std::size_t moment = 0; moment < calls; moment += 3) {
    auto disk = std::make_shared<memory_file_system>();
    disk->stop_at(moment);
    const auto acknowledged = run(disk);
    std::mt19937 random(static_cast<std::uint32_t>(moment));
    disk->lose_power(random);
    for (std::size_t again = 0;; again += 2) {
      disk->stop_at(again);
      try {
        if (auto files = show_files::open("/data", on(disk))) (void)files->load("demo", true);
        break;
      } catch (const process_stopped&) {
        disk->lose_power(random);
      }
    }
    disk->kill();
    INFO("stopped at call " << moment);
    const auto found = on_disk(disk);
    CHECK((found == states[acknowledged] ||
           (acknowledged + 1 < states.size() && found == states[acknowledged + 1])));
  }
}

TEST_CASE("interruption: a show that is being removed is there or is gone", "[storage][unit]") {
  for (std::size_t moment = 0;; ++moment) {
    auto disk = std::make_shared<memory_file_system>();
    {
      auto files = show_files::open("/data", on(disk));
      REQUIRE(files->load("other", true));
      REQUIRE(files->load("demo", true));
    }
    disk->stop_at(moment);
    bool removed = false;
    try {
      auto files = show_files::open("/data", on(disk));
      removed = files && files->delete_show("other").has_value();
    } catch (const process_stopped&) {
    }
    const bool finished = !disk->stopped();
    std::mt19937 random(static_cast<std::uint32_t>(moment));
    disk->lose_power(random);
    auto files = show_files::open("/data", on(disk));
    const auto loaded = files->load("other", false);
    INFO("stopped at call " << moment);
    if (loaded) CHECK(loaded->state.count(entity_kind::fixture) == 4);
    CHECK((!removed || !loaded));
    if (finished) break;
  }
}

TEST_CASE("interruption: an intent with a wrong checksum is discarded", "[storage][unit]") {
  auto disk = std::make_shared<memory_file_system>();
  const auto before = on_disk(disk);
  disk->put(
      "/data/.troupe/change",
      R"({"format":"troupe-change-1","files":[{"folder":"demo","name":"groups.yaml","before":null,"size":3}]})"
      "\n[]\n0000000000000000000000000000000000000000000000000000000000000000");
  CHECK(on_disk(disk) == before);
  CHECK_FALSE(disk->exists("/data/.troupe/change"));
}

TEST_CASE("interruption: a copy keeps what a person wrote between the stop and the next start",
          "[storage][unit]") {
  // Find a moment at which the intent is written and groups.yaml isn't.
  for (std::size_t moment = 0;; ++moment) {
    auto disk = std::make_shared<memory_file_system>();
    disk->stop_at(moment);
    run(disk);
    REQUIRE(disk->stopped());
    disk->kill();
    if (!disk->exists("/data/.troupe/change")) continue;
    disk->put("/data/demo/groups.yaml", "- {id: mine, name: Mine, fixtureIds: []}\n");
    (void)on_disk(disk);
    const auto names = disk->names("/data/demo");
    const auto copies = std::count_if(names.begin(), names.end(), [](const std::string& name) {
      return name.starts_with("groups.yaml.orig-");
    });
    CHECK(copies == 1);
    break;
  }
}
