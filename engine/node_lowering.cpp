// What each node becomes; engine/nodes.md says what it computes.
#include "engine/graph_lowering.hpp"
#include "engine/math.hpp"
#include "engine/node_params.hpp"

namespace troupe::engine {

opcode graph_lowering::code_of(node_type type) {
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

void graph_lowering::lower_node(std::uint32_t node) {
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
    return put(emit(opcode::map_range, {scalar(std::size_t{0}), scalar(1), scalar(2), scalar(3), scalar(4)}));
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

std::string_view graph_lowering::control_id() const {
  const auto ids = named_ids(source(), g_.specs[node_]->params[0]);
  return ids.empty() ? std::string_view{} : ids.front();
}

void graph_lowering::gather_parts(std::span<const std::size_t> columns) {
  std::size_t i = 0;
  for (const auto c : columns) output().parts[c] = scalar(i++);
}

void graph_lowering::put_bundle(const port_value& value, int mask) {
  output() = value;
  output().mask = static_cast<std::uint8_t>(mask);
}

void graph_lowering::lower_preset() {
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

void graph_lowering::lower_smooth() {
  const auto value = scalar("value");
  const auto gain = emit(opcode::smooth_gain, {scalar("smoothing")}, 0, 1);
  // The node has one state: it varies as a whole, even if only its smoothing does.
  put(emit(opcode::smooth, {value, gain}));
}

void graph_lowering::lower_oscillator() {
  const auto speed = scalar("speed"), frequency = scalar("frequency"), phase = scalar("phase");
  if (shape_.inputs_vary[node_] && !build_.varies(speed) && !build_.varies(frequency))
    step_once(opcode::phase_step, {speed, frequency});
  put(emit(code_of(g_.specs[node_]->type), {speed, frequency, phase}, 0, 1));
}

void graph_lowering::lower_noise() {
  const auto speed = scalar("speed"), seed = scalar("seed");
  if (shape_.inputs_vary[node_] && !build_.varies(speed)) step_once(opcode::lattice_step, {speed});
  put(emit(opcode::noise, {speed, seed}, 0, 1));
}

void graph_lowering::step_once(opcode code, std::initializer_list<value_id> sources) {
  program_->states[state()].shareable = true;
  emit(code, sources);
}

void graph_lowering::lower_compare() {
  static constexpr std::array codes{opcode::greater, opcode::less, opcode::less_equal, opcode::greater_equal,
                                    opcode::equal};
  const auto mode = choice_of(source(), g_.specs[node_]->params[0]);
  put(emit(codes[mode], {scalar("a"), scalar("b")}, 0, 1));
}

void graph_lowering::lower_chase() {
  const auto chosen = selected();
  const auto speed = scalar("speed"), width = scalar("width");
  const auto count = static_cast<float>(pool_.at(chosen).cells);
  // With a varying width the node varies, and so does its position.
  const auto driven = shape_.inputs_vary[node_] ? build_.carried(speed, domain()) : speed;
  const auto place = build_.chase_position(driven, count, state(), domain());
  put(build_.chase_level(place, width, chosen, domain()));
}

void graph_lowering::lower_mix() {
  const auto a = input(port("a")), b = input(port("b"));
  const auto mix = scalar("mix");
  for (const auto c : colour_columns)
    output().parts[c] = emit(opcode::mix, {a.parts[c], b.parts[c], mix}, 0, 1);
}

void graph_lowering::lower_scaled(const port_value& value, std::span<const std::size_t> columns) {
  const auto scale = scalar("scale");
  for (const auto c : columns) output().parts[c] = scaled(c, value.parts[c], scale);
}

value_id graph_lowering::scaled(std::size_t c, value_id value, value_id scale) {
  return is_signed(c) ? emit(opcode::scale_signed, {value, scale}, -1, 1)
                      : emit(opcode::scale_unit, {value, scale}, 0, 1);
}

void graph_lowering::lower_hsv() {
  const auto h = scalar("h"), s = scalar("s"), v = scalar("v");
  static constexpr std::array offsets{hue_red, hue_green, hue_blue};
  for (std::size_t i = 0; i < colour_columns.size(); ++i)
    output().parts[colour_columns[i]] = build_.hsv_channel(h, s, v, offsets[i], domain());
}

void graph_lowering::lower_scalar_to_bundle() {
  static constexpr std::array columns{at(column::intensity), at(column::pan), at(column::tilt),
                                      at(column::zoom)};
  const auto c = columns[choice_of(source(), g_.specs[node_]->params[0])];
  output().parts[c] = scalar("value");
  output().mask = bit_of(c);
}

void graph_lowering::lower_offset() {
  const auto position = input(port("position"));
  const auto pan = scalar("deltaPan"), tilt = scalar("deltaTilt");
  auto& out = output().parts;
  out[at(column::pan)] = emit(opcode::offset_signed, {position.parts[at(column::pan)], pan}, -1, 1);
  out[at(column::tilt)] = emit(opcode::offset_signed, {position.parts[at(column::tilt)], tilt}, -1, 1);
}

void graph_lowering::lower_merge() {
  const auto base = input(port("base")), over = input(port("override"));
  for (std::size_t c = 0; c < column_count; ++c)
    output().parts[c] = (over.mask & bit_of(c) ? over : base).parts[c];
  output().mask = base.mask | over.mask;
}

void graph_lowering::lower_scale_bundle() {
  const auto value = input(port("bundle"));
  const auto scale = scalar("scale");
  output().mask = value.mask;
  for (std::size_t c = 0; c < column_count; ++c)
    if (value.mask & bit_of(c)) output().parts[c] = scaled(c, value.parts[c], scale);
}

} // namespace troupe::engine
