// Section 4: what compiling says, and what becomes of graphs that don't compile.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

using wires = std::vector<std::pair<std::string, std::string>>;

/// A graph around some nodes, with a WriteAttributes that what is wired to `write.bundle` reaches.
json::object with_output(json::array nodes, wires joins) {
  nodes.push_back(node("select", "SelectFixture", {{"fixtureIds", json::array{}}}));
  nodes.push_back(node("write", "WriteAttributes"));
  joins.emplace_back("select.selection", "write.selection");
  return graph("test", std::move(nodes), joins);
}

json::object compile(rest_client& rest, const json::object& of) {
  const auto id = str(rest.create("/api/graphs", of).at("id"));
  const auto answer = rest.post("/api/graphs/" + id + "/compile", json::object{});
  CHECK(answer.status == 200);
  return answer.data().as_object();
}

/// `CODE nodeId port` of each error, sorted; warnings have a `?` in front.
std::vector<std::string> findings(const json::object& outcome) {
  std::vector<std::string> out;
  for (const auto& each : outcome.at("errors").as_array()) {
    const auto& one = each.as_object();
    CHECK_FALSE(str(one.at("message")).empty());
    const auto* severity = one.if_contains("severity");
    const auto* port = one.if_contains("port");
    out.push_back((severity && *severity == "warning" ? "?" : "") + str(one.at("code")) + ' ' +
                  str(one.at("nodeId")) + (port ? ' ' + str(*port) : ""));
  }
  std::sort(out.begin(), out.end());
  return out;
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("graph: one that is right compiles, with its dependencies, the revision stays",
          "[conformance][graph]") {
  live_show show;
  const auto fixture = show.dimmer(1), fader = show.fader(), button = show.button(),
             group = show.group({fixture});
  const auto preset =
      str(show.rest
              .create("/api/presets",
                      {{"name", "P"}, {"type", "beam"}, {"attributes", json::object{{"zoom", 1}}}})
              .at("id"));
  const auto of = graph(
      "all",
      {node("f", "Fader", {{"faderId", fader}}), node("b", "Button", {{"buttonId", button}}),
       node("p", "Preset", {{"presetId", preset}}), node("g", "SelectGroup", {{"groupIds", ids({group})}}),
       node("old", "SelectFixture", {{"fixtureId", fixture}}), node("w", "WriteAttributes")},
      {{"p.bundle", "w.bundle"}, {"g.selection", "w.selection"}});
  const auto id = show.graph(of);
  const auto outcome = show.rest.post("/api/graphs/" + id + "/compile", json::object{}).data();
  CHECK(outcome.at("ok") == true);
  CHECK(outcome.at("errors") == json::array{});
  // Every node counts, also those from which no output is reached.
  CHECK(outcome.at("dependencies") == json::value{{"faderIds", ids({fader})},
                                                  {"buttonIds", ids({button})},
                                                  {"presetIds", ids({preset})},
                                                  {"groupIds", ids({group})},
                                                  {"fixtureIds", ids({fixture})}});
  CHECK(show.rest.read("/api/graphs/" + id).at("revision") == 1);
  CHECK(show.rest.request("POST", "/api/graphs/" + id + "/compile").status == 200);
}

TEST_CASE("graph: a cycle stops the compiler, which tells the path", "[conformance][graph]") {
  live_show show;
  const auto outcome = compile(
      show.rest,
      with_output({node("a", "Add"), node("b", "Multiply"), node("loose", "Smooth", {{"smoothing", 5}}),
                   node("f", "Fader", {{"faderId", "x"}})},
                  {{"a.result", "b.a"}, {"b.result", "a.a"}, {"b.result", "write.bundle"}}));
  CHECK(outcome.at("ok") == false);
  REQUIRE(outcome.at("errors").as_array().size() == 1);
  const auto& found = outcome.at("errors").at(0);
  CHECK(found.at("code") == "CYCLE_DETECTED");
  const auto message = str(found.at("message"));
  CHECK(
      (message.find("a -> b -> a") != std::string::npos || message.find("b -> a -> b") != std::string::npos));
  for (const auto& [kind, named] : outcome.at("dependencies").as_object()) CHECK(named == json::array{});
}

TEST_CASE("graph: which types an edge may join", "[conformance][graph]") {
  struct row {
    const char* from_type;
    const char* from;
    const char* to_type;
    const char* to;
    bool joins;
  };
  const std::vector<row> rows{
      {"Scalar", "value", "Clamp01", "value", true},
      {"Scalar", "value", "ScaleBundle", "bundle", true},
      {"ColorConstant", "color", "ScaleBundle", "bundle", true},
      {"PositionConstant", "position", "ScaleBundle", "bundle", true},
      {"ColorConstant", "color", "ScaleColor", "color", true},
      {"Button", "pressed", "Flash", "trigger", true},
      {"Button", "pressed", "Switch", "condition", true},
      {"Button", "pressed", "Clamp01", "value", true},
      {"Button", "down", "Clamp01", "value", true},
      {"Bool", "value", "Switch", "condition", true},
      {"Compare", "result", "Envelope", "gate", true},
      {"Scalar", "value", "Switch", "condition", false},
      {"Scalar", "value", "Flash", "trigger", false},
      {"Bool", "value", "Flash", "trigger", false},
      {"Bool", "value", "ScaleBundle", "bundle", false},
      {"Button", "pressed", "ScaleBundle", "bundle", false},
      {"ColorConstant", "color", "Clamp01", "value", false},
      {"Scalar", "value", "ScaleColor", "color", false},
      {"PositionConstant", "position", "ScaleColor", "color", false},
      {"ColorToBundle", "bundle", "ScaleColor", "color", false},
      {"SelectGroup", "selection", "ScaleBundle", "bundle", false},
      {"Scalar", "value", "Chase", "selection", false},
  };
  live_show show;
  for (const auto& each : rows) {
    INFO(each.from_type << '.' << each.from << " to " << each.to_type << '.' << each.to);
    const auto outcome = compile(
        show.rest, graph("join", {node("a", each.from_type, {{"buttonId", "x"}}), node("b", each.to_type)},
                         {{"a." + std::string(each.from), "b." + std::string(each.to)}}));
    CHECK(outcome.at("ok").as_bool() == each.joins);
    if (!each.joins) CHECK(findings(outcome) == list{"TYPE_MISMATCH b " + std::string(each.to)});
  }
}

TEST_CASE("graph: inputs without a default must be connected, where an output can be reached",
          "[conformance][graph]") {
  live_show show;
  CHECK(findings(compile(show.rest, graph("w", {node("write", "WriteAttributes")}))) ==
        list{"MISSING_CONNECTION write bundle", "MISSING_CONNECTION write selection"});
  CHECK(findings(
            compile(show.rest, with_output({node("flash", "Flash")}, {{"flash.value", "write.bundle"}}))) ==
        list{"MISSING_CONNECTION flash trigger"});
  CHECK(findings(compile(show.rest, with_output({node("c", "Chase")}, {{"c.value", "write.bundle"}}))) ==
        list{"MISSING_CONNECTION c selection"});
  const auto loose =
      compile(show.rest, with_output({node("v", "Scalar"), node("flash", "Flash"),
                                      node("bad", "Smooth", {{"smoothing", 9}}), node("f", "Fader"),
                                      node("g", "SelectGroup", {{"groupIds", ids({"ghost"})}})},
                                     {{"v.value", "write.bundle"}}));
  CHECK(loose.at("ok") == true);
  CHECK(findings(loose) == list{});
  CHECK(loose.at("dependencies").at("groupIds") == ids({"ghost"}));
}

TEST_CASE("graph: of MergeBundle's inputs one may be open, not both", "[conformance][graph]") {
  live_show show;
  const auto merged = [&](const wires& joins) {
    auto all = joins;
    all.emplace_back("merge.result", "write.bundle");
    return compile(show.rest, with_output({node("v", "Scalar"), node("merge", "MergeBundle")}, all))
        .at("ok")
        .as_bool();
  };
  CHECK(merged({{"v.value", "merge.base"}}));
  CHECK(merged({{"v.value", "merge.override"}}));
  CHECK(merged({{"v.value", "merge.base"}, {"v.value", "merge.override"}}));
  CHECK_FALSE(merged({}));
}

TEST_CASE("graph: constants outside the hard range and params of the wrong type are INVALID_PARAM",
          "[conformance][graph]") {
  struct row {
    const char* type;
    const char* output;
    json::object params;
    const char* port;
    bool good;
  };
  const std::vector<row> rows{
      {"Smooth", "result", {{"smoothing", 1.5}}, "smoothing", false},
      {"Smooth", "result", {{"smoothing", 1}}, "", true},
      {"MixColor", "result", {{"mix", -0.1}}, "mix", false},
      {"ColorConstant", "color", {{"r", 1.01}}, "r", false},
      {"ColorConstant", "color", {{"b", -1}}, "b", false},
      {"PositionConstant", "position", {{"pan", -1.1}}, "pan", false},
      {"PositionConstant", "position", {{"tilt", 1}}, "", true},
      {"SineLFO", "value", {{"frequency", 100.5}}, "frequency", false},
      {"SineLFO", "value", {{"frequency", -1}}, "frequency", false},
      {"SawLFO", "value", {{"frequency", 100}}, "", true},
      {"SquareLFO", "value", {{"phase", -1e6}}, "", true},
      {"Envelope", "value", {{"attack", 601}}, "attack", false},
      {"Envelope", "value", {{"decay", -1}}, "decay", false},
      {"Envelope", "value", {{"release", 600}}, "", true},
      {"Scalar", "value", {{"value", "much"}}, "value", false},
      {"Scalar", "value", {{"value", nullptr}}, "value", false},
      {"Scalar", "value", {{"value", true}}, "value", false},
      {"Scalar", "value", {{"value", 1e6}}, "", true},
      {"Add", "result", {{"a", json::array{1}}}, "a", false},
      {"Fader", "value", json::object{}, "faderId", false},
      {"Fader", "value", {{"faderId", ""}}, "faderId", false},
      {"Fader", "value", {{"faderId", 5}}, "faderId", false},
      {"Button", "down", json::object{}, "buttonId", false},
      {"Preset", "bundle", {{"presetId", ""}}, "presetId", false},
      {"ScalarToBundle", "bundle", {{"attribute", "color"}}, "attribute", false},
      {"ScalarToBundle", "bundle", {{"attribute", "zoom"}}, "", true},
      {"Time", "t", {{"note", "what nobody knows is kept"}}, "", true},
  };
  live_show show;
  for (const auto& each : rows) {
    INFO(each.type << ' ' << json::serialize(each.params));
    wires joins;
    json::array nodes{json::value(node("n", each.type, each.params))};
    if (std::string_view(each.output) == "down") { // Bool joins no Bundle
      nodes.push_back(node("clamp", "Clamp01"));
      joins = {{"n.down", "clamp.value"}, {"clamp.result", "write.bundle"}};
    } else {
      joins = {{"n." + std::string(each.output), "write.bundle"}};
    }
    const auto outcome = compile(show.rest, with_output(nodes, joins));
    CHECK(outcome.at("ok").as_bool() == each.good);
    CHECK(findings(outcome) == (each.good ? list{} : list{"INVALID_PARAM n " + std::string(each.port)}));
  }
  const auto write = [&](json::object params) {
    return findings(compile(show.rest, constant_graph({}, 1, std::move(params))));
  };
  CHECK(write({{"priority", 101}}) == list{"INVALID_PARAM write priority"});
  CHECK(write({{"priority", -1}}) == list{"INVALID_PARAM write priority"});
  CHECK(write({{"priority", 99.5}}) == list{});
  CHECK(write({{"merge", "average"}}) == list{"INVALID_PARAM write merge"});
  CHECK(write({{"merge", "htp"}}) == list{});
}

TEST_CASE("graph: unknown references are warnings, and the graph runs", "[conformance][graph]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  const auto of = graph("early",
                        {node("f", "Fader", {{"faderId", "ghost-f"}}), node("b", "ScalarToBundle"),
                         node("p", "Preset", {{"presetId", "ghost-p"}}), node("m", "MergeBundle"),
                         node("s", "SelectFixture", {{"fixtureIds", ids({fixture, "ghost-x"})}}),
                         node("g", "SelectGroup", {{"groupIds", ids({"ghost-g"})}}),
                         node("w", "WriteAttributes"), node("v", "WriteAttributes")},
                        {{"f.value", "b.value"},
                         {"p.bundle", "m.base"},
                         {"b.bundle", "m.override"},
                         {"m.result", "w.bundle"},
                         {"s.selection", "w.selection"},
                         {"m.result", "v.bundle"},
                         {"g.selection", "v.selection"}});
  const auto outcome = compile(show.rest, of);
  CHECK(outcome.at("ok") == true);
  CHECK(outcome.at("errors").as_array().size() == 4);
  for (const auto& each : outcome.at("errors").as_array()) {
    CHECK(each.at("code") == "UNKNOWN_REFERENCE");
    CHECK(each.at("severity") == "warning");
  }
  const auto frame = show.viewer().frame_with(fixture, 0);
  CHECK(bundle_in(frame, "ghost-x") == nullptr);
  // The first status may be from before the graph was made.
  auto client = show.client();
  const auto status = client.next(
      "runtime/status", [](const json::object& one) { return !one.at("instances").as_array().empty(); });
  CHECK_FALSE(status.at("instances").at(0).as_object().contains("lastError"));
  CHECK(status.at("instances").at(0).at("errorCount") == 0);
}

TEST_CASE("graph: a second edge into one input is stored, and reported at every node",
          "[conformance][graph]") {
  live_show show;
  CHECK(findings(
            compile(show.rest, graph("two", {node("a", "Scalar"), node("b", "Scalar"), node("c", "Clamp01")},
                                     {{"a.value", "c.value"}, {"b.value", "c.value"}}))) ==
        list{"INVALID_PARAM c value"});
}

TEST_CASE("graph: every error is collected, not only the first", "[conformance][graph]") {
  live_show show;
  const auto outcome = compile(
      show.rest, with_output({node("color", "ColorConstant", {{"r", 2}}), node("bundle", "ScalarToBundle"),
                              node("fader", "Fader", {{"faderId", "ghost"}}), node("flash", "Flash"),
                              node("merge", "MergeBundle"), node("scale", "ScaleBundle")},
                             {{"color.color", "bundle.value"},
                              {"bundle.bundle", "merge.base"},
                              {"flash.value", "merge.override"},
                              {"merge.result", "scale.bundle"},
                              {"fader.value", "scale.scale"},
                              {"scale.result", "write.bundle"}}));
  CHECK(outcome.at("ok") == false);
  CHECK(findings(outcome) == list{"?UNKNOWN_REFERENCE fader faderId", "INVALID_PARAM color r",
                                  "MISSING_CONNECTION flash trigger", "TYPE_MISMATCH bundle value"});
}

TEST_CASE("graph: one that doesn't compile is stored, shown as broken, and mended goes on",
          "[conformance][graph]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  const auto id = show.graph(intensity_graph({fixture}, node("source", "SawLFO", {{"frequency", 0.05}})));
  auto viewer = show.viewer();
  written_watch seen{fixture};
  viewer.next("frame/full", [&](const json::object& one) { return seen(one) && seen.value > 0; });
  const auto path = "/api/graphs/" + id;
  auto broken = intensity_graph({fixture}, node("source", "SawLFO", {{"frequency", 1000}}), "value",
                                {{"priority", 101}});
  CHECK(show.rest.update(path, 1, {{"nodes", broken.at("nodes")}}).status == 200);
  viewer.next("frame/full", [&](const json::object& one) { return !seen(one); });
  const auto gone = seen.t_unset;
  viewer.next("frame/full", [&](const json::object& one) { return !seen(one) && seen.t_unset > gone + 0.5; });
  const auto frozen = seen.value;
  const auto status = viewer.next(
      "runtime/status", [&](const json::object& one) { return instance_in(one, id).contains("lastError"); });
  const auto& instance = instance_in(status, id);
  CHECK_FALSE(str(instance.at("lastError")).empty());
  CHECK(instance.at("errorCount") == 2);
  CHECK(instance.at("writes") == json::array{});
  CHECK(instance.at("enabled") == true);

  auto mended = intensity_graph({fixture}, node("source", "SawLFO", {{"frequency", 0.05}}));
  CHECK(show.rest.update(path, 2, {{"nodes", mended.at("nodes")}}).status == 200);
  const auto first = viewer.next("frame/full", std::ref(seen));
  // One tick further, or as many as this viewer missed; a new start would begin at 0, and a graph that ran
  // on would be far ahead.
  CHECK(seen.value > frozen + 0.05 / 60 - 1e-4);
  CHECK(seen.value < frozen + 0.05 * (num(first.at("t")) - seen.t_unset) + 1e-4);
  const auto after = viewer.next(
      "runtime/status", [&](const json::object& one) { return !instance_in(one, id).contains("lastError"); });
  CHECK(instance_in(after, id).at("errorCount") == 0);
}

TEST_CASE("graph: an edit keeps the state of every node whose id and type stay", "[conformance][graph]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  const auto saw = [&](const char* name, double offset) {
    return graph("saw",
                 {node(name, "SawLFO", {{"frequency", 0.5}}), node("add", "Add", {{"b", offset}}),
                  node("bundle", "ScalarToBundle", {{"attribute", "pan"}}),
                  node("select", "SelectFixture", {{"fixtureIds", ids({fixture})}}),
                  node("write", "WriteAttributes")},
                 {{std::string(name) + ".value", "add.a"},
                  {"add.result", "bundle.value"},
                  {"bundle.bundle", "write.bundle"},
                  {"select.selection", "write.selection"}});
  };
  const auto id = show.graph(saw("lfo", 0));
  auto viewer = show.viewer();
  const auto pan = [&](const json::object& frame) { return num(bundle_in(frame, fixture)->at("pan")); };
  auto before = viewer.next(
      "frame/full", [&](const json::object& one) { return bundle_in(one, fixture) && pan(one) > 0.2; });
  auto changed = saw("lfo", -1);
  changed.erase("name");
  show.rest.change("/api/graphs/" + id, changed);
  const auto after = viewer.next("frame/full", [&](const json::object& one) {
    if (pan(one) >= 0) before = one;
    return pan(one) < 0;
  });
  const auto expected = pan(before) + 0.5 * (num(after.at("t")) - num(before.at("t"))) - 1;
  CHECK(pan(after) == Approx(expected).margin(1e-4));

  auto renamed = saw("another", 0);
  renamed.erase("name");
  show.rest.change("/api/graphs/" + id, renamed);
  const auto fresh = viewer.next("frame/full", [&](const json::object& one) { return pan(one) >= 0; });
  CHECK(pan(fresh) == 0);
}

TEST_CASE(
    "graph: compile/result comes on create, update, compile, and when an edit elsewhere changes the result",
    "[conformance][graph][ws]") {
  live_show show;
  const auto fixture = show.dimmer(1), group = show.group({fixture});
  auto client = show.client();
  const auto id =
      show.graph(graph("g",
                       {node("v", "Scalar"), node("s", "SelectGroup", {{"groupIds", ids({group})}}),
                        node("w", "WriteAttributes")},
                       {{"v.value", "w.bundle"}, {"s.selection", "w.selection"}}));
  const auto next = [&](std::int64_t revision) {
    const auto message = client.next("compile/result", [&](const json::object& one) {
      return str(one.at("graphId")) == id && one.at("revision") == revision;
    });
    return findings(message);
  };
  CHECK(next(1) == list{});
  show.rest.change("/api/graphs/" + id, json::object{{"name", "renamed"}});
  CHECK(next(2) == list{});
  REQUIRE(show.rest.post("/api/graphs/" + id + "/compile", json::object{}).ok());
  CHECK(next(2) == list{});
  REQUIRE(show.rest.del("/api/groups/" + group).ok());
  const auto message = client.next("compile/result");
  CHECK(str(message.at("graphId")) == id);
  CHECK(message.at("revision") == 2);
  CHECK(message.at("ok") == true);
  CHECK(findings(message) == list{"?UNKNOWN_REFERENCE s groupIds"});
}
