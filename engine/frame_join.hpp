#pragma once
// What several stages made of one tick -> the whole.

#include "protocol/frame.hpp"

#include <span>

namespace troupe::engine {

/// @param parts of one tick and of one rig, at least one; if one of them lacks the attributes, so does the
/// whole
/// @param whole of any former content; allocates only when the rig has grown
void join_frames(std::span<const frame_data* const> parts, frame_data& whole);

/// @param parts of one tick; no universe is in two of them
void join_dmx(std::span<const dmx_data* const> parts, dmx_data& whole);

} // namespace troupe::engine
