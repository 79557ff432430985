#include "tests/engine/plain_show.hpp"

#include "protocol/show_state.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace troupe::test {
namespace {

namespace json = boost::json;

json::object bundle_json(const bundle& b) {
  json::object out;
  if (b.intensity) out["intensity"] = *b.intensity;
  if (b.color) out["color"] = json::object{{"r", b.color->r}, {"g", b.color->g}, {"b", b.color->b}};
  if (b.pan) out["pan"] = *b.pan;
  if (b.tilt) out["tilt"] = *b.tilt;
  if (b.zoom) out["zoom"] = *b.zoom;
  return out;
}

json::array strings(const std::vector<std::string>& ids) {
  return json::array(ids.begin(), ids.end());
}

json::object members(const fixture_model& m) {
  json::object channels, defaults;
  for (const auto& c : m.channels) channels[c.name] = c.offset;
  for (const auto& [name, level] : m.defaults) defaults[name] = level;
  json::object out{{"brand", m.brand}, {"model", m.model}, {"channels", channels}, {"defaults", defaults}};
  if (m.white == white_mode::extract) out["whiteMode"] = "extract";
  static constexpr const char* modes[] = {"dark", "hold", "zero"};
  if (m.release) out["release"] = modes[static_cast<int>(*m.release)];
  if (m.cells) out["cells"] = *m.cells;
  if (m.cell_footprint) out["cellFootprint"] = *m.cell_footprint;
  if (m.span) out["span"] = *m.span == span_mode::packed ? "packed" : "aligned";
  return out;
}

json::object members(const fixture& f) {
  return {
      {"name", f.name}, {"modelId", f.model_id}, {"universe", f.universe}, {"startChannel", f.start_channel}};
}

json::object members(const group& g) {
  return {{"name", g.name}, {"fixtureIds", strings(g.fixture_ids)}};
}

json::object members(const input& i) {
  return {{"name", i.name}, {"type", i.type == input_type::fader ? "fader" : "button"}};
}

json::object members(const preset& p) {
  static constexpr const char* types[] = {"color", "position", "beam", "full"};
  return {
      {"name", p.name}, {"type", types[static_cast<int>(p.type)]}, {"attributes", bundle_json(p.attributes)}};
}

json::object end_json(const port_ref& end) {
  return {{"nodeId", end.node_id}, {"port", end.port}};
}

json::object members(const graph& g) {
  json::array nodes, edges;
  for (const auto& n : g.nodes)
    nodes.push_back(json::object{{"id", n.id},
                                 {"type", n.type},
                                 {"position", json::object{{"x", n.x}, {"y", n.y}}},
                                 {"params", n.params}});
  for (const auto& e : g.edges)
    edges.push_back(json::object{{"id", e.id}, {"from", end_json(e.from)}, {"to", end_json(e.to)}});
  return {{"name", g.name}, {"enabled", g.enabled}, {"nodes", nodes}, {"edges", edges}};
}

template <class T>
json::object whole(const named<T>& x) {
  json::object out{{"id", x.id}, {"revision", 1}};
  for (auto& member : members(x.value)) out[member.key()] = member.value();
  return out;
}

template <class T>
void put_all(show_state& state, const table<T>& from) {
  for (const auto& x : from) {
    auto record = std::make_shared<entity_record>();
    record->id = x.id;
    record->value = x.value;
    record->json = json::serialize(whole(x));
    state.put(std::move(record));
  }
}

template <class T>
json::array list(const table<T>& from) {
  json::array out;
  for (const auto& x : from) out.push_back(whole(x));
  return out;
}

} // namespace

graph_node make_node(std::string id, std::string type, boost::json::object params) {
  graph_node out;
  out.id = std::move(id);
  out.type = std::move(type);
  out.params = std::move(params);
  return out;
}

graph_edge make_edge(std::string id, port_ref from, port_ref to) {
  graph_edge out;
  out.id = std::move(id);
  out.from = std::move(from);
  out.to = std::move(to);
  return out;
}

preset make_preset(const bundle& attributes) {
  preset out;
  out.name = "any";
  out.attributes = attributes;
  return out;
}

show_state to_state(const plain_show& show) {
  show_state state("test");
  put_all(state, show.models);
  put_all(state, show.fixtures);
  put_all(state, show.groups);
  put_all(state, show.inputs);
  put_all(state, show.presets);
  put_all(state, show.graphs);
  return state;
}

std::string to_text(const plain_show& show) {
  return json::serialize(json::object{{"fixture-models", list(show.models)},
                                      {"fixtures", list(show.fixtures)},
                                      {"groups", list(show.groups)},
                                      {"inputs", list(show.inputs)},
                                      {"presets", list(show.presets)},
                                      {"graphs", list(show.graphs)}});
}

std::string to_text(const graph& value) {
  return json::serialize(members(value));
}

input_snapshot to_snapshot(const controls& now) {
  auto layout = std::make_shared<input_layout>();
  input_snapshot out;
  for (const auto& [id, level] : now.faders) { // std::map: sorted, as the layout must be
    layout->faders.push_back(id);
    out.faders.push_back(level);
  }
  for (const auto& [id, level] : now.buttons) {
    layout->buttons.push_back(id);
    out.buttons.push_back(level);
  }
  out.layout = std::move(layout);
  if (!now.network.empty()) {
    auto network = std::make_shared<dmx_inputs>();
    for (const auto& [universe, levels] : now.network) {
      network->universes.push_back(universe);
      network->levels.insert(network->levels.end(), levels.begin(), levels.end());
    }
    network->priorities.assign(network->levels.size(), 100);
    out.network = std::move(network);
  }
  out.timecode = now.timecode;
  return out;
}

} // namespace troupe::test
