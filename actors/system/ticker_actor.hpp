#pragma once
// The show clock.

#include "actors/system/overload_guard.hpp"
#include "actors/system/runtime_gauges.hpp"
#include "actors/system/tick_clock.hpp"
#include "protocol/actors.hpp"

#include <functional>
#include <memory>

namespace troupe::actors {

struct ticker_options {
  /// Frame number and time go on as long as the process runs, also over a restart of this actor.
  std::shared_ptr<tick_clock> clock;
  std::shared_ptr<runtime_gauges> gauges;
  std::function<void(std::int64_t micro_hz)> set_rate; ///< of the clock_source
  std::function<std::int64_t()> now_ns;                ///< steady clock, to measure lateness
  bool immediate = false; ///< an input between two ticks of the grid starts one of its own
  /// Lowers the rate while the machine is too slow; null: it stays. What it has found out outlives a restart.
  std::shared_ptr<overload_guard> guard = nullptr;
  bool realtime = false; ///< its thread asks for a real-time priority; only for one of its own
};

struct ticker_state {
  static constexpr const char* name = "ticker";
  ticker_state() {}
  std::shared_ptr<const cast> peers;
  ticker_options options;
  std::int64_t started_ns = 0; ///< when the last tick was sent on its way
  std::int64_t late_ns = 0;    ///< how far behind its deadline that was
  std::int64_t busy_ns = 0;    ///< from there until it was done
  std::size_t stages_busy = 0; // that have not reported the tick in flight done
  bool immediate_planned = false;
};

ticker_actor::behavior_type ticker(ticker_actor::stateful_pointer<ticker_state> self, ticker_options options);

} // namespace troupe::actors
