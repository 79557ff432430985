#pragma once
// What REST tells about the running show without asking an actor.

#include <atomic>
#include <cstdint>

namespace troupe::actors {

/// Written by the ticker, read by anyone.
struct runtime_gauges {
  std::atomic<std::uint64_t> frame_number{0}; ///< the last one that was started
  std::atomic<std::uint64_t> ticks_skipped{0};
  std::atomic<std::uint64_t> immediate_ticks{0}; ///< beside the grid's
  std::atomic<std::int64_t> t_ns{0};
  std::atomic<std::int64_t> micro_hz{60'000'000};
  std::atomic<std::int64_t> lateness_ns{0}; ///< of the last tick's start
};

} // namespace troupe::actors
