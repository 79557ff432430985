#include "actors/client/outbox.hpp"

#include "protocol/ws_messages.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

void outbox::put(waiting one) {
  if (!one.key.empty()) {
    auto [at, added] = by_key_.try_emplace(one.key, 0);
    if (!added) {
      texts_.erase(at->second);
      if (one.entity) --entities_;
    }
    at->second = ++position_;
  } else {
    ++position_;
  }
  if (one.entity) ++entities_;
  texts_.emplace(position_, std::move(one));
}

void outbox::status(text_ptr text) {
  put({std::move(text), "runtime/status", false});
}

void outbox::state(const state_text& news) {
  if (news.resync) resync_[static_cast<std::size_t>(*news.resync)] = true;
  put({news.text, news.key, news.resync.has_value()});
  if (entities_ > max_entities) resync();
}

void outbox::resync() {
  ++resyncs_;
  std::erase_if(texts_, [&](const auto& one) {
    if (!one.second.entity) return false;
    by_key_.erase(one.second.key);
    return true;
  });
  entities_ = 0;
  for (std::size_t kind = 0; kind < entity_kind_count; ++kind) {
    if (!std::exchange(resync_[kind], false)) continue;
    const auto named = static_cast<entity_kind>(kind);
    put({std::make_shared<const std::string>(ws::entity_resync_message(named)),
         "entity/resync " + std::string{kind_name(named)}, false});
  }
}

void outbox::show_changed(text_ptr text) {
  frame_ = inputs_ = 0;
  std::erase_if(texts_, [](const auto& one) { return !one.second.key.empty(); });
  by_key_.clear();
  entities_ = 0;
  resync_.fill(false);
  ++queued_;
  put({std::move(text), {}, false});
}

void outbox::queue(text_ptr text) {
  if (queued_ >= max_queued) {
    ++dropped_;
    return;
  }
  ++queued_;
  put({std::move(text), {}, false});
}

bool outbox::empty() const noexcept {
  return frame_ == 0 && inputs_ == 0 && texts_.empty();
}

outbox_item outbox::next() {
  constexpr auto never = ~std::uint64_t{0};
  const auto text_at = texts_.empty() ? never : texts_.begin()->first;
  const auto frame_at = frame_ ? frame_ : never;
  const auto inputs_at = inputs_ ? inputs_ : never;
  const auto first = std::min({text_at, frame_at, inputs_at});
  if (first == never) return {};
  if (first == frame_at) {
    frame_ = 0;
    return {outbox_item::kind::frame, nullptr};
  }
  if (first == inputs_at) {
    inputs_ = 0;
    return {outbox_item::kind::inputs, nullptr};
  }
  auto taken = std::move(texts_.extract(texts_.begin()).mapped());
  if (taken.key.empty())
    --queued_;
  else
    by_key_.erase(taken.key);
  if (taken.entity && --entities_ == 0) resync_.fill(false);
  return {outbox_item::kind::text, std::move(taken.text)};
}

} // namespace troupe::actors
