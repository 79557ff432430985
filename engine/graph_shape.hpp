#pragma once
// What of a graph varies from fixture to fixture, and for which fixtures (protocol, section 4).

#include "engine/graph_check.hpp"
#include "engine/selections.hpp"

#include <vector>

namespace troupe::engine {

/// By node; only what is said of live nodes means something.
struct graph_shape {
  std::vector<std::uint32_t> selections;  ///< what a SelectGroup or SelectFixture selects
  std::vector<std::uint8_t> inputs_vary;  ///< the node has its state per fixture
  std::vector<std::uint8_t> outputs_vary; ///< the same, or the node is a Chase or Spread
  std::vector<std::uint32_t> domains;     ///< of varying nodes and writes; else `none`
};

graph_shape find_shape(const indexed_graph& graph, selection_pool& pool);

} // namespace troupe::engine
