#include "actors/cli/render_script.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::cli;

namespace {

script_result read(std::string_view text) {
  static const input_layout controls{{"0123", "A", "yes"}, {"X"}};
  return parse_script(text, "cues.yaml", {controls, [](std::string_view id) { return id == "pulse"; }});
}

std::string errors(std::string_view text) {
  const auto events = read(text);
  if (events) return fmt::format("{} events", events->size());
  std::string out;
  for (const auto& each : events.error()) out += to_string(each) + '\n';
  return out;
}

} // namespace

TEST_CASE("script: events of every kind, by time and then in their order", "[actors][cli]") {
  const auto events = read("- {at: 2, fader: A, value: 0.5}\n"
                           "- {at: 0.1, button: X, action: down}\n"
                           "- at: 2\n"
                           "  graph: pulse\n"
                           "  enabled: false\n"
                           "- {at: 0.0000000004, button: X, action: press}\n"
                           "- {at: 2, fader: A, value: 1}\n");
  REQUIRE(events);
  REQUIRE(events->size() == 5);
  CHECK((*events)[0].at_ns == 0);
  CHECK(std::get<button_event>((*events)[0].what).action == button_action::press);
  CHECK((*events)[1].at_ns == 100'000'000);
  CHECK(std::get<fader_event>((*events)[2].what).value == 0.5f);
  CHECK_FALSE(std::get<graph_event>((*events)[3].what).enabled);
  CHECK(std::get<fader_event>((*events)[4].what).value == 1.0f);
}

TEST_CASE("script: what comes in by the network", "[actors][cli]") {
  const auto events = read("- {at: 1, universe: 32767, channel: 512, level: 255}\n");
  REQUIRE(events);
  const auto& what = std::get<dmx_event>(events->at(0).what);
  CHECK(what.universe == 32'767);
  CHECK(what.channel == 512);
  CHECK(what.level == 255);
  CHECK(errors("- {at: 1, universe: 1, channel: 1}\n") == "cues.yaml:1:3: level is missing\n");
  CHECK(errors("- {at: 1, universe: 1, channel: 0, level: 1}\n") ==
        "cues.yaml:1:33: channel must be a number from 1 to 512\n");
  CHECK(errors("- {at: 1, universe: 1, channel: 1, level: 1.5}\n") ==
        "cues.yaml:1:43: level must be a whole number\n");
}

TEST_CASE("script: an empty one is none", "[actors][cli]") {
  CHECK(read("")->empty());
  CHECK(read("[]\n")->empty());
  CHECK(read("# later\n")->empty());
}

TEST_CASE("script: ids need no quotes", "[actors][cli]") {
  const auto events = read("- {at: 0, fader: yes, value: 1}\n- {at: 0, fader: 0123, value: 1}\n");
  REQUIRE(events);
  CHECK(std::get<fader_event>((*events)[0].what).fader_id == "yes");
  CHECK(std::get<fader_event>((*events)[1].what).fader_id == "0123");
}

TEST_CASE("script: every bad event is told with its place", "[actors][cli]") {
  CHECK(errors("- {at: 0, fader: A, value: 2}\n"
               "- {at: -1, fader: A, value: 1}\n"
               "- {at: 1, fader: Q, value: 1}\n"
               "- {at: 1, button: A, action: down}\n"
               "- {at: 1, button: X, action: smash}\n"
               "- 5\n"
               "- {at: 1, graph: pulse, enabled: 1}\n"
               "- {at: 1, graph: nope, enabled: true}\n"
               "- {at: 1}\n"
               "- {at: 1, fader: A, button: X, value: 1}\n"
               "- {at: 1, fader: A}\n"
               "- {fader: A, value: 1}\n"
               "- {at: soon, fader: A, value: 1}\n"
               "- {at: .inf, fader: A, value: 1}\n"
               "- {at: 1, at: 2, fader: A, value: 1}\n"
               "- {at: 1, fader: A, value: 1, fade: 2}\n"
               "- {at: 1e9, fader: A, value: 1}\n"
               "- {at: 1, fader: [A], value: 1}\n") ==
        "cues.yaml:1:28: value must be a number from 0 to 1\n"
        "cues.yaml:2:8: at must be a number from 0 to 604800\n"
        "cues.yaml:3:18: there is no fader Q\n"
        "cues.yaml:4:19: there is no button A\n"
        "cues.yaml:5:30: action must be down, up or press\n"
        "cues.yaml:6:3: an event is a map like {at: 1.5, fader: A, value: 0.5}\n"
        "cues.yaml:7:34: enabled must be true or false\n"
        "cues.yaml:8:18: there is no graph nope\n"
        "cues.yaml:9:3: an event has one of fader, button, graph and universe\n"
        "cues.yaml:10:3: an event has one of fader, button, graph and universe\n"
        "cues.yaml:11:3: value is missing\n"
        "cues.yaml:12:3: at is missing: the time of the event in seconds\n"
        "cues.yaml:13:8: at must be a number from 0 to 604800\n"
        "cues.yaml:14:8: .inf is not a finite number\n"
        "cues.yaml:15:11: the key at is there twice\n"
        "cues.yaml:16:31: fade is no field of a fader event\n"
        "cues.yaml:17:8: at must be a number from 0 to 604800\n"
        "cues.yaml:18:18: fader must be a string\n");
}

TEST_CASE("script: a file that is no list of events is one error", "[actors][cli]") {
  CHECK(errors("fader: A\n") == "cues.yaml:1:1: a script is a list of events\n");
  CHECK(errors("- {at: 1, fader: A, value: 9}\n- [\n").find("value must") == std::string::npos);
  CHECK(errors(std::string("- \0", 3)).rfind("cues.yaml:1:3: ", 0) == 0);
  CHECK(errors("a: *b\n").rfind("cues.yaml:1:", 0) == 0);
}
