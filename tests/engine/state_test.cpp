// What survives edits: protocol, section 4 "State".
#include "tests/engine/allocations.hpp"
#include "tests/engine/engine_stage.hpp"

namespace troupe::test {
namespace {

graph saw() {
  return writing({{"x", "SawLFO"}}, {}, "x.value");
}

/// A saw whose state is per fixture, because its phase varies; the phase itself is 0 for all.
graph varying_saw() {
  return writing(
      {{"s", "SelectGroup", R"({"groupId":"g"})"}, {"p", "Spread", R"({"to":0})"}, {"x", "SawLFO"}},
      {"s.selection > p.selection", "p.value > x.phase"}, "x.value");
}

void join(engine_stage& stage, const std::string& id) {
  const auto next = static_cast<std::uint16_t>(100 + stage.show.fixtures.size());
  stage.show.fixtures.push_back({id, {"any", "m", 0, next}});
  stage.show.groups[0].value.fixture_ids.push_back(id);
}

void leave(engine_stage& stage, const std::string& id) {
  std::erase(stage.show.groups[0].value.fixture_ids, id);
}

} // namespace

TEST_CASE("state: an edit keeps the state of nodes whose id and type stay", "[engine][state]") {
  engine_stage stage(1, saw());
  stage.tick(0);
  stage.tick(0.25);
  stage.node("x").params["frequency"] = 2;
  stage.change();
  stage.tick(0.125);
  CHECK(stage.value("f0") == about(0.5)); // 0.25 + 2 · 0.125
  stage.node("x").type = "TriangleLFO";
  stage.change();
  stage.tick(0.125);
  CHECK(stage.value("f0") == 0); // another type: its first tick
  stage.tick(0.125);
  stage.node("x").id = "y";
  for (auto& e : stage.the_graph().edges)
    if (e.from.node_id == "x") e.from.node_id = "y";
  stage.change();
  stage.tick(0.125);
  CHECK(stage.value("f0") == 0); // another id
}

TEST_CASE("state: a node's first tick counts, not the show's", "[engine][state]") {
  engine_stage stage(1, writing({{"x", "Scalar"}}, {}, "x.value"));
  stage.tick(0);
  stage.tick(1);
  stage.the_graph() = saw();
  stage.change();
  stage.tick(0.25);
  CHECK(stage.value("f0") == 0);
  stage.tick(0.25);
  CHECK(stage.value("f0") == about(0.25));
}

TEST_CASE("state: a disabled graph stands still and resumes", "[engine][state]") {
  engine_stage stage(1, saw());
  stage.tick(0);
  stage.tick(0.25);
  stage.the_graph().enabled = false;
  stage.change();
  stage.tick(0.25);
  CHECK_FALSE(stage.written("f0"));
  stage.the_graph().enabled = true;
  stage.change();
  stage.tick(0.125);
  CHECK(stage.value("f0") == about(0.375));
}

TEST_CASE("state: a graph that no longer compiles stands still and resumes", "[engine][state]") {
  engine_stage stage(1, saw());
  stage.tick(0);
  stage.tick(0.25);
  stage.node("out").params["priority"] = 1000;
  stage.change();
  CHECK_FALSE(stage.results["graph"].ok);
  stage.tick(0.25);
  CHECK_FALSE(stage.written("f0"));
  CHECK_FALSE(stage.frame.layout->instances[0].last_error.empty());
  stage.node("out").params["priority"] = 1;
  stage.change();
  stage.tick(0.125);
  CHECK(stage.value("f0") == about(0.375));
}

TEST_CASE("state: triggers while a graph is disabled are lost", "[engine][state]") {
  engine_stage stage(1, writing({{"b", "Button", R"({"buttonId":"B"})"}, {"x", "Flash"}},
                                {"b.pressed > x.trigger"}, "x.value"));
  stage.tick(0);
  stage.the_graph().enabled = false;
  stage.change();
  stage.now.buttons["B"] = {true, true};
  stage.tick(0.1);
  stage.now.buttons["B"] = {};
  stage.the_graph().enabled = true;
  stage.change();
  stage.tick(0.1);
  CHECK(stage.value("f0") == 0);
}

TEST_CASE("state: deleting a graph drops its state", "[engine][state]") {
  engine_stage stage(1, saw());
  stage.tick(0);
  stage.tick(0.25);
  const auto kept = stage.show.graphs;
  stage.show.graphs.clear();
  stage.change();
  stage.tick(0.25);
  CHECK_FALSE(stage.written("f0"));
  stage.show.graphs = kept;
  stage.change();
  stage.tick(0.25);
  CHECK(stage.value("f0") == 0);
}

TEST_CASE("state: another show drops all state, even of graphs with the same ids", "[engine][state]") {
  engine_stage stage(1, saw());
  stage.tick(0);
  stage.tick(0.25);
  stage.change(true);
  stage.tick(0.25);
  CHECK(stage.value("f0") == 0);
}

TEST_CASE("state: a node that reaches no output stands still, and goes on when it does again",
          "[engine][state]") {
  engine_stage stage(1, saw());
  stage.tick(0);
  stage.tick(0.25);
  const auto edges = stage.the_graph().edges;
  stage.the_graph().nodes.push_back(make_node("v", "Scalar", {{"value", 0.125}}));
  stage.the_graph().edges.back().from = {"v", "value"};
  stage.change();
  stage.tick(0.25);
  CHECK(stage.value("f0") == 0.125f);
  stage.the_graph().edges = edges;
  stage.change();
  stage.tick(0.125);
  CHECK(stage.value("f0") == about(0.375));
}

TEST_CASE("state: a fixture that joins starts as at its first tick, the others go on", "[engine][state]") {
  engine_stage stage(1, varying_saw());
  stage.tick(0);
  stage.tick(0.25);
  join(stage, "late");
  stage.change();
  stage.tick(0.25);
  CHECK(stage.value("f0") == about(0.5));
  CHECK(stage.value("late") == 0);
  stage.tick(0.125);
  CHECK(stage.value("f0") == about(0.625));
  CHECK(stage.value("late") == about(0.125));
}

TEST_CASE("state: a fixture that leaves and joins again starts anew", "[engine][state]") {
  engine_stage stage(2, varying_saw());
  stage.tick(0);
  stage.tick(0.25);
  leave(stage, "f0");
  stage.change();
  stage.tick(0.25);
  stage.show.groups[0].value.fixture_ids = {"f0", "f1"};
  stage.change();
  stage.tick(0.25);
  CHECK(stage.value("f0") == 0);
  CHECK(stage.value("f1") == about(0.75));
}

TEST_CASE("state: a new fixture in a freed slot doesn't inherit, also in a disabled graph",
          "[engine][state]") {
  for (const bool disabled : {false, true}) {
    engine_stage stage(2, varying_saw());
    stage.tick(0);
    stage.tick(0.25);
    stage.the_graph().enabled = !disabled;
    stage.show.fixtures.erase(stage.show.fixtures.begin()); // f0 and its slot
    stage.show.groups[0].value.fixture_ids = {"f1"};
    join(stage, "heir");
    stage.change();
    CHECK(stage.rig->slot_of("heir") == 0u);
    stage.the_graph().enabled = true;
    stage.change();
    stage.tick(0.25);
    CHECK(stage.value("heir") == 0);
    CHECK(stage.value("f1") == about(0.5));
  }
}

TEST_CASE("state: the domain of a node is the union of the selections of the writes it reaches",
          "[engine][state]") {
  auto show = engine_stage::dimmers(2, {});
  show.groups = {{"g", {"all", {"f0", "f1"}}}, {"a", {"a", {"f0"}}}, {"b", {"b", {"f1"}}}};
  show.graphs[0].value =
      graph_of({{"all", "SelectGroup", R"({"groupId":"g"})"},
                {"a", "SelectGroup", R"({"groupId":"a"})"},
                {"b", "SelectGroup", R"({"groupId":"b"})"},
                {"p", "Spread", R"({"to":0})"},
                {"x", "SawLFO"},
                {"w1", "WriteAttributes"},
                {"w2", "WriteAttributes"}},
               {"all.selection > p.selection", "p.value > x.phase", "x.value > w1.bundle",
                "a.selection > w1.selection", "x.value > w2.bundle", "b.selection > w2.selection"});
  engine_stage stage(show);
  stage.tick(0);
  stage.tick(0.25);
  stage.show.groups[1].value.fixture_ids = {"f1"}; // f1 changes from one write to the other: it never left
  stage.show.groups[2].value.fixture_ids = {"f0"};
  stage.change();
  stage.tick(0.25);
  CHECK(stage.value("f0") == about(0.5));
  CHECK(stage.value("f1") == about(0.5));
}

TEST_CASE("state: a node that begins to vary starts every fixture where it was, one that ceases starts anew",
          "[engine][state]") {
  engine_stage stage(2, saw());
  stage.tick(0);
  stage.tick(0.25);
  stage.the_graph() = varying_saw();
  stage.change();
  stage.tick(0.125);
  CHECK(stage.value("f0") == about(0.375));
  CHECK(stage.value("f1") == about(0.375));
  stage.the_graph() = saw();
  stage.change();
  stage.tick(0.125);
  CHECK(stage.value("f0") == 0);
}

TEST_CASE("state: a chase keeps step when its selection changes", "[engine][state]") {
  engine_stage stage(4, writing({{"s", "SelectGroup", R"({"groupId":"g"})"}, {"x", "Chase"}},
                                {"s.selection > x.selection"}, "x.value"));
  stage.tick(0);
  stage.tick(3); // at the last fixture
  CHECK(stage.value("f3") == 1);
  join(stage, "late");
  stage.change();
  stage.tick(1);
  CHECK(stage.value("late") == 1); // all see one position
  CHECK(stage.value("f3") == 0);
  stage.show.groups[0].value.fixture_ids = {"f0", "f1", "f2"};
  stage.change();
  stage.tick(0); // 4 modulo 3
  CHECK(stage.value("f1") == 1);
  stage.show.groups[0].value.fixture_ids = {};
  stage.change();
  stage.tick(5); // nobody to run along: the position stays
  stage.show.groups[0].value.fixture_ids = {"f0", "f1", "f2"};
  stage.change();
  stage.tick(0);
  CHECK(stage.value("f1") == 1);
}

TEST_CASE("state: graphs installed one by one keep their place unless told otherwise", "[engine][state]") {
  engine_stage stage(1, saw());
  auto first = stage.show.graphs[0];
  stage.show.graphs = {{"b", first.value}, {"a", first.value}};
  stage.change();
  stage.tick(0);
  const auto ids = [&] {
    std::vector<std::string> out;
    for (const auto& i : stage.frame.layout->instances) out.push_back(i.graph_id);
    return out;
  };
  CHECK(ids() == std::vector<std::string>{"b", "a"});
  engine::stage_install only;
  only.graphs.push_back({"b", 2, false, {}, 0, {}});
  stage.evaluator.install(only);
  stage.tick(0.1);
  CHECK(ids() == std::vector<std::string>{"b", "a"});
  only.graphs = {{"c", 1, true, "broken", 3, {}}};
  only.graph_order = {"a", "b"};
  stage.evaluator.install(only);
  stage.tick(0.1);
  CHECK(ids() == std::vector<std::string>{"a", "b", "c"});
  CHECK(stage.frame.layout->instances[2].error_count == 3);
}

TEST_CASE("state: a program of other places is refused, and nothing has changed", "[engine][state]") {
  engine_stage stage(1, saw());
  stage.tick(0);
  auto show = stage.show;
  show.fixtures.push_back({"more", {"any", "m", 0, 50}});
  engine::stage_install wrong;
  wrong.new_show = true;
  wrong.rig = engine::make_rig(to_state(show), {}, nullptr);
  const auto state = to_state(stage.show);
  wrong.graphs.push_back(
      {"graph",
       1,
       true,
       {},
       0,
       engine::compile_graph(*state.find(entity_kind::graph, "graph"), state, *stage.rig).programs});
  CHECK_THROWS_AS(stage.evaluator.install(wrong), std::logic_error);
  engine::stage_install rig_alone;
  rig_alone.rig = wrong.rig; // the graph's program would be left behind
  CHECK_THROWS_AS(stage.evaluator.install(rig_alone), std::logic_error);
  stage.tick(0.25);
  CHECK(stage.value("f0") == about(0.25));
}

TEST_CASE("state: before anything is installed a tick gives an empty frame", "[engine][state]") {
  engine::show_evaluator evaluator;
  const auto made = evaluator.tick({1, 0, 0, 0}, {});
  const auto& frame = *made.frame;
  const auto& dmx = *made.dmx;
  REQUIRE(frame.layout);
  CHECK(frame.layout->fixtures->slots() == 0);
  CHECK(frame.written.empty());
  CHECK(dmx.addresses.empty());
}

TEST_CASE("state: a tick allocates nothing once it has run", "[engine][state]") {
  auto show = engine_stage::dimmers(600, varying_saw());
  auto other = varying_saw();
  other.edges.push_back(make_edge("prio", {"x", "value"}, {"out", "priority"}));
  show.graphs.push_back({"other", other});
  engine_stage stage(show);
  const auto inputs = to_snapshot(stage.now);
  const auto tick = [&] {
    stage.time.frame_number += 1;
    stage.time.dt_ns = 16'666'667;
    stage.evaluator.tick(stage.time, inputs);
  };
  tick();
  tick();
  const auto before = allocations();
  for (int i = 0; i < 10; ++i) tick();
  CHECK(allocations() == before);
}

} // namespace troupe::test
