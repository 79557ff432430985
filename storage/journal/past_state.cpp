#include "storage/journal/past_state.hpp"

#include "storage/journal/stream_state.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {

void make_key(std::string& key, const std::string& kind, const std::string& id) {
  key.assign(kind);
  key += '\0';
  key += id;
}

} // namespace

past_state::past_state(std::string show, std::vector<view_row> rows) : show_(std::move(show)) {
  rows_.reserve(rows.size());
  for (auto& row : rows) {
    make_key(key_, row.kind, row.id);
    rows_.insert_or_assign(key_, std::move(row));
  }
}

void past_state::apply(journal_event& event) {
  if (empties_show(event) && emptied_show(event) == show_) rows_.clear();
  if (event.stream.show != show_ || !changes_entity(event)) return;
  make_key(key_, event.stream.kind, event.stream.id);
  if (!event.entity) {
    rows_.erase(key_);
    return;
  }
  auto [found, is_new] = rows_.try_emplace(key_);
  auto& row = found->second;
  if (is_new) {
    row.kind = event.stream.kind;
    row.id = event.stream.id;
    row.created_at = event.position;
  }
  row.changed_at = event.position;
  row.sequence = event.sequence;
  row.entity.swap(*event.entity);
}

std::vector<view_row> past_state::take_rows() {
  std::vector<view_row> rows;
  rows.reserve(rows_.size());
  for (auto& [key, row] : rows_) rows.push_back(std::move(row));
  rows_.clear();
  std::sort(rows.begin(), rows.end(),
            [](const view_row& a, const view_row& b) { return a.created_at < b.created_at; });
  return rows;
}

} // namespace troupe::storage
