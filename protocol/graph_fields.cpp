#include "protocol/entity_fields.hpp"
#include "protocol/node_catalogue.hpp"
#include "protocol/utf8.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>

namespace troupe::codec {

namespace {

namespace json = boost::json;
using std::string_view;

constexpr std::array<string_view, 4> node_members{"id", "type", "position", "params"};
constexpr std::array<string_view, 3> edge_members{"id", "from", "to"};
constexpr std::array<string_view, 2> position_members{"x", "y"};
constexpr std::array<string_view, 2> port_members{"nodeId", "port"};

// How many containers the unknown members of each part stand in: graph, array, node, position.
constexpr std::size_t inside_node = 3;
constexpr std::size_t inside_part = 4;

std::string read_text(const json::object& from, const field_path& at, string_view key, field_reader& in) {
  const auto* value = in.required(from, at, key);
  return value ? in.text(*value, at.member(key)) : std::string{};
}

double read_number(const json::object& from, const field_path& at, string_view key, field_reader& in) {
  const auto* value = in.required(from, at, key);
  return value ? in.number(*value, at.member(key)) : 0;
}

const json::object* read_object(const json::object& from, const field_path& at, string_view key,
                                field_reader& in) {
  const auto* value = in.required(from, at, key);
  return value ? in.object(*value, at.member(key)) : nullptr;
}

graph_node read_node(const json::value& value, const field_path& at, field_reader& in) {
  graph_node out;
  const auto* from = in.object(value, at);
  if (!from) return out;
  out.id = read_text(*from, at, "id", in);
  out.type = read_text(*from, at, "type", in);
  if (const auto* position = read_object(*from, at, "position", in)) {
    const auto here = at.member("position");
    out.x = read_number(*position, here, "x", in);
    out.y = read_number(*position, here, "y", in);
    out.position_further = unknown_members(*position, position_members, here, inside_part, in);
  }
  if (const auto* params = read_object(*from, at, "params", in))
    out.params = unknown_members(*params, {}, at.member("params"), inside_part, in);
  out.further = unknown_members(*from, node_members, at, inside_node, in);
  return out;
}

port_ref read_port(const json::object& from, const field_path& at, string_view key, json::object& further,
                   field_reader& in) {
  const auto* end = read_object(from, at, key, in);
  if (!end) return {};
  const auto here = at.member(key);
  further = unknown_members(*end, port_members, here, inside_part, in);
  auto node_id = read_text(*end, here, "nodeId", in);
  return {std::move(node_id), read_text(*end, here, "port", in)};
}

graph_edge read_edge(const json::value& value, const field_path& at, field_reader& in) {
  graph_edge out;
  const auto* from = in.object(value, at);
  if (!from) return out;
  out.id = read_text(*from, at, "id", in);
  out.from = read_port(*from, at, "from", out.from_further, in);
  out.to = read_port(*from, at, "to", out.to_further, in);
  out.further = unknown_members(*from, edge_members, at, inside_node, in);
  return out;
}

template <class Item, class Read>
std::vector<Item> read_items(const json::value& value, const field_path& at, field_reader& in, Read read) {
  std::vector<Item> out;
  const auto* items = in.array(value, at);
  if (!items) return out;
  out.reserve(items->size());
  for (std::size_t i = 0; i < items->size() && in.ok(); ++i) out.push_back(read((*items)[i], at.item(i), in));
  return out;
}

using node_types = std::unordered_map<string_view, const node_spec*>;

void check_own_id(const std::string& id, const field_path& at, std::unordered_set<string_view>& seen,
                  field_reader& in) {
  in.id(json::value(id), at);
  if (!seen.insert(id).second) in.refuse(at, fmt::format("is used twice: \"{}\"", excerpt(id)));
}

/// The ports of outputs and inputs are of different types, but both have names.
template <class Port>
void check_end(const port_ref& end, const field_path& at, const node_types& types,
               std::span<const Port> (*ports)(const node_spec&), field_reader& in) {
  const auto node = types.find(end.node_id);
  if (node == types.end())
    return in.refuse(at.member("nodeId"),
                     fmt::format("names no node of the graph: \"{}\"", excerpt(end.node_id)));
  const auto known = ports(*node->second);
  if (std::none_of(known.begin(), known.end(), [&](const Port& one) { return one.name == end.port; }))
    in.refuse(at.member("port"),
              fmt::format("is no such port of {}: \"{}\"", node->second->name, excerpt(end.port)));
}

void write_port(const port_ref& end, const json::object& further, json::object& to) {
  to["nodeId"] = end.node_id;
  to["port"] = end.port;
  for (const auto& [key, member] : further) to.emplace(key, member);
}

} // namespace

void read_fields(graph& into, const json::object& from, missing absent, field_reader& in) {
  const field_path root;
  if (const auto* value = field(from, root, "name", absent, in))
    into.name = in.name(*value, root.member("name"));
  if (const auto* value = in.optional(from, root, "enabled"))
    into.enabled = in.boolean(*value, root.member("enabled"));
  if (const auto* value = field(from, root, "nodes", absent, in))
    into.nodes = read_items<graph_node>(*value, root.member("nodes"), in, read_node);
  if (const auto* value = field(from, root, "edges", absent, in))
    into.edges = read_items<graph_edge>(*value, root.member("edges"), in, read_edge);
}

void check_structure(const graph& value, field_reader& in) {
  const field_path root;
  const auto nodes_at = root.member("nodes");
  const auto edges_at = root.member("edges");
  node_types types;
  std::unordered_set<string_view> seen;
  for (std::size_t i = 0; i < value.nodes.size() && in.ok(); ++i) {
    const auto& node = value.nodes[i];
    const auto at = nodes_at.item(i);
    check_own_id(node.id, at.member("id"), seen, in);
    const auto* spec = find_node_spec(node.type);
    if (!spec) in.refuse(at.member("type"), fmt::format("is no known node type: \"{}\"", excerpt(node.type)));
    types.emplace(node.id, spec);
  }
  seen.clear();
  for (std::size_t i = 0; i < value.edges.size() && in.ok(); ++i) {
    const auto& edge = value.edges[i];
    const auto at = edges_at.item(i);
    check_own_id(edge.id, at.member("id"), seen, in);
    check_end<output_spec>(
        edge.from, at.member("from"), types, [](const node_spec& of) { return of.outputs; }, in);
    check_end<input_spec>(
        edge.to, at.member("to"), types, [](const node_spec& of) { return of.inputs; }, in);
  }
}

void write_fields(const graph& value, json::object& to) {
  to["name"] = value.name;
  to["enabled"] = value.enabled;
  auto& nodes = to["nodes"].emplace_array();
  nodes.reserve(value.nodes.size());
  for (const auto& node : value.nodes) {
    auto& out = nodes.emplace_back(json::object{{"id", node.id}, {"type", node.type}}).get_object();
    auto& position = out["position"].emplace_object();
    position["x"] = node.x;
    position["y"] = node.y;
    for (const auto& [key, member] : node.position_further) position.emplace(key, member);
    out["params"] = node.params;
    for (const auto& [key, member] : node.further) out.emplace(key, member);
  }
  auto& edges = to["edges"].emplace_array();
  edges.reserve(value.edges.size());
  for (const auto& edge : value.edges) {
    auto& out = edges.emplace_back(json::object{{"id", edge.id}}).get_object();
    write_port(edge.from, edge.from_further, out["from"].emplace_object());
    write_port(edge.to, edge.to_further, out["to"].emplace_object());
    for (const auto& [key, member] : edge.further) out.emplace(key, member);
  }
}

} // namespace troupe::codec
