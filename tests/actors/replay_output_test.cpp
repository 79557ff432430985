// What `troupe replay` sends: a recorded run on the wire, as Art-Net and as sACN.

#include "actors/cli/replay_command.hpp"
#include "protocol/sacn.hpp"
#include "tests/actors/logged_show.hpp"
#include "tests/conformance/support/udp_receiver.hpp"

#include <sstream>

using namespace troupe;
using namespace troupe::test;

namespace {

using conformance::udp_receiver;

/// A run whose fader moves, replayed on a clock that goes as far as anybody waits.
struct replayed_run {
  logged_show on;
  std::ostringstream out, err;
  std::int64_t now = 1'000'000'000;

  replayed_run() {
    on.tick(3);
    on.fader("A", 1.0f);
    on.tick(5);
    on.end();
  }
  int play(const cli::replay_ways& ways) {
    cli::key_lines keys(-1);
    cli::replay_options options;
    options.log = on.log;
    options.ways = ways;
    const cli::pace_world world{[this] { return now; }, [this](std::int64_t until) { now = until; },
                                [] { return false; }};
    return cli::run_replay(options, {out, err}, keys, world);
  }
  std::string settings(std::string_view text) {
    write_text(on.folder / "replay.yaml", text);
    return (on.folder / "replay.yaml").string();
  }
};

cli::replay_ways to_settings(const std::string& file) {
  cli::replay_ways ways;
  ways.settings = file;
  return ways;
}

struct heard {
  std::vector<conformance::artnet_packet> bytes; // that the spans point into
  std::vector<sacn::data_packet> data;
  std::size_t syncs = 0, discoveries = 0;
};

heard hear(udp_receiver& receiver) {
  heard made;
  made.bytes = receiver.take_all();
  for (const auto& one : made.bytes) {
    const auto packet = sacn::parse_packet(one.bytes);
    REQUIRE(packet);
    if (const auto* data = std::get_if<sacn::data_packet>(&*packet)) made.data.push_back(*data);
    made.syncs += std::holds_alternative<sacn::sync_packet>(*packet);
    made.discoveries += std::holds_alternative<sacn::discovery_packet>(*packet);
  }
  return made;
}

} // namespace

TEST_CASE("replay output: sACN gets every frame, zeros, and the end of the stream", "[actors][unit]") {
  replayed_run run;
  udp_receiver receiver;
  cli::replay_ways ways;
  ways.sacn = receiver.address();
  CHECK(run.play(ways) == cli::exit_ok);
  const auto got = hear(receiver);
  REQUIRE(got.data.size() == 8 + 1 + 3); // frames, zeros, terminations
  for (std::size_t i = 0; i < got.data.size(); ++i) {
    const auto& one = got.data[i];
    CHECK(one.universe_number == 1);
    CHECK(one.priority == 100);
    CHECK(one.name == "Troupe replay");
    CHECK(one.sequence == static_cast<std::uint8_t>(got.data[0].sequence + i));
    CHECK(one.terminated() == (i >= 9));
  }
  const auto frames = replay(run.on.log).frames;
  REQUIRE(frames.size() == 8);
  for (std::size_t i = 0; i < frames.size(); ++i)
    CHECK(std::equal(got.data[i].levels.begin(), got.data[i].levels.end(), frames[i].dmx->levels.begin()));
  CHECK(std::all_of(got.data[8].levels.begin(), got.data[8].levels.end(), [](auto x) { return x == 0; }));
  CHECK(got.discoveries == 1);
  CHECK(got.syncs == 0);
}

TEST_CASE("replay output: two replays are two sources", "[actors][unit]") {
  replayed_run run;
  udp_receiver receiver;
  cli::replay_ways ways;
  ways.sacn = receiver.address();
  CHECK(run.play(ways) == cli::exit_ok);
  const auto first = hear(receiver);
  CHECK(run.play(ways) == cli::exit_ok);
  const auto second = hear(receiver);
  CHECK(first.data.front().id != second.data.front().id);
}

TEST_CASE("replay output: a settings file says what is sent, in the form of the server's", "[actors][unit]") {
  replayed_run run;
  udp_receiver sacn_node, artnet_node;
  const auto file = run.settings(fmt::format(R"(
artnet:
  outputs:
    - {{destination: "{}", sync: true}}
    - {{discovery: true, pollTo: 127.0.0.1}}
sacn:
  enabled: true
  sourceName: Rehearsal
  blackout: hold
  outputs:
    - {{destination: "{}", priority: 150, firstUniverse: 101, syncUniverse: 7}}
)",
                                             artnet_node.address(), sacn_node.address()));
  CHECK(run.play(to_settings(file)) == cli::exit_ok);
  CHECK_THAT(run.err.str(), Catch::Contains("nothing is sent to nodes at 127.0.0.1:6454"));
  const auto got = hear(sacn_node);
  REQUIRE(got.data.size() >= 2);
  for (const auto& one : got.data) {
    CHECK(one.universe_number == 101);
    CHECK(one.priority == 150);
    CHECK(one.name == "Rehearsal");
    CHECK(one.synchronization == 7);
  }
  CHECK(got.syncs >= 2);
  const auto& last = got.data.back(); // held
  CHECK(std::any_of(last.levels.begin(), last.levels.end(), [](auto x) { return x != 0; }));

  const auto artnet = artnet_node.take_all();
  REQUIRE(artnet.size() >= 4);
  CHECK(artnet[0].is_dmx());
  CHECK(artnet[1].bytes[9] == 0x52); // ArtSync
  CHECK(artnet[artnet.size() - 2].dark());
}

TEST_CASE("replay output: what can't be sent to is said before the first frame", "[actors][unit]") {
  replayed_run run;
  cli::replay_ways ways;
  SECTION("no such address") {
    ways.sacn = "no such host";
  }
  SECTION("a settings file that isn't there") {
    ways.settings = run.on.log + "/none.yaml";
  }
  SECTION("settings that are wrong, each of them told") {
    ways =
        to_settings(run.settings("sacn:\n  outputs:\n    - {destination: multicast, priority: 201}\nx: 1\n"));
  }
  SECTION("settings without any output") {
    ways = to_settings(run.settings("artnet:\n  enabled: false\n"));
  }
  CHECK(run.play(ways) == cli::exit_usage);
  CHECK(run.out.str().empty());
  CHECK_THAT(run.err.str(), Catch::StartsWith("troupe: "));
}
