#pragma once
// What the console's model wants, out of this process instead of a server's messages.

#include "actors/console/console_model.hpp"
#include "protocol/frame.hpp"
#include "protocol/show_state.hpp"

namespace troupe::console {

/// The name of the show, its fixtures and groups.
void apply_state(console_model& model, const show_state& state);

/// What runtime/status would tell. @param tick_hz as configured
shown_status status_of(const frame_layout& layout, const tick_time& time, double tick_hz);

/// A frame as values.
shown_frame to_shown(const frame_data& frame);

} // namespace troupe::console
