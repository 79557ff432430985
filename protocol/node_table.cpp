// The table of protocol, section 5. One row is one node type; nothing else in Troupe lists them, apart from
// the kernels that evaluate them.
#include "protocol/node_catalogue.hpp"

#include <algorithm>

namespace troupe {

namespace {

using std::string_view;

// -- ranges ---------------------------------------------------------------------------------------------
constexpr range unit{0.0, 1.0};
constexpr range signed_unit{-1.0, 1.0};
constexpr range seconds{0.0, 600.0};
constexpr range hertz{0.0, 100.0};
constexpr range chase_width{0.001, 65536.0};
constexpr range priorities{0.0, 100.0};

// -- inputs ---------------------------------------------------------------------------------------------
constexpr input_spec scalar(string_view name, string_view label, float fallback, range hint = {}) {
  return {name, label, port_type::scalar, {fallback}, false, hint, {}};
}

/// A Scalar whose range is a rule; the hint for editors may be narrower.
constexpr input_spec bounded(string_view name, string_view label, float fallback, range hard, range hint) {
  return {name, label, port_type::scalar, {fallback}, false, hint, hard};
}
constexpr input_spec bounded(string_view name, string_view label, float fallback, range hard) {
  return bounded(name, label, fallback, hard, hard);
}

constexpr input_spec boolean(string_view name, string_view label) {
  return {name, label, port_type::boolean, {}, false, {}, {}};
}

constexpr input_spec color(string_view name, string_view label, float grey) {
  return {name, label, port_type::color, {grey, grey, grey}, false, unit, unit};
}

constexpr input_spec position() {
  return {"position", "Position", port_type::position, {}, false, signed_unit, signed_unit};
}

constexpr input_spec required(string_view name, string_view label, port_type type) {
  return {name, label, type, {}, true, {}, {}};
}

/// One of the two inputs of MergeBundle may be open, so neither is required by itself.
constexpr input_spec either_bundle(string_view name, string_view label) {
  return {name, label, port_type::bundle, {}, false, {}, {}};
}

constexpr input_spec selection = required("selection", "Selection", port_type::selection);
constexpr input_spec speed = scalar("speed", "Speed", 1, {0.0, 10.0});

constexpr std::array scalar_in{scalar("value", "Value", 0)};
constexpr std::array bool_in{boolean("value", "Value")};
constexpr std::array color_constant_in{bounded("r", "Red", 1, unit), bounded("g", "Green", 1, unit),
                                       bounded("b", "Blue", 1, unit)};
constexpr std::array position_constant_in{bounded("pan", "Pan", 0, signed_unit),
                                          bounded("tilt", "Tilt", 0, signed_unit)};
constexpr std::array sum_in{scalar("a", "A", 0), scalar("b", "B", 0)};
constexpr std::array product_in{scalar("a", "A", 1), scalar("b", "B", 1)};
constexpr std::array map_range_in{scalar("value", "Value", 0), scalar("inMin", "In min", 0),
                                  scalar("inMax", "In max", 1), scalar("outMin", "Out min", 0),
                                  scalar("outMax", "Out max", 1)};
constexpr std::array smooth_in{scalar("value", "Value", 0), bounded("smoothing", "Smoothing", 0.9f, unit)};
constexpr std::array switch_in{boolean("condition", "Condition"), scalar("a", "If true", 0),
                               scalar("b", "If false", 0)};
constexpr std::array lfo_in{speed, bounded("frequency", "Frequency (Hz)", 1, hertz, {0.0, 10.0}),
                            scalar("phase", "Phase (turns)", 0, unit)};
constexpr std::array noise_in{speed, scalar("seed", "Seed", 0, {0.0, 65535.0})};
constexpr std::array chase_in{selection, scalar("speed", "Speed (fixtures/s)", 1, {-20.0, 20.0}),
                              bounded("width", "Width (fixtures)", 1, chase_width, {0.1, 16.0})};
constexpr std::array spread_in{selection, scalar("from", "From", 0, unit), scalar("to", "To", 1, unit)};
constexpr std::array flash_in{required("trigger", "Trigger", port_type::trigger),
                              bounded("attack", "Attack (s)", 0, seconds, {0.0, 5.0}),
                              bounded("decay", "Decay (s)", 0.5f, seconds, {0.0, 5.0})};
constexpr std::array envelope_in{
    boolean("gate", "Gate"), bounded("attack", "Attack (s)", 0.1f, seconds, {0.0, 5.0}),
    bounded("decay", "Decay (s)", 0.1f, seconds, {0.0, 5.0}), scalar("sustain", "Sustain", 1, unit),
    bounded("release", "Release (s)", 0.5f, seconds, {0.0, 5.0})};
constexpr std::array mix_color_in{color("a", "A", 0), color("b", "B", 1), bounded("mix", "Mix", 0.5f, unit)};
constexpr std::array scale_color_in{color("color", "Colour", 1), scalar("scale", "Scale", 1, unit)};
constexpr std::array hsv_in{scalar("h", "Hue (turns)", 0, unit), bounded("s", "Saturation", 1, unit),
                            bounded("v", "Value", 1, unit)};
constexpr std::array color_to_bundle_in{color("color", "Colour", 1)};
constexpr std::array position_to_bundle_in{position()};
constexpr std::array offset_position_in{position(), scalar("deltaPan", "Delta pan", 0, signed_unit),
                                        scalar("deltaTilt", "Delta tilt", 0, signed_unit)};
constexpr std::array scale_position_in{position(), scalar("scale", "Scale", 1, unit)};
constexpr std::array merge_bundle_in{either_bundle("base", "Base"), either_bundle("override", "Override")};
constexpr std::array scale_bundle_in{required("bundle", "Bundle", port_type::bundle),
                                     scalar("scale", "Scale", 1, unit)};
constexpr std::array write_in{selection, required("bundle", "Bundle", port_type::bundle),
                              bounded("priority", "Priority", 0, priorities)};

// -- outputs --------------------------------------------------------------------------------------------
constexpr std::array time_out{output_spec{"t", "Show time (s)", port_type::scalar},
                              output_spec{"dt", "Tick length (s)", port_type::scalar}};
constexpr std::array button_out{output_spec{"pressed", "Pressed", port_type::trigger},
                                output_spec{"down", "Down", port_type::boolean}};
constexpr std::array value_out{output_spec{"value", "Value", port_type::scalar}};
constexpr std::array bool_value_out{output_spec{"value", "Value", port_type::boolean}};
constexpr std::array timecode_out{output_spec{"seconds", "Timecode (s)", port_type::scalar},
                                  output_spec{"running", "Running", port_type::boolean}};
constexpr std::array result_out{output_spec{"result", "Result", port_type::scalar}};
constexpr std::array bool_result_out{output_spec{"result", "Result", port_type::boolean}};
constexpr std::array color_out{output_spec{"color", "Colour", port_type::color}};
constexpr std::array color_result_out{output_spec{"result", "Result", port_type::color}};
constexpr std::array position_out{output_spec{"position", "Position", port_type::position}};
constexpr std::array position_result_out{output_spec{"result", "Result", port_type::position}};
constexpr std::array bundle_out{output_spec{"bundle", "Bundle", port_type::bundle}};
constexpr std::array bundle_result_out{output_spec{"result", "Result", port_type::bundle}};
constexpr std::array selection_out{output_spec{"selection", "Selection", port_type::selection}};

// -- params ---------------------------------------------------------------------------------------------
constexpr std::array<string_view, 5> comparisons{">", "<", "<=", ">=", "=="};
constexpr std::array<string_view, 4> bundle_attributes{"intensity", "pan", "tilt", "zoom"};
constexpr std::array<string_view, 3> merges{"override", "htp", "add"};

constexpr std::array fader_param{param_spec{"faderId", "Fader", param_type::fader_id, true, {}, {}, {}}};
constexpr std::array button_param{param_spec{"buttonId", "Button", param_type::button_id, true, {}, {}, {}}};
constexpr std::array preset_param{param_spec{"presetId", "Preset", param_type::preset_id, true, {}, {}, {}}};
constexpr std::array group_param{
    param_spec{"groupIds", "Groups", param_type::group_ids, false, {}, {}, "groupId"}};
constexpr std::array fixture_param{
    param_spec{"fixtureIds", "Fixtures", param_type::fixture_ids, false, {}, {}, "fixtureId"}};
constexpr std::array mode_param{
    param_spec{"mode", "Comparison", param_type::choice, false, ">", comparisons, {}}};
constexpr std::array attribute_param{
    param_spec{"attribute", "Attribute", param_type::choice, false, "intensity", bundle_attributes, {}}};
constexpr std::array merge_param{
    param_spec{"merge", "Merge", param_type::choice, false, "override", merges, {}}};

constexpr param_spec integer(string_view name, string_view label, int least, int most, int otherwise) {
  return {name, label, param_type::integer, false, {}, {}, {}, least, most, otherwise};
}
constexpr std::array<string_view, 2> resolutions{"8bit", "16bit"};
constexpr std::array dmx_params{
    integer("universe", "Universe", 0, 32767, 0), integer("channel", "Channel", 1, 512, 1),
    param_spec{"resolution", "Resolution", param_type::choice, false, "8bit", resolutions, {}}};

using ins = std::span<const input_spec>;
using outs = std::span<const output_spec>;
using params = std::span<const param_spec>;

constexpr std::array<node_spec, node_type_count> table{{
    {node_type::time, "Time", "Time", "time", ins{}, time_out, params{},
     "The show time and the time since the last tick, in seconds."},
    {node_type::fader, "Fader", "Fader", "input", ins{}, value_out, fader_param,
     "The level of a fader, 0 until it is first moved."},
    {node_type::button, "Button", "Button", "input", ins{}, button_out, button_param,
     "A button: a trigger once per press, and whether it is held down."},
    {node_type::scalar, "Scalar", "Scalar", "constant", scalar_in, value_out, params{}, "A constant number."},
    {node_type::boolean, "Bool", "Bool", "constant", bool_in, bool_value_out, params{},
     "A constant true or false."},
    {node_type::color_constant, "ColorConstant", "Colour", "constant", color_constant_in, color_out, params{},
     "A colour made of red, green and blue."},
    {node_type::position_constant, "PositionConstant", "Position", "constant", position_constant_in,
     position_out, params{}, "A position made of pan and tilt."},
    {node_type::select_group, "SelectGroup", "Select groups", "selection", ins{}, selection_out, group_param,
     "The fixtures of one or more groups in their order, each once."},
    {node_type::select_fixture, "SelectFixture", "Select fixtures", "selection", ins{}, selection_out,
     fixture_param, "Single fixtures in the order given, each once."},
    {node_type::preset, "Preset", "Preset", "bundle", ins{}, bundle_out, preset_param,
     "The attributes that a preset stores."},
    {node_type::add, "Add", "Add", "math", sum_in, result_out, params{}, "The sum a + b."},
    {node_type::subtract, "Subtract", "Subtract", "math", sum_in, result_out, params{},
     "The difference a - b."},
    {node_type::multiply, "Multiply", "Multiply", "math", product_in, result_out, params{},
     "The product a * b."},
    {node_type::divide, "Divide", "Divide", "math", product_in, result_out, params{},
     "The quotient a / b; dividing by 0 gives 0."},
    {node_type::min, "Min", "Min", "math", product_in, result_out, params{}, "The smaller of a and b."},
    {node_type::max, "Max", "Max", "math", sum_in, result_out, params{}, "The larger of a and b."},
    {node_type::clamp01, "Clamp01", "Clamp 0..1", "math", scalar_in, result_out, params{},
     "The value, kept within 0 and 1."},
    {node_type::map_range, "MapRange", "Map range", "math", map_range_in, result_out, params{},
     "Maps one range onto another in a straight line, without clamping."},
    {node_type::smooth, "Smooth", "Smooth", "math", smooth_in, result_out, params{},
     "Follows its value gently; a smoothing of 1 never moves."},
    {node_type::compare, "Compare", "Compare", "math", sum_in, bool_result_out, mode_param,
     "Whether a stands to b as the comparison says."},
    {node_type::switch_, "Switch", "Switch", "math", switch_in, result_out, params{},
     "a while the condition is true, else b."},
    {node_type::sine_lfo, "SineLFO", "Sine LFO", "generator", lfo_in, value_out, params{},
     "A sine wave between 0 and 1."},
    {node_type::triangle_lfo, "TriangleLFO", "Triangle LFO", "generator", lfo_in, value_out, params{},
     "A triangle wave between 0 and 1."},
    {node_type::saw_lfo, "SawLFO", "Saw LFO", "generator", lfo_in, value_out, params{},
     "A ramp from 0 to 1 that starts over."},
    {node_type::square_lfo, "SquareLFO", "Square LFO", "generator", lfo_in, value_out, params{},
     "1 in the first half of each period, 0 in the second."},
    {node_type::noise, "Noise", "Noise", "generator", noise_in, value_out, params{},
     "Smooth random movement between 0 and 1, the same for the same seed."},
    {node_type::chase, "Chase", "Chase", "generator", chase_in, value_out, params{},
     "A light that runs along its selection; each fixture gets its own value."},
    {node_type::spread, "Spread", "Spread", "generator", spread_in, value_out, params{},
     "Values from the first fixture of its selection to the last, in equal steps."},
    {node_type::flash, "Flash", "Flash", "generator", flash_in, value_out, params{},
     "Rises and falls once for each trigger."},
    {node_type::envelope, "Envelope", "Envelope", "generator", envelope_in, value_out, params{},
     "Attack, decay and sustain while the gate is open, release when it closes."},
    {node_type::mix_color, "MixColor", "Mix colours", "color", mix_color_in, color_result_out, params{},
     "A blend from colour a to colour b."},
    {node_type::scale_color, "ScaleColor", "Scale colour", "color", scale_color_in, color_result_out,
     params{}, "Makes a colour brighter or darker."},
    {node_type::hsv_color, "HsvColor", "HSV colour", "color", hsv_in, color_out, params{},
     "A colour made of hue, saturation and value; the hue is in turns."},
    {node_type::color_to_bundle, "ColorToBundle", "Colour to bundle", "bundle", color_to_bundle_in,
     bundle_out, params{}, "A bundle that holds a colour."},
    {node_type::position_to_bundle, "PositionToBundle", "Position to bundle", "bundle", position_to_bundle_in,
     bundle_out, params{}, "A bundle that holds pan and tilt."},
    {node_type::scalar_to_bundle, "ScalarToBundle", "Scalar to bundle", "bundle", scalar_in, bundle_out,
     attribute_param, "A bundle that holds one number as intensity, pan, tilt or zoom."},
    {node_type::offset_position, "OffsetPosition", "Offset position", "position", offset_position_in,
     position_result_out, params{}, "Moves a position by an offset."},
    {node_type::scale_position, "ScalePosition", "Scale position", "position", scale_position_in,
     position_result_out, params{}, "Scales a position around the centre."},
    {node_type::merge_bundle, "MergeBundle", "Merge bundles", "bundle", merge_bundle_in, bundle_result_out,
     params{}, "Both bundles together; the override wins, attribute by attribute."},
    {node_type::scale_bundle, "ScaleBundle", "Scale bundle", "bundle", scale_bundle_in, bundle_result_out,
     params{}, "Scales every attribute of a bundle."},
    {node_type::write_attributes, "WriteAttributes", "Write attributes", "output", write_in, outs{},
     merge_param, "Writes a bundle to every fixture of a selection; higher priorities win."},
    {node_type::dmx_in, "DmxIn", "DMX in", "input", ins{}, value_out, dmx_params,
     "A channel of a universe that comes in by the network, 0 to 1; with 16bit the next channel is its fine "
     "part. "
     "0 while nobody sends it."},
    {node_type::timecode, "Timecode", "Timecode", "input", ins{}, timecode_out, params{},
     "The timecode that comes in as ArtTimeCode, in seconds, and whether it runs: a packet came in the last "
     "0.5 s."},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].type) != i) return false;
  return true;
}
static_assert(in_order(), "a row of the table stands at the place of its node_type");

constexpr auto by_name = [] {
  std::array<std::uint8_t, node_type_count> order{};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint8_t>(i);
  std::sort(order.begin(), order.end(), [](auto a, auto b) { return table[a].name < table[b].name; });
  return order;
}();

} // namespace

std::span<const node_spec> node_catalogue() noexcept {
  return table;
}

const node_spec& spec_of(node_type type) noexcept {
  return table[static_cast<std::size_t>(type)];
}

const node_spec* find_node_spec(std::string_view name) noexcept {
  const auto found =
      std::lower_bound(by_name.begin(), by_name.end(), name,
                       [](auto row, std::string_view wanted) { return table[row].name < wanted; });
  return found != by_name.end() && table[*found].name == name ? &table[*found] : nullptr;
}

} // namespace troupe
