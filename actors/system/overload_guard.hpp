#pragma once
// Lowers the tick rate while the machine is too slow for it, so that frames come evenly instead of being
// skipped at random, and real-time threads don't starve everything else. Pure: time comes in with each tick.

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::actors {

struct overload_rules {
  double too_busy = 0.95;               ///< share of the tick, above which a tick counts as overloaded
  unsigned ticks = 60;                  ///< so many of them in a row halve the rate
  double room = 0.70;                   ///< share of the next faster tick, below which there is room again
  std::int64_t calm_ns = 5'000'000'000; ///< for so long without a break doubles the rate again
  std::int64_t slowest_micro_hz = 1'000'000; ///< the rate isn't halved below this
};

/// Knows the rate that is wanted and the one in force, which is the wanted one, its half, its quarter and so
/// on.
class overload_guard {
 public:
  explicit overload_guard(std::int64_t wanted_micro_hz, overload_rules rules = {}) noexcept
      : rules_(rules), wanted_(wanted_micro_hz) {}

  /// Somebody wants another rate. It is in force at once, but not faster than an overloaded machine goes.
  /// @returns the rate in force
  std::int64_t want(std::int64_t micro_hz) noexcept;

  /// A tick is done. @param busy_ns how long making it took @param now_ns steady clock
  /// @returns the rate that is in force from now on, if it is another one
  std::optional<std::int64_t> done(std::int64_t busy_ns, std::int64_t now_ns) noexcept;

  std::int64_t wanted() const noexcept { return wanted_; }
  std::int64_t in_force() const noexcept { return wanted_ >> halvings_; }
  bool overloaded() const noexcept { return halvings_ > 0; }

 private:
  void begin_anew() noexcept;

  overload_rules rules_;
  std::int64_t wanted_;
  unsigned halvings_ = 0;
  unsigned busy_in_a_row_ = 0;
  std::optional<std::int64_t> calm_since_ns_;
};

/// For people: why the rate is lower than the wanted one; empty if it isn't.
std::string overload_problem(std::int64_t micro_hz, std::int64_t wanted_micro_hz);

} // namespace troupe::actors
