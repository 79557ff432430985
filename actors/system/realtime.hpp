#pragma once
// Real-time priority of the calling thread.

namespace troupe::actors {

/// Of the threads that keep time, above ordinary work: the clock, then ticker and input_state, which begin a
/// tick, then the outputs, then the stages, which have the most to do.
inline constexpr int clock_priority = 50, ticker_priority = 45, output_priority = 40, stage_priority = 30;

/// Asks for SCHED_FIFO, and for timers without slack. @returns whether it is granted: that needs CAP_SYS_NICE
/// or an rtprio limit
bool ask_realtime(int priority) noexcept;

} // namespace troupe::actors
