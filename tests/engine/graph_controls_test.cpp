// Which controls a write depends on.
#include "engine/graph_controls.hpp"

#include "protocol/show_state.hpp"
#include "tests/engine/engine_stage.hpp"

namespace troupe::test {
namespace {

/// `fader A, dmx 3/4`
std::string behind(const graph& g, std::uint8_t attribute, const plain_show& around = {},
                   std::string_view node = "out") {
  using kind = engine::outside_source::kind;
  auto show = around;
  show.groups = {{"g", {"all", {}}}};
  const auto state = to_state(show);
  const auto checked = engine::run_checks(g, state);
  if (!checked.result.ok) FAIL(checked.result.errors.front().message);
  std::string text;
  for (const auto& one : engine::sources_behind(checked.graph, state, node, attribute)) {
    if (!text.empty()) text += ", ";
    text += one.what == kind::fader      ? "fader " + one.id
            : one.what == kind::button   ? "button " + one.id
            : one.what == kind::timecode ? "timecode"
            : one.what == kind::time
                ? "time"
                : "dmx " + std::to_string(one.channel.universe) + "/" + std::to_string(one.channel.channel);
  }
  return text;
}

const std::initializer_list<node_text> two_faders{{"a", "Fader", R"({"faderId":"A"})"},
                                                  {"b", "Fader", R"({"faderId":"B"})"}};

} // namespace

TEST_CASE("controls behind a write: all that its bundle is computed from, each once, in the nodes' order",
          "[engine][why]") {
  const auto g = writing({{"x", "Multiply"},
                          {"a", "Fader", R"({"faderId":"A"})"},
                          {"b", "Button", R"({"buttonId":"B"})"},
                          {"f", "Flash"},
                          {"again", "Fader", R"({"faderId":"A"})"},
                          {"y", "Add"},
                          {"d", "DmxIn", R"({"universe":3,"channel":4})"},
                          {"z", "Add"},
                          {"unused", "Fader", R"({"faderId":"C"})"}},
                         {"a.value > x.a", "b.pressed > f.trigger", "f.value > x.b", "x.result > y.a",
                          "again.value > y.b", "y.result > z.a", "d.value > z.b"},
                         "z.result");
  CHECK(behind(g, has_intensity) == "fader A, button B, dmx 3/4");
}

TEST_CASE("controls behind a write: time stands for everything that moves by itself", "[engine][why]") {
  CHECK(behind(writing({{"t", "Time"}}, {}, "t.t"), has_intensity) == "time");
  CHECK(behind(writing({{"l", "SineLFO"}}, {}, "l.value"), has_intensity) == "time");
  CHECK(behind(writing({{"t", "Timecode"}}, {}, "t.seconds"), has_intensity) == "timecode");
  CHECK(behind(writing({{"c", "Chase"}}, {"all.selection > c.selection"}, "c.value"), has_intensity) ==
        "time");
}

TEST_CASE("controls behind a write: of merged bundles only the side that the attribute comes from",
          "[engine][why]") {
  auto g = writing(two_faders, {}, "m.result");
  const auto add = [&](const char* id, const char* type, boost::json::object params = {}) {
    g.nodes.push_back(make_node(id, type, std::move(params)));
  };
  add("m", "MergeBundle");
  add("dim", "ScalarToBundle");
  add("zoom", "ScalarToBundle", {{"attribute", "zoom"}});
  g.edges.push_back(make_edge("1", {"a", "value"}, {"dim", "value"}));
  g.edges.push_back(make_edge("2", {"b", "value"}, {"zoom", "value"}));
  g.edges.push_back(make_edge("3", {"dim", "bundle"}, {"m", "base"}));
  g.edges.push_back(make_edge("4", {"zoom", "bundle"}, {"m", "override"}));
  CHECK(behind(g, has_intensity) == "fader A");
  CHECK(behind(g, has_zoom) == "fader B");
  g.nodes.back().params["attribute"] = "intensity"; // now both hold it, and the override wins
  CHECK(behind(g, has_intensity) == "fader B");
}

TEST_CASE("controls behind a write: a scaled bundle depends on its scale, and a preset on nothing",
          "[engine][why]") {
  plain_show show;
  show.presets = {{"p", make_preset({0.5f, {}, {}, {}, {}})}};
  auto g = writing({{"a", "Fader", R"({"faderId":"A"})"},
                    {"p", "Preset", R"({"presetId":"p"})"},
                    {"s", "ScaleBundle"},
                    {"b", "Fader", R"({"faderId":"B"})"},
                    {"m", "MergeBundle"}},
                   {"a.value > s.scale", "p.bundle > s.bundle", "b.value > m.base", "s.result > m.override"},
                   "m.result");
  CHECK(behind(g, has_intensity, show) == "fader A");
}

TEST_CASE("controls behind a write: the priority isn't followed, nor another write", "[engine][why]") {
  auto g = writing(two_faders, {"b.value > out.priority"}, "a.value");
  CHECK(behind(g, has_intensity) == "fader A");
  CHECK(behind(g, has_intensity, {}, "other").empty());
}

} // namespace troupe::test
