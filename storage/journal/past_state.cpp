#include "storage/journal/past_state.hpp"

#include "storage/journal/stream_state.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

/// Gaps between fewer rows than these don't matter.
constexpr std::size_t few_rows = 1'000;

void make_key(std::string& key, const std::string& kind, const std::string& id) {
  key.assign(kind);
  key += '\0';
  key += id;
}

} // namespace

past_state::past_state(std::string show, std::vector<view_row> rows)
    : show_(std::move(show)), rows_(std::move(rows)) {
  const auto older = [](const view_row& a, const view_row& b) { return a.created_at < b.created_at; };
  if (!std::is_sorted(rows_.begin(), rows_.end(), older)) std::sort(rows_.begin(), rows_.end(), older);
  places_.reserve(rows_.size());
  close_gaps();
}

/// A show that creates and deletes all the time doesn't take more room than twice its entities.
void past_state::close_gaps() {
  std::erase_if(rows_, [](const view_row& row) { return row.kind.empty(); });
  places_.clear();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    make_key(key_, rows_[i].kind, rows_[i].id);
    places_.insert_or_assign(key_, i);
  }
}

void past_state::apply(journal_event& event) {
  if (empties_show(event) && emptied_show(event) == show_) {
    rows_.clear();
    places_.clear();
  }
  if (event.stream.show != show_ || !changes_entity(event)) return;
  make_key(key_, event.stream.kind, event.stream.id);
  if (!event.entity) {
    const auto found = places_.find(key_);
    if (found == places_.end()) return;
    rows_[found->second] = {};
    places_.erase(found);
    if (rows_.size() > few_rows && places_.size() < rows_.size() / 2) close_gaps();
    return;
  }
  const auto [found, is_new] = places_.try_emplace(key_, rows_.size());
  auto& row = is_new ? rows_.emplace_back() : rows_[found->second];
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
  std::erase_if(rows_, [](const view_row& row) { return row.kind.empty(); });
  places_.clear();
  return std::exchange(rows_, {});
}

} // namespace troupe::storage
