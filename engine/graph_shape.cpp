#include "engine/graph_shape.hpp"

#include "engine/node_params.hpp"

namespace troupe::engine {

namespace {

void find_selections(const indexed_graph& g, selection_pool& pool, graph_shape& shape) {
  shape.selections.assign(g.specs.size(), none);
  for (std::uint32_t i = 0; i < g.specs.size(); ++i) {
    if (!g.live[i]) continue;
    const auto& spec = *g.specs[i];
    if (spec.type == node_type::select_group)
      shape.selections[i] = pool.groups(named_ids(g.source->nodes[i], spec.params[0]));
    else if (spec.type == node_type::select_fixture)
      shape.selections[i] = pool.fixtures(named_ids(g.source->nodes[i], spec.params[0]));
  }
}

template <class Visit>
void each_source(const indexed_graph& g, std::uint32_t node, Visit&& visit) {
  for (std::size_t port = 0; port < g.specs[node]->inputs.size(); ++port)
    if (const auto* j = g.joint_into(node, port)) visit(j->from_node, port);
}

void find_varying(const indexed_graph& g, graph_shape& shape) {
  shape.inputs_vary.assign(g.specs.size(), 0);
  shape.outputs_vary.assign(g.specs.size(), 0);
  for (const auto node : g.order) {
    each_source(g, node, [&](std::uint32_t from, std::size_t) {
      if (shape.outputs_vary[from]) shape.inputs_vary[node] = 1;
    });
    const auto type = g.specs[node]->type;
    shape.outputs_vary[node] =
        shape.inputs_vary[node] || type == node_type::chase || type == node_type::spread;
  }
}

void find_domains(const indexed_graph& g, selection_pool& pool, graph_shape& shape) {
  shape.domains.assign(g.specs.size(), none);
  for (auto at = g.order.rbegin(); at != g.order.rend(); ++at) {
    const auto node = *at;
    if (!g.live[node]) continue;
    if (g.specs[node]->type == node_type::write_attributes)
      shape.domains[node] = pool.at(shape.selections[g.joint_into(node, 0)->from_node]).domain;
    if (shape.domains[node] == none) continue;
    each_source(g, node, [&](std::uint32_t from, std::size_t) {
      if (!shape.outputs_vary[from]) return;
      auto& its = shape.domains[from];
      its = its == none ? shape.domains[node] : pool.join(its, shape.domains[node]);
    });
  }
}

} // namespace

graph_shape find_shape(const indexed_graph& graph, selection_pool& pool) {
  graph_shape shape;
  find_selections(graph, pool, shape);
  find_varying(graph, shape);
  find_domains(graph, pool, shape);
  return shape;
}

} // namespace troupe::engine
