#include "storage/journal/stream_table.hpp"

namespace troupe::storage {

stream_table::entry& stream_table::find(const event_stream& stream) {
  key_.assign(stream.kind);
  key_ += '\0';
  key_ += stream.id;
  const auto [found, is_new] = shows_[stream.show].try_emplace(key_);
  if (is_new) ++size_;
  return found->second;
}

void stream_table::apply(const journal_event& event) {
  if (empties_show(event)) {
    for (auto& [key, row] : shows_[emptied_show(event)])
      if (row.has_entity) row = {after_show_deleted(row.state, event.position), false};
  }
  auto& row = find(event.stream);
  row = {after(row.state, event), event.entity.has_value()};
}

void stream_table::each(const std::function<void(const event_stream&, const entry&)>& visit) const {
  event_stream stream;
  for (const auto& [show, rows] : shows_) {
    stream.show = show;
    for (const auto& [key, row] : rows) {
      const auto end = key.find('\0');
      stream.kind.assign(key, 0, end);
      stream.id.assign(key, end + 1);
      visit(stream, row);
    }
  }
}

} // namespace troupe::storage
