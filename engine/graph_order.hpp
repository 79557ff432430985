#pragma once
// Nodes in an order in which each comes after all that it depends on, without recursion.

#include "engine/graph_check.hpp"

#include <string>

namespace troupe::engine {

struct sorted_graph {
  std::vector<std::uint32_t> order; ///< all nodes; as in the graph where the edges leave it open
  std::vector<std::uint32_t> cycle; ///< if not empty: one circle, its first node in the graph first
};

/// Linear in nodes and edges. Edges with an unknown end don't count.
sorted_graph sort_graph(const graph& subject, const std::vector<joint>& joints);

/// `a -> b -> a`; long circles are cut in the middle.
std::string path_text(const graph& subject, const std::vector<std::uint32_t>& cycle);

} // namespace troupe::engine
