#include "storage/demo_show.hpp"

#include "storage/show_files.hpp"
#include "storage/yaml_writer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace troupe::storage {

namespace json = boost::json;

namespace {

std::string list_of(const json::array& entities) {
  std::string out;
  for (const auto& each : entities) append_yaml_item(out, each);
  return out;
}

json::object model(std::string_view id, std::string_view name, json::object channels) {
  return {
      {"id", id}, {"brand", "Generic"}, {"model", name}, {"channels", std::move(channels)}, {"revision", 1}};
}

json::array fixtures() {
  json::array out;
  int channel = 1;
  for (const auto* id : {"front-left", "front-right", "back-left", "back-right"}) {
    out.push_back(json::object{{"id", id},
                               {"name", id},
                               {"modelId", "generic-rgbw"},
                               {"universe", 0},
                               {"startChannel", channel},
                               {"revision", 1}});
    channel += 4;
  }
  return out;
}

json::array groups() {
  const auto group = [](const char* id, json::array members) {
    return json::object{{"id", id}, {"name", id}, {"fixtureIds", std::move(members)}, {"revision", 1}};
  };
  return {group("front", {"front-left", "front-right"}), group("back", {"back-left", "back-right"}),
          group("all-wash", {"front-left", "front-right", "back-left", "back-right"})};
}

json::array inputs() {
  json::array out;
  const auto add = [&](std::string_view letters, std::string_view word, std::string_view type) {
    for (const char letter : letters)
      out.push_back(json::object{{"id", std::string(1, letter)},
                                 {"name", fmt::format("{} {}", word, letter)},
                                 {"type", type},
                                 {"revision", 1}});
  };
  add("ABCDEFGH", "Fader", "fader");
  add("XYZP", "Button", "button");
  return out;
}

json::object node(std::string_view id, std::string_view type, int column, int row, json::object params) {
  return {{"id", id},
          {"type", type},
          {"position", {{"x", 240 * column}, {"y", 140 * row}}},
          {"params", std::move(params)}};
}

json::object edge(std::string_view from, std::string_view from_port, std::string_view to,
                  std::string_view to_port) {
  return {{"id", fmt::format("{}-{}", from, to)},
          {"from", {{"nodeId", from}, {"port", from_port}}},
          {"to", {{"nodeId", to}, {"port", to_port}}}};
}

/// A warm colour that breathes on the whole wash by itself; fader A turns it to blue.
json::array graphs() {
  return {json::object{
      {"id", "pulse"},
      {"name", "pulse"},
      {"enabled", true},
      {"nodes", json::array{node("warm", "ColorConstant", 0, 0, {{"r", 1}, {"g", 0.45}, {"b", 0.1}}),
                            node("cold", "ColorConstant", 0, 1, {{"r", 0.1}, {"g", 0.3}, {"b", 1}}),
                            node("tint", "Fader", 0, 2, {{"faderId", "A"}}),
                            node("breath", "SineLFO", 0, 3, {{"frequency", 0.5}}),
                            node("color", "MixColor", 1, 1, {}), node("pulse", "ScaleColor", 2, 2, {}),
                            node("wash", "SelectGroup", 2, 3, {{"groupIds", json::array{"all-wash"}}}),
                            node("write", "WriteAttributes", 3, 2, {{"priority", 0}})}},
      {"edges",
       json::array{edge("warm", "color", "color", "a"), edge("cold", "color", "color", "b"),
                   edge("tint", "value", "color", "mix"), edge("color", "result", "pulse", "color"),
                   edge("breath", "value", "pulse", "scale"), edge("wash", "selection", "write", "selection"),
                   edge("pulse", "result", "write", "bundle")}},
      {"revision", 1}}};
}

} // namespace

std::string standard_models() {
  return list_of({model("generic-rgbw", "RGBW Par", {{"red", 1}, {"green", 2}, {"blue", 3}, {"white", 4}}),
                  model("generic-rgb", "RGB Par", {{"red", 1}, {"green", 2}, {"blue", 3}}),
                  model("generic-dimmer", "Dimmer", {{"dimmer", 1}}),
                  model("moving-head-spot", "Moving Head Spot",
                        {{"pan", 1},
                         {"panFine", 2},
                         {"tilt", 3},
                         {"tiltFine", 4},
                         {"dimmer", 5},
                         {"shutter", 6},
                         {"red", 7},
                         {"green", 8},
                         {"blue", 9},
                         {"white", 10},
                         {"zoom", 11}})});
}

std::vector<std::pair<std::string, std::string>> demo_files() {
  const auto file = [](entity_kind kind, const json::array& entities) {
    return std::pair<std::string, std::string>(file_name(kind),
                                               entities.empty() ? "[]\n" : list_of(entities));
  };
  return {file(entity_kind::fixture, fixtures()), file(entity_kind::group, groups()),
          file(entity_kind::input, inputs()), file(entity_kind::preset, {}),
          file(entity_kind::graph, graphs())};
}

} // namespace troupe::storage
