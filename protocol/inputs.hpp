#pragma once
// What a tick knows of the world outside: the operators' controls, and what the network sends.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// The controls that exist: inputs of the show, and those that only a graph names. Same object until an edit.
struct input_layout {
  std::vector<std::string> faders;  ///< sorted, each once
  std::vector<std::string> buttons; ///< sorted, each once
};

struct button_level {
  bool down = false;    ///< held by any client, also when a press fell into this tick
  bool pressed = false; ///< true in exactly one tick per press
};

/// The DMX that comes in by the network, merged over its sources. Immutable once it is handed on.
struct dmx_inputs {
  static constexpr std::size_t channels = 512;
  static constexpr std::uint8_t nobody = 0xff; ///< a priority: no source has this channel

  std::vector<std::uint16_t> universes; ///< Port-Addresses that are listened to, ascending
  std::vector<std::uint8_t> levels;     ///< 512 for each universe, in the same order; 0 where nobody is heard
  std::vector<std::uint8_t> priorities; ///< of each level's source: 0..200, or `nobody`

  /// The place of a universe in `universes`.
  std::optional<std::size_t> find(std::uint16_t universe) const noexcept {
    const auto at = std::lower_bound(universes.begin(), universes.end(), universe);
    if (at == universes.end() || *at != universe) return std::nullopt;
    return static_cast<std::size_t>(at - universes.begin());
  }
};
using dmx_inputs_ptr = std::shared_ptr<const dmx_inputs>;

/// The newest timecode from the network, tied to show time so that a tick can tell it without a clock.
struct timecode_mark {
  /// Without a packet for this long it has stopped.
  static constexpr std::int64_t patience_ns = 500'000'000;

  bool known = false;
  std::int64_t position_ns = 0; ///< what the packet said
  std::int64_t at_ns = 0;       ///< the show time, `tick_time::t_ns`, of its arrival

  bool running(std::int64_t t_ns) const noexcept { return known && t_ns - at_ns < patience_ns; }
  /// Between packets it goes on; a packet that arrived after the tick's deadline counts as it is. Once
  /// stopped it stands where the last packet said.
  std::int64_t position(std::int64_t t_ns) const noexcept {
    return running(t_ns) ? position_ns + std::max<std::int64_t>(0, t_ns - at_ns) : position_ns;
  }
};

/// All that at one tick; indices of controls as in the layout.
struct input_snapshot {
  std::shared_ptr<const input_layout> layout;
  std::vector<float> faders; ///< 0..1
  std::vector<button_level> buttons;
  dmx_inputs_ptr network; ///< null while nothing is listened to
  timecode_mark timecode;
};

} // namespace troupe
