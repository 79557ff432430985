#pragma once
// What a database has to offer to be a journal: rows in and rows out, and no rules. The rules, the same for
// every database, are in stored_journal and stored_history. Internal to storage/journal.

#include "storage/journal/checkpoint.hpp"
#include "storage/journal/event_history.hpp"
#include "storage/journal/stream_state.hpp"

#include <functional>

namespace troupe::storage {

/// The end of the journal as the next event has to know it.
struct journal_tail : journal_head {
  std::int64_t time_ms = 0;
};

/// The writer's side. All changes happen between `begin` and `commit`. Any failure in between is followed by
/// `rollback`, after which nothing of it is there.
class journal_store {
 public:
  journal_store() = default;
  journal_store(const journal_store&) = delete;
  journal_store& operator=(const journal_store&) = delete;
  virtual ~journal_store() = default;

  /// Nobody else can write from now on.
  virtual result<void> begin() = 0;
  /// Durable when it returns. After a failure nothing of the transaction may come back at a later start.
  virtual result<void> commit() = 0;
  virtual void rollback() noexcept = 0;

  virtual result<journal_tail> tail() = 0;
  /// Nothing: the stream has never had an event.
  virtual result<std::optional<stream_state>> stream(const event_stream& stream) = 0;

  virtual result<void> insert(const journal_event& event) = 0;
  virtual result<void> put_view(const event_stream& stream, const stream_state& state,
                                const std::optional<std::string>& entity) = 0;
  /// All entities of the show go: `after_show_deleted`.
  virtual result<void> empty_show(const std::string& show, std::uint64_t position) = 0;
  /// Forgets the views, to make them anew.
  virtual result<void> clear_views() = 0;
  virtual result<void> put_checkpoint(const signed_checkpoint& checkpoint) = 0;
  /// Of a journal that is made of another's events.
  virtual result<void> put_journal_id(const std::string& id) = 0;
  virtual result<void> put_outbox(std::uint64_t position) = 0;

  virtual result<std::vector<view_row>> view(std::string_view show) = 0;
  virtual result<std::vector<std::string>> shows() = 0;

  /// Bytes that wait to be moved to their place (of SQLite the WAL); 0 where there is nothing like it.
  virtual std::uint64_t pending_bytes() const noexcept { return 0; }
};

/// How much of each event is read: what isn't needed isn't fetched.
enum class event_parts : std::uint8_t {
  all,
  entity, ///< without event_id, client, correlation_id, details, previous and hash
  outline ///< as `entity`, and an entity that is there is an empty text
};

/// Which events are read.
struct event_range {
  std::uint64_t first = 1; ///< both inclusive
  std::uint64_t last = std::numeric_limits<std::int64_t>::max();
  bool newest_first = false;
  std::size_t limit = std::numeric_limits<std::int32_t>::max();
  event_parts parts = event_parts::all;
  /// Only those that change the entities of this show: its own, and its deletion.
  std::optional<std::string> view_of;
};

/// A row of the views beside the event that it is said to come from.
struct view_check {
  event_stream stream;
  stream_state state;
  bool has_entity = false;
  bool as_in_event = false; ///< the entity is that of the event at `changed_at`, byte for byte
};

/// The reader's side, on a connection of its own.
class journal_source {
 public:
  journal_source() = default;
  journal_source(const journal_source&) = delete;
  journal_source& operator=(const journal_source&) = delete;
  virtual ~journal_source() = default;

  /// Everything read until `end` is of one moment. Long ones keep the writer from cleaning up.
  virtual result<void> begin() = 0;
  virtual void end() noexcept = 0;

  virtual result<journal_tail> tail() = 0;
  virtual result<std::string> journal_id() = 0;

  /// Visits the events of a range that meet all conditions of the query (its limit, order and positions don't
  /// count). The object is the same each time and may be moved from. False ends it.
  using visit_event = std::function<bool(journal_event&)>;
  virtual result<void> events(const event_range& range, const history_query& conditions,
                              const visit_event& visit) = 0;

  virtual result<std::vector<view_row>> view(std::string_view show) = 0;
  virtual result<std::vector<std::string>> shows() = 0;
  virtual result<void> views(const std::function<void(const view_check&)>& visit) = 0;
  /// In the order of positions.
  virtual result<std::vector<signed_checkpoint>> checkpoints() = 0;
};

} // namespace troupe::storage
