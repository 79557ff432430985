#pragma once
// Which rows of the views a run of events changes: each stream once, however often it changed. Internal to
// storage/journal.

#include "storage/journal/journal_store.hpp"

#include <memory>
#include <unordered_map>

namespace troupe::storage {

/// Knows the state of every stream that it has met, so that the database is asked for each but once.
class view_changes {
 public:
  /// The stream as the events so far leave it.
  result<stream_state> state(journal_store& store, const event_stream& stream);

  /// The event belongs to the next transaction. @pre `state` was asked for its stream last
  result<void> add(journal_store& store, std::shared_ptr<const journal_event> event);

  /// Writes the rows that have changed.
  result<void> write(journal_store& store);

  /// The transaction is durable: what was written counts.
  void keep() noexcept { changed_.clear(); }
  /// It failed, or somebody else has written: nothing that is remembered counts.
  void forget() noexcept;

  std::size_t known() const noexcept { return streams_.size(); }

 private:
  struct entry {
    stream_state state;
    /// The event that the row comes from; nothing if it is written.
    std::shared_ptr<const journal_event> from;
  };
  std::unordered_map<std::string, entry> streams_;
  std::vector<entry*> changed_; ///< entries of a map stay where they are
  entry* asked_ = nullptr;
};

} // namespace troupe::storage
