#pragma once
// Which events are about what, and by whom: so that the history of one entity among a million events, and the
// entity as it was at any of them, are found without going through them. In memory, made by one pass; an
// index in the database would halve the rate of changes. Internal to storage/journal.

#include "storage/journal/event_history.hpp"
#include "storage/journal/event_outline.hpp"

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::storage {

/// Takes 12 bytes per event, up to 24 while its lists grow, and some 250 per entity.
class history_index {
 public:
  /// The events up to here are in it.
  std::uint64_t covered() const noexcept { return covered_; }
  /// @pre the event behind `covered`, and not beyond `last_position`
  void add(const event_outline& event);

  /// The positions, in their order, of events that meet some of the query's conditions: those that fewest
  /// meet. Nothing if the query has no condition that is indexed. Until the next call.
  std::optional<std::span<const std::uint32_t>> candidates(const history_query& query);

  /// Where an entity's state is from.
  struct origin {
    std::uint64_t created_at = 0, changed_at = 0;
  };
  /// Of the stream as the events up to a position leave it; nothing if it wasn't there.
  /// @pre the position is covered
  std::optional<origin> origin_at(const event_stream& stream, std::uint64_t position) const;

  /// The first event of a show; 0: there is none.
  std::uint64_t first_of(const std::string& show) const;

  /// Positions that fit; a journal that goes beyond is looked through.
  static constexpr std::uint64_t last_position = std::numeric_limits<std::uint32_t>::max();

 private:
  using positions = std::vector<std::uint32_t>;
  using lists = std::unordered_map<std::string, positions>;
  struct stream_events {
    std::string show, kind;
    positions all;
    positions gone; ///< of them those behind which nothing is left
  };

  stream_events& stream(const event_stream& name);
  std::span<const std::uint32_t> about(const history_query& query);

  std::unordered_map<std::string, std::vector<stream_events>> ids_; ///< streams by their ids
  lists kinds_, authors_;
  lists emptied_; ///< shows: when they were deleted, and all that was in them
  std::unordered_map<std::string, std::uint32_t> shows_; ///< their first events
  positions merged_;
  std::uint64_t covered_ = 0;
};

} // namespace troupe::storage
