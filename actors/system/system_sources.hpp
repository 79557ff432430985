#pragma once
// What the running program draws from the system, and tests give themselves: random bytes and the wall clock.

#include <array>
#include <cstdint>
#include <string>

namespace troupe::actors {

/// @throws std::runtime_error when the system has none
std::array<std::uint8_t, 16> random_bytes();

/// A fresh UUIDv4.
std::string random_id();

/// Milliseconds since 1970.
std::int64_t wall_time_ms();

/// Nanoseconds on a clock that only goes forward.
std::int64_t steady_ns();

} // namespace troupe::actors
