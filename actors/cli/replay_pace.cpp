#include "actors/cli/replay_pace.hpp"

#include "actors/console/stop_signals.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

namespace troupe::cli {

namespace {

constexpr std::int64_t longest_wait_ns = 50'000'000; // so that Ctrl-C is heard

} // namespace

pace_world real_pace() {
  using std::chrono::steady_clock;
  const auto signals = std::make_shared<console::stop_signals>();
  return {[] { return std::chrono::nanoseconds(steady_clock::now().time_since_epoch()).count(); },
          [](std::int64_t until_ns) {
            std::this_thread::sleep_until(steady_clock::time_point{std::chrono::nanoseconds{until_ns}});
          },
          [signals] { return signals->asked() != 0; }};
}

bool replay_clock::wait_for(const tick_time& time) {
  // Show time begins anew with another run of the clock only; a step back isn't waited for.
  if (!begun_ns_ || time.t_ns < last_ns_) {
    begun_ns_ = world_.now_ns();
    first_ns_ = time.t_ns;
  }
  last_ns_ = time.t_ns;
  const auto due =
      *begun_ns_ + static_cast<std::int64_t>(static_cast<double>(time.t_ns - first_ns_) / speed_);
  while (!world_.stopped()) {
    const auto now = world_.now_ns();
    if (now >= due) return true;
    world_.wait(std::min(due, now + longest_wait_ns));
  }
  return false;
}

} // namespace troupe::cli
