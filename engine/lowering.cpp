#include "engine/lowering.hpp"

#include "engine/columns.hpp"
#include "engine/graph_shape.hpp"
#include "engine/math.hpp"
#include "engine/node_params.hpp"
#include "engine/program_builder.hpp"
#include "engine/selections.hpp"

#include <algorithm>
#include <limits>

namespace troupe::engine {

namespace {

constexpr float endless = std::numeric_limits<float>::infinity();

constexpr std::size_t at(column c) {
  return static_cast<std::size_t>(c);
}
constexpr std::array colour_columns{at(column::red), at(column::green), at(column::blue)};
constexpr std::array position_columns{at(column::pan), at(column::tilt)};

/// What an output puts out: Scalar, Bool and Trigger stand in the place of the intensity, Color and Position
/// in their places, a Bundle in those of its mask.
struct port_value {
  std::uint8_t mask = 0;
  std::array<value_id, column_count> parts{};
};

std::uint8_t bit_of(std::size_t c) {
  return column_bits[c];
}

std::uint8_t mask_of(port_type type) {
  if (type == port_type::color) return has_color;
  if (type == port_type::position) return has_pan | has_tilt;
  return has_intensity;
}

/// The code of a node's state, or of its one operation.
opcode code_of(node_type type) {
  switch (type) {
  case node_type::add:
    return opcode::add;
  case node_type::subtract:
    return opcode::subtract;
  case node_type::multiply:
    return opcode::multiply;
  case node_type::divide:
    return opcode::divide;
  case node_type::min:
    return opcode::minimum;
  case node_type::max:
    return opcode::maximum;
  case node_type::smooth:
    return opcode::smooth;
  case node_type::sine_lfo:
    return opcode::sine;
  case node_type::triangle_lfo:
    return opcode::triangle;
  case node_type::saw_lfo:
    return opcode::saw;
  case node_type::square_lfo:
    return opcode::square;
  case node_type::noise:
    return opcode::noise;
  case node_type::chase:
    return opcode::chase_position;
  case node_type::flash:
    return opcode::flash;
  case node_type::envelope:
    return opcode::envelope;
  default:
    return opcode::count_;
  }
}

class lowering {
 public:
  lowering(const indexed_graph& g, const show_state& show, const rig& where)
      : g_(g), show_(show), rig_(where), pool_(show, where), shape_(find_shape(g, pool_)), build_(pool_) {}

  graph_program run() {
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

 private:
  void list_states() {
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

  void number_outputs() {
    first_output_.reserve(g_.specs.size());
    std::uint32_t next = 0;
    for (std::uint32_t i = 0; i < g_.specs.size(); ++i) {
      first_output_.push_back(next);
      if (g_.live[i]) next += static_cast<std::uint32_t>(g_.specs[i]->outputs.size());
    }
    outputs_.resize(next);
    write_of_.assign(g_.specs.size(), none);
  }

  // -- reading inputs ---------------------------------------------------------------------------------

  std::size_t port(std::string_view name) const {
    const auto inputs = g_.specs[node_]->inputs;
    return static_cast<std::size_t>(
        std::find_if(inputs.begin(), inputs.end(), [&](const auto& in) { return in.name == name; }) -
        inputs.begin());
  }

  port_value input(std::size_t index) {
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

  port_value constant_input(const input_spec& spec) {
    port_value value;
    if (!has_constant(spec.type)) return value;
    const auto numbers = constant_of(g_.source->nodes[node_], spec);
    std::size_t i = 0;
    for (const auto c : columns_of(spec.type)) value.parts[c] = build_.constant(numbers[i++]);
    return value;
  }

  static std::span<const std::size_t> columns_of(port_type type) {
    static constexpr std::array first{std::size_t{0}};
    if (type == port_type::color) return colour_columns;
    if (type == port_type::position) return position_columns;
    return first;
  }

  value_id scalar(std::string_view name) { return input(port(name)).parts[0]; }
  value_id scalar(std::size_t index) { return input(index).parts[0]; }
  std::uint32_t domain() const { return shape_.domains[node_]; }
  std::uint32_t state() const { return state_index_[node_]; }
  const graph_node& source() const { return g_.source->nodes[node_]; }

  // -- putting out ------------------------------------------------------------------------------------

  port_value& output(std::size_t index = 0) { return outputs_[first_output_[node_] + index]; }
  void put(value_id value, std::size_t index = 0) { output(index).parts[0] = value; }

  value_id emit(opcode code, std::initializer_list<value_id> sources, float low = -endless,
                float high = endless) {
    operation shape;
    shape.code = code;
    shape.state = state() == none ? 0 : state();
    return build_.emit(shape, sources, domain(), low, high);
  }

  // -- the nodes --------------------------------------------------------------------------------------

  void lower_node(std::uint32_t node) {
    node_ = node;
    switch (g_.specs[node]->type) {
    case node_type::time:
      put(build_.load(input_load::source::show_time, std::string_view{}, -endless, endless), 0);
      return put(build_.load(input_load::source::tick_length, std::string_view{}, -endless, endless), 1);
    case node_type::fader:
      return put(build_.load(input_load::source::fader, control_id(), -endless, endless));
    case node_type::button:
      put(build_.load(input_load::source::pressed, control_id(), 0, 1), 0);
      return put(build_.load(input_load::source::down, control_id(), 0, 1), 1);
    case node_type::dmx_in:
      return put(build_.load(input_load::source::dmx_channel, dmx_place_of(source()).packed(), 0, 1));
    case node_type::timecode:
      put(build_.load(input_load::source::timecode_seconds, std::string_view{}, -endless, endless), 0);
      return put(build_.load(input_load::source::timecode_running, std::string_view{}, 0, 1), 1);
    case node_type::scalar:
    case node_type::boolean:
      return put(scalar(std::size_t{0}));
    case node_type::color_constant:
      return gather_parts(colour_columns);
    case node_type::position_constant:
      return gather_parts(position_columns);
    case node_type::select_group:
    case node_type::select_fixture:
      return;
    case node_type::preset:
      return lower_preset();
    case node_type::add:
    case node_type::subtract:
    case node_type::multiply:
    case node_type::divide:
    case node_type::min:
    case node_type::max:
      return put(emit(code_of(g_.specs[node]->type), {scalar("a"), scalar("b")}));
    case node_type::clamp01:
      return put(build_.clamped(scalar("value"), 0, 1, domain()));
    case node_type::map_range:
      return put(
          emit(opcode::map_range, {scalar(std::size_t{0}), scalar(1), scalar(2), scalar(3), scalar(4)}));
    case node_type::smooth:
      return lower_smooth();
    case node_type::compare:
      return lower_compare();
    case node_type::switch_:
      return put(emit(opcode::select, {scalar("condition"), scalar("a"), scalar("b")}));
    case node_type::sine_lfo:
    case node_type::triangle_lfo:
    case node_type::saw_lfo:
    case node_type::square_lfo:
      return lower_oscillator();
    case node_type::noise:
      return lower_noise();
    case node_type::chase:
      return lower_chase();
    case node_type::spread:
      return put(build_.spread(scalar("from"), scalar("to"), selected(), domain()));
    case node_type::flash:
      return put(emit(opcode::flash, {scalar("trigger"), scalar("attack"), scalar("decay")}, 0, 1));
    case node_type::envelope:
      return put(emit(opcode::envelope, {scalar("gate"), scalar("attack"), scalar("decay"), scalar("sustain"),
                                         scalar("release")}));
    case node_type::mix_color:
      return lower_mix();
    case node_type::scale_color:
      return lower_scaled(input(port("color")), colour_columns);
    case node_type::hsv_color:
      return lower_hsv();
    case node_type::color_to_bundle:
      return put_bundle(input(port("color")), has_color);
    case node_type::position_to_bundle:
      return put_bundle(input(port("position")), has_pan | has_tilt);
    case node_type::scalar_to_bundle:
      return lower_scalar_to_bundle();
    case node_type::offset_position:
      return lower_offset();
    case node_type::scale_position:
      return lower_scaled(input(port("position")), position_columns);
    case node_type::merge_bundle:
      return lower_merge();
    case node_type::scale_bundle:
      return lower_scale_bundle();
    case node_type::write_attributes:
      return lower_write();
    case node_type::count_:
      return;
    }
  }

  std::string_view control_id() const {
    const auto ids = named_ids(source(), g_.specs[node_]->params[0]);
    return ids.empty() ? std::string_view{} : ids.front();
  }

  std::uint32_t selected() const { return shape_.selections[g_.joint_into(node_, 0)->from_node]; }

  void gather_parts(std::span<const std::size_t> columns) {
    std::size_t i = 0;
    for (const auto c : columns) output().parts[c] = scalar(i++);
  }

  void put_bundle(const port_value& value, int mask) {
    output() = value;
    output().mask = static_cast<std::uint8_t>(mask);
  }

  void lower_preset() {
    const auto* found = show_.find_as<preset>(entity_kind::preset, control_id());
    if (!found) return;
    const auto& held = found->attributes;
    const auto hold = [&](column c, float value) {
      output().mask |= bit_of(at(c));
      output().parts[at(c)] = build_.constant(finite_or_zero(value));
    };
    if (held.intensity) hold(column::intensity, *held.intensity);
    if (held.color) {
      hold(column::red, held.color->r);
      hold(column::green, held.color->g);
      hold(column::blue, held.color->b);
    }
    if (held.pan) hold(column::pan, *held.pan);
    if (held.tilt) hold(column::tilt, *held.tilt);
    if (held.zoom) hold(column::zoom, *held.zoom);
  }

  void lower_smooth() {
    const auto value = scalar("value");
    const auto gain = emit(opcode::smooth_gain, {scalar("smoothing")}, 0, 1);
    // The node has one state: it varies as a whole, even if only its smoothing does.
    put(emit(opcode::smooth, {value, gain}));
  }

  void lower_oscillator() {
    const auto speed = scalar("speed"), frequency = scalar("frequency"), phase = scalar("phase");
    if (shape_.inputs_vary[node_] && !build_.varies(speed) && !build_.varies(frequency))
      step_once(opcode::phase_step, {speed, frequency});
    put(emit(code_of(g_.specs[node_]->type), {speed, frequency, phase}, 0, 1));
  }

  void lower_noise() {
    const auto speed = scalar("speed"), seed = scalar("seed");
    if (shape_.inputs_vary[node_] && !build_.varies(speed)) step_once(opcode::lattice_step, {speed});
    put(emit(opcode::noise, {speed, seed}, 0, 1));
  }

  /// The state of a varying node moves on for all its cells together, as long as it is the same for all.
  void step_once(opcode code, std::initializer_list<value_id> sources) {
    program_->states[state()].shareable = true;
    emit(code, sources);
  }

  void lower_compare() {
    static constexpr std::array codes{opcode::greater, opcode::less, opcode::less_equal,
                                      opcode::greater_equal, opcode::equal};
    const auto mode = choice_of(source(), g_.specs[node_]->params[0]);
    put(emit(codes[mode], {scalar("a"), scalar("b")}, 0, 1));
  }

  void lower_chase() {
    const auto chosen = selected();
    const auto speed = scalar("speed"), width = scalar("width");
    const auto count = static_cast<float>(pool_.at(chosen).cells);
    // With a varying width the node varies, and so does its position.
    const auto driven = shape_.inputs_vary[node_] ? build_.carried(speed, domain()) : speed;
    const auto place = build_.chase_position(driven, count, state(), domain());
    put(build_.chase_level(place, width, chosen, domain()));
  }

  void lower_mix() {
    const auto a = input(port("a")), b = input(port("b"));
    const auto mix = scalar("mix");
    for (const auto c : colour_columns)
      output().parts[c] = emit(opcode::mix, {a.parts[c], b.parts[c], mix}, 0, 1);
  }

  void lower_scaled(const port_value& value, std::span<const std::size_t> columns) {
    const auto scale = scalar("scale");
    for (const auto c : columns) output().parts[c] = scaled(c, value.parts[c], scale);
  }

  value_id scaled(std::size_t c, value_id value, value_id scale) {
    return is_signed(c) ? emit(opcode::scale_signed, {value, scale}, -1, 1)
                        : emit(opcode::scale_unit, {value, scale}, 0, 1);
  }

  void lower_hsv() {
    const auto h = scalar("h"), s = scalar("s"), v = scalar("v");
    static constexpr std::array offsets{hue_red, hue_green, hue_blue};
    for (std::size_t i = 0; i < colour_columns.size(); ++i)
      output().parts[colour_columns[i]] = build_.hsv_channel(h, s, v, offsets[i], domain());
  }

  void lower_scalar_to_bundle() {
    static constexpr std::array columns{at(column::intensity), at(column::pan), at(column::tilt),
                                        at(column::zoom)};
    const auto c = columns[choice_of(source(), g_.specs[node_]->params[0])];
    output().parts[c] = scalar("value");
    output().mask = bit_of(c);
  }

  void lower_offset() {
    const auto position = input(port("position"));
    const auto pan = scalar("deltaPan"), tilt = scalar("deltaTilt");
    auto& out = output().parts;
    out[at(column::pan)] = emit(opcode::offset_signed, {position.parts[at(column::pan)], pan}, -1, 1);
    out[at(column::tilt)] = emit(opcode::offset_signed, {position.parts[at(column::tilt)], tilt}, -1, 1);
  }

  void lower_merge() {
    const auto base = input(port("base")), over = input(port("override"));
    for (std::size_t c = 0; c < column_count; ++c)
      output().parts[c] = (over.mask & bit_of(c) ? over : base).parts[c];
    output().mask = base.mask | over.mask;
  }

  void lower_scale_bundle() {
    const auto value = input(port("bundle"));
    const auto scale = scalar("scale");
    output().mask = value.mask;
    for (std::size_t c = 0; c < column_count; ++c)
      if (value.mask & bit_of(c)) output().parts[c] = scaled(c, value.parts[c], scale);
  }

  void lower_write() {
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
      write.values[c] = build_.stored(value.parts[c],
                                      is_signed(c) ? opcode::store_signed : opcode::store_unit, write.domain);
    }
    write_of_[node_] = static_cast<std::uint32_t>(writes_.size());
    writes_.push_back(write);
  }

  /// In the order of the nodes, whatever the order of evaluation was.
  void list_writes() {
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

  const indexed_graph& g_;
  const show_state& show_;
  const rig& rig_;
  selection_pool pool_;
  graph_shape shape_;
  program_builder build_;
  graph_program* program_ = nullptr;
  std::uint32_t node_ = 0; // the one that is being lowered
  std::vector<std::uint32_t> state_index_, first_output_, write_of_;
  std::vector<port_value> outputs_;
  std::vector<write_code> writes_;
};

} // namespace

graph_program lower(const indexed_graph& graph, const show_state& show, const rig& where) {
  return lowering(graph, show, where).run();
}

} // namespace troupe::engine
