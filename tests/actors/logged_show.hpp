#pragma once
// A whole show on virtual time that is recorded, and its replay.

#include "actors/cli/run_player.hpp"
#include "actors/run/run_gate.hpp"
#include "actors/system/supervisor_actor.hpp"
#include "storage/show_files.hpp"
#include "tests/actors/chase_graph.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/actors/stored_support.hpp"
#include "tests/support/actor_rig.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

namespace troupe::test {

using namespace troupe::actors;
using namespace std::chrono_literals;

template <class Made>
std::shared_ptr<const Made> shared(Made made) {
  return std::make_shared<const Made>(std::move(made));
}

/// The whole cast on virtual time with some stages, on the real disk, and a recorder.
struct logged_show {
  temp_dir folder;
  std::string log = (folder / "log").string();
  std::int64_t wall_ms = 1'767'323'045'006;
  std::int64_t deadline = 5'000'000'000;
  int ids = 0;
  std::uint64_t ticks = 0;
  std::shared_ptr<runtime_metrics> metrics = std::make_shared<runtime_metrics>();
  std::shared_ptr<run_gate> gate = std::make_shared<run_gate>(metrics);
  std::shared_ptr<run_recording> recording;
  actor_rig rig;
  ticker_actor clock;
  supervisor_actor boss;
  bool ended = false;

  /// @param in_the_way what stands where the log's folder is to be
  /// @param stages that share the rig
  explicit logged_show(std::int64_t segment_ms = 3'600'000, std::string_view in_the_way = {},
                       std::size_t stages = 2) {
    if (!in_the_way.empty()) write_text(log, in_the_way);
    supervisor_options made;
    put_show(made, folder / "data", "other"); // for the switch to it
    put_show(made, folder / "data", "demo");
    made.rules.new_id = [this] { return "new-" + std::to_string(++ids); };
    made.rig = {release_mode::hold, stages, 1};
    made.published = std::make_shared<publication>();
    made.ticker = {std::make_shared<tick_clock>(), std::make_shared<runtime_gauges>(), [](auto) {},
                   [] { return std::int64_t{0}; }};
    made.metrics = metrics;
    made.ticker_is = [this](const ticker_actor& now) { clock = now; };
    made.give_up = [](const std::string& why) { FAIL(why); };
    made.detach = false;
    run_recording_options options;
    options.files = storage::real_file_system();
    options.folder = log;
    options.segment_ms = segment_ms;
    options.release = made.rig.release;
    options.version = "test";
    options.wall_ms = [this] { return wall_ms; };
    options.metrics = metrics;
    recording = std::make_shared<run_recording>(options);
    made.recording = recording;
    made.recording_gate = gate;
    boss = rig.own(rig.system().spawn(supervisor, made));
    rig.drain();
  }
  ~logged_show() { end(); }

  void end() {
    if (std::exchange(ended, true)) return;
    (void)rig.try_ask(boss, stop_atom_v);
    rig.drain();
    clock = ticker_actor{};
    recording->close();
  }

  cast& parts() {
    using held = caf::stateful_actor<supervisor_state, supervisor_actor::base>;
    auto* inside = dynamic_cast<held*>(caf::actor_cast<caf::abstract_actor*>(boss));
    REQUIRE(inside);
    return port::state(inside).parts;
  }
  void tick(int many = 1) {
    for (int i = 0; i < many; ++i) {
      rig.tell(clock, due{deadline += 16'666'667});
      rig.drain();
      ++ticks;
    }
  }
  /// A second goes by: what has gathered is written.
  void flush() {
    wall_ms += 1'000;
    rig.advance(1s);
  }
  void fader(std::string id, float value) {
    rig.ask<input_refusals>(parts().input_state,
                            input_batch{1, {{input_action::move_fader, std::move(id), level{value}}}});
  }
  void button(std::string id, input_action action) {
    rig.ask<input_refusals>(parts().input_state, input_batch{1, {{action, std::move(id), {}}}});
  }
  record_ptr create(entity_kind kind, std::string_view text) {
    return rig
        .ask<change_reply>(parts().show_store,
                           shared(change_entity{create_entity{kind, members(text)}, {"test", {}}}))
        .entity;
  }
  record_ptr change(entity_kind kind, std::string id, std::uint64_t revision, std::string_view text) {
    return rig
        .ask<change_reply>(
            parts().show_store,
            shared(change_entity{update_entity_command{kind, std::move(id), revision, members(text)},
                                 {"test", {}}}))
        .entity;
  }
  void remove(entity_kind kind, std::string id) {
    rig.ask<change_reply>(parts().show_store,
                          shared(change_entity{delete_entity{kind, std::move(id)}, {"test", {}}}));
  }
  template <class Handle>
  void fell(const Handle& one) {
    caf::anon_send(caf::actor_cast<caf::actor>(one),
                   caf::exit_msg{caf::actor_addr{}, caf::error{caf::sec::runtime_error}});
    rig.drain();
  }
  void activate(std::string show) {
    REQUIRE_FALSE(rig.try_ask(parts().show_store, activate_show{std::move(show)}));
  }

  /// Lamps in four universes, so that both stages have some, under the nodes that remember.
  void build() {
    for (int i = 0; i < 8; ++i)
      create(entity_kind::fixture,
             fmt::format(R"({{"name":"L{0}","modelId":"generic-rgb","universe":{1},"startChannel":{2}}})", i,
                         1 + i % 4, 1 + 3 * i));
    change(entity_kind::group, "all-wash", 1,
           R"({"fixtureIds":["front-left","new-1","new-2","new-3","new-4","new-5","new-6","new-7"]})");
    create(entity_kind::graph, chase_graph("run", "all-wash", "B"));
  }
};

struct replayed {
  std::vector<cli::played_frame> frames;
  cli::hash_comparison hashes;
  std::uint64_t gaps = 0, shows = 0;
  bool ended = false;
  std::size_t looks = 0; ///< frames that differ from all others
};

inline replayed replay(const std::string& log) {
  auto reader = storage::run_log::run_reader::open(storage::real_file_system(), log);
  if (!reader) FAIL(reader.error().message);
  cli::run_player player(std::move(*reader));
  replayed made;
  std::set<std::uint64_t> looks;
  while (true) {
    const auto frame = player.next();
    if (!frame) FAIL(frame.error().message);
    if (!*frame) break;
    made.frames.push_back(**frame);
    looks.insert((*frame)->hash);
  }
  made.hashes = player.comparison();
  made.gaps = player.gaps();
  made.shows = player.shows();
  made.ended = player.ended_in_order();
  made.looks = looks.size();
  return made;
}

inline std::vector<std::filesystem::path> segments_of(const logged_show& show) {
  std::vector<std::filesystem::path> found;
  for (const auto& one : std::filesystem::directory_iterator(show.log)) found.push_back(one.path());
  std::sort(found.begin(), found.end());
  return found;
}

} // namespace troupe::test
