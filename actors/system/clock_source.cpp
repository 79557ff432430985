#include "actors/system/clock_source.hpp"

#include "actors/system/realtime.hpp"
#include "engine/float_environment.hpp"

#include <cerrno>
#include <ctime>
#include <pthread.h>
#include <sys/prctl.h>

namespace troupe::actors {
namespace {

constexpr std::int64_t nanos = 1'000'000'000;

void sleep_until(std::int64_t deadline_ns) {
  const timespec at{static_cast<time_t>(deadline_ns / nanos), static_cast<long>(deadline_ns % nanos)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
  }
}

/// @param rate in micro-Hz. Seconds and the rest apart, or the product would overflow within minutes
std::int64_t periods_ns(std::int64_t count, std::int64_t rate) {
  const auto micros = count * 1'000'000;
  return micros / rate * nanos + micros % rate * nanos / rate;
}

} // namespace

std::int64_t steady_now_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * nanos + now.tv_nsec;
}

clock_source::clock_source(std::int64_t micro_hz, bool realtime, std::function<void(std::int64_t)> due)
    : micro_hz_(micro_hz), due_(std::move(due)), thread_([this, realtime] { run(realtime); }) {
  started_.wait(false);
}

clock_source::~clock_source() {
  stop();
}

void clock_source::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void clock_source::run(bool realtime) {
  pthread_setname_np(pthread_self(), "clock_source");
  engine::set_default_float_environment();
  prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0); // the default would add 50 µs to every sleep
  if (realtime) realtime_ = ask_realtime(clock_priority);
  started_ = true;
  started_.notify_all();

  // Whole deadlines are kept as origin + n periods, so that rounding a period never adds up to a drift.
  auto rate = micro_hz_.load();
  auto origin = steady_now_ns();
  std::int64_t count = 0;
  while (!stop_) {
    ++count;
    const auto deadline = origin + periods_ns(count, rate);
    sleep_until(deadline);
    if (stop_) return;
    due_(deadline);
    if (const auto wanted = micro_hz_.load(); wanted != rate) {
      rate = wanted;
      origin = deadline;
      count = 0;
    }
    // After a long stall (a suspended machine) the grid goes on from now instead of rushing through.
    if (const auto now = steady_now_ns(); now - deadline > nanos) {
      origin = now;
      count = 0;
    }
  }
}

} // namespace troupe::actors
