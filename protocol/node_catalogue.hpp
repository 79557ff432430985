#pragma once
// Every node type as data (protocol, section 5): the compiler, the REST endpoint, the manual and the editor
// read this one table.

#include <array>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace troupe {

enum class port_type : std::uint8_t { scalar, boolean, color, position, bundle, selection, trigger };

/// `Scalar`, `Bool`, `Color`, `Position`, `Bundle`, `Selection`, `Trigger`.
std::string_view port_type_name(port_type type) noexcept;

/// Whether an edge may join an output to an input (protocol, section 4 "Port types").
bool joinable(port_type from, port_type to) noexcept;

/// In the order of protocol section 5. Append only: programs on disk and other nodes count on it.
enum class node_type : std::uint8_t {
  time,
  fader,
  button,
  scalar,
  boolean,
  color_constant,
  position_constant,
  select_group,
  select_fixture,
  preset,
  add,
  subtract,
  multiply,
  divide,
  min,
  max,
  clamp01,
  map_range,
  smooth,
  compare,
  switch_,
  sine_lfo,
  triangle_lfo,
  saw_lfo,
  square_lfo,
  noise,
  chase,
  spread,
  flash,
  envelope,
  mix_color,
  scale_color,
  hsv_color,
  color_to_bundle,
  position_to_bundle,
  scalar_to_bundle,
  offset_position,
  scale_position,
  merge_bundle,
  scale_bundle,
  write_attributes,
  dmx_in,
  timecode,
  count_
};
inline constexpr std::size_t node_type_count = static_cast<std::size_t>(node_type::count_);

struct range {
  std::optional<double> min, max; ///< an absent end is open
};

struct input_spec {
  std::string_view name;
  std::string_view label;
  port_type type;
  /// What an unconnected input without a param takes: Scalar one number, Bool 0 or 1, Color r g b,
  /// Position pan tilt. Bundle, Selection and Trigger have none.
  std::array<float, 3> fallback{};
  bool required = false; ///< must be connected
  range hint;            ///< for editors
  range hard;            ///< a constant outside is INVALID_PARAM, a value over an edge is clamped
};

struct output_spec {
  std::string_view name;
  std::string_view label;
  port_type type;
};

enum class param_type : std::uint8_t {
  fader_id,
  button_id,
  preset_id,
  group_ids,
  fixture_ids,
  choice,
  integer
};

/// `faderId`, `buttonId`, `presetId`, `groupIds`, `fixtureIds`, `enum`, `integer`.
std::string_view param_type_name(param_type type) noexcept;

struct param_spec {
  std::string_view name;
  std::string_view label;
  param_type type;
  bool required = false;                     ///< missing or empty is INVALID_PARAM
  std::string_view fallback;                 ///< of a choice
  std::span<const std::string_view> choices; ///< of a choice
  std::string_view old_name;                 ///< an older form that holds one id (`groupId`), or empty
  int least = 0, most = 0, otherwise = 0;    ///< of an integer: its ends, and what it is when absent
};

struct node_spec {
  node_type type;
  std::string_view name; ///< as in `graph_node::type`
  std::string_view label;
  std::string_view category;
  std::span<const input_spec> inputs;
  std::span<const output_spec> outputs;
  std::span<const param_spec> params;
  std::string_view summary; ///< one sentence for the manual and the editor
};

/// All types, in the order of `node_type`.
std::span<const node_spec> node_catalogue() noexcept;

const node_spec& spec_of(node_type type) noexcept;

/// @returns nullptr for an unknown name
const node_spec* find_node_spec(std::string_view name) noexcept;

/// What GET /api/nodes serves: `[{type, category, label, inputs, outputs, params}]`.
boost::json::array catalogue_json();

} // namespace troupe
