#include "actors/console/rate_meter.hpp"

namespace troupe::console {

void rate_meter::add(std::uint64_t count, time now) {
  constexpr time closest = std::chrono::milliseconds{4}; // keeps the list short at any rate
  if (!samples_.empty() && count < samples_.back().count) samples_.clear();
  if (samples_.size() > 1 && now - samples_[samples_.size() - 2].at < closest)
    samples_.back() = {count, now};
  else
    samples_.push_back({count, now});
  while (now - samples_.front().at > window) samples_.pop_front();
}

std::optional<double> rate_meter::hz(time now) const {
  constexpr time least = std::chrono::milliseconds{250};
  if (samples_.empty() || now - samples_.back().at > window) return std::nullopt;
  const auto span = samples_.back().at - samples_.front().at;
  if (span < least) return std::nullopt;
  return static_cast<double>(samples_.back().count - samples_.front().count) /
         std::chrono::duration<double>(span).count();
}

} // namespace troupe::console
