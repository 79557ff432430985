#pragma once
// What operators do during a render, written down: a YAML list of events with their times.

#include "protocol/inputs.hpp"
#include "storage/problem.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

namespace troupe::cli {

struct fader_event {
  std::string fader_id;
  float value = 0; ///< 0..1
};

enum class button_action : std::uint8_t { down, up, press };

struct button_event {
  std::string button_id;
  button_action action = button_action::press;
};

struct graph_event {
  std::string graph_id;
  bool enabled = true;
};

/// A level that comes in by the network.
struct dmx_event {
  std::uint16_t universe = 0; ///< Port-Address
  std::uint16_t channel = 1;  ///< 1..512
  std::uint8_t level = 0;
};

struct script_event {
  std::int64_t at_ns = 0; ///< it is in the first frame whose `t` is no less
  std::variant<fader_event, button_event, graph_event, dmx_event> what;
};

/// What a script may name.
struct script_names {
  const input_layout& controls;
  std::function<bool(std::string_view graph_id)> has_graph;
};

using script_result = tl::expected<std::vector<script_event>, std::vector<storage::problem>>;

/// Reads `{at: seconds, fader: ID, value: 0..1}`, `{at, button: ID, action: down|up|press}`, `{at, graph:
/// ID, enabled: bool}` and `{at, universe: 0..32767, channel: 1..512, level: 0..255}`, in any order; `at` is
/// 0..`latest_event`.
/// @param file what problems call it
/// @returns the events by time, those of one time in the order of the file; or everything that is wrong
script_result parse_script(std::string_view text, std::string_view file, const script_names& names);

inline constexpr double latest_event = 7 * 86'400.0; ///< seconds: a week

} // namespace troupe::cli
