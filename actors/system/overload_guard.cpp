#include "actors/system/overload_guard.hpp"

#include <fmt/format.h>

namespace troupe::actors {
namespace {

double period_ns(std::int64_t micro_hz) {
  return 1e15 / static_cast<double>(micro_hz);
}

} // namespace

std::int64_t overload_guard::want(std::int64_t micro_hz) noexcept {
  if (micro_hz == wanted_) return in_force();
  const auto bearable = in_force();
  const bool was_overloaded = overloaded();
  wanted_ = micro_hz;
  halvings_ = 0;
  // What the machine couldn't do a moment ago it can't do now either.
  while (was_overloaded && in_force() > bearable && in_force() / 2 >= rules_.slowest_micro_hz) ++halvings_;
  begin_anew();
  return in_force();
}

std::optional<std::int64_t> overload_guard::done(std::int64_t busy_ns, std::int64_t now_ns) noexcept {
  const auto busy = static_cast<double>(busy_ns);
  busy_in_a_row_ = busy > rules_.too_busy * period_ns(in_force()) ? busy_in_a_row_ + 1 : 0;
  if (busy_in_a_row_ >= rules_.ticks && in_force() / 2 >= rules_.slowest_micro_hz) {
    ++halvings_;
    begin_anew();
    return in_force();
  }
  if (halvings_ == 0) return std::nullopt;
  if (busy >= rules_.room * period_ns(wanted_ >> (halvings_ - 1))) {
    calm_since_ns_.reset();
    return std::nullopt;
  }
  if (!calm_since_ns_) calm_since_ns_ = now_ns;
  if (now_ns - *calm_since_ns_ < rules_.calm_ns) return std::nullopt;
  --halvings_;
  begin_anew();
  return in_force();
}

void overload_guard::begin_anew() noexcept {
  busy_in_a_row_ = 0;
  calm_since_ns_.reset();
}

std::string overload_problem(std::int64_t micro_hz, std::int64_t wanted_micro_hz) {
  if (micro_hz == wanted_micro_hz) return {};
  return fmt::format("making frames takes longer than there is time: {:g} instead of {:g} frames a second",
                     static_cast<double>(micro_hz) / 1e6, static_cast<double>(wanted_micro_hz) / 1e6);
}

} // namespace troupe::actors
