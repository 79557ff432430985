#include "actors/client/state_throttle.hpp"

#include <algorithm>

namespace troupe::actors {

void state_throttle::put(state_text news) {
  auto [at, added] = states_.try_emplace(news.key);
  auto& known = at->second;
  if (added)
    fresh_.push_back(&*at);
  else if (!known.news)
    pausing_.emplace(known.free_at, &*at);
  known.news = std::move(news);
  known.order = ++order_;
}

std::vector<state_text> state_throttle::due(time now) {
  auto sent = std::exchange(fresh_, {});
  while (!pausing_.empty() && pausing_.begin()->first <= now) {
    sent.push_back(pausing_.begin()->second);
    pausing_.erase(pausing_.begin());
  }
  std::sort(sent.begin(), sent.end(),
            [](const entry* a, const entry* b) { return a->second.order < b->second.order; });
  std::vector<state_text> ready;
  ready.reserve(sent.size());
  for (auto* one : sent) {
    auto& known = one->second;
    ready.push_back(*std::exchange(known.news, {}));
    known.free_at = now + period;
    pauses_.emplace_back(known.free_at, one);
  }
  for (; !pauses_.empty() && pauses_.front().first <= now; pauses_.pop_front()) {
    const auto* one = pauses_.front().second;
    if (one->second.free_at <= now) states_.erase(states_.find(one->first)); // else it was sent again
  }
  return ready;
}

std::optional<state_throttle::time> state_throttle::next_due() const {
  if (!fresh_.empty()) return time{0};
  if (!pausing_.empty()) return pausing_.begin()->first;
  return std::nullopt;
}

void state_throttle::clear() {
  states_.clear();
  fresh_.clear();
  pausing_.clear();
  pauses_.clear();
}

} // namespace troupe::actors
