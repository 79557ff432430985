#pragma once
// Which events are about what, and by whom: so that the history of one entity among a million events is found
// without going through them. In memory, made by one pass at the first use; an index in the database would
// halve the rate of changes. Internal to storage/journal.

#include "storage/journal/event_history.hpp"

#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::storage {

/// Takes 12 bytes per event, up to 24 while its lists grow, and some 100 per entity.
class history_index {
 public:
  /// The events up to here are in it.
  std::uint64_t covered() const noexcept { return covered_; }
  void add(const journal_event& event);

  /// The positions, in their order, of events that meet one of the query's conditions: the one that fewest
  /// meet. Nothing if the query has no condition that is indexed.
  std::optional<std::span<const std::uint32_t>> candidates(const history_query& query) const;

  /// Positions that fit; a journal that goes beyond is looked through.
  static constexpr std::uint64_t last_position = std::numeric_limits<std::uint32_t>::max();

 private:
  using lists = std::unordered_map<std::string, std::vector<std::uint32_t>>;
  lists kinds_, ids_, authors_;
  std::uint64_t covered_ = 0;
};

} // namespace troupe::storage
