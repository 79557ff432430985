// `troupe replay`: what it finds, its pace, and who steps through it.

#include "actors/cli/replay_command.hpp"
#include "tests/actors/logged_show.hpp"

#include <array>
#include <sstream>
#include <unistd.h>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("replay: a changed level in the log is found at its frame", "[actors][unit]") {
  logged_show on;
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

  logged_show on;
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
