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
  const auto key = stream_key(stream);
  if (const auto found = streams_.find(key); found != streams_.end()) return found->second.state;
  auto stored = store.stream(stream);
  if (!stored) return failure(std::move(stored).error());
  return streams_.emplace(key, entry{stored->value_or(stream_state{}), nullptr}).first->second.state;
}

result<void> view_changes::add(journal_store& store, std::shared_ptr<const journal_event> event) {
  if (empties_show(*event)) {
    // Its entities aren't gone through one by one: the database does that, and they are asked for again.
    const auto own = streams_.at(stream_key(event->stream));
    if (auto written = write(store); !written) return written;
    if (auto emptied = store.empty_show(emptied_show(*event), event->position); !emptied) return emptied;
    streams_.clear();
    streams_.emplace(stream_key(event->stream), entry{own.state, nullptr});
  }
  auto& row = streams_.at(stream_key(event->stream));
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
