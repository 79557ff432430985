#pragma once
// The stages of the compiler that can say no (protocol, section 4), and the graph by indices that is left
// when they don't.

#include "protocol/compile_result.hpp"
#include "protocol/entities.hpp"
#include "protocol/node_catalogue.hpp"
#include "protocol/show_state.hpp"

#include <cstdint>
#include <vector>

namespace troupe::engine {

inline constexpr std::uint32_t none = ~std::uint32_t{0};

/// An edge by indices of nodes and ports; `none` where it leads nowhere.
struct joint {
  std::uint32_t from_node = none, from_port = none, to_node = none, to_port = none;
  bool complete() const noexcept { return from_port != none && to_port != none; }
};

/// A graph by indices: nodes as in `graph::nodes`, ports as in their specs.
struct indexed_graph {
  const graph* source = nullptr;
  std::vector<const node_spec*> specs;
  std::vector<joint> joints;              ///< as graph::edges
  std::vector<std::uint32_t> order;       ///< every node after all that it depends on
  std::vector<std::uint32_t> first_input; ///< by node: where its inputs begin in `edge_into`
  std::vector<std::uint32_t> edge_into;   ///< by input: the edge that feeds it, or `none`
  std::vector<std::uint8_t> live;         ///< by node: an output node can be reached from it

  const joint* joint_into(std::uint32_t node, std::size_t port) const {
    const auto edge = edge_into[first_input[node] + port];
    return edge == none ? nullptr : &joints[edge];
  }
};

struct checked {
  compile_result result;
  indexed_graph graph; ///< complete if `result.ok`; refers to the graph that was checked
};

checked run_checks(const graph& subject, const show_state& show);

} // namespace troupe::engine
