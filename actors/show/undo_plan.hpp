#pragma once
// What is known of a command that somebody wants to take back, or do again, as the journal has it.

#include "actors/show/recorded_change.hpp"
#include "actors/show/undo_ledger.hpp"
#include "storage/journal/event_history.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

using event_ptr = std::shared_ptr<const storage::journal_event>;

/// One event that is to be reversed.
struct undo_step {
  recorded_change change;
  event_ptr event;
  /// The last change of the same fields by somebody else that is still in force; null: there is none.
  event_ptr conflict;
  /// The last event of the entity since; null: nothing has happened to it.
  event_ptr latest;
  /// The last event of an entity that may use this one; null: none is known. For what is created, and for
  /// models.
  event_ptr user;
};

struct undo_plan {
  bool redo = false;
  std::string author;
  std::string root;             ///< the correlation id of the command that is taken back or done again
  std::uint64_t position = 0;   ///< of the journal: everything up to it has been looked at
  std::vector<undo_step> steps; ///< as they were recorded
};

/// Reads what the candidate did, and what others have done to the same since.
/// @returns the error of the journal; INTERNAL_ERROR for an event that it doesn't understand
result<undo_plan> plan_undo(storage::event_history& history, const undo_candidate& candidate, bool redo);

} // namespace troupe::actors
