// A run as it was recorded, and the same run again.

#include "tests/actors/logged_show.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// Everything that makes frames what they are: controls, edits, moving cells, run state, another show.
void play_all(logged_show& on) {
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
  logged_show on;
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
  logged_show on;
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
  logged_show on(500); // every flush begins a segment
  play_all(on);
  on.end();
  const auto all = segments_of(on);
  REQUIRE(all.size() >= 6);
  const auto made = replay(on.log);
  CHECK(made.hashes.compared == on.ticks);
  CHECK(made.hashes.different == 0);
  CHECK(made.shows == 2);

  CHECK(on.metrics->run_log_memory_missed == 0);

  SECTION("without its beginning the rest is the same, because it says what is remembered") {
    for (std::size_t gone = 0; gone < 3; ++gone) {
      std::filesystem::remove(all[gone]);
      const auto rest = replay(on.log);
      CHECK(rest.frames.size() < on.ticks);
      CHECK(rest.hashes.compared == rest.frames.size());
      CHECK(rest.hashes.different == 0);
      CHECK(rest.hashes.inexact == 0);
      CHECK(rest.frames.front().exact);
    }
  }
  SECTION("each of them can be played alone") {
    for (const auto& one : all) {
      const auto alone = replay(one.string());
      CHECK(alone.hashes.different == 0);
      CHECK(alone.hashes.inexact == 0);
    }
  }
  SECTION("with one of the middle missing the frames behind it are the same") {
    std::filesystem::remove(all[1]);
    const auto rest = replay(on.log);
    CHECK(rest.hashes.different == 0);
    CHECK(rest.hashes.inexact == 0);
    CHECK(rest.hashes.compared == rest.frames.size());
    CHECK(rest.frames.size() < on.ticks);
  }
}

TEST_CASE("run log: the last of three segments of one show is replayed alone to the frames of the run",
          "[actors][unit]") {
  logged_show on(500, {}, 3);
  on.build();
  on.fader("B", 1.0f); // nothing else moves from here on but what nodes remember
  for (int segment = 0; segment < 3; ++segment) {
    on.tick(7);
    on.flush();
  }
  on.tick(20);
  on.end();
  const auto all = segments_of(on);
  REQUIRE(all.size() >= 3);
  const auto whole = replay(on.log);
  for (std::size_t gone = 0; gone + 1 < all.size(); ++gone) std::filesystem::remove(all[gone]);
  const auto rest = replay(on.log);
  CHECK(rest.frames.size() >= 20);
  CHECK(rest.looks > 15); // a fader that is still on its way, a chase
  CHECK(rest.hashes.compared == rest.frames.size());
  CHECK(rest.hashes.different == 0);
  CHECK(rest.frames.front().exact);
  for (std::size_t i = 0; i < rest.frames.size(); ++i)
    CHECK(rest.frames[i].hash == whole.frames[whole.frames.size() - rest.frames.size() + i].hash);
}

TEST_CASE("run log: a recorder whose question is lost begins the segment without an answer, and says so",
          "[actors][unit]") {
  logged_show on(500);
  on.build();
  on.tick(3);
  on.wall_ms += 1'000;
  on.recording->flush();
  REQUIRE(on.recording->question()); // to nobody
  for (int i = 0; i < 12; ++i) on.recording->flush();
  CHECK(on.metrics->run_log_memory_missed == 1);
  on.tick(4);
  on.end();
  const auto all = segments_of(on);
  REQUIRE(all.size() == 2);
  CHECK(replay(on.log).hashes.compared == on.ticks); // from the beginning all is exact as ever
  std::filesystem::remove(all.front());
  const auto rest = replay(on.log);
  CHECK(rest.hashes.inexact == 4);
  CHECK(rest.hashes.compared == 0);
}

TEST_CASE("run log: a stage that falls begins a segment in which all is exact again", "[actors][unit]") {
  logged_show on;
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
  logged_show on;
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
  logged_show on;
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

TEST_CASE("run log: behind a gap it tells what is remembered, and from there on all is exact again",
          "[actors][unit]") {
  logged_show on(3'600'000, {}, 3);
  on.build();
  on.fader("B", 1.0f);
  on.tick(5);
  while (on.gate->admit_tick()) {
  }
  on.tick(3);
  on.gate->reset();
  on.tick(2);
  on.flush();
  on.tick(6);
  on.end();
  const auto made = replay(on.log);
  CHECK(made.gaps == 1);
  CHECK(made.frames.size() == 5 + 2 + 6);
  CHECK(made.hashes.inexact == 2);
  CHECK(made.hashes.inexact_different == 2); // else the test would show nothing
  CHECK(made.hashes.compared == 5 + 6);
  CHECK(made.hashes.different == 0);
}

TEST_CASE("run log: a disk that refuses is tried again every second, with the whole show", "[actors][unit]") {
  logged_show on(3'600'000, "in the way"); // a file where the folder should be
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
