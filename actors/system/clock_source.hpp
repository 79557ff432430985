#pragma once
// The one clock of a show: a thread that sleeps to absolute deadlines and says so.

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

namespace troupe::actors {

/// Nanoseconds on the steady clock.
std::int64_t steady_now_ns() noexcept;

class clock_source {
 public:
  /// Starts the thread. @param due called on it at every deadline, with that deadline
  /// @param realtime whether to ask for SCHED_FIFO
  clock_source(std::int64_t micro_hz, bool realtime, std::function<void(std::int64_t deadline_ns)> due);
  ~clock_source();
  clock_source(const clock_source&) = delete;
  clock_source& operator=(const clock_source&) = delete;

  /// From the next deadline on: that one stays, the one behind it is a new period later.
  void rate(std::int64_t micro_hz) noexcept { micro_hz_ = micro_hz; }

  /// Whether the thread was given its real-time priority; known when the constructor returns.
  bool realtime() const noexcept { return realtime_; }

  /// No deadline is reported any more when it returns.
  void stop();

 private:
  void run(bool realtime);

  std::atomic<std::int64_t> micro_hz_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> realtime_{false};
  std::function<void(std::int64_t)> due_;
  std::atomic<bool> started_{false};
  std::thread thread_;
};

} // namespace troupe::actors
