// Why a cell is what it is: who writes it, and who overrides whom.
#include "engine/explanation.hpp"

#include "tests/engine/engine_stage.hpp"

namespace troupe::test {
namespace {

using engine::attribute_state;
using engine::attribute_story;
using engine::merge_mode;

struct layer {
  double value, priority;
  const char* merge = "override";
};

/// Graph i writes layer i as the intensity of f0.
plain_show layered(const std::vector<layer>& layers) {
  auto show = engine_stage::dimmers(1, {});
  show.graphs.clear();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    auto g = writing({{"v", "Scalar"}}, {}, "v.value");
    g.nodes[0].params["value"] = layers[i].value;
    g.nodes.back().params = {{"priority", layers[i].priority}, {"merge", layers[i].merge}};
    show.graphs.push_back({"g" + std::to_string(i), g});
  }
  return show;
}

/// In words: `g1` has it; `g0<g1` is overridden by g1; `+g2` is added.
std::string story(const std::vector<layer>& layers) {
  engine_stage stage(layered(layers));
  const auto cell = stage.why("f0");
  const auto told = engine::tell(*cell, has_intensity);
  CHECK(told.values[0] == stage.value("f0"));
  std::string text;
  for (const auto& part : told.parts) {
    const auto& write = cell->writes[part.write];
    if (!text.empty()) text += ' ';
    if (part.overridden_by != attribute_story::nobody)
      text += write.graph_id + "<" + cell->writes[part.overridden_by].graph_id;
    else
      text += (part.write == told.from ? "" : "+") + write.graph_id;
  }
  return text;
}

} // namespace

TEST_CASE("why: a write of higher priority overrides those below", "[engine][why]") {
  CHECK(story({{0.25, 2}, {0.5, 1}}) == "g1<g0 g0");
  CHECK(story({{0.25, 1}, {0.5, 1}}) == "g0<g1 g1");
  CHECK(story({{0.1, 1}, {0.2, 2}, {0.3, 3}}) == "g0<g1 g1<g2 g2");
}

TEST_CASE("why: an htp write that isn't higher is overridden by the one that is", "[engine][why]") {
  CHECK(story({{0.75, 0}, {0.5, 1, "htp"}}) == "g0 g1<g0");
  CHECK(story({{0.25, 0}, {0.5, 1, "htp"}}) == "g0<g1 g1");
  CHECK(story({{0.5, 0}, {0.5, 1, "htp"}}) == "g0<g1 g1");
  CHECK(story({{0.75, 0}, {0.5, 1, "htp"}, {0.1, 2}}) == "g0<g2 g1<g0 g2");
}

TEST_CASE("why: what is added shows, until something replaces the sum", "[engine][why]") {
  CHECK(story({{0.25, 0}, {0.5, 1, "add"}}) == "g0 +g1");
  CHECK(story({{0.25, 0, "add"}, {0.5, 1, "add"}}) == "g0 +g1");
  CHECK(story({{0.25, 0}, {0.25, 1, "add"}, {0.4, 2, "htp"}}) == "g0 +g1 g2<g0");
  CHECK(story({{0.25, 0}, {0.25, 1, "add"}, {0.6, 2, "htp"}}) == "g0<g2 g1<g2 g2");
  CHECK(story({{0.25, 0, "add"}, {0.6, 2}, {0.1, 3, "add"}}) == "g0<g1 g1 +g2");
}

TEST_CASE("why: each write tells what it wrote, where, how and what came of it", "[engine][why]") {
  engine_stage stage(layered({{0.25, 3}, {0.5, 7.5, "add"}}));
  const auto cell = stage.why("f0");
  REQUIRE(cell);
  CHECK(cell->time.frame_number == 1);
  REQUIRE(cell->writes.size() == 2);
  CHECK(cell->writes[1].graph_id == "g1");
  CHECK(cell->writes[1].node_id == "out");
  CHECK(cell->writes[1].mode == merge_mode::add);
  CHECK(cell->writes[1].priority == 7.5f);
  CHECK(cell->writes[1].mask == has_intensity);
  CHECK(cell->writes[1].values[0] == 0.5f);
  CHECK(cell->writes[0].after[0] == 0.25f);
  CHECK(cell->writes[1].after[0] == 0.75f);
  CHECK(cell->written == has_intensity);
  CHECK(engine::tell(*cell, has_color).state == attribute_state::unwritten);
}

TEST_CASE("why: graphs that are off aren't told of, and the writes after them keep their names",
          "[engine][why]") {
  auto show = layered({{0.1, 0}, {0.2, 1}, {0.3, 2}});
  show.graphs[1].value.enabled = false;
  engine_stage stage(show);
  const auto cell = stage.why("f0");
  REQUIRE(cell->writes.size() == 2);
  CHECK(cell->writes[0].graph_id == "g0");
  CHECK(cell->writes[1].graph_id == "g2");
}

TEST_CASE("why: a priority that varies is each cell's own", "[engine][why]") {
  auto show = engine_stage::dimmers(2, {});
  auto varying = writing({{"v", "Scalar", R"({"value":0.5})"}, {"s", "Spread", R"({"from":0,"to":2})"}},
                         {"all.selection > s.selection", "s.value > out.priority"}, "v.value");
  auto plain = writing({{"v", "Scalar", R"({"value":0.25})"}}, {}, "v.value");
  plain.nodes.back().params = {{"priority", 1}};
  show.graphs = {{"varying", varying}, {"plain", plain}};
  engine_stage stage(show);
  auto low = stage.why("f0"), high = stage.why("f1");
  CHECK(low->writes.back().graph_id == "plain");
  CHECK(high->writes.back().graph_id == "varying");
  CHECK(low->writes.front().priority == 0);
  CHECK(high->writes.back().priority == 2);
}

TEST_CASE("why: what isn't written any more is held, with its value, or released", "[engine][why]") {
  auto show = show_of(model_of({"pan", "zoom", "dimmer"}), 1);
  show.groups = {{"g", {"all", {"f0"}}}};
  show.presets = {{"p", make_preset({0.5f, {}, -0.25f, {}, {}})}};
  show.graphs = {{"a", writing({{"p", "Preset", R"({"presetId":"p"})"}}, {}, "p.bundle")}};
  engine_stage stage(show);
  auto cell = stage.why("f0");
  CHECK(engine::tell(*cell, has_pan).state == attribute_state::written);
  stage.the_graph().enabled = false;
  stage.change();
  cell = stage.why("f0");
  CHECK(cell->writes.empty());
  const auto pan = engine::tell(*cell, has_pan);
  CHECK(pan.state == attribute_state::held);
  CHECK(pan.from == attribute_story::nobody);
  CHECK(pan.values[static_cast<std::size_t>(column::pan)] == -0.25f);
  CHECK(engine::tell(*cell, has_intensity).state == attribute_state::unwritten);
  CHECK(engine::tell(*cell, has_zoom).state == attribute_state::unwritten);
}

TEST_CASE("why: a strip is asked cell by cell, and only cells that exist answer", "[engine][why]") {
  auto model = model_of({"dimmer"});
  model.cells = 3;
  auto show = show_of(model, 1);
  show.groups = {{"g", {"all", {"f0"}}}};
  show.graphs = {{"a", writing({{"s", "Spread"}}, {"all.selection > s.selection"}, "s.value")}};
  engine_stage stage(show);
  CHECK(stage.why("f0", 0)->values[0] == 0);
  CHECK(stage.why("f0", 1)->values[0] == 0.5f);
  CHECK(stage.why("f0", 2)->values[0] == 1);
  CHECK(stage.why("f0", 3) == nullptr);
  CHECK(stage.why("f1") == nullptr);
}

TEST_CASE("why: the level of a channel is that of the same frame", "[engine][why]") {
  engine_stage stage(layered({{0.5, 0}}));
  stage.asked = {{"f0", 0, dmx_address{0, 1}}, {"f0", 0, dmx_address{0, 2}}, {"f0", 0, dmx_address{9, 1}}};
  stage.tick(0);
  CHECK(stage.asked[0].answer->level == 128);
  CHECK(stage.asked[1].answer->level == 0);
  CHECK_FALSE(stage.asked[2].answer->level.has_value());
}

TEST_CASE("why: an evaluator without a rig answers nothing", "[engine][why]") {
  engine::show_evaluator empty;
  std::vector<engine::cell_question> asked{{"f0", 0}};
  empty.tick({1, 0, 0, 0}, {}, {}, asked);
  CHECK(asked[0].answer == nullptr);
}

} // namespace troupe::test
