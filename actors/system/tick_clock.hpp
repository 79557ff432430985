#pragma once
// The show clock's arithmetic: deadlines in, ticks out. Pure.

#include "protocol/frame.hpp"

#include <cstdint>
#include <optional>

namespace troupe::actors {

/// At most one tick is in flight; a deadline that comes too early for that is skipped, and counted. A skipped
/// tick has no frame number, and its time is in the next one's dt.
class tick_clock {
 public:
  /// @returns the tick to start, or nothing when it has to be skipped
  std::optional<tick_time> due(std::int64_t deadline_ns) noexcept {
    if (in_flight_) {
      ++skipped_;
      return std::nullopt;
    }
    if (frame_ == 0) first_deadline_ns_ = deadline_ns;
    const auto t = deadline_ns - first_deadline_ns_;
    const tick_time made{++frame_, t, frame_ == 1 ? 0 : t - t_ns_, deadline_ns};
    t_ns_ = t;
    in_flight_ = true;
    return made;
  }

  /// Answers for other frames than the one in flight are those of a stage that has been replaced.
  void done(std::uint64_t frame_number) noexcept {
    if (frame_number == frame_) in_flight_ = false;
  }

  /// Gives up the tick in flight: the stage that had it is gone.
  void abandon() noexcept { in_flight_ = false; }

  bool in_flight() const noexcept { return in_flight_; }
  std::uint64_t frame_number() const noexcept { return frame_; }
  std::uint64_t skipped() const noexcept { return skipped_; }

 private:
  std::uint64_t frame_ = 0;
  std::uint64_t skipped_ = 0;
  std::int64_t first_deadline_ns_ = 0;
  std::int64_t t_ns_ = 0;
  bool in_flight_ = false;
};

} // namespace troupe::actors
