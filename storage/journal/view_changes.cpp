#include "storage/journal/view_changes.hpp"

#include "storage/journal/stream_state.hpp"

namespace troupe::storage {

namespace {

/// Streams that are remembered. Beyond that all are forgotten and asked for again: a bound for journals with
/// very many, that costs nothing for others.
constexpr std::size_t most_streams = 200'000;

} // namespace

result<stream_state> view_changes::state(journal_store& store, const event_stream& stream) {
  if (streams_.size() >= most_streams && changed_.empty()) streams_.clear();
  auto key = stream_key(stream);
  auto found = streams_.find(key);
  if (found == streams_.end()) {
    auto stored = store.stream(stream);
    if (!stored) return failure(std::move(stored).error());
    found = streams_.emplace(std::move(key), entry{stored->value_or(stream_state{}), nullptr}).first;
  }
  asked_ = &found->second;
  return asked_->state;
}

result<void> view_changes::add(journal_store& store, std::shared_ptr<const journal_event> event) {
  if (empties_show(*event)) {
    // Its entities aren't gone through one by one: the database does that, and they are asked for again.
    const auto own = asked_->state;
    if (auto written = write(store); !written) return written;
    if (auto emptied = store.empty_show(emptied_show(*event), event->position); !emptied) return emptied;
    streams_.clear();
    asked_ = &streams_.emplace(stream_key(event->stream), entry{own, nullptr}).first->second;
  }
  auto& row = *asked_;
  row.state = after(row.state, *event);
  if (!row.from) changed_.push_back(&row);
  row.from = std::move(event);
  return {};
}

result<void> view_changes::write(journal_store& store) {
  for (auto* row : changed_) {
    if (auto put = store.put_view(row->from->stream, row->state, row->from->entity); !put) return put;
    row->from = nullptr;
  }
  changed_.clear();
  return {};
}

void view_changes::forget() noexcept {
  streams_.clear();
  changed_.clear();
}

} // namespace troupe::storage
