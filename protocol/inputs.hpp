#pragma once
// The operators' controls as a tick sees them.

#include <cstdint>
#include <memory>
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

/// The controls at one tick; indices as in the layout.
struct input_snapshot {
  std::shared_ptr<const input_layout> layout;
  std::vector<float> faders; ///< 0..1
  std::vector<button_level> buttons;
};

} // namespace troupe
