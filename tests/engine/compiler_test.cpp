// Compiling: protocol section 4, sentence by sentence.
#include "tests/engine/engine_stage.hpp"

#include <chrono>

namespace troupe::test {
namespace {

compile_result check(const graph& g, plain_show show = {}) {
  show.graphs = {{"graph", g}};
  const auto state = to_state(show);
  return engine::check_graph(*state.find(entity_kind::graph, "graph"), state);
}

/// `CODE node.port` of each error; warnings begin with `w`.
std::vector<std::string> findings(const compile_result& result) {
  std::vector<std::string> out;
  for (const auto& e : result.errors)
    out.push_back((e.warning ? "w " : "") + std::string(compile_code_name(e.code)) + " " + e.node_id +
                  (e.port.empty() ? "" : "." + e.port));
  return out;
}

using texts = std::vector<std::string>;

const node_text group_g{"s", "SelectGroup", R"({"groupIds":[]})"};

/// A graph whose node `x` of this type and params reaches an output.
graph live(const std::string& type, const std::string& params, const std::string& output) {
  return graph_of({{"x", type, params}, group_g, {"out", "WriteAttributes"}},
                  {"x." + output + " > out.bundle", "s.selection > out.selection"});
}

} // namespace

TEST_CASE("compiler: an empty graph is fine", "[engine][compiler]") {
  const auto result = check({});
  CHECK(result.ok);
  CHECK(result.errors.empty());
}

TEST_CASE("compiler: unknown node types stop everything else, and leave no dependencies",
          "[engine][compiler]") {
  const auto g =
      graph_of({{"a", "Nonsense"}, {"b", ""}, {"f", "Fader", R"({"faderId":"A"})"}, {"c", "Clamp01"}},
               {"c.result > c.value"});
  const auto result = check(g);
  CHECK_FALSE(result.ok);
  CHECK(findings(result) == texts{"UNKNOWN_NODE_TYPE a", "UNKNOWN_NODE_TYPE b"});
  CHECK(result.dependencies == graph_dependencies{});
}

TEST_CASE("compiler: a circle is told as a path, and stops the rest", "[engine][compiler]") {
  auto g = graph_of({{"f", "Fader", R"({"faderId":"A"})"},
                     {"c", "Add"},
                     {"a", "Add"},
                     {"b", "Add"},
                     {"w", "WriteAttributes"}},
                    {"f.value > c.a", "b.result > a.a", "a.result > b.a", "c.result > a.b"});
  auto result = check(g);
  REQUIRE(findings(result) == texts{"CYCLE_DETECTED a"});
  CHECK(result.errors[0].message.find("a -> b -> a") != std::string::npos);
  CHECK(result.dependencies == graph_dependencies{});

  g = graph_of({{"me", "Add"}}, {"me.result > me.a"});
  result = check(g);
  REQUIRE(findings(result) == texts{"CYCLE_DETECTED me"});
  CHECK(result.errors[0].message.find("me -> me") != std::string::npos);
}

TEST_CASE("compiler: edges join equal types and the few that convert", "[engine][compiler]") {
  const auto join = [](const std::string& from, const std::string& port, const std::string& to,
                       const std::string& in) {
    return findings(check(graph_of({{"a", from}, {"b", to}}, {"a." + port + " > b." + in})));
  };
  CHECK(join("Button", "pressed", "Switch", "condition").empty());
  CHECK(join("Button", "pressed", "Add", "a").empty());
  CHECK(join("Bool", "value", "Add", "a").empty());
  CHECK(join("ColorConstant", "color", "ScaleBundle", "bundle").empty());
  CHECK(join("PositionConstant", "position", "ScaleBundle", "bundle").empty());
  CHECK(join("Scalar", "value", "ScaleBundle", "bundle").empty());
  CHECK(join("Scalar", "value", "Switch", "condition") == texts{"TYPE_MISMATCH b.condition"});
  CHECK(join("Bool", "value", "Flash", "trigger") == texts{"TYPE_MISMATCH b.trigger"});
  CHECK(join("Bool", "value", "ScaleBundle", "bundle") == texts{"TYPE_MISMATCH b.bundle"});
  CHECK(join("Preset", "bundle", "ScaleColor", "color") == texts{"TYPE_MISMATCH b.color"});
  CHECK(join("ColorConstant", "color", "OffsetPosition", "position") == texts{"TYPE_MISMATCH b.position"});
  CHECK(join("SelectGroup", "selection", "Add", "a") == texts{"TYPE_MISMATCH b.a"});
}

TEST_CASE("compiler: edge types are checked at every node, required inputs only where an output is reached",
          "[engine][compiler]") {
  const auto g = graph_of({{"sel", "SelectGroup"}, {"add", "Add"}, {"flash", "Flash"}, {"fader", "Fader"}},
                          {"sel.selection > add.a"});
  CHECK(findings(check(g)) == texts{"TYPE_MISMATCH add.a"});
}

TEST_CASE("compiler: a second edge into one input is reported at any node, by node and port",
          "[engine][compiler]") {
  const auto g = graph_of({{"a", "Scalar"}, {"b", "Scalar"}, {"c", "Clamp01"}},
                          {"a.value > c.value", "b.value > c.value"});
  const auto result = check(g);
  REQUIRE(findings(result) == texts{"INVALID_PARAM c.value"});
  CHECK(result.errors[0].message.find("'value'") != std::string::npos);
  CHECK(result.errors[0].message.find("'c'") != std::string::npos);
}

TEST_CASE("compiler: damaged structure is an error, never a crash", "[engine][compiler]") {
  CHECK(findings(check(graph_of({{"a", "Scalar"}}, {"a.value > gone.value"}))) ==
        texts{"INVALID_PARAM a.value"});
  CHECK(findings(check(graph_of({{"a", "Add"}}, {"gone.value > a.b"}))) == texts{"INVALID_PARAM a.b"});
  CHECK(findings(check(graph_of({}, {"gone.value > lost.b"}))).size() == 2);
  CHECK(findings(check(graph_of({{"a", "Scalar"}, {"b", "Add"}}, {"a.nothing > b.a"}))) ==
        texts{"INVALID_PARAM a.nothing"});
  CHECK(findings(check(graph_of({{"a", "Scalar"}, {"b", "Add"}}, {"a.value > b.nothing"}))) ==
        texts{"INVALID_PARAM b.nothing"});
  CHECK(findings(check(graph_of({{"a", "Scalar"}, {"a", "Add"}}, {}))) == texts{"INVALID_PARAM a"});
  auto g = graph_of({{"a", "Scalar"}, {"b", "Add"}}, {"a.value > b.a", "a.value > b.b"});
  g.edges[1].id = g.edges[0].id;
  CHECK(findings(check(g)) == texts{"INVALID_PARAM b.b"});
}

TEST_CASE("compiler: Bundle, Selection and Trigger inputs must be connected where an output is reached",
          "[engine][compiler]") {
  CHECK(findings(check(graph_of({{"out", "WriteAttributes"}}, {}))) ==
        texts{"MISSING_CONNECTION out.selection", "MISSING_CONNECTION out.bundle"});
  CHECK(findings(check(live("Flash", "{}", "value"))) == texts{"MISSING_CONNECTION x.trigger"});
  CHECK(findings(check(live("Chase", "{}", "value"))) == texts{"MISSING_CONNECTION x.selection"});
  CHECK(findings(check(live("ScaleBundle", "{}", "result"))) == texts{"MISSING_CONNECTION x.bundle"});
  CHECK(findings(check(live("Envelope", "{}", "value"))).empty()); // Bool has a default
}

TEST_CASE("compiler: one input of MergeBundle may be open, not both", "[engine][compiler]") {
  CHECK(findings(check(live("MergeBundle", "{}", "result"))) == texts{"MISSING_CONNECTION x.base"});
  for (const std::string open : {"base", "override"}) {
    auto g = live("MergeBundle", "{}", "result");
    g.nodes.push_back(make_node("c", "ColorConstant"));
    g.edges.push_back(make_edge("more", {"c", "color"}, {"x", open == "base" ? "override" : "base"}));
    CHECK(check(g).ok);
  }
}

TEST_CASE("compiler: constants have the right JSON type", "[engine][compiler]") {
  const auto of = [](const std::string& type, const std::string& params, const std::string& output) {
    return findings(check(live(type, params, output)));
  };
  CHECK(of("Scalar", R"({"value":"1"})", "value") == texts{"INVALID_PARAM x.value"});
  CHECK(of("Scalar", R"({"value":null})", "value") == texts{"INVALID_PARAM x.value"});
  CHECK(of("Scalar", R"({"value":true})", "value") == texts{"INVALID_PARAM x.value"});
  CHECK(of("Scalar", R"({"value":3})", "value").empty());
  CHECK(of("Scalar", R"({"value":1e300})", "value").empty());
  CHECK(of("Switch", R"({"condition":1})", "result") == texts{"INVALID_PARAM x.condition"});
  CHECK(of("Switch", R"({"condition":true})", "result").empty());
  CHECK(of("ScaleColor", R"({"color":[1,1,1]})", "result") == texts{"INVALID_PARAM x.color"});
  CHECK(of("ScaleColor", R"({"color":{"r":1,"g":1}})", "result") == texts{"INVALID_PARAM x.color"});
  CHECK(of("ScaleColor", R"({"color":{"r":1,"g":1,"b":2}})", "result") == texts{"INVALID_PARAM x.color"});
  CHECK(of("ScaleColor", R"({"color":{"r":1,"g":1,"b":0.5}})", "result").empty());
  CHECK(of("ScalePosition", R"({"position":{"pan":-2,"tilt":0}})", "result") ==
        texts{"INVALID_PARAM x.position"});
  CHECK(of("ScalePosition", R"({"position":{"pan":-1,"tilt":0}})", "result").empty());
  CHECK(of("Scalar", R"({"nonsense":[{}]})", "value").empty()); // unknown params are nobody's business
}

TEST_CASE("compiler: constants keep the hard ranges, both ends included", "[engine][compiler]") {
  struct border {
    const char *type, *port, *output;
    double inside, outside;
  };
  for (const auto& [type, port, output, inside, outside] :
       {border{"MixColor", "mix", "result", 1, 1.001}, border{"MixColor", "mix", "result", 0, -0.001},
        border{"Smooth", "smoothing", "result", 1, 1.001}, border{"ColorConstant", "r", "color", 1, 1.001},
        border{"PositionConstant", "pan", "position", -1, -1.001},
        border{"SineLFO", "frequency", "value", 100, 100.1}, border{"SineLFO", "frequency", "value", 0, -0.1},
        border{"Envelope", "attack", "value", 600, 601}, border{"Envelope", "release", "value", 0, -1},
        border{"Envelope", "decay", "value", 600, 600.5}}) {
    const auto with = [&, t = type, p = port, o = output](double value) {
      auto g = live(t, "{}", o);
      g.nodes[0].params[p] = value;
      return findings(check(g));
    };
    CHECK(with(inside).empty());
    CHECK(with(outside) == texts{std::string("INVALID_PARAM x.") + port});
  }
  auto g = live("Scalar", "{}", "value");
  g.nodes[2].params["priority"] = 100.5;
  CHECK(findings(check(g)) == texts{"INVALID_PARAM out.priority"});
  g.nodes[2].params["priority"] = 12.5; // a real number
  CHECK(check(g).ok);
}

TEST_CASE("compiler: choices are one of the list", "[engine][compiler]") {
  CHECK(check(live("Compare", R"({"mode":"=="})", "result")).errors[0].code == compile_code::type_mismatch);
  auto g = live("Compare", R"({"mode":"!="})", "result");
  g.nodes.push_back(make_node("sw", "Switch"));
  g.edges[0].to = {"sw", "condition"};
  g.edges.push_back(make_edge("more", {"sw", "result"}, {"out", "bundle"}));
  CHECK(findings(check(g)) == texts{"INVALID_PARAM x.mode"});
  g.nodes[0].params["mode"] = ">=";
  CHECK(check(g).ok);
  g.nodes[2].params["merge"] = "mix";
  CHECK(findings(check(g)) == texts{"INVALID_PARAM out.merge"});
}

TEST_CASE("compiler: an integer that is none, or out of its range, is INVALID_PARAM", "[engine][compiler]") {
  const auto complaint = [](const char* params) { return findings(check(live("DmxIn", params, "value"))); };
  for (const auto* fine : {"{}", R"({"universe":32767,"channel":512})", R"({"channel":1.0})"})
    CHECK(complaint(fine).empty());
  CHECK(complaint(R"({"universe":32768})") == texts{"INVALID_PARAM x.universe"});
  CHECK(complaint(R"({"universe":-1})") == texts{"INVALID_PARAM x.universe"});
  CHECK(complaint(R"({"channel":0})") == texts{"INVALID_PARAM x.channel"});
  CHECK(complaint(R"({"channel":1.5})") == texts{"INVALID_PARAM x.channel"});
  CHECK(complaint(R"({"channel":"1"})") == texts{"INVALID_PARAM x.channel"});
  CHECK(complaint(R"({"resolution":"12bit"})") == texts{"INVALID_PARAM x.resolution"});
}

TEST_CASE("compiler: a missing or empty id is INVALID_PARAM, an unknown one a warning",
          "[engine][compiler]") {
  CHECK(findings(check(live("Fader", "{}", "value"))) == texts{"INVALID_PARAM x.faderId"});
  CHECK(findings(check(live("Fader", R"({"faderId":""})", "value"))) == texts{"INVALID_PARAM x.faderId"});
  CHECK(findings(check(live("Fader", R"({"faderId":7})", "value"))) == texts{"INVALID_PARAM x.faderId"});
  CHECK(findings(check(live("Preset", "{}", "bundle"))) == texts{"INVALID_PARAM x.presetId"});
  const auto result = check(live("Fader", R"({"faderId":"A"})", "value"));
  CHECK(result.ok);
  CHECK(findings(result) == texts{"w UNKNOWN_REFERENCE x.faderId"});
}

TEST_CASE("compiler: a fader isn't a button", "[engine][compiler]") {
  plain_show show;
  show.inputs = {{"A", {"fader", input_type::fader}}, {"B", {"button", input_type::button}}};
  CHECK(findings(check(live("Fader", R"({"faderId":"A"})", "value"), show)).empty());
  CHECK(findings(check(live("Fader", R"({"faderId":"B"})", "value"), show)) ==
        texts{"w UNKNOWN_REFERENCE x.faderId"});
}

TEST_CASE("compiler: groups and fixtures may be many, one by its old name, or none", "[engine][compiler]") {
  auto g = live("Scalar", "{}", "value");
  const auto with = [&](const char* params) {
    g.nodes[1].params = boost::json::parse(params).as_object();
    return check(g);
  };
  CHECK(findings(with(R"({"groupIds":["a","b"]})")) ==
        texts{"w UNKNOWN_REFERENCE s.groupIds", "w UNKNOWN_REFERENCE s.groupIds"});
  CHECK(with(R"({"groupIds":["a","b","a"]})").dependencies.group_ids == texts{"a", "b"});
  CHECK(with(R"({"groupId":"old"})").dependencies.group_ids == texts{"old"});
  CHECK(with(R"({"groupId":"old","groupIds":["new"]})").dependencies.group_ids == texts{"new"});
  CHECK(findings(with("{}")).empty());
  CHECK(findings(with(R"({"groupIds":"a"})")) ==
        texts{"INVALID_PARAM s.groupIds", "w UNKNOWN_REFERENCE s.groupIds"});
  CHECK(findings(with(R"({"groupIds":[1]})")) == texts{"INVALID_PARAM s.groupIds"});
  CHECK(findings(with(R"({"groupId":["a"]})")) == texts{"INVALID_PARAM s.groupIds"});
}

TEST_CASE("compiler: nodes that reach no output aren't checked, but counted as dependencies",
          "[engine][compiler]") {
  const auto g = graph_of({{"f", "Fader", R"({"faderId":"A"})"},
                           {"b", "Button", R"({"buttonId":"B"})"},
                           {"p", "Preset", R"({"presetId":"P"})"},
                           {"x", "SelectFixture", R"({"fixtureIds":["F","F"]})"},
                           {"m", "MixColor", R"({"mix":7})"},
                           {"flash", "Flash"}},
                          {});
  const auto result = check(g);
  CHECK(result.ok);
  CHECK(result.errors.empty());
  CHECK(result.dependencies == graph_dependencies{{"A"}, {"B"}, {"P"}, {}, {"F"}});
}

TEST_CASE("compiler: the last stages collect every error, in their order", "[engine][compiler]") {
  auto g = graph_of(
      {{"f", "Fader", R"({"faderId":"A"})"}, {"c", "Chase", R"({"width":0})"}, {"out", "WriteAttributes"}},
      {"f.value > c.selection", "c.value > out.bundle"});
  CHECK(findings(check(g)) == texts{"TYPE_MISMATCH c.selection", "MISSING_CONNECTION out.selection",
                                    "INVALID_PARAM c.width", "w UNKNOWN_REFERENCE f.faderId"});
}

TEST_CASE("compiler: a chain of 100,000 nodes compiles without recursion, a circle of them is told briefly",
          "[engine][compiler]") {
  graph g;
  constexpr int count = 100'000;
  for (int i = 0; i < count; ++i) {
    g.nodes.push_back(make_node("n" + std::to_string(i), "Add"));
    if (i > 0)
      g.edges.push_back(make_edge("e" + std::to_string(i), {"n" + std::to_string(i - 1), "result"},
                                  {"n" + std::to_string(i), "a"}));
  }
  g.nodes.push_back(make_node("s", "SelectGroup"));
  g.nodes.push_back(make_node("out", "WriteAttributes"));
  g.edges.push_back(make_edge("es", {"s", "selection"}, {"out", "selection"}));
  g.edges.push_back(make_edge("eb", {"n" + std::to_string(count - 1), "result"}, {"out", "bundle"}));
  engine_stage stage(1, g);
  CHECK(stage.results["graph"].ok);
  stage.tick(0);

  g.edges.push_back(make_edge("back", {"n" + std::to_string(count - 1), "result"}, {"n0", "b"}));
  const auto result = check(g);
  REQUIRE(findings(result) == texts{"CYCLE_DETECTED n0"});
  CHECK(result.errors[0].message.starts_with("the graph runs in a circle: n0 -> n1 -> "));
  CHECK(result.errors[0].message.ends_with(" -> n99999 -> n0"));
  CHECK(result.errors[0].message.size() < 4096);
}

TEST_CASE("compiler: a star of 20,000 writes over one group shares what it selects", "[engine][compiler]") {
  graph g;
  g.nodes.push_back(make_node("s", "SelectGroup", {{"groupId", "g"}}));
  g.nodes.push_back(make_node("c", "Chase"));
  g.edges.push_back(make_edge("c", {"s", "selection"}, {"c", "selection"}));
  for (int i = 0; i < 20'000; ++i) {
    const auto id = "w" + std::to_string(i);
    g.nodes.push_back(make_node(id, "WriteAttributes"));
    g.edges.push_back(make_edge("s" + id, {"s", "selection"}, {id, "selection"}));
    g.edges.push_back(make_edge("b" + id, {"c", "value"}, {id, "bundle"}));
  }
  engine_stage stage(4, g);
  REQUIRE(stage.results["graph"].ok);
  stage.tick(0);
  CHECK(stage.frame.writes.size() == 20'000);
  CHECK(stage.value("f0") == 1);
}

TEST_CASE("compiler: compiling an updated record needs no memory of the one before", "[engine][compiler]") {
  const auto g = live("Scalar", R"({"value":0.5})", "value");
  plain_show show;
  show.graphs = {{"graph", g}};
  const auto state = to_state(show);
  const auto rig = engine::make_rig(state, {}, nullptr);
  const auto made = engine::compile_graph(*state.find(entity_kind::graph, "graph"), state, *rig);
  REQUIRE(made.program());
  CHECK(made.program()->uniform_operations.empty()); // constants alone: nothing is left to do
  CHECK(made.program()->sites.at(0).node_id == "out");
}

} // namespace troupe::test
