#pragma once
// The show in the terminal of the server itself.

#include "actors/console/console_model.hpp"
#include "actors/console/terminal.hpp"
#include "actors/show/publication.hpp"
#include "actors/system/runtime_gauges.hpp"
#include "protocol/actors.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace troupe::actors {

struct console_preview_state {
  static constexpr const char* name = "console_preview";
  console_preview_state() {}

  std::shared_ptr<const cast> peers;
  std::shared_ptr<publication> published;
  std::shared_ptr<runtime_gauges> gauges;
  console::console_model model;
  std::optional<console::terminal> screen;
  std::array<std::uint64_t, 2> rig_versions{}; ///< of the fixtures and groups in the model
  bool drawing = false;
};

/// Asks the frame_hub for the newest frame whenever it draws, so nothing queues up behind a slow terminal.
/// Draws on the standard output, which must be a terminal. Spawn detached.
console_preview_actor::behavior_type
console_preview(console_preview_actor::stateful_pointer<console_preview_state> self,
                std::shared_ptr<publication> published, std::shared_ptr<runtime_gauges> gauges);

} // namespace troupe::actors
