#pragma once
// The kernels that follow time, and remember. Only for the files that are compiled once for each instruction
// set (vector_code.hpp).

#include "engine/kernels.hpp"

namespace troupe::engine::TROUPE_INSTRUCTION_SET {

#define TROUPE_STATE_KERNEL(name) void name(const kernel_context& c, const operation& op)
TROUPE_STATE_KERNEL(smooth_gain);
TROUPE_STATE_KERNEL(phase_step);
TROUPE_STATE_KERNEL(lattice_step);
TROUPE_STATE_KERNEL(smooth);
TROUPE_STATE_KERNEL(sine);
TROUPE_STATE_KERNEL(triangle);
TROUPE_STATE_KERNEL(saw);
TROUPE_STATE_KERNEL(square);
TROUPE_STATE_KERNEL(noise);
TROUPE_STATE_KERNEL(chase_position);
TROUPE_STATE_KERNEL(flash);
TROUPE_STATE_KERNEL(envelope);
#undef TROUPE_STATE_KERNEL

} // namespace troupe::engine::TROUPE_INSTRUCTION_SET
