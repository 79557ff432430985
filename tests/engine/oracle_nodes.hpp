#pragma once
// One node, one cell, one tick.

#include "protocol/node_catalogue.hpp"
#include "tests/engine/oracle.hpp"

#include <string_view>

namespace troupe::test {

/// What an edge carries; selections are looked up instead.
struct port_value {
  port_type type = port_type::scalar;
  std::array<float, 3> numbers{}; ///< Scalar, Bool and Trigger one; Color three; Position two
  bundle attributes;              ///< of a Bundle
};

/// All that a node sees when it runs.
struct node_call {
  node_type type;
  const graph_node& node;
  const plain_show& show;
  const controls& inputs_now;
  double t = 0, dt = 0; ///< seconds
  std::map<std::string_view, port_value> in;
  int count = 0;  ///< Chase and Spread: the length of their selection, in cells
  int index = -1; ///< the cell's place in it, or -1

  float number(std::string_view port) const { return in.at(port).numbers[0]; }
  bool flag(std::string_view port) const { return number(port) != 0; }
  std::string param(std::string_view name, std::string_view otherwise = {}) const;
  int whole(std::string_view name, int otherwise) const;
};

bool has_state(node_type type);

/// The state after this tick. @param before nothing at the node's first tick
node_state advance(const node_call& call, const node_state* before);

/// The outputs, in the order of the catalogue. @param state as advanced
std::vector<port_value> outputs(const node_call& call, const node_state& state);

/// The value as the port takes it: converted, and clamped to the port's hard range.
port_value arrive(port_value value, const input_spec& port);

} // namespace troupe::test
