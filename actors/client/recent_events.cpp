#include "actors/client/recent_events.hpp"

#include "actors/client/sse_text.hpp"

#include <algorithm>

namespace troupe::actors {

const text_ptr& feed_event::text() {
  if (!text_) {
    std::string json, text;
    storage::append_event_json(json, *event_);
    append_sse_event(text, event_->type, event_->position, json);
    text_ = std::make_shared<const std::string>(std::move(text));
  }
  return text_;
}

std::size_t feed_event::cost() const noexcept {
  constexpr std::size_t rest = 1024; // names, ids and hashes, here and in the text
  return 2 * ((event_->entity ? event_->entity->size() : 0) + event_->details.size()) + rest;
}

void recent_events::add(const events_recorded& news) {
  for (const auto& one : news.events) {
    if (newest_ && one->position <= *newest_) continue;
    if (newest_ && one->position != *newest_ + 1) {
      forget();
      torn_at_ = one->position - 1;
    }
    newest_ = one->position;
    bytes_ += kept_.emplace_back(one).cost();
    while (kept_.size() > max_events || (bytes_ > max_bytes && kept_.size() > 1)) {
      if (kept_.front().position() > offered_) torn_at_ = kept_.front().position();
      bytes_ -= kept_.front().cost();
      kept_.pop_front();
    }
  }
}

void recent_events::pass(const events_recorded& news) noexcept {
  if (!news.events.empty()) learn(news.events.back()->position);
}

void recent_events::learn(std::uint64_t newest) noexcept {
  if (newest_ && newest <= *newest_) return;
  if (!kept_.empty()) return; // what is on its way will close up
  if (newest_) torn_at_ = newest;
  newest_ = newest;
}

void recent_events::forget() noexcept {
  kept_.clear();
  bytes_ = 0;
}

} // namespace troupe::actors
