#include "actors/output/packet_pacer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace troupe::actors {
namespace {

/// Ticks outside of this aren't ticks of a show: the first one, or one after a pause.
constexpr std::chrono::nanoseconds shortest_period = std::chrono::milliseconds{2};
constexpr std::chrono::nanoseconds longest_period = std::chrono::milliseconds{100};

} // namespace

void packet_pacer::begin_tick(time now, time period) {
  const auto span = std::chrono::nanoseconds{std::llround(
      rules_.share * static_cast<double>(std::clamp(period, shortest_period, longest_period).count()))};
  late_ += waiting();
  until_ = now + span;
  shortest_ = span / 4; // a slice that comes late still isn't one burst
  planned_ = false;
  in_tick_ = 0;
}

bool packet_pacer::crowded(std::size_t more) noexcept {
  in_tick_ += more;
  return active() && (in_tick_ > rules_.free || waiting() > 0);
}

void packet_pacer::put(universe& one) {
  if (std::exchange(one.waiting, true)) {
    ++superseded_;
    return;
  }
  if (head_ == queue_.size()) {
    queue_.clear();
    head_ = 0;
  }
  queue_.push_back(&one);
  ++paced_;
  planned_ = false;
}

/// From now on all that waits leaves evenly.
void packet_pacer::plan(time now) {
  planned_ = true;
  if (waiting() == 0) return;
  const auto bursts = static_cast<double>((waiting() + rules_.burst - 1) / rules_.burst);
  interval_ns_ = static_cast<double>(std::max(until_ - now, shortest_).count()) / bursts;
  if (!next_ || *next_ < now) next_ = now;
}

std::span<packet_pacer::universe* const> packet_pacer::take(time now) {
  taken_.clear();
  if (!planned_) plan(now);
  while (waiting() > 0 && next_ && *next_ <= now) {
    const auto size = std::min<std::size_t>(rules_.burst, waiting());
    for (std::size_t i = 0; i < size; ++i) {
      auto* one = queue_[head_++];
      one->waiting = false;
      if (one->now == universe_schedule::phase::live) taken_.push_back(one);
    }
    *next_ += time{static_cast<std::int64_t>(interval_ns_)};
  }
  if (waiting() == 0) next_.reset();
  // The front is given back before it outgrows what waits.
  if (head_ > 4'096 && head_ > queue_.size() / 2) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  return taken_;
}

std::optional<packet_pacer::time> packet_pacer::next() const {
  if (waiting() == 0) return std::nullopt;
  return next_.value_or(time{0});
}

void packet_pacer::clear() {
  for (; head_ < queue_.size(); ++head_) queue_[head_]->waiting = false;
  queue_.clear();
  head_ = 0;
  next_.reset();
}

} // namespace troupe::actors
