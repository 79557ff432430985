// Whatever moment the process or the power goes at: nothing is half there, and the files that the server left
// are known for its own.

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

/// The journal: the states at the positions from 1 on, the demo first.
std::vector<show_state> journal() {
  auto disk = std::make_shared<memory_file_system>();
  auto files = show_files::open("/data", on(disk));
  std::vector<show_state> states{files->load("demo", true)->state};
  for (const auto& each : changes()) {
    states.push_back(states.back());
    for (const auto& happened : each) troupe::apply(states.back(), happened);
  }
  return states;
}

/// Runs until the disk stops it. @returns the last position that was projected; 0: none
std::size_t run(const std::shared_ptr<memory_file_system>& disk, const std::vector<show_state>& states) {
  std::size_t position = 0;
  try {
    auto files = show_files::open("/data", on(disk));
    if (!files || !files->load("demo", true)) return 0;
    for (const auto& state : states) {
      if (!files->project(state, position + 1)) break;
      ++position;
    }
  } catch (const process_stopped&) {
  }
  return position;
}

/// What a start finds after `projected` was the last position that was done with: files that show one moment,
/// that one or the next.
void check_found(const loaded_show& found, const std::vector<show_state>& states, std::size_t projected) {
  CHECK(found.problems.empty());
  const auto at = [&](std::size_t position) { return snapshot(states[position == 0 ? 0 : position - 1]); };
  const bool next = projected < states.size() && snapshot(found.state) == at(projected + 1);
  CHECK((snapshot(found.state) == at(projected) || next));
  for (std::size_t i = 0; i < entity_kind_count; ++i) {
    const auto kind = static_cast<entity_kind>(i);
    const auto [origin, position] = found.standing[i];
    INFO(kind_name(kind) << " of position " << position);
    CHECK(origin != file_origin::by_hand);
    if (projected > 0) CHECK(origin == file_origin::recorded);
    if (origin != file_origin::recorded) continue;
    REQUIRE(position >= 1);
    REQUIRE(position <= projected + 1);
    CHECK(snapshot(found.state, kind) == snapshot(states[position - 1], kind));
  }
}

/// Opens, looks at what is there, and brings it to the end of the journal.
void check_recovery(const std::shared_ptr<memory_file_system>& disk, const std::vector<show_state>& states,
                    std::size_t projected) {
  auto files = show_files::open("/data", on(disk));
  REQUIRE(files);
  const auto found = files->load("demo", true);
  REQUIRE(found);
  check_found(*found, states, projected);
  REQUIRE(files->project(states.back(), states.size()));
  CHECK_FALSE(files->stale());
  CHECK(files->look().empty());
  const auto brought = files->load("demo", true);
  CHECK(snapshot(brought->state) == snapshot(states.back()));
  for (const auto& standing : brought->standing) CHECK(standing.origin == file_origin::recorded);
  for (const auto& name : disk->names("/data/demo")) CHECK(name.find(".orig-") == std::string::npos);
}

template <class Interrupt>
std::size_t interrupt_everywhere(Interrupt interrupt) {
  const auto states = journal();
  for (std::size_t moment = 0;; ++moment) {
    auto disk = std::make_shared<memory_file_system>();
    disk->stop_at(moment);
    const auto projected = run(disk, states);
    const bool finished = !disk->stopped();
    interrupt(*disk);
    INFO("stopped at call " << moment << " with position " << projected << " projected");
    check_recovery(disk, states, projected);
    if (finished) return moment;
  }
}

} // namespace

TEST_CASE("interruption: killed at any call, the files are whole and known for the server's own",
          "[storage][unit]") {
  const auto moments = interrupt_everywhere([](memory_file_system& disk) { disk.kill(); });
  CHECK(moments > 100); // the disk was asked often enough for this to mean something
}

TEST_CASE("interruption: without power at any call, the files are whole and known for the server's own",
          "[storage][unit]") {
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    std::mt19937 random(seed);
    INFO("seed " << seed);
    interrupt_everywhere([&](memory_file_system& disk) { disk.lose_power(random); });
  }
}

TEST_CASE("interruption: start-up itself may be interrupted again and again", "[storage][unit]") {
  const auto states = journal();
  auto count = std::make_shared<memory_file_system>();
  count->stop_at(SIZE_MAX);
  run(count, states);
  const auto calls = count->calls();
  for (std::size_t moment = 0; moment < calls; moment += 7) {
    auto disk = std::make_shared<memory_file_system>();
    disk->stop_at(moment);
    auto projected = run(disk, states);
    std::mt19937 random(static_cast<std::uint32_t>(moment));
    // Killed, so that what isn't durable yet is still seen; then the power goes.
    for (std::size_t again = 0;; again += 3) {
      if (again % 2 == 0)
        disk->kill();
      else
        disk->lose_power(random);
      disk->stop_at(again);
      try {
        auto files = show_files::open("/data", on(disk));
        if (files && files->load("demo", true))
          (void)files->project(states[std::min(projected, states.size() - 1)], projected + 1);
        break;
      } catch (const process_stopped&) {
      }
    }
    disk->lose_power(random);
    INFO("stopped at call " << moment);
    auto files = show_files::open("/data", on(disk));
    const auto found = files->load("demo", true);
    REQUIRE(found);
    for (const auto& standing : found->standing) CHECK(standing.origin != file_origin::by_hand);
    REQUIRE(files->project(states.back(), states.size()));
    CHECK(snapshot(files->load("demo", true)->state) == snapshot(states.back()));
  }
}

TEST_CASE("interruption: what a person writes between the stop and the next start is always noticed",
          "[storage][unit]") {
  const auto states = journal();
  const std::string mine = "- {id: mine, name: Mine, fixtureIds: []}\n";
  for (std::size_t moment = 0;; ++moment) {
    auto disk = std::make_shared<memory_file_system>();
    disk->stop_at(moment);
    const auto projected = run(disk, states);
    const bool finished = !disk->stopped();
    std::mt19937 random(static_cast<std::uint32_t>(moment));
    disk->lose_power(random);
    INFO("stopped at call " << moment << " with position " << projected << " projected");
    if (disk->exists("/data/demo")) {
      disk->put("/data/demo/groups.yaml", mine);
      auto files = show_files::open("/data", on(disk));
      const auto found = files->load("demo", true);
      REQUIRE(found);
      const auto& standing = found->standing[static_cast<std::size_t>(entity_kind::group)];
      if (projected > 0)
        CHECK(standing.origin == file_origin::by_hand);
      else
        CHECK((standing.origin == file_origin::by_hand || standing.origin == file_origin::unrecorded));
      REQUIRE(found->state.count(entity_kind::group) == 1);
      CHECK(found->state.find(entity_kind::group, "mine"));
      // The bytes themselves are kept when the journal's version takes their place.
      REQUIRE(files->project(states.back(), states.size()));
      bool kept = false;
      for (const auto& name : disk->names("/data/demo"))
        kept = kept || (name.starts_with("groups.yaml.orig-") && disk->text("/data/demo/" + name) == mine);
      CHECK(kept);
    }
    if (finished) break;
  }
}

TEST_CASE("interruption: an edit that is being written over is in the file or in a copy", "[storage][unit]") {
  const auto states = journal();
  const std::string mine = "- {id: mine, name: Mine, fixtureIds: []}\n";
  for (std::size_t moment = 0;; ++moment) {
    auto disk = std::make_shared<memory_file_system>();
    bool finished = false;
    {
      auto files = show_files::open("/data", on(disk));
      REQUIRE(files->load("demo", true));
      REQUIRE(files->project(states[1], 2));
      disk->put("/data/demo/groups.yaml", mine);
      disk->stop_at(moment);
      try {
        finished = files->look().size() == 1 && files->project(states[2], 3);
      } catch (const process_stopped&) {
      }
    }
    std::mt19937 random(static_cast<std::uint32_t>(moment));
    disk->lose_power(random);
    INFO("stopped at call " << moment);
    const bool in_place = disk->text("/data/demo/groups.yaml") == mine;
    bool copied = false;
    for (const auto& name : disk->names("/data/demo"))
      copied = copied || (name.starts_with("groups.yaml.orig-") && disk->text("/data/demo/" + name) == mine);
    CHECK((in_place || copied));
    auto files = show_files::open("/data", on(disk));
    const auto found = files->load("demo", false);
    REQUIRE(found);
    const auto& standing = found->standing[static_cast<std::size_t>(entity_kind::group)];
    if (found->state.find(entity_kind::group, "mine")) {
      CHECK(standing.origin == file_origin::by_hand);
      CHECK(standing.position == 2);
    } else {
      CHECK(standing.origin == file_origin::recorded);
    }
    if (!finished) continue;
    REQUIRE(files->look().size() == 1);
    CHECK(files->read_edit(files->look()[0])->found.find(entity_kind::group, "mine"));
    break;
  }
}

TEST_CASE("interruption: an old version put back by hand is an edit", "[storage][unit]") {
  const auto states = journal();
  auto disk = std::make_shared<memory_file_system>();
  std::string old;
  {
    auto files = show_files::open("/data", on(disk));
    REQUIRE(files->load("demo", true));
    REQUIRE(files->project(states[0], 1));
    old = disk->text("/data/demo/fixtures.yaml");
    REQUIRE(files->project(states[1], 2));
  }
  disk->put("/data/demo/fixtures.yaml", old);
  auto files = show_files::open("/data", on(disk));
  const auto standing = files->load("demo", false)->standing[static_cast<std::size_t>(entity_kind::fixture)];
  CHECK(standing.origin == file_origin::by_hand);
  CHECK(standing.position == 2);
}

TEST_CASE("interruption: a show that is being removed is there or is gone", "[storage][unit]") {
  for (std::size_t moment = 0;; ++moment) {
    auto disk = std::make_shared<memory_file_system>();
    {
      auto files = show_files::open("/data", on(disk));
      for (const auto* name : {"other", "demo"}) {
        const auto loaded = files->load(name, true);
        REQUIRE(files->project(loaded->state, 1));
      }
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
    if (loaded) {
      CHECK(loaded->state.count(entity_kind::fixture) == 4);
      CHECK(loaded->standing[1].origin == file_origin::recorded);
    } else {
      // Whoever puts a folder of that name there brings a show that the server knows nothing of.
      disk->put_folder("/data/other");
      CHECK(files->load("other", false)->standing[1].origin == file_origin::missing_unrecorded);
    }
    CHECK((!removed || !loaded));
    if (finished) break;
  }
}

TEST_CASE("interruption: a show that is being made is there whole and recorded, or not at all",
          "[storage][unit]") {
  const auto states = journal();
  for (std::size_t moment = 0;; ++moment) {
    auto disk = std::make_shared<memory_file_system>();
    {
      auto files = show_files::open("/data", on(disk));
      const auto loaded = files->load("demo", true);
      REQUIRE(files->project(loaded->state, 1));
    }
    disk->stop_at(moment);
    bool made = false;
    try {
      auto files = show_files::open("/data", on(disk));
      made = files && files->make_show("branch", states.back(), 7).has_value();
    } catch (const process_stopped&) {
    }
    const bool finished = !disk->stopped();
    std::mt19937 random(static_cast<std::uint32_t>(moment));
    disk->lose_power(random);
    auto files = show_files::open("/data", on(disk));
    const auto loaded = files->load("branch", false);
    INFO("stopped at call " << moment);
    CHECK((!made || loaded));
    if (loaded) {
      for (std::size_t i = 1; i < entity_kind_count; ++i) {
        const auto kind = static_cast<entity_kind>(i);
        CHECK(snapshot(loaded->state, kind) == snapshot(states.back(), kind));
        CHECK(loaded->standing[i].origin == file_origin::recorded);
        CHECK(loaded->standing[i].position == 7);
      }
    }
    if (finished) break;
  }
}

TEST_CASE("interruption: an intent with a wrong checksum is discarded", "[storage][unit]") {
  auto disk = std::make_shared<memory_file_system>();
  const auto on_disk = [&] {
    return snapshot(show_files::open("/data", on(disk))->load("demo", true)->state);
  };
  const auto before = on_disk();
  disk->put(
      "/data/.troupe/change",
      R"({"format":"troupe-change-1","files":[{"folder":"demo","name":"groups.yaml","before":null,"size":3}]})"
      "\n[]\n0000000000000000000000000000000000000000000000000000000000000000");
  CHECK(on_disk() == before);
  CHECK_FALSE(disk->exists("/data/.troupe/change"));
}
