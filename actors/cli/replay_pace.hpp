#pragma once
// When a replayed frame is due: at the speed of the run, faster or slower.

#include "protocol/frame.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace troupe::cli {

/// What pacing needs of the world; a test has its own.
struct pace_world {
  std::function<std::int64_t()> now_ns;
  /// Returns at that moment, or earlier.
  std::function<void(std::int64_t until_ns)> wait;
  /// Whether somebody wants it to end.
  std::function<bool()> stopped;
};

/// The clock, and Ctrl-C.
pace_world real_pace();

class replay_clock {
 public:
  /// @param speed more than 0; 2 is twice as fast
  replay_clock(pace_world world, double speed) : world_(std::move(world)), speed_(speed) {}

  /// Waits until the frame is due; the first is at once. Late ones don't make the later ones late.
  /// @returns false if it is to end
  bool wait_for(const tick_time& time);

 private:
  pace_world world_;
  double speed_;
  std::optional<std::int64_t> begun_ns_; // on the clock
  std::int64_t first_ns_ = 0;            // in the show
  std::int64_t last_ns_ = 0;
};

} // namespace troupe::cli
