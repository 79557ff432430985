#pragma once
// What REST tells about the running show without asking an actor.

#include <atomic>
#include <cstdint>

namespace troupe::actors {

/// Whether the clock has its real-time priority.
enum class realtime_state : std::uint8_t { off, granted, refused };

/// Written by the ticker, read by anyone.
struct runtime_gauges {
  std::atomic<std::uint64_t> frame_number{0}; ///< the last one that was started
  std::atomic<std::uint64_t> ticks_skipped{0};
  std::atomic<std::uint64_t> immediate_ticks{0}; ///< beside the grid's
  std::atomic<std::int64_t> t_ns{0};
  std::atomic<std::int64_t> micro_hz{60'000'000};        ///< in force
  std::atomic<std::int64_t> wanted_micro_hz{60'000'000}; ///< higher than that while the machine is too slow
  std::atomic<std::int64_t> lateness_ns{0};              ///< of the last tick's start
  std::atomic<realtime_state> realtime{realtime_state::off}; ///< written once, when the clock starts
};

} // namespace troupe::actors
