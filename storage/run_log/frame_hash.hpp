#pragma once
// One number for the DMX of a frame, the same however many stages made it.

#include "protocol/frame.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace troupe::storage::run_log {

/// XXH3 over all universes in the order of their Port-Addresses: each as its address (two bytes,
/// little-endian) and its 512 levels. @param parts hold different universes
std::uint64_t frame_hash(std::span<const std::shared_ptr<const dmx_data>> parts);

} // namespace troupe::storage::run_log
