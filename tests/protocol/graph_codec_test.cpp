#include "tests/protocol/support.hpp"

using namespace troupe;
using test::object_of;
using test::parse;
using test::refused_field;

namespace {

const std::string_view node_text =
    R"({"id":"n1","type":"Fader","position":{"x":-1.5,"y":2},"params":{"faderId":"A"}})";
const std::string_view edge_text =
    R"({"id":"e1","from":{"nodeId":"n1","port":"value"},"to":{"nodeId":"n2","port":"color"}})";
const std::string_view sink_text =
    R"({"id":"n2","type":"ColorToBundle","position":{"x":0,"y":0},"params":{}})";

std::string graph_of(const std::string& nodes, const std::string& edges = "") {
  return R"({"name":"G","nodes":[)" + nodes + R"(],"edges":[)" + edges + "]}";
}

std::string whole() {
  return graph_of(std::string(node_text) + "," + std::string(sink_text), std::string(edge_text));
}

/// `text` with the member at a path of names replaced, or erased when there is no value.
std::string changed(std::string_view text, std::vector<std::string> path, std::string_view value) {
  auto document = test::json_of(text);
  auto* at = &document;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) at = &at->at(path[i]);
  if (value.empty())
    at->as_object().erase(path.back());
  else
    at->as_object()[path.back()] = test::json_of(value);
  return to_json(document);
}

std::string joined(const std::vector<std::string>& path) {
  std::string out;
  for (const auto& one : path) out += "." + one;
  return out;
}

} // namespace

TEST_CASE("graph codec: a graph is written as it was read, and with what it holds besides",
          "[protocol][graph_codec]") {
  const std::string_view parts =
      R"("nodes":[{"id":"n1","type":"Fader","position":{"x":-1.5,"y":2,"z":3},"params":{"faderId":"A","n":[1]},)"
      R"("note":"hi"}],"edges":[{"id":"e1","from":{"nodeId":"n1","port":"value","q":1},)"
      R"("to":{"nodeId":"n1","port":"value","r":2},"w":null}])";
  const auto record =
      parse(entity_kind::graph, R"({"name":"G",)" + std::string(parts) + "}", entity_source::file);
  REQUIRE(record);
  CHECK((*record)->json ==
        R"({"id":"e1","name":"G","enabled":true,)" + std::string(parts) + R"(,"revision":1})");
  const auto& value = (*record)->as<graph>();
  CHECK(value.nodes.front().x == -1.5);
  CHECK(value.edges.front().from == port_ref{"n1", "value"});
}

TEST_CASE("graph codec: every field of a node is required and has its type", "[protocol][graph_codec]") {
  const std::vector<std::vector<std::string>> paths{{"id"},     {"type"},          {"position"},
                                                    {"params"}, {"position", "x"}, {"position", "y"}};
  for (const auto& path : paths)
    for (const auto* value : {"", "null", "true", "[1]"}) {
      INFO(joined(path) << " = " << value);
      const auto node = changed(node_text, path, value);
      for (const auto source : {entity_source::network, entity_source::file})
        CHECK(refused_field(parse(entity_kind::graph, graph_of(std::string(sink_text) + "," + node),
                                  source)) == "nodes[1]" + joined(path));
    }
}

TEST_CASE("graph codec: every field of an edge is required and has its type", "[protocol][graph_codec]") {
  const std::vector<std::vector<std::string>> paths{
      {"id"}, {"from"}, {"to"}, {"from", "nodeId"}, {"from", "port"}, {"to", "nodeId"}, {"to", "port"}};
  for (const auto& path : paths)
    for (const auto* value : {"", "null", "1", "[1]"}) {
      INFO(joined(path) << " = " << value);
      const auto edge = changed(edge_text, path, value);
      const auto text = graph_of(std::string(node_text) + "," + std::string(sink_text), edge);
      for (const auto source : {entity_source::network, entity_source::file})
        CHECK(refused_field(parse(entity_kind::graph, text, source)) == "edges[0]" + joined(path));
    }
}

TEST_CASE("graph codec: nodes and edges that are no objects are refused by their place",
          "[protocol][graph_codec]") {
  CHECK(refused_field(parse(entity_kind::graph, graph_of("null"))) == "nodes[0]");
  CHECK(refused_field(parse(entity_kind::graph, graph_of(std::string(node_text) + ",[]"))) == "nodes[1]");
  CHECK(refused_field(parse(entity_kind::graph, graph_of("", "1"))) == "edges[0]");
}

TEST_CASE("graph codec: the network may not store a broken structure, a file may",
          "[protocol][graph_codec]") {
  struct row {
    std::vector<std::string> path;
    std::string_view value;
    bool of_edge;
  };
  const row rows[] = {{{"type"}, R"("Nonsense")", false},
                      {{"type"}, R"("fader")", false},
                      {{"id"}, R"("n2")", false},
                      {{"id"}, R"("")", false},
                      {{"from", "nodeId"}, R"("n9")", true},
                      {{"from", "port"}, R"("nothing")", true},
                      {{"to", "nodeId"}, R"("")", true},
                      {{"to", "port"}, R"("bundle")", true}, // an output, but no input
                      {{"from", "port"}, R"("color")", true}};
  for (const auto& one : rows) {
    INFO(joined(one.path) << " = " << one.value);
    const auto node = one.of_edge ? std::string(node_text) : changed(node_text, one.path, one.value);
    const auto edge = one.of_edge ? changed(edge_text, one.path, one.value) : std::string();
    const auto text = graph_of(std::string(sink_text) + "," + node, edge);
    const auto field = (one.of_edge ? "edges[0]" : "nodes[1]") + joined(one.path);
    CHECK(refused_field(parse(entity_kind::graph, text)) == field);
    CHECK(parse(entity_kind::graph, text, entity_source::file));
  }
}

TEST_CASE("graph codec: ids of edges are unique, two edges into one port are not the codec's business",
          "[protocol][graph_codec]") {
  const auto nodes = std::string(node_text) + "," + std::string(sink_text);
  const auto edges = std::string(edge_text) + "," + std::string(edge_text);
  CHECK(refused_field(parse(entity_kind::graph, graph_of(nodes, edges))) == "edges[1].id");
  const auto second = changed(edge_text, {"id"}, R"("e2")");
  CHECK(parse(entity_kind::graph, graph_of(nodes, std::string(edge_text) + "," + second)));
}

TEST_CASE("graph codec: params are kept as they are, within the limits", "[protocol][graph_codec]") {
  const auto params =
      changed(node_text, {"params"}, R"({"faderId":17,"__proto__":{},"x":null,"y":[{"z":1e300}]})");
  const auto record = parse(entity_kind::graph, graph_of(params));
  REQUIRE(record);
  CHECK(to_json((*record)->as<graph>().nodes.front().params) ==
        R"({"faderId":17,"__proto__":{},"x":null,"y":[{"z":1e+300}]})");
  auto members = object_of(graph_of(std::string(node_text)));
  members["nodes"].as_array()[0].as_object()["params"].as_object()["big"] = std::string(65'537, 'x');
  CHECK(refused_field(parse_entity(entity_kind::graph, "g", 1, members, entity_source::file)) ==
        "nodes[0].params.big");
}

TEST_CASE("graph codec: enabled is a boolean and true unless said otherwise", "[protocol][graph_codec]") {
  CHECK((*parse(entity_kind::graph, whole()))->as<graph>().enabled);
  CHECK_FALSE((*parse(entity_kind::graph, R"({"name":"G","enabled":false,"nodes":[],"edges":[]})"))
                  ->as<graph>()
                  .enabled);
  for (const auto* bad : {"1", "0", "\"true\"", "null"})
    CHECK(refused_field(parse(entity_kind::graph, changed(whole(), {"enabled"}, bad))) == "enabled");
}

TEST_CASE("graph codec: a structure of 2,000 nodes is checked in a moment", "[protocol][graph_codec]") {
  std::string nodes, edges;
  for (int i = 0; i < 2000; ++i) {
    const auto id = std::to_string(i);
    nodes += (i ? "," : "") + changed(R"({"id":"","type":"Add","position":{"x":0,"y":0},"params":{}})",
                                      {"id"}, "\"" + id + "\"");
    if (i == 0) continue;
    edges += (i > 1 ? "," : "") + std::string(R"({"id":")") + id + R"(","from":{"nodeId":")" +
             std::to_string(i - 1) + R"(","port":"result"},"to":{"nodeId":")" + id + R"(","port":"a"}})";
  }
  const auto record = parse(entity_kind::graph, graph_of(nodes, edges));
  REQUIRE(record);
  CHECK(check_graph_structure((*record)->as<graph>()));
}
