#include "engine/graph_check.hpp"

#include "engine/graph_order.hpp"
#include "engine/node_params.hpp"

#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>

namespace troupe::engine {

namespace {

using node_index = std::unordered_map<std::string_view, std::uint32_t>;

template <class Spec>
std::uint32_t port_index(std::span<const Spec> specs, std::string_view name) {
  for (std::uint32_t i = 0; i < specs.size(); ++i)
    if (specs[i].name == name) return i;
  return none;
}

/// Runs the stages over one graph and collects what they find.
class checker {
 public:
  checker(const graph& subject, const show_state& show) : show_(show), subject_(subject) {
    out_.graph.source = &subject;
  }

  checked run() && {
    if (know_types() && put_in_order()) {
      check_edges();
      find_live_nodes();
      check_inputs();
      check_params();
      check_references();
    }
    out_.result.ok = true;
    for (const auto& one : out_.result.errors) out_.result.ok = out_.result.ok && one.warning;
    return std::move(out_);
  }

 private:
  void report(std::string_view node, std::string_view port, compile_code code, std::string message,
              bool warning = false) {
    out_.result.errors.push_back({std::string(node), std::string(port), std::move(message), code, warning});
  }

  bool know_types() {
    auto& specs = out_.graph.specs;
    specs.reserve(subject_.nodes.size());
    for (const auto& node : subject_.nodes) {
      specs.push_back(find_node_spec(node.type));
      if (!specs.back())
        report(node.id, {}, compile_code::unknown_node_type,
               fmt::format("unknown node type '{}'", node.type));
    }
    return out_.result.errors.empty();
  }

  bool put_in_order() {
    resolve_edges();
    auto sorted = sort_graph(subject_, out_.graph.joints);
    if (!sorted.cycle.empty()) {
      report(subject_.nodes[sorted.cycle.front()].id, {}, compile_code::cycle_detected,
             "the graph runs in a circle: " + path_text(subject_, sorted.cycle));
      return false;
    }
    out_.graph.order = std::move(sorted.order);
    return true;
  }

  void resolve_edges() {
    nodes_.reserve(subject_.nodes.size());
    for (std::uint32_t i = 0; i < subject_.nodes.size(); ++i) nodes_.try_emplace(subject_.nodes[i].id, i);
    auto& joints = out_.graph.joints;
    joints.reserve(subject_.edges.size());
    for (const auto& edge : subject_.edges) {
      joint j;
      if (const auto from = nodes_.find(edge.from.node_id); from != nodes_.end()) {
        j.from_node = from->second;
        j.from_port = port_index(out_.graph.specs[j.from_node]->outputs, edge.from.port);
      }
      if (const auto to = nodes_.find(edge.to.node_id); to != nodes_.end()) {
        j.to_node = to->second;
        j.to_port = port_index(out_.graph.specs[j.to_node]->inputs, edge.to.port);
      }
      joints.push_back(j);
    }
  }

  void check_edges() {
    std::uint32_t inputs = 0;
    for (std::uint32_t i = 0; i < subject_.nodes.size(); ++i) {
      out_.graph.first_input.push_back(inputs);
      inputs += static_cast<std::uint32_t>(out_.graph.specs[i]->inputs.size());
      if (nodes_.at(subject_.nodes[i].id) != i)
        report(subject_.nodes[i].id, {}, compile_code::invalid_param,
               fmt::format("a second node has the id '{}'", subject_.nodes[i].id));
    }
    out_.graph.edge_into.assign(inputs, none);
    std::unordered_set<std::string_view> ids;
    ids.reserve(subject_.edges.size());
    for (std::uint32_t i = 0; i < subject_.edges.size(); ++i) {
      if (!ids.insert(subject_.edges[i].id).second)
        report(subject_.edges[i].to.node_id, subject_.edges[i].to.port, compile_code::invalid_param,
               fmt::format("a second edge has the id '{}'", subject_.edges[i].id));
      check_edge(i);
    }
  }

  void check_edge(std::uint32_t index) {
    const auto& edge = subject_.edges[index];
    const auto& j = out_.graph.joints[index];
    const bool from_ok = check_end(edge, edge.from, j.from_node, j.from_port, "output");
    const bool to_ok = check_end(edge, edge.to, j.to_node, j.to_port, "input");
    if (!to_ok) return;
    auto& taken = out_.graph.edge_into[out_.graph.first_input[j.to_node] + j.to_port];
    if (taken != none) {
      report(edge.to.node_id, edge.to.port, compile_code::invalid_param,
             fmt::format("input '{}' of node '{}' has more than one edge", edge.to.port, edge.to.node_id));
    } else {
      taken = index;
    }
    if (!from_ok) return;
    const auto from = out_.graph.specs[j.from_node]->outputs[j.from_port].type;
    const auto to = out_.graph.specs[j.to_node]->inputs[j.to_port].type;
    if (!joinable(from, to))
      report(edge.to.node_id, edge.to.port, compile_code::type_mismatch,
             fmt::format("edge '{}' joins {} to {}", edge.id, port_type_name(from), port_type_name(to)));
  }

  /// One end of an edge: an edge to nowhere is reported at the node it does touch.
  bool check_end(const graph_edge& edge, const port_ref& end, std::uint32_t node, std::uint32_t port,
                 std::string_view what) {
    if (node == none) {
      const auto& other = &end == &edge.from ? edge.to : edge.from;
      const bool other_known = nodes_.contains(other.node_id);
      report(other_known ? other.node_id : end.node_id, other_known ? other.port : end.port,
             compile_code::invalid_param,
             fmt::format("edge '{}' names node '{}', which doesn't exist", edge.id, end.node_id));
      return false;
    }
    if (port == none) {
      report(end.node_id, end.port, compile_code::invalid_param,
             fmt::format("edge '{}': node '{}' has no {} '{}'", edge.id, end.node_id, what, end.port));
      return false;
    }
    return true;
  }

  void find_live_nodes() {
    auto& g = out_.graph;
    g.live.assign(subject_.nodes.size(), 0);
    for (std::uint32_t i = 0; i < g.specs.size(); ++i)
      g.live[i] = g.specs[i]->type == node_type::write_attributes ? 1 : 0;
    for (auto at = g.order.rbegin(); at != g.order.rend(); ++at) {
      if (!g.live[*at]) continue;
      for (std::size_t port = 0; port < g.specs[*at]->inputs.size(); ++port)
        if (const auto* j = g.joint_into(*at, port); j && j->from_node != none) g.live[j->from_node] = 1;
    }
  }

  void check_inputs() {
    const auto& g = out_.graph;
    for (std::uint32_t i = 0; i < subject_.nodes.size(); ++i) {
      if (!g.live[i]) continue;
      const auto missing = [&](const input_spec& input, const char* message) {
        report(subject_.nodes[i].id, input.name, compile_code::missing_connection,
               fmt::format(fmt::runtime(message), input.name, subject_.nodes[i].id));
      };
      const auto& spec = *g.specs[i];
      bool any = spec.type != node_type::merge_bundle;
      for (std::size_t port = 0; port < spec.inputs.size(); ++port) {
        const bool connected = g.joint_into(i, port) != nullptr;
        any = any || connected;
        if (!connected && spec.inputs[port].required)
          missing(spec.inputs[port], "input '{}' of node '{}' must be connected");
      }
      if (!any) missing(spec.inputs[0], "'{}' or 'override' of node '{}' must be connected");
    }
  }

  void check_params() {
    for (std::uint32_t i = 0; i < subject_.nodes.size(); ++i) {
      if (!out_.graph.live[i]) continue;
      const auto& node = subject_.nodes[i];
      const auto refuse = [&](std::string_view name, const std::string& problem) {
        report(node.id, name, compile_code::invalid_param, fmt::format("node '{}': {}", node.id, problem));
      };
      for (const auto& param : out_.graph.specs[i]->params)
        if (const auto problem = param_problem(node, param)) refuse(param.name, *problem);
      for (const auto& input : out_.graph.specs[i]->inputs)
        if (const auto problem = constant_problem(node, input)) refuse(input.name, *problem);
    }
  }

  void check_references() {
    for (std::uint32_t i = 0; i < subject_.nodes.size(); ++i)
      for (const auto& param : out_.graph.specs[i]->params)
        for (const auto id : named_ids(subject_.nodes[i], param)) note_reference(i, param, id);
  }

  void note_reference(std::uint32_t node, const param_spec& param, std::string_view id) {
    auto& all = out_.result.dependencies;
    const auto depend = [&](std::vector<std::string>& ids, std::size_t kind) {
      if (seen_[kind].insert(id).second) ids.emplace_back(id);
    };
    const auto is_input = [&](input_type type) {
      const auto* found = show_.find_as<input>(entity_kind::input, id);
      return found && found->type == type;
    };
    const auto exists = [&](entity_kind kind) { return show_.find(kind, id) != nullptr; };
    bool known = true;
    std::string_view what;
    switch (param.type) {
    case param_type::fader_id:
      depend(all.fader_ids, 0), what = "fader", known = is_input(input_type::fader);
      break;
    case param_type::button_id:
      depend(all.button_ids, 1), what = "button", known = is_input(input_type::button);
      break;
    case param_type::preset_id:
      depend(all.preset_ids, 2), what = "preset", known = exists(entity_kind::preset);
      break;
    case param_type::group_ids:
      depend(all.group_ids, 3), what = "group", known = exists(entity_kind::group);
      break;
    case param_type::fixture_ids:
      depend(all.fixture_ids, 4), what = "fixture", known = exists(entity_kind::fixture);
      break;
    case param_type::choice:
    case param_type::integer:
      return;
    }
    if (!known && out_.graph.live[node])
      report(subject_.nodes[node].id, param.name, compile_code::unknown_reference,
             fmt::format("node '{}': {} '{}' doesn't exist", subject_.nodes[node].id, what, id), true);
  }

  const show_state& show_;
  const graph& subject_;
  checked out_;
  node_index nodes_; // only looked up
  std::array<std::unordered_set<std::string_view>, 5> seen_;
};

} // namespace

checked run_checks(const graph& subject, const show_state& show) {
  return checker(subject, show).run();
}

} // namespace troupe::engine
