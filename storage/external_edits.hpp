#pragma once
// What somebody changed in a show file by hand, as facts: a merge of three versions.

#include "protocol/facts.hpp"
#include "protocol/show_state.hpp"

#include <string>
#include <vector>

namespace troupe::storage {

/// Entities that a file mentions and that could not be loaded. Absent from what was found, and yet not
/// deleted.
struct unloaded_entities {
  std::vector<std::string> ids;
  bool nameless = false; ///< one of them tells no id: it may be any of those that are missing
  friend bool operator==(const unloaded_entities&, const unloaded_entities&) = default;
};

struct external_change {
  fact happened;
  record_ptr before; ///< as the journal had it; null: it is new
};

/// The facts that take an edit in, in the order of the file, what was deleted behind them.
///
/// Field by field, `id` and `revision` not counted: only what the edit changed relative to `base` is taken,
/// also where the journal has changed the same field since; what it didn't touch keeps the value of
/// `current`. An entity that is missing from the file is deleted if `base` had it, also if it has changed
/// since; one that only the journal has stays. One that the journal has deleted since comes back if the edit
/// changed it. An entity that could not be loaded (`unloaded`) is never taken for deleted.
///
/// Where the fields of both sides together make no valid entity (a default for a channel that the other side
/// removed, a fixture that no longer fits its model), the file's version is taken whole.
///
/// @param found what the file says now
/// @param base the state at the position that the file last showed; not looked at if `unrecorded`
/// @param current the journal's state
/// @param unrecorded the file is the show: every difference from `current` counts, and what the file doesn't
///                   have is deleted
/// @returns revisions are one more than in `current`; of an entity that isn't there as in the file
std::vector<external_change> external_edits(entity_kind kind, const show_state& found, const show_state& base,
                                            const show_state& current, bool unrecorded,
                                            const unloaded_entities& unloaded = {});

} // namespace troupe::storage
