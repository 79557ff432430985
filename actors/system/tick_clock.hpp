#pragma once
// The show clock's arithmetic: deadlines in, ticks out. Pure.

#include "protocol/frame.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace troupe::actors {

/// At most one tick is in flight; a deadline that comes too early for that is skipped, and counted. A skipped
/// tick has no frame number, and its time is in the next one's dt. All times are nanoseconds on the steady
/// clock.
class tick_clock {
 public:
  /// Between the starts of two immediate ticks, at least.
  static constexpr std::int64_t immediate_gap_ns = 4'000'000;

  /// A deadline of the grid has come.
  /// @returns the tick to start, or nothing when it has to be skipped, or waits for an immediate tick in
  /// flight
  ///          (see `done`), or is older than one that an input has started
  std::optional<tick_time> due(std::int64_t deadline_ns) noexcept {
    grid_ns_ = deadline_ns;
    if (in_flight_) {
      if (immediate_ && !waiting_)
        waiting_ = deadline_ns;
      else
        ++skipped_;
      return std::nullopt;
    }
    return start(deadline_ns);
  }

  /// Answers for other frames than the one in flight are those of a stage that has been replaced.
  /// @returns the grid's tick that had to wait for an immediate one
  std::optional<tick_time> done(std::uint64_t frame_number) noexcept {
    if (frame_number != frame_ || !in_flight_) return std::nullopt;
    in_flight_ = false;
    const auto waiting = std::exchange(waiting_, std::nullopt);
    return waiting ? start(*waiting) : std::nullopt;
  }

  /// Gives up the tick in flight: the stage that had it is gone.
  void abandon() noexcept {
    in_flight_ = false;
    waiting_.reset();
  }

  // -- immediate ticks ------------------------------------------------------------------------------------

  /// An input arrived: the next tick, whichever it is, shows it.
  void want(std::int64_t arrival_ns) noexcept { wish_ = std::max(wish_.value_or(arrival_ns), arrival_ns); }

  /// When the tick for the inputs that wait may start; nothing while none waits, a tick is in flight, or the
  /// first one hasn't come yet.
  std::optional<std::int64_t> immediate_at() const noexcept {
    if (!wish_ || in_flight_ || frame_ == 0) return std::nullopt;
    return std::max(*wish_, last_immediate_ns_ + immediate_gap_ns);
  }

  /// The tick for the inputs that wait. Call at the time that `immediate_at` tells, or later.
  tick_time start_immediate(std::int64_t now_ns) noexcept {
    last_immediate_ns_ = now_ns;
    const auto made = start(std::max(*wish_, deadline_ns_ + 1));
    immediate_ = true;
    return *made;
  }

  /// The last deadline of the grid.
  std::int64_t grid_ns() const noexcept { return grid_ns_; }

  bool in_flight() const noexcept { return in_flight_; }
  std::uint64_t frame_number() const noexcept { return frame_; }
  std::uint64_t skipped() const noexcept { return skipped_; }

 private:
  /// @returns nothing for a deadline that time has passed already
  std::optional<tick_time> start(std::int64_t deadline_ns) noexcept {
    if (frame_ == 0)
      first_deadline_ns_ = deadline_ns;
    else if (deadline_ns <= deadline_ns_)
      return std::nullopt;
    const auto dt = frame_ == 0 ? 0 : deadline_ns - deadline_ns_;
    deadline_ns_ = deadline_ns;
    in_flight_ = true;
    immediate_ = false;
    wish_.reset();
    return tick_time{++frame_, deadline_ns - first_deadline_ns_, dt, deadline_ns};
  }

  std::uint64_t frame_ = 0;
  std::uint64_t skipped_ = 0;
  std::int64_t first_deadline_ns_ = 0;
  std::int64_t deadline_ns_ = 0; ///< of the last tick
  std::int64_t grid_ns_ = 0;
  std::int64_t last_immediate_ns_ = -immediate_gap_ns;
  std::optional<std::int64_t> wish_;    ///< arrival of the newest input that no tick shows yet
  std::optional<std::int64_t> waiting_; ///< deadline of the grid's tick that waits for the immediate one
  bool in_flight_ = false;
  bool immediate_ = false; ///< the one in flight
};

} // namespace troupe::actors
