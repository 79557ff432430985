// A run as it was recorded, and the same run again.

#include "actors/cli/replay_command.hpp"
#include "actors/cli/run_player.hpp"
#include "actors/run/run_gate.hpp"
#include "actors/system/supervisor_actor.hpp"
#include "storage/show_files.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/actors/stored_support.hpp"
#include "tests/support/actor_rig.hpp"
#include "tests/support/temp_dir.hpp"

#include <array>
#include <filesystem>
#include <set>
#include <sstream>
#include <unistd.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

template <class Made>
std::shared_ptr<const Made> shared(Made made) {
  return std::make_shared<const Made>(std::move(made));
}

/// What remembers: a chase and a smoothed fader over a group.
constexpr auto chase_graph = R"({"name":"run","nodes":[
    {"id":"who","type":"SelectGroup","position":{"x":0,"y":0},"params":{"groupIds":["all-wash"]}},
    {"id":"level","type":"Fader","position":{"x":0,"y":0},"params":{"faderId":"B"}},
    {"id":"soft","type":"Smooth","position":{"x":0,"y":0},"params":{}},
    {"id":"run","type":"Chase","position":{"x":0,"y":0},"params":{"speed":1.5}},
    {"id":"hue","type":"HsvColor","position":{"x":0,"y":0},"params":{"s":0.5}},
    {"id":"write","type":"WriteAttributes","position":{"x":0,"y":0},"params":{"merge":"htp"}}],
    "edges":[
    {"id":"1","from":{"nodeId":"who","port":"selection"},"to":{"nodeId":"write","port":"selection"}},
    {"id":"2","from":{"nodeId":"who","port":"selection"},"to":{"nodeId":"run","port":"selection"}},
    {"id":"3","from":{"nodeId":"level","port":"value"},"to":{"nodeId":"soft","port":"value"}},
    {"id":"4","from":{"nodeId":"soft","port":"result"},"to":{"nodeId":"hue","port":"h"}},
    {"id":"5","from":{"nodeId":"run","port":"value"},"to":{"nodeId":"hue","port":"v"}},
    {"id":"6","from":{"nodeId":"hue","port":"color"},"to":{"nodeId":"write","port":"bundle"}}]})";

/// The whole cast on virtual time with two stages, on the real disk, and a recorder.
struct recorded_show {
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
  explicit recorded_show(std::int64_t segment_ms = 3'600'000, std::string_view in_the_way = {}) {
    if (!in_the_way.empty()) write_text(log, in_the_way);
    supervisor_options made;
    put_show(made, folder / "data", "other"); // for the switch to it
    put_show(made, folder / "data", "demo");
    made.rules.new_id = [this] { return "new-" + std::to_string(++ids); };
    made.rig = {release_mode::hold, 2, 1};
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
  ~recorded_show() { end(); }

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
    create(entity_kind::graph, chase_graph);
  }
};

struct replayed {
  std::vector<cli::played_frame> frames;
  cli::hash_comparison hashes;
  std::uint64_t gaps = 0, shows = 0;
  bool ended = false;
  std::size_t looks = 0; ///< frames that differ from all others
};

replayed replay(const std::string& log) {
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

std::vector<std::filesystem::path> segments_of(const recorded_show& show) {
  std::vector<std::filesystem::path> found;
  for (const auto& one : std::filesystem::directory_iterator(show.log)) found.push_back(one.path());
  std::sort(found.begin(), found.end());
  return found;
}

/// Everything that makes frames what they are: controls, edits, moving cells, run state, another show.
void play_all(recorded_show& on) {
  on.tick(3);
  on.build();
  on.tick(5);
  on.fader("A", 0.25f);
  on.fader("B", 0.9f);
  on.tick(4);
  on.flush();
  on.button("X", input_action::press_down);
  on.tick(2);
  on.button("X", input_action::release);
  on.button("Y", input_action::press_once);
  on.tick(3);
  on.rig.tell(on.parts().show_store, set_graph_enabled{"pulse", false});
  on.rig.drain();
  on.tick(4);
  on.flush();
  on.change(entity_kind::fixture, "new-3", 1, R"({"universe":9})"); // to other cells, and perhaps stages
  on.tick(4);
  on.remove(entity_kind::fixture, "new-2");
  on.tick(3);
  on.create(entity_kind::input, R"({"name":"late","type":"fader"})"); // the controls are others now
  on.fader("B", 0.1f);
  on.tick(4);
  on.flush();
  on.activate("other");
  on.tick(3);
  on.fader("A", 1.0f);
  on.tick(4);
  on.flush();
}

} // namespace

TEST_CASE("run log: a show of two stages is replayed with one to the same frames", "[actors][unit]") {
  recorded_show on;
  play_all(on);
  on.end();
  const auto made = replay(on.log);
  CHECK(made.frames.size() == on.ticks);
  CHECK(made.hashes.compared == on.ticks);
  CHECK(made.hashes.different == 0);
  CHECK(made.hashes.inexact == 0);
  CHECK(made.gaps == 0);
  CHECK(made.ended);
  CHECK(made.looks > 30);
  CHECK(made.shows == segments_of(on).size());
  CHECK(on.metrics->run_log_ticks_dropped == 0);
  CHECK(on.metrics->run_log_frames_unhashed == 0);
  CHECK(on.recording->problem().empty());
}

TEST_CASE("run log: both stages make a part of the frames that are hashed", "[actors][unit]") {
  recorded_show on;
  on.build();
  on.tick(2);
  CHECK(on.metrics->evaluation[0].read().total() > 0);
  CHECK(on.metrics->evaluation[1].read().total() > 0);
  on.end();
  const auto frames = replay(on.log).frames;
  REQUIRE_FALSE(frames.empty());
  CHECK(frames.back().dmx->addresses == std::vector<std::uint16_t>{0, 1, 2, 3, 4});
}

TEST_CASE("run log: segments that follow one another are one run, bit for bit", "[actors][unit]") {
  recorded_show on(500); // every flush begins a segment
  play_all(on);
  on.end();
  const auto all = segments_of(on);
  REQUIRE(all.size() >= 6);
  const auto made = replay(on.log);
  CHECK(made.hashes.compared == on.ticks);
  CHECK(made.hashes.different == 0);
  CHECK(made.shows == 2);

  SECTION("without its beginning it says from where on it is exact again") {
    std::filesystem::remove(all.front());
    const auto rest = replay(on.log);
    CHECK(rest.hashes.inexact > 0);
    CHECK(rest.hashes.compared == 7); // since the other show was loaded
    CHECK(rest.hashes.different == 0);
    CHECK_FALSE(rest.frames.front().exact);
    CHECK(rest.frames.back().exact);
  }
  SECTION("each of them can be played alone") {
    for (const auto& one : all) CHECK(replay(one.string()).hashes.different == 0);
  }
  SECTION("with one of the middle missing the frames behind it aren't called exact") {
    std::filesystem::remove(all[1]);
    const auto rest = replay(on.log);
    CHECK(rest.hashes.different == 0);
    CHECK(rest.hashes.inexact > 0);
    CHECK(rest.frames.size() < on.ticks);
  }
}

TEST_CASE("run log: a changed level in the log is found at its frame", "[actors][unit]") {
  recorded_show on;
  on.tick(4);
  on.fader("A", 0.5f);
  on.tick(4);
  on.end();
  auto reader = storage::run_log::run_reader::open(storage::real_file_system(), on.log);
  REQUIRE(reader);
  // The same run with another value of the fader.
  const temp_dir other;
  storage::run_log::segment_writer files(storage::real_file_system(), other.path().string(), {}, false);
  REQUIRE(files.begin("20260101-000000-000", 1, 0));
  storage::run_log::record_writer writer;
  std::string records;
  while (true) {
    const auto one = reader->next();
    REQUIRE(one);
    if (!*one) break;
    if (const auto* start = std::get_if<storage::run_log::segment_start>(&**one)) {
      if (start->number > 1) break;
      writer.start(records, *start);
    }
    if (const auto* entity = std::get_if<storage::run_log::show_entity>(&**one))
      writer.show_entity(records, *entity->entity);
    if (const auto* end = std::get_if<storage::run_log::show_complete>(&**one))
      writer.show_complete(records, end->entities);
    if (const auto* hash = std::get_if<storage::run_log::frame_hashed>(&**one))
      writer.hash(records, hash->frame_number, hash->hash);
    if (const auto* tick = std::get_if<storage::run_log::tick_taken>(&**one)) {
      auto inputs = *tick->inputs;
      for (auto& value : inputs.faders)
        if (value == 0.5f) value = 0.75f;
      writer.tick(records, tick->time, shared(inputs));
    }
  }
  REQUIRE(files.append(records));
  REQUIRE(files.finish(0));
  const auto made = replay(other.path().string());
  CHECK(made.hashes.compared == 8);
  CHECK(made.hashes.different == 4);
  CHECK(made.hashes.first_different == 5);

  std::ostringstream out, err;
  cli::key_lines keys(-1);
  cli::replay_options options;
  options.log = other.path().string();
  const cli::pace_world world{[] { return std::int64_t{0}; }, [](auto) {}, [] { return false; }};
  CHECK(cli::run_replay(options, {out, err}, keys, world) == cli::exit_failed);
  CHECK_THAT(err.str(), Catch::Contains("frame 5 is the first that differs"));
}

TEST_CASE("run log: a stage that falls begins a segment in which all is exact again", "[actors][unit]") {
  recorded_show on;
  on.build();
  on.tick(5);
  on.fader("B", 0.7f);
  on.tick(2);
  on.fell(on.parts().stages[1]);
  on.tick(6);
  on.end();
  const auto made = replay(on.log);
  CHECK(made.frames.size() == on.ticks);
  CHECK(made.hashes.compared == on.ticks);
  CHECK(made.hashes.different == 0);
}

TEST_CASE("run log: a recorder that falls goes on with the next show, and says so meanwhile",
          "[actors][unit]") {
  recorded_show on;
  on.tick(3);
  on.fell(on.parts().run_recorder);
  on.tick(3);
  CHECK(on.recording->problem() == "the run log goes on when a show is loaded");
  on.activate("other");
  on.tick(3);
  CHECK(on.recording->problem().empty());
  on.end();
  const auto made = replay(on.log);
  CHECK(made.frames.size() == 6);
  CHECK(made.hashes.compared == 6);
  CHECK(made.hashes.different == 0);
}

TEST_CASE("run log: what a slow disk leaves no room for is a gap that is counted, and no frame waits",
          "[actors][unit]") {
  recorded_show on;
  on.tick(3);
  std::size_t taken = 0;
  while (on.gate->admit_tick()) ++taken; // as if so many lay in the mailbox
  CHECK(taken == run_gate::max_ticks);
  on.tick(5);
  CHECK(on.metrics->run_log_ticks_dropped == 1 + 5);
  on.gate->reset();
  on.tick(4);
  while (on.gate->admit_part()) {
  }
  on.tick(1);
  on.gate->reset();
  on.end();
  const auto made = replay(on.log);
  CHECK(made.gaps == 1);
  CHECK(made.frames.size() == 3 + 4 + 1);
  CHECK(made.hashes.compared == 3);
  CHECK(made.hashes.different == 0);
  CHECK(made.hashes.inexact == 4);
  CHECK(on.metrics->run_log_frames_unhashed == 1 + 2);
}

TEST_CASE("run log: a disk that refuses is tried again every second, with the whole show", "[actors][unit]") {
  recorded_show on(3'600'000, "in the way"); // a file where the folder should be
  on.tick(3);
  CHECK_FALSE(on.recording->problem().empty());
  CHECK(on.metrics->run_log_ticks_dropped == 3);
  on.build();
  on.flush();
  CHECK(on.metrics->run_log_failures >= 2);
  std::filesystem::remove(on.log);
  on.tick();
  on.flush();
  CHECK(on.recording->problem().empty());
  on.tick(4);
  on.activate("other");
  on.tick(2);
  on.end();
  const auto made = replay(on.log);
  CHECK(made.frames.size() == 6);
  CHECK(made.hashes.inexact == 4);
  CHECK(made.hashes.compared == 2);
  CHECK(made.hashes.different == 0);
}

TEST_CASE("replay: frames are paced by show time, and lateness doesn't add up", "[actors][unit]") {
  std::int64_t now = 1'000;
  std::vector<std::int64_t> waits;
  bool stop = false;
  const cli::pace_world world{[&] { return now; },
                              [&](std::int64_t until) {
                                waits.push_back(until);
                                now = until;
                              },
                              [&] { return stop; }};
  cli::replay_clock clock(world, 2.0);
  constexpr std::int64_t ms = 1'000'000;
  CHECK(clock.wait_for({10, 500 * ms, 0, 0}));
  CHECK(waits.empty());
  CHECK(clock.wait_for({11, 520 * ms, 0, 0}));
  CHECK(waits == std::vector<std::int64_t>{1'000 + 10 * ms});
  now += 15 * ms; // the frame took long
  CHECK(clock.wait_for({12, 540 * ms, 0, 0}));
  CHECK(waits.size() == 1);
  CHECK(clock.wait_for({13, 580 * ms, 0, 0}));
  CHECK(waits.back() == 1'000 + 40 * ms);
  CHECK(clock.wait_for({14, 980 * ms, 0, 0}));
  CHECK(waits.size() > 4); // in pieces, so that Ctrl-C is heard
  CHECK(now == 1'000 + 240 * ms);
  stop = true;
  CHECK_FALSE(clock.wait_for({15, 990 * ms, 0, 0}));
}

TEST_CASE("replay: a person steps by Enter, by numbers, and ends with anything else", "[actors][unit]") {
  CHECK(cli::steps_from("") == 1);
  CHECK(cli::steps_from("\r") == 1);
  CHECK(cli::steps_from("25 ") == 25);
  for (const auto* end : {"q", "0", "-1", "1x", "99999999999999999999999"}) CHECK_FALSE(cli::steps_from(end));

  recorded_show on;
  on.tick(9);
  on.end();
  std::ostringstream out, err;
  std::array<int, 2> pipe_ends{};
  REQUIRE(pipe(pipe_ends.data()) == 0);
  REQUIRE(write(pipe_ends[1], "\n3\nq\n", 5) == 5);
  cli::key_lines keys(pipe_ends[0]);
  cli::replay_options options;
  options.log = on.log;
  options.step = true;
  const cli::pace_world world{[] { return std::int64_t{0}; }, [](auto) {}, [] { return false; }};
  CHECK(cli::run_replay(options, {out, err}, keys, world) == cli::exit_ok);
  // One to begin with, one for Enter, three for the number.
  CHECK_THAT(out.str(), Catch::Contains("\nframes 5\n") && Catch::StartsWith("1 0.000000 "));
  close(pipe_ends[1]);
  CHECK_FALSE(keys.next([] { return true; }).has_value()); // nobody is left who could type
  close(pipe_ends[0]);
}
