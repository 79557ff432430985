#pragma once
// The past, read beside the writer: another thread, a connection of its own, never in the writer's way.

#include "storage/journal/event_journal.hpp"

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace troupe::storage {

/// What is looked for. All conditions hold; those not given hold always.
struct history_query {
  std::size_t limit = 100;  ///< 1..1000
  std::uint64_t before = 0; ///< only positions below; 0: all
  std::uint64_t after = 0;  ///< only positions above
  std::optional<std::string> show;
  std::string kind, id, author, type, correlation_id; ///< empty: any
  std::optional<std::int64_t> from_ms, to_ms;         ///< wall time, both inclusive
  std::string text; ///< occurs in entity or details, letters of ASCII in either case
  bool oldest_first = false;
};

struct history_page {
  std::vector<journal_event> events; ///< newest first unless asked otherwise; raised to the current schema
  /// Where to go on: `before` of the next page (`after` with oldest_first); 0: there is no more.
  std::uint64_t next = 0;
};

/// All entities of one show at one moment.
struct past_view {
  std::uint64_t position = 0; ///< of the last event that counts, of any show; 0: before the first
  std::int64_t time_ms = 0;   ///< when that happened
  std::vector<view_row> rows; ///< in the order of creation
};

class event_history {
 public:
  event_history() = default;
  event_history(const event_history&) = delete;
  event_history& operator=(const event_history&) = delete;
  virtual ~event_history() = default;

  virtual result<journal_head> head() = 0;

  virtual result<history_page> find(const history_query& query) = 0;

  /// @returns NOT_FOUND beyond the head and for 0
  virtual result<journal_event> event(std::uint64_t position) = 0;

  /// The last position whose event is not later than the time; 0: none.
  virtual result<std::uint64_t> position_at(std::int64_t time_ms) = 0;

  /// The show as it was when the event at `position` had happened (0: before anything had); empty name: the
  /// models. From the nearest snapshot in front and the events behind it.
  /// @returns NOT_FOUND beyond the head
  virtual result<past_view> view_at(std::string_view show, std::uint64_t position) = 0;

  /// One entity at a position; nothing if it wasn't there.
  virtual result<std::optional<view_row>> entity_at(const event_stream& stream, std::uint64_t position) = 0;

  /// Calls `visit` with every event above `after` up to the head of now, oldest first and as written (not
  /// raised), until it returns false. Reads in portions, so that it never holds up the writer's clean-up.
  virtual result<void> scan(std::uint64_t after, const std::function<bool(const journal_event&)>& visit) = 0;

  /// Makes a snapshot of all shows at the head of now if enough has happened since the last one; called now
  /// and then by the reader's thread. Snapshots are a shortcut, never the truth: a lost one costs time only.
  /// @returns whether one was made
  virtual result<bool> keep_snapshots() = 0;
};

} // namespace troupe::storage
