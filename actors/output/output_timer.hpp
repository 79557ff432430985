#pragma once
// The timer of an output actor: which wake-ups are on their way, so that there is never one more than needed.

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace troupe::actors {

class output_timer {
 public:
  using time = std::chrono::nanoseconds;

  /// @param at when to wake up at the latest @returns whether a wake-up has to be scheduled for that
  bool wants(time at) {
    if (std::any_of(under_way_.begin(), under_way_.end(), [at](time one) { return one <= at; })) return false;
    under_way_.push_back(at);
    return true;
  }

  /// A wake-up has come: the earliest of them.
  void woke() {
    if (!under_way_.empty()) under_way_.erase(std::min_element(under_way_.begin(), under_way_.end()));
  }

 private:
  std::vector<time> under_way_; ///< two or three
};

} // namespace troupe::actors
