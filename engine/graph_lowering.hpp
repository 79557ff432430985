#pragma once
// One graph on its way into a program (lowering.cpp); what each node does is in node_lowering.cpp.

#include "engine/columns.hpp"
#include "engine/graph_check.hpp"
#include "engine/graph_shape.hpp"
#include "engine/program_builder.hpp"
#include "engine/rig.hpp"
#include "engine/selections.hpp"
#include "protocol/show_state.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::engine {

/// What an output puts out: Scalar, Bool and Trigger stand in the place of the intensity, Color and Position
/// in their places, a Bundle in those of its mask.
struct port_value {
  std::uint8_t mask = 0;
  std::array<value_id, column_count> parts{};
};

/// The walk over a graph, node after node; `node_` is the one that is being lowered.
class graph_lowering {
 public:
  graph_lowering(const indexed_graph& graph, const show_state& show, const rig& where)
      : g_(graph), show_(show), rig_(where), pool_(show, where), shape_(find_shape(graph, pool_)),
        build_(pool_) {}

  graph_program run();

 private:
  static constexpr float endless = std::numeric_limits<float>::infinity();

  static constexpr std::size_t at(column c) { return static_cast<std::size_t>(c); }
  static constexpr std::array colour_columns{static_cast<std::size_t>(column::red),
                                             static_cast<std::size_t>(column::green),
                                             static_cast<std::size_t>(column::blue)};
  static constexpr std::array position_columns{static_cast<std::size_t>(column::pan),
                                               static_cast<std::size_t>(column::tilt)};
  static constexpr std::uint8_t bit_of(std::size_t c) { return column_bits[c]; }

  /// The code of a node's state, or of its one operation.
  static opcode code_of(node_type type);

  void list_states();
  void number_outputs();
  void list_writes();

  // Reading inputs.
  std::size_t port(std::string_view name) const;
  port_value input(std::size_t index);
  port_value constant_input(const input_spec& spec);
  static std::span<const std::size_t> columns_of(port_type type);
  value_id scalar(std::string_view name) { return input(port(name)).parts[0]; }
  value_id scalar(std::size_t index) { return input(index).parts[0]; }
  std::uint32_t domain() const { return shape_.domains[node_]; }
  std::uint32_t state() const { return state_index_[node_]; }
  /// The selection that comes into the node.
  std::uint32_t selected() const { return shape_.selections[g_.joint_into(node_, 0)->from_node]; }
  const graph_node& source() const { return g_.source->nodes[node_]; }

  // Putting out.
  port_value& output(std::size_t index = 0) { return outputs_[first_output_[node_] + index]; }
  void put(value_id value, std::size_t index = 0) { output(index).parts[0] = value; }

  value_id emit(opcode code, std::initializer_list<value_id> sources, float low = -endless,
                float high = endless);

  // The nodes.
  void lower_node(std::uint32_t node);
  std::string_view control_id() const;
  void gather_parts(std::span<const std::size_t> columns);
  void put_bundle(const port_value& value, int mask);
  void lower_preset();
  void lower_smooth();
  void lower_oscillator();
  void lower_noise();
  /// The state of a varying node moves on for all its cells together, as long as it is the same for all.
  void step_once(opcode code, std::initializer_list<value_id> sources);
  void lower_compare();
  void lower_chase();
  void lower_mix();
  void lower_scaled(const port_value& value, std::span<const std::size_t> columns);
  value_id scaled(std::size_t c, value_id value, value_id scale);
  void lower_hsv();
  void lower_scalar_to_bundle();
  void lower_offset();
  void lower_merge();
  void lower_scale_bundle();
  void lower_write();

  const indexed_graph& g_;
  const show_state& show_;
  const rig& rig_;
  selection_pool pool_;
  graph_shape shape_;
  program_builder build_;
  graph_program* program_ = nullptr;
  std::uint32_t node_ = 0;
  std::vector<std::uint32_t> state_index_, first_output_, write_of_;
  std::vector<port_value> outputs_;
  std::vector<write_code> writes_;
};

} // namespace troupe::engine
