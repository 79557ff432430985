#include "storage/journal/history_index.hpp"

#include <algorithm>

namespace troupe::storage {

namespace {

/// The last of them that isn't behind the position; 0: none.
std::uint32_t last_of(const std::vector<std::uint32_t>& positions, std::uint64_t position) noexcept {
  const auto end = std::upper_bound(positions.begin(), positions.end(), position);
  return end == positions.begin() ? 0 : *std::prev(end);
}

} // namespace

history_index::stream_events& history_index::stream(const event_stream& name) {
  auto& same_id = ids_[name.id];
  for (auto& each : same_id)
    if (each.show == name.show && each.kind == name.kind) return each;
  return same_id.emplace_back(stream_events{name.show, name.kind, {}, {}});
}

void history_index::add(const event_outline& event) {
  const auto position = static_cast<std::uint32_t>(event.position);
  auto& own = stream(event.stream);
  own.all.push_back(position);
  if (!event.leaves) own.gone.push_back(position);
  if (event.empties_show) emptied_[event.stream.id].push_back(position);
  kinds_[event.stream.kind].push_back(position);
  authors_[event.author].push_back(position);
  shows_.try_emplace(event.stream.show, position);
  covered_ = event.position;
}

/// The events of all streams with the id that the query is about.
std::span<const std::uint32_t> history_index::about(const history_query& query) {
  const auto found = ids_.find(query.id);
  if (found == ids_.end()) return {};
  const auto meant = [&](const stream_events& each) {
    return (query.kind.empty() || each.kind == query.kind) && (!query.show || each.show == *query.show);
  };
  const positions* only = nullptr;
  merged_.clear();
  for (const auto& each : found->second) {
    if (!meant(each)) continue;
    if (!only) {
      only = &each.all;
      continue;
    }
    if (merged_.empty()) merged_ = *only;
    const auto middle = static_cast<std::ptrdiff_t>(merged_.size());
    merged_.insert(merged_.end(), each.all.begin(), each.all.end());
    std::inplace_merge(merged_.begin(), merged_.begin() + middle, merged_.end());
  }
  if (!merged_.empty()) return merged_;
  return only ? std::span<const std::uint32_t>(*only) : std::span<const std::uint32_t>();
}

std::optional<std::span<const std::uint32_t>> history_index::candidates(const history_query& query) {
  std::optional<std::span<const std::uint32_t>> shortest;
  const auto consider = [&](std::span<const std::uint32_t> list) {
    if (!shortest || list.size() < shortest->size()) shortest = list;
  };
  const auto look = [&](const lists& where, const std::string& wanted) {
    if (wanted.empty()) return;
    const auto found = where.find(wanted);
    consider(found == where.end() ? std::span<const std::uint32_t>() : std::span(found->second));
  };
  if (!query.id.empty()) consider(about(query));
  look(kinds_, query.kind);
  look(authors_, query.author);
  return shortest;
}

std::optional<history_index::origin> history_index::origin_at(const event_stream& stream,
                                                              std::uint64_t position) const {
  const auto same_id = ids_.find(stream.id);
  if (same_id == ids_.end()) return std::nullopt;
  for (const auto& each : same_id->second) {
    if (each.show != stream.show || each.kind != stream.kind) continue;
    const auto changed = last_of(each.all, position);
    auto gone = last_of(each.gone, position);
    if (const auto emptied = emptied_.find(stream.show); emptied != emptied_.end())
      gone = std::max(gone, last_of(emptied->second, position));
    if (changed <= gone) return std::nullopt;
    return origin{*std::upper_bound(each.all.begin(), each.all.end(), gone), changed};
  }
  return std::nullopt;
}

std::uint64_t history_index::first_of(const std::string& show) const {
  const auto found = shows_.find(show);
  return found == shows_.end() ? 0 : found->second;
}

} // namespace troupe::storage
