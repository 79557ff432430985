#include "tests/conformance/support/graphs.hpp"

namespace troupe::conformance {

namespace {

json::object port_ref(std::string_view text) {
  const auto dot = text.rfind('.');
  return {{"nodeId", text.substr(0, dot)}, {"port", text.substr(dot + 1)}};
}

} // namespace

json::object node(std::string_view id, std::string_view type, json::object params) {
  return {{"id", id}, {"type", type}, {"position", {{"x", 0}, {"y", 0}}}, {"params", std::move(params)}};
}

json::object wire(std::string_view from, std::string_view to) {
  return {{"id", std::string(from) + '-' + std::string(to)}, {"from", port_ref(from)}, {"to", port_ref(to)}};
}

json::object graph(std::string_view name, json::array nodes,
                   const std::vector<std::pair<std::string, std::string>>& wires) {
  json::array edges;
  for (const auto& [from, to] : wires) edges.push_back(wire(from, to));
  return {{"name", name}, {"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

json::array ids(const std::vector<std::string>& of) {
  json::array out;
  for (const auto& each : of) out.emplace_back(each);
  return out;
}

json::object intensity_graph(const std::vector<std::string>& fixtures, json::object source,
                             std::string_view port, json::object more) {
  return graph("intensity",
               {std::move(source), node("bundle", "ScalarToBundle"),
                node("select", "SelectFixture", {{"fixtureIds", ids(fixtures)}}),
                node("write", "WriteAttributes", std::move(more))},
               {{"source." + std::string(port), "bundle.value"},
                {"bundle.bundle", "write.bundle"},
                {"select.selection", "write.selection"}});
}

json::object constant_graph(const std::vector<std::string>& fixtures, double level, json::object more) {
  return intensity_graph(fixtures, node("source", "Scalar", {{"value", level}}), "value", std::move(more));
}

json::object fader_graph(const std::vector<std::string>& fixtures, std::string_view fader) {
  return intensity_graph(fixtures, node("source", "Fader", {{"faderId", fader}}));
}

} // namespace troupe::conformance
