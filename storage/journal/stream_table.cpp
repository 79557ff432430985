#include "storage/journal/stream_table.hpp"

namespace troupe::storage {

stream_table::entry& stream_table::find(const event_stream& stream) {
  key_.assign(stream.kind);
  key_ += '\0';
  key_ += stream.id;
  if (!last_ || last_->first != stream.show) last_ = &*shows_.try_emplace(stream.show).first;
  const auto [found, is_new] = last_->second.try_emplace(key_);
  if (is_new) ++size_;
  return found->second;
}

void stream_table::apply(const event_outline& event, entry& row) {
  if (event.empties_show) {
    for (auto& [key, each] : shows_[event.stream.id])
      if (each.has_entity) each = {after_show_deleted(each.state, event.position), false};
  }
  row = {after(row.state, event), event.has_entity};
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
