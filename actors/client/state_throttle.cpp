#include "actors/client/state_throttle.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

void state_throttle::put(state_text news) {
  auto [at, added] = order_of_.try_emplace(news.key, 0);
  if (!added) waiting_.erase(at->second);
  at->second = ++order_;
  waiting_.emplace(order_, std::move(news));
}

std::vector<state_text> state_throttle::due(time now) {
  std::vector<state_text> ready;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const auto last = sent_.find(at->second.key);
    if (last != sent_.end() && now - last->second < period) {
      ++at;
      continue;
    }
    sent_[at->second.key] = now;
    order_of_.erase(at->second.key);
    ready.push_back(std::move(at->second));
    at = waiting_.erase(at);
  }
  if (now - pruned_ >= period) {
    std::erase_if(sent_, [now](const auto& one) { return now - one.second >= period; });
    pruned_ = now;
  }
  return ready;
}

std::optional<state_throttle::time> state_throttle::next_due() const {
  std::optional<time> next;
  for (const auto& [order, one] : waiting_) {
    const auto last = sent_.find(one.key);
    const auto at = last == sent_.end() ? time{0} : last->second + period;
    if (!next || at < *next) next = at;
  }
  return next;
}

void state_throttle::clear() {
  waiting_.clear();
  order_of_.clear();
  sent_.clear();
}

} // namespace troupe::actors
