#pragma once
// What a tick is measured against: a thread that does nothing but sleep to absolute deadlines.

#include "actors/system/clock_source.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <thread>
#include <vector>

namespace troupe::bench {

/// Latenesses in nanoseconds; room is made beforehand, so that taking one costs nothing. One thread writes.
class latenesses {
 public:
  static constexpr std::size_t warm_up = 30; ///< ticks, in which buffers are made and caches filled

  explicit latenesses(std::size_t wanted) : wanted_(wanted) { values_.reserve(wanted); }

  /// Drops those of the warm-up and those beyond what is wanted.
  void add(std::int64_t ns) {
    if (++seen_ <= warm_up || full()) return;
    values_.push_back(ns);
  }
  bool full() const noexcept { return values_.size() == wanted_; }

  /// In microseconds. After the writer has ended.
  double quantile_us(double q) const {
    if (values_.empty()) return 0;
    auto sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    const auto at = static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1) + 0.5);
    return static_cast<double>(sorted[at]) / 1e3;
  }

 private:
  std::size_t wanted_;
  std::size_t seen_ = 0;
  std::vector<std::int64_t> values_;
};

/// The least that a tick can be: sleep, wake, look at the clock. With the priority that clock_source asks
/// for, if it may.
class bare_clock {
 public:
  static constexpr int priority = 50;

  bare_clock(latenesses& into, std::int64_t period_ns)
      : thread_([this, &into, period_ns] { run(into, period_ns); }) {}
  ~bare_clock() {
    stop_ = true;
    thread_.join();
  }
  bare_clock(const bare_clock&) = delete;
  bare_clock& operator=(const bare_clock&) = delete;

 private:
  void run(latenesses& into, std::int64_t period_ns) {
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
    sched_param wanted{};
    wanted.sched_priority = priority;
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted);
    auto deadline = actors::steady_now_ns() + period_ns / 2; // not at the very moments of the other clock
    while (!stop_) {
      deadline += period_ns;
      const timespec at{deadline / 1'000'000'000, deadline % 1'000'000'000};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
      into.add(actors::steady_now_ns() - deadline);
    }
  }

  std::atomic<bool> stop_{false};
  std::thread thread_;
};

} // namespace troupe::bench
