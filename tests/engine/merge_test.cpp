// Merging: protocol, section 5.
#include "tests/engine/engine_stage.hpp"

#include <algorithm>

namespace troupe::test {
namespace {

struct layer {
  double value, priority;
  const char* merge = "override";
};

/// One write for each layer, all to f0, as one graph or as many.
plain_show layered(const std::vector<layer>& layers, bool one_graph) {
  auto show = engine_stage::dimmers(1, {});
  show.graphs.clear();
  graph all = graph_of({{"s", "SelectGroup", R"({"groupId":"g"})"}}, {});
  for (std::size_t i = 0; i < layers.size(); ++i) {
    auto& g = one_graph ? all : (all = graph_of({{"s", "SelectGroup", R"({"groupId":"g"})"}}, {}));
    const auto n = std::to_string(i);
    g.nodes.push_back(make_node("v" + n, "Scalar", {{"value", layers[i].value}}));
    g.nodes.push_back(make_node("w" + n, "WriteAttributes",
                                {{"priority", layers[i].priority}, {"merge", layers[i].merge}}));
    g.edges.push_back(make_edge("s" + n, {"s", "selection"}, {"w" + n, "selection"}));
    g.edges.push_back(make_edge("b" + n, {"v" + n, "value"}, {"w" + n, "bundle"}));
    if (!one_graph) show.graphs.push_back({"graph" + n, g});
  }
  if (one_graph) show.graphs.push_back({"graph", all});
  return show;
}

float merged(const std::vector<layer>& layers) {
  engine_stage one(layered(layers, true)), many(layered(layers, false));
  one.tick(0);
  many.tick(0);
  CHECK(one.value("f0") == many.value("f0"));
  return one.value("f0");
}

} // namespace

TEST_CASE("merge: the highest priority wins, as a real number", "[engine][merge]") {
  CHECK(merged({{0.25, 2}, {0.5, 1}}) == 0.25f);
  CHECK(merged({{0.25, 1.5}, {0.5, 1.25}}) == 0.25f);
  CHECK(merged({{0.25, 9}, {0.5, 10}}) == 0.5f);
}

TEST_CASE("merge: among equal priorities the later graph and the later node win", "[engine][merge]") {
  CHECK(merged({{0.25, 1}, {0.5, 1}}) == 0.5f);
  CHECK(merged({{0.5, 1}, {0.25, 1}}) == 0.25f);
}

TEST_CASE("merge: htp keeps the higher intensity", "[engine][merge]") {
  CHECK(merged({{0.75, 0}, {0.5, 1, "htp"}}) == 0.75f);
  CHECK(merged({{0.25, 0}, {0.5, 1, "htp"}}) == 0.5f);
  CHECK(merged({{0.5, 1, "htp"}}) == 0.5f);
}

TEST_CASE("merge: add sums from 0 and clamps", "[engine][merge]") {
  CHECK(merged({{0.25, 0, "add"}, {0.5, 1, "add"}}) == 0.75f);
  CHECK(merged({{0.75, 0}, {0.5, 1, "add"}}) == 1);
  CHECK(merged({{0.75, 0}, {-0.5, 1, "add"}}) == 0.75f); // a write holds 0..1 already
}

TEST_CASE("merge: what a write holds is clamped before it counts", "[engine][merge]") {
  CHECK(merged({{7, 0}}) == 1);
  CHECK(merged({{-7, 0}}) == 0);
  CHECK(merged({{7, 0}, {0.5, 1, "htp"}}) == 1);
}

TEST_CASE("merge: override replaces what it holds, colour as a whole, and leaves the rest",
          "[engine][merge]") {
  auto show = engine_stage::dimmers(1, {});
  show.presets = {{"low", make_preset({0.5f, rgb{1, 0, 0}, 0.25f, {}, 0.5f})},
                  {"high", make_preset({{}, rgb{0, 0, 1}, {}, -0.5f, {}})}};
  const auto write = [](const char* preset, double priority, const char* merge) {
    auto g = writing({{"p", "Preset", std::string(R"({"presetId":")") + preset + "\"}"}}, {}, "p.bundle");
    g.nodes.back().params = {{"priority", priority}, {"merge", merge}};
    return g;
  };
  show.graphs = {{"a", write("high", 2, "override")}, {"b", write("low", 1, "override")}};
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.value("f0") == 0.5f);
  CHECK(stage.value("f0", column::red) == 0);
  CHECK(stage.value("f0", column::blue) == 1);
  CHECK(stage.value("f0", column::pan) == 0.25f);
  CHECK(stage.value("f0", column::tilt) == -0.5f);

  stage.show.graphs[0].value = write("high", 2, "htp"); // other attributes as override
  stage.change();
  stage.tick(0.1);
  CHECK(stage.value("f0", column::red) == 0);

  stage.show.graphs[0].value = write("high", 2, "add"); // colour by component
  stage.change();
  stage.tick(0.1);
  CHECK(stage.value("f0", column::red) == 1);
  CHECK(stage.value("f0", column::blue) == 1);
  CHECK(stage.value("f0", column::tilt) == -0.5f);
}

TEST_CASE("merge: pan adds within -1..1", "[engine][merge]") {
  auto show = engine_stage::dimmers(1, {});
  show.presets = {{"p", make_preset({{}, {}, -0.75f, 0.25f, {}})}};
  auto g = writing({{"p", "Preset", R"({"presetId":"p"})"}}, {}, "p.bundle");
  g.nodes.back().params["merge"] = "add";
  show.graphs = {{"a", g}, {"b", g}};
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.value("f0", column::pan) == -1);
  CHECK(stage.value("f0", column::tilt) == 0.5f);
}

TEST_CASE("merge: a priority may move from tick to tick", "[engine][merge]") {
  auto show = layered({{0.25, 0}, {0.5, 50}}, false);
  auto& g = show.graphs[0].value;
  g.nodes.push_back(make_node("f", "Fader", {{"faderId", "A"}}));
  g.nodes.push_back(make_node("m", "Multiply", {{"b", 1000}})); // clamped to 100 at the port
  g.edges.push_back(make_edge("fm", {"f", "value"}, {"m", "a"}));
  g.edges.push_back(make_edge("mw", {"m", "result"}, {"w0", "priority"}));
  engine_stage stage(show);
  stage.tick(0);
  CHECK(stage.value("f0") == 0.5f);
  stage.now.faders["A"] = 1;
  stage.tick(0.1);
  CHECK(stage.value("f0") == 0.25f);
  CHECK(stage.frame.writes[0].priority == 100);
  stage.now.faders["A"] = 0.05f; // 50: equal, so the later graph wins
  stage.tick(0.1);
  CHECK(stage.value("f0") == 0.5f);
}

TEST_CASE("merge: a priority may differ from fixture to fixture", "[engine][merge]") {
  auto show = engine_stage::dimmers(5, {});
  auto varying = writing({{"s", "SelectGroup", R"({"groupId":"g"})"},
                          {"x", "Spread", R"({"to":4})"},
                          {"v", "Scalar", R"({"value":0.25})"}},
                         {"s.selection > x.selection", "x.value > out.priority"}, "v.value");
  auto steady = writing({{"v", "Scalar", R"({"value":0.75})"}}, {}, "v.value");
  steady.nodes.back().params["priority"] = 2;
  show.graphs = {{"varying", varying}, {"steady", steady}};
  engine_stage stage(show);
  stage.tick(0);
  for (int i = 0; i < 5; ++i) CHECK(stage.value("f" + std::to_string(i)) == (i > 2 ? 0.25f : 0.75f));
  std::swap(stage.show.graphs[0], stage.show.graphs[1]); // at 2 the order of the graphs decides
  stage.change();
  stage.tick(0.1);
  for (int i = 0; i < 5; ++i) CHECK(stage.value("f" + std::to_string(i)) == (i >= 2 ? 0.25f : 0.75f));
}

TEST_CASE("merge: the order of the nodes counts, not that of evaluation", "[engine][merge]") {
  // The first write comes late in evaluation, behind a chain.
  const auto g =
      graph_of({{"late", "WriteAttributes"},
                {"early", "WriteAttributes"},
                {"s", "SelectGroup", R"({"groupId":"g"})"},
                {"a", "Scalar", R"({"value":0.25})"},
                {"b", "Clamp01"},
                {"c", "Clamp01"},
                {"d", "Scalar", R"({"value":0.75})"}},
               {"s.selection > late.selection", "s.selection > early.selection", "a.value > b.value",
                "b.result > c.value", "c.result > late.bundle", "d.value > early.bundle"});
  CHECK(once(g).value("f0") == 0.75f);
}

TEST_CASE("merge: reports come in the order of graphs and nodes, of running graphs alone",
          "[engine][merge]") {
  auto show = layered({{0.25, 3}, {0.5, 1}, {0.75, 2}}, false);
  show.graphs[1].value.enabled = false;
  engine_stage stage(show);
  stage.tick(0);
  REQUIRE(stage.frame.writes.size() == 2);
  CHECK(stage.frame.writes[0].priority == 3);
  CHECK(stage.frame.writes[1].values[0] == 0.75f);
  const auto& instances = stage.frame.layout->instances;
  REQUIRE(instances.size() == 3);
  CHECK(instances[1].writes.empty());
  CHECK_FALSE(instances[1].enabled);
  CHECK(instances[2].writes.at(0).node_id == "w2");
}

TEST_CASE("merge: over whole tiles, too, every write counts that nothing replaces", "[engine][merge]") {
  constexpr int count = 1100; // two whole tiles and a part of one
  struct write {
    const char* from; ///< of the nodes below: a value that varies, or the same for all
    const char* merge;
    const char* group = "g";
  };
  const auto made = [&](const std::vector<write>& writes) {
    auto show = engine_stage::dimmers(count, {});
    show.groups.push_back({"some", {"some", {"f3", "f600", "f1099"}}});
    show.graphs[0].value = graph_of({{"g", "SelectGroup", R"({"groupId":"g"})"},
                                     {"some", "SelectGroup", R"({"groupId":"some"})"},
                                     {"up", "Spread"},
                                     {"down", "Spread", R"({"from":1,"to":0})"},
                                     {"half", "Scalar", R"({"value":0.5})"}},
                                    {"g.selection > up.selection", "g.selection > down.selection"});
    auto& g = show.graphs[0].value;
    for (std::size_t i = 0; i < writes.size(); ++i) {
      const auto n = std::to_string(i);
      const std::string from = writes[i].from;
      g.nodes.push_back(make_node("w" + n, "WriteAttributes", {{"merge", writes[i].merge}}));
      g.edges.push_back(make_edge("s" + n, {writes[i].group, "selection"}, {"w" + n, "selection"}));
      g.edges.push_back(make_edge("b" + n, {from, "value"}, {"w" + n, "bundle"}));
    }
    engine_stage stage(show);
    stage.tick(0);
    return stage;
  };
  const auto check = [&](const std::vector<write>& writes, auto&& expected) {
    const auto stage = made(writes);
    for (const int i : {0, 1, 3, 511, 512, 600, 1023, 1024, 1099}) {
      const float up = static_cast<float>(i) / static_cast<float>(count - 1);
      const bool some = i == 3 || i == 600 || i == 1099;
      CAPTURE(i);
      CHECK(stage.value("f" + std::to_string(i)) == expected(up, 1.0f - up, some));
    }
  };
  check({{"up", "override"}}, [](float up, float, bool) { return up; });
  check({{"half", "override"}, {"up", "override"}}, [](float up, float, bool) { return up; });
  check({{"up", "override"}, {"half", "override"}}, [](float, float, bool) { return 0.5f; });
  check({{"up", "override"}, {"half", "htp"}}, [](float up, float, bool) { return up > 0.5f ? up : 0.5f; });
  check({{"down", "override"}, {"up", "override"}, {"half", "override", "some"}},
        [](float up, float, bool some) { return some ? 0.5f : up; });
  check({{"half", "override", "some"}, {"up", "override"}}, [](float up, float, bool) { return up; });
  check({{"up", "override"}, {"down", "add"}},
        [](float up, float down, bool) { return std::min(up + down, 1.0f); });
}

} // namespace troupe::test
