#include "actors/cli/render_command.hpp"

#include "actors/cli/frame_digest.hpp"
#include "actors/cli/renderer.hpp"
#include "protocol/entity_codec.hpp"
#include "protocol/json_text.hpp"
#include "tests/actors/chase_graph.hpp"
#include "tests/support/temp_dir.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

using namespace troupe;
using namespace troupe::cli;

namespace {

void put(show_state& state, entity_kind kind, std::string id, std::string_view json) {
  const auto members = parse_json(json);
  REQUIRE(members);
  auto made = parse_entity(kind, std::move(id), 1, members->as_object(), entity_source::file);
  INFO((made ? "" : made.error().message));
  REQUIRE(made);
  state.put(*made);
}

/// A moving head and a par under a fader, a button and every kind of varying and stateful node: what it sends
/// is kept below as a hash.
show_state small_show() {
  show_state state("small");
  put(state, entity_kind::model, "par",
      R"({"brand":"x","model":"par","channels":{"red":1,"green":2,"blue":3,"white":4},"whiteMode":"extract"})");
  put(state, entity_kind::model, "head",
      R"({"brand":"x","model":"head","channels":{"pan":1,"panFine":2,"tilt":3,"tiltFine":4,"dimmer":5,
          "shutter":6,"zoom":7},"defaults":{"shutter":255}})");
  put(state, entity_kind::fixture, "p1", R"({"name":"P1","modelId":"par","universe":0,"startChannel":1})");
  put(state, entity_kind::fixture, "p2", R"({"name":"P2","modelId":"par","universe":0,"startChannel":5})");
  put(state, entity_kind::fixture, "h1", R"({"name":"H1","modelId":"head","universe":3,"startChannel":100})");
  put(state, entity_kind::group, "pars", R"({"name":"pars","fixtureIds":["p1","p2"]})");
  put(state, entity_kind::input, "A", R"({"name":"A","type":"fader"})");
  put(state, entity_kind::input, "X", R"({"name":"X","type":"button"})");
  put(state, entity_kind::graph, "wash", test::chase_graph("wash", "pars", "A"));
  put(state, entity_kind::graph, "hit", R"({"name":"hit","nodes":[
    {"id":"who","type":"SelectFixture","position":{"x":0,"y":0},"params":{"fixtureIds":["h1"]}},
    {"id":"hit","type":"Button","position":{"x":0,"y":0},"params":{"buttonId":"X"}},
    {"id":"flash","type":"Flash","position":{"x":0,"y":0},"params":{"attack":0.05,"decay":0.4}},
    {"id":"where","type":"SineLFO","position":{"x":0,"y":0},"params":{"frequency":0.3}},
    {"id":"tilt","type":"ScalarToBundle","position":{"x":0,"y":0},"params":{"attribute":"tilt"}},
    {"id":"light","type":"ScalarToBundle","position":{"x":0,"y":0},"params":{}},
    {"id":"both","type":"MergeBundle","position":{"x":0,"y":0},"params":{}},
    {"id":"write","type":"WriteAttributes","position":{"x":0,"y":0},"params":{}}],
    "edges":[
    {"id":"1","from":{"nodeId":"who","port":"selection"},"to":{"nodeId":"write","port":"selection"}},
    {"id":"2","from":{"nodeId":"hit","port":"pressed"},"to":{"nodeId":"flash","port":"trigger"}},
    {"id":"3","from":{"nodeId":"flash","port":"value"},"to":{"nodeId":"light","port":"value"}},
    {"id":"4","from":{"nodeId":"where","port":"value"},"to":{"nodeId":"tilt","port":"value"}},
    {"id":"5","from":{"nodeId":"tilt","port":"bundle"},"to":{"nodeId":"both","port":"base"}},
    {"id":"6","from":{"nodeId":"light","port":"bundle"},"to":{"nodeId":"both","port":"override"}},
    {"id":"7","from":{"nodeId":"both","port":"result"},"to":{"nodeId":"write","port":"bundle"}}]})");
  return state;
}

std::vector<script_event> cues() {
  constexpr std::int64_t second = 1'000'000'000;
  return {{0, fader_event{"A", 0.25f}},
          {second, button_event{"X", button_action::press}},
          {2 * second, fader_event{"A", 0.75f}},
          {3 * second, graph_event{"hit", false}},
          {4 * second, button_event{"X", button_action::down}},
          {4 * second, graph_event{"hit", true}}};
}

struct rendering {
  render_outcome outcome;
  std::vector<std::string> json, binary;
};

rendering render_small(const std::vector<script_event>& events, const render_plan& plan) {
  rendering out;
  offline_show show(small_show(), release_mode::dark);
  REQUIRE(show.findings().empty());
  out.outcome = render(show, events, plan, [&](const rendered_frame& each) {
    out.json.emplace_back(each.json);
    out.binary.emplace_back(each.binary);
    return true;
  });
  return out;
}

double intensity(const std::string& frame, std::string_view fixture) {
  const auto parsed = parse_json(frame);
  REQUIRE(parsed);
  const auto* values = parsed->at("fixtures").as_object().if_contains(fixture);
  if (!values) return -1;
  const auto* found = values->as_object().if_contains("intensity");
  return found ? found->to_number<double>() : -1;
}

class folder : public test::temp_dir {
 public:
  folder() {
    write("s/fixtures.yaml", "- {id: a, name: A, modelId: generic-dimmer, universe: 1, startChannel: 1}\n");
    write("s/inputs.yaml", "- {id: A, name: A, type: fader}\n");
    write("s/graphs.yaml", R"(- id: g
  name: g
  nodes:
    - {id: f, type: Fader, position: {x: 0, y: 0}, params: {faderId: A}}
    - {id: s, type: SelectFixture, position: {x: 0, y: 0}, params: {fixtureIds: [a]}}
    - {id: w, type: WriteAttributes, position: {x: 0, y: 0}, params: {}}
  edges:
    - {id: 1, from: {nodeId: f, port: value}, to: {nodeId: w, port: bundle}}
    - {id: 2, from: {nodeId: s, port: selection}, to: {nodeId: w, port: selection}}
)");
  }

  void write(std::string_view name, std::string_view text) const { test::write_text(path() / name, text); }
  std::string read(std::string_view name) const { return test::read_text(path() / name); }
  std::string operator/(std::string_view name) const { return (path() / name).string(); }

  render_options options() const {
    render_options out;
    out.data = path().string();
    out.show = "s";
    out.hz = 10;
    out.frames = 3;
    return out;
  }
};

struct outcome {
  int code;
  std::string out, err;
};

outcome run(const render_options& options) {
  std::ostringstream out, err;
  const int code = run_render(options, {out, err});
  return {code, out.str(), err.str()};
}

} // namespace

TEST_CASE("render: what a script sends as DMX is in the first frame that begins no earlier",
          "[actors][cli]") {
  show_state state("small");
  put(state, entity_kind::model, "dim", R"({"brand":"x","model":"dim","channels":{"dimmer":1}})");
  put(state, entity_kind::fixture, "a", R"({"name":"A","modelId":"dim","universe":0,"startChannel":1})");
  put(state, entity_kind::graph, "g", R"({"name":"g","nodes":[
    {"id":"d","type":"DmxIn","position":{"x":0,"y":0},"params":{"universe":3,"channel":2}},
    {"id":"s","type":"SelectFixture","position":{"x":0,"y":0},"params":{"fixtureIds":["a"]}},
    {"id":"w","type":"WriteAttributes","position":{"x":0,"y":0},"params":{}}],
    "edges":[
    {"id":"1","from":{"nodeId":"d","port":"value"},"to":{"nodeId":"w","port":"bundle"}},
    {"id":"2","from":{"nodeId":"s","port":"selection"},"to":{"nodeId":"w","port":"selection"}}]})");
  offline_show show(std::move(state), release_mode::dark);
  std::vector<double> seen;
  render(show, {{100'000'000, dmx_event{3, 2, 255}}, {300'000'000, dmx_event{3, 2, 0}}}, {10, 4},
         [&](const rendered_frame& each) {
           seen.push_back(intensity(std::string(each.json), "a"));
           return true;
         });
  CHECK(seen == std::vector<double>{0, 1, 1, 0});
}

TEST_CASE("render: a show and a script give this hash, on every machine and in every build",
          "[actors][cli]") {
  const auto first = render_small(cues(), {60, 300});
  CHECK(first.outcome.frames == 300);
  CHECK(first.outcome.sha256 == "e98f83b0fc20d7f122c6f28e84791266a85ea5cf7eff3c56dd376c52c78a2216");
  CHECK(render_small(cues(), {60, 300}).outcome.sha256 == first.outcome.sha256);
}

TEST_CASE("render: the hash is that of the texts, line feeds and binary frames", "[actors][cli]") {
  const auto made = render_small(cues(), {60, 5});
  frame_digest digest;
  for (std::size_t i = 0; i < made.json.size(); ++i) {
    digest.add(made.json[i] + "\n");
    digest.add(made.binary[i]);
  }
  CHECK(made.outcome.sha256 == digest.finish());
  frame_digest of_abc;
  of_abc.add("a");
  of_abc.add("bc");
  CHECK(of_abc.finish() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("render: other inputs, rates and lengths give other hashes", "[actors][cli]") {
  const auto golden = render_small(cues(), {60, 300}).outcome.sha256;
  CHECK(render_small({}, {60, 300}).outcome.sha256 != golden);
  CHECK(render_small(cues(), {59, 300}).outcome.sha256 != golden);
  CHECK(render_small(cues(), {60, 299}).outcome.sha256 != golden);
}

TEST_CASE("render: an event is in the first frame that isn't before it", "[actors][cli]") {
  const auto frames = render_small({{100'000'000, button_event{"X", button_action::press}}}, {20, 6}).json;
  CHECK(intensity(frames[1], "h1") == 0); // 0.05 s
  CHECK(intensity(frames[2], "h1") == 0); // 0.1 s: the trigger's tick, age 0 of an attack of 0.05
  CHECK(intensity(frames[3], "h1") == 1);
  CHECK(intensity(frames[4], "h1") == Approx(0.875));
}

TEST_CASE("render: a disabled graph stands still and goes on where it was", "[actors][cli]") {
  const std::vector<script_event> events{{0, button_event{"X", button_action::press}},
                                         {150'000'000, graph_event{"hit", false}},
                                         {160'000'000, button_event{"X", button_action::press}},
                                         {400'000'000, graph_event{"hit", true}}};
  const auto frames = render_small(events, {20, 10}).json;
  CHECK(intensity(frames[2], "h1") == Approx(0.875));
  CHECK(intensity(frames[3], "h1") == -1);
  CHECK(intensity(frames[7], "h1") == -1);
  CHECK(intensity(frames[8], "h1") == Approx(0.75)); // not 0: the press in between is lost
}

TEST_CASE("render: time doesn't add up roundings", "[actors][cli]") {
  const auto made = render_small({}, {30, 31});
  CHECK(made.json.back().find(R"("t":1,"frameNumber":31)") != std::string::npos);
  CHECK(made.json[1].find(R"("t":0.033333333,)") != std::string::npos);
}

TEST_CASE("render: events behind the last frame are counted, and a sink may stop", "[actors][cli]") {
  CHECK(render_small(cues(), {60, 61}).outcome.unused_events == 4);
  offline_show show(small_show(), release_mode::dark);
  int seen = 0;
  const auto made = render(show, {}, {60, 100}, [&](const rendered_frame&) { return ++seen < 3; });
  CHECK(made.frames == 3);
  CHECK(seen == 3);
}

TEST_CASE("render: seconds as frames", "[actors][cli]") {
  CHECK(frames_in(1, 60) == 60);
  CHECK(frames_in(0.1, 60) == 6);
  CHECK(frames_in(0.0001, 60) == 1);
  CHECK(frames_in(1.01, 60) == 61);
}

TEST_CASE("render: the command prints the hash and writes JSON Lines", "[actors][cli]") {
  const folder data;
  data.write("cues.yaml", "- {at: 0.1, fader: A, value: 0.5}\n");
  auto options = data.options();
  options.script = data / "cues.yaml";
  options.out = data / "frames.jsonl";
  const auto made = run(options);
  CHECK(made.code == exit_ok);
  CHECK(made.err.empty());
  CHECK(made.out.rfind("frames 3\nsha256 ", 0) == 0);
  CHECK(made.out.size() == std::string("frames 3\nsha256 \n").size() + 64);
  CHECK(data.read("frames.jsonl") ==
        R"({"type":"frame/full","t":0,"frameNumber":1,"fixtures":{"a":{"intensity":0}}})"
        "\n"
        R"({"type":"frame/full","t":0.1,"frameNumber":2,"fixtures":{"a":{"intensity":0.5}}})"
        "\n"
        R"({"type":"frame/full","t":0.2,"frameNumber":3,"fixtures":{"a":{"intensity":0.5}}})"
        "\n");
  options.format = render_format::dmx;
  CHECK(run(options).out == made.out);
  const auto binary = data.read("frames.jsonl");
  REQUIRE(binary.size() == 3 * (28 + 4 + 512));
  CHECK(binary.substr(0, 4) == "TRF1");
  CHECK(static_cast<unsigned char>(binary[544 + 32]) == 128);
}

TEST_CASE("render: frames on the output leave it to them alone", "[actors][cli]") {
  const folder data;
  auto options = data.options();
  options.out = "-";
  const auto made = run(options);
  CHECK(made.out.find("sha256") == std::string::npos);
  CHECK(std::count(made.out.begin(), made.out.end(), '\n') == 3);
  CHECK(made.err.rfind("frames 3\nsha256 ", 0) == 0);
}

TEST_CASE("render: what is wrong is said, and nothing is rendered", "[actors][cli]") {
  const folder data;
  auto options = data.options();
  SECTION("no such show") {
    options.show = "nobody";
    CHECK(run(options).code == exit_usage);
  }
  SECTION("a script with mistakes") {
    data.write("cues.yaml", "- {at: 0, fader: B, value: 1}\n- {at: 0}\n");
    options.script = data / "cues.yaml";
    const auto made = run(options);
    CHECK(made.code == exit_failed);
    CHECK(made.err == *options.script + ":1:18: error: there is no fader B\n" + *options.script +
                          ":2:3: error: an event has one of fader, button, graph and universe\n");
  }
  SECTION("no script where it should be") {
    options.script = data / "nothing.yaml";
    CHECK(run(options).code == exit_usage);
    options.script = data / "s";
    CHECK(run(options).err.find("is a folder") != std::string::npos);
  }
  SECTION("a file that can't be written") {
    options.out = data / "nowhere/frames";
    CHECK(run(options).code == exit_failed);
    options.out = "/dev/full";
    CHECK(run(options).code == exit_failed);
  }
  SECTION("numbers out of range") {
    options.hz = 241;
    CHECK(run(options).code == exit_usage);
    options.hz = NAN;
    CHECK(run(options).code == exit_usage);
    options.hz = 60;
    options.frames = 0;
    CHECK(run(options).code == exit_usage);
    options.seconds = 1;
    CHECK(run(options).code == exit_usage);
    options.frames.reset();
    options.seconds = -1;
    CHECK(run(options).code == exit_usage);
  }
  CHECK(run(options).out.empty());
}

TEST_CASE("render: a damaged show renders with the rest and says what is missing", "[actors][cli]") {
  const folder data;
  data.write("s/groups.yaml", "- id: broken\n");
  data.write("s/graphs.yaml", "- {id: g, name: g, nodes: [{id: n, type: Gone, position: {x: 0, y: 0}, "
                              "params: {}}], edges: []}\n");
  const auto made = run(data.options());
  CHECK(made.code == exit_ok);
  CHECK(made.err.find("warning: s/groups.yaml:1:3: ") != std::string::npos);
  CHECK(made.err.find("warning: graph g doesn't compile") != std::string::npos);
}
