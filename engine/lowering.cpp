#include "engine/lowering.hpp"

#include "engine/graph_lowering.hpp"
#include "engine/node_params.hpp"

#include <algorithm>

namespace troupe::engine {

namespace {

std::uint8_t mask_of(port_type type) {
  if (type == port_type::color) return has_color;
  if (type == port_type::position) return has_pan | has_tilt;
  return has_intensity;
}

} // namespace

graph_program graph_lowering::run() {
  graph_program program;
  program_ = &program;
  list_states();
  number_outputs();
  for (const auto node : g_.order)
    if (g_.live[node]) lower_node(node);
  list_writes();
  std::move(build_).finish(program);
  return program;
}

void graph_lowering::list_states() {
  state_index_.assign(g_.specs.size(), none);
  for (std::uint32_t i = 0; i < g_.specs.size(); ++i) {
    const auto type = g_.specs[i]->type;
    const auto code = code_of(type);
    const auto shape = state_of(code);
    if (code == opcode::count_ || shape.doubles + shape.floats == 0) continue;
    state_index_[i] = static_cast<std::uint32_t>(program_->states.size());
    const bool live = g_.live[i] != 0;
    const bool varying = live && shape_.inputs_vary[i] != 0;
    program_->states.push_back(
        {g_.source->nodes[i].id, type, code, live, varying, false, varying ? shape_.domains[i] : 0});
  }
}

void graph_lowering::number_outputs() {
  first_output_.reserve(g_.specs.size());
  std::uint32_t next = 0;
  for (std::uint32_t i = 0; i < g_.specs.size(); ++i) {
    first_output_.push_back(next);
    if (g_.live[i]) next += static_cast<std::uint32_t>(g_.specs[i]->outputs.size());
  }
  outputs_.resize(next);
  write_of_.assign(g_.specs.size(), none);
}

// -- reading inputs -----------------------------------------------------------------------------------

std::size_t graph_lowering::port(std::string_view name) const {
  const auto inputs = g_.specs[node_]->inputs;
  return static_cast<std::size_t>(
      std::find_if(inputs.begin(), inputs.end(), [&](const auto& in) { return in.name == name; }) -
      inputs.begin());
}

port_value graph_lowering::input(std::size_t index) {
  const auto& spec = g_.specs[node_]->inputs[index];
  const auto* j = g_.joint_into(node_, index);
  if (!j) return constant_input(spec);
  auto value = outputs_[first_output_[j->from_node] + j->from_port];
  if (spec.type == port_type::bundle) {
    const auto from = g_.specs[j->from_node]->outputs[j->from_port].type;
    if (from != port_type::bundle) value.mask = mask_of(from);
    return value;
  }
  if (spec.hard.min || spec.hard.max) {
    const auto low = spec.hard.min ? static_cast<float>(*spec.hard.min) : -endless;
    const auto high = spec.hard.max ? static_cast<float>(*spec.hard.max) : endless;
    for (const auto c : columns_of(spec.type))
      value.parts[c] = build_.clamped(value.parts[c], low, high, domain());
  }
  return value;
}

port_value graph_lowering::constant_input(const input_spec& spec) {
  port_value value;
  if (!has_constant(spec.type)) return value;
  const auto numbers = constant_of(g_.source->nodes[node_], spec);
  std::size_t i = 0;
  for (const auto c : columns_of(spec.type)) value.parts[c] = build_.constant(numbers[i++]);
  return value;
}

std::span<const std::size_t> graph_lowering::columns_of(port_type type) {
  static constexpr std::array first{std::size_t{0}};
  if (type == port_type::color) return colour_columns;
  if (type == port_type::position) return position_columns;
  return first;
}

value_id graph_lowering::emit(opcode code, std::initializer_list<value_id> sources, float low, float high) {
  operation shape;
  shape.code = code;
  shape.state = state() == none ? 0 : state();
  return build_.emit(shape, sources, domain(), low, high);
}

// -- writes -------------------------------------------------------------------------------------------

void graph_lowering::lower_write() {
  const auto value = input(port("bundle"));
  const auto& chosen = pool_.at(selected());
  write_code write;
  write.domain = chosen.domain;
  write.mode = static_cast<merge_mode>(choice_of(source(), g_.specs[node_]->params[0]));
  write.mask = value.mask;
  write.empty = chosen.slots.empty();
  if (!write.empty) {
    const auto& places = pool_.domains()[chosen.domain].places;
    const auto first = rig_.places->by_slot()[chosen.slots.front()].first;
    write.first_element =
        static_cast<std::uint32_t>(std::lower_bound(places.begin(), places.end(), first) - places.begin());
  }
  const auto priority = scalar("priority");
  write.varying = build_.varies(priority);
  write.priority = build_.stored(priority, opcode::store, write.domain);
  for (std::size_t c = 0; c < column_count; ++c) {
    if (!(value.mask & bit_of(c))) continue;
    write.varying = write.varying || build_.varies(value.parts[c]);
    write.values[c] =
        build_.stored(value.parts[c], is_signed(c) ? opcode::store_signed : opcode::store_unit, write.domain);
  }
  write_of_[node_] = static_cast<std::uint32_t>(writes_.size());
  writes_.push_back(write);
}

/// In the order of the nodes, whatever the order of evaluation was.
void graph_lowering::list_writes() {
  for (std::uint32_t i = 0; i < g_.specs.size(); ++i) {
    if (write_of_[i] == none) continue;
    node_ = i;
    program_->writes.push_back(writes_[write_of_[i]]);
    write_site site{g_.source->nodes[i].id, {}};
    for (const auto slot : pool_.at(selected()).slots)
      site.selection.push_back(rig_.places->by_slot()[slot].id);
    program_->sites.push_back(std::move(site));
  }
}

graph_program lower(const indexed_graph& graph, const show_state& show, const rig& where) {
  return graph_lowering(graph, show, where).run();
}

} // namespace troupe::engine
