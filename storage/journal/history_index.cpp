#include "storage/journal/history_index.hpp"

namespace troupe::storage {

void history_index::add(const journal_event& event) {
  const auto position = static_cast<std::uint32_t>(event.position);
  kinds_[event.stream.kind].push_back(position);
  ids_[event.stream.id].push_back(position);
  authors_[event.author].push_back(position);
  covered_ = event.position;
}

std::optional<std::span<const std::uint32_t>> history_index::candidates(const history_query& query) const {
  std::optional<std::span<const std::uint32_t>> shortest;
  const auto consider = [&](const lists& where, const std::string& wanted) {
    if (wanted.empty()) return;
    const auto found = where.find(wanted);
    const auto list = found == where.end() ? std::span<const std::uint32_t>() : std::span(found->second);
    if (!shortest || list.size() < shortest->size()) shortest = list;
  };
  consider(ids_, query.id);
  consider(kinds_, query.kind);
  consider(authors_, query.author);
  return shortest;
}

} // namespace troupe::storage
