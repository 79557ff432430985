#include "actors/client/event_feed.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

bool event_filter::wants(const storage::journal_event& event) const noexcept {
  return all() || (event.stream.id == id && event.stream.kind == kind && event.stream.show == show);
}

event_feed::event_feed(event_filter filter, std::uint64_t reached, std::uint64_t newest)
    : filter_(std::move(filter)), reached_(reached) {
  if (reached < newest) aim(newest);
}

void event_feed::aim(std::uint64_t newest) noexcept {
  goal_ = newest;
  distance_ = newest - reached_;
}

feed_step event_feed::gap_to(std::uint64_t to, std::string_view reason) const noexcept {
  feed_step step;
  step.what = feed_step::kind::gap;
  step.from = reached_ + 1;
  step.to = to;
  step.reason = reason;
  return step;
}

feed_step event_feed::next(recent_events& recent) {
  if (asking_) return {};
  if (const auto step = next_of_replay(); step.what != feed_step::kind::nothing) return step;
  if (reached_ >= recent.newest().value_or(0)) {
    goal_ = 0;
    return {};
  }
  return recent.covers(reached_) ? next_of_recent(recent) : next_question(recent);
}

feed_step event_feed::next_of_replay() {
  while (!replayed_.empty() && replayed_.front().position() <= reached_) replayed_.pop_front();
  if (replayed_.empty()) return missing_ > reached_ ? gap_to(missing_, gap_reason::missing) : feed_step{};
  auto& first = replayed_.front();
  if (filter_.all() && first.position() != reached_ + 1)
    return gap_to(first.position() - 1, gap_reason::missing);
  feed_step step;
  step.what = feed_step::kind::event;
  step.event = &first;
  return step;
}

feed_step event_feed::next_of_recent(recent_events& recent) {
  goal_ = 0;
  for (; reached_ < *recent.newest(); ++reached_) {
    auto& one = recent.at(reached_ + 1);
    if (!filter_.wants(one.event())) continue;
    feed_step step;
    step.what = feed_step::kind::event;
    step.event = &one;
    return step;
  }
  return {};
}

/// A reader that had caught up and fell behind again is too slow. One that replays goes on as long as it
/// comes nearer: else it would read the past for ever, while its present is lost anyway.
feed_step event_feed::next_question(const recent_events& recent) {
  const auto newest = *recent.newest();
  const bool replaying =
      goal_ > 0 ? reached_ < goal_ || newest - reached_ < distance_ : reached_ < recent.torn_at();
  if (!replaying) return gap_to(newest, gap_reason::slow);
  if (reached_ >= goal_) aim(newest);
  asking_ = true;
  asked_up_to_ = std::min(goal_, recent.first() - 1);
  feed_step step;
  step.what = feed_step::kind::ask;
  step.from = reached_ + 1;
  step.to = asked_up_to_;
  return step;
}

void event_feed::told(const feed_step& step) {
  if (step.what == feed_step::kind::event) reached_ = step.event->position();
  if (step.what != feed_step::kind::gap) return;
  reached_ = step.to;
  if (step.reason == gap_reason::slow) goal_ = 0;
}

void event_feed::take(const events_recorded& answer) {
  asking_ = false;
  replayed_.clear();
  auto last = reached_;
  for (const auto& one : answer.events) {
    if (one->position <= last || one->position > asked_up_to_ || !filter_.wants(*one)) continue;
    last = one->position;
    replayed_.emplace_back(one);
  }
  if (!replayed_.empty()) return;
  if (!filter_.all())
    reached_ = asked_up_to_; // nothing more of this stream up to there
  else
    missing_ = asked_up_to_;
}

} // namespace troupe::actors
