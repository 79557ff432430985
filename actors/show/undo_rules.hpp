#pragma once
// Whether a command can be taken back now, and what has to happen for it. Pure.

#include "actors/show/change_set.hpp"
#include "actors/show/undo_plan.hpp"

#include <boost/json/object.hpp>

namespace troupe::actors {

/// CONFLICT with `details.reason` and, where there is one, `details.event`: the event that is in the way.
/// Reasons: `nothing`, `changed` (the same fields, by somebody else), `deleted`, `exists`, `rule` (what the
/// show would be then isn't allowed; `details.field`), `busy`.
error undo_conflict(std::string_view reason, std::string message, const event_ptr& in_the_way = nullptr);

/// The facts that reverse what the plan found, against the state that is decided so far.
///
/// An update gives back the fields that it changed and leaves all others as they are; what was created goes;
/// what was deleted comes back with its id and the revision after its last one. Where a deleted fixture left
/// groups, it returns into those whose fixtures nobody else has changed since; the others stay as they are.
/// @returns `undo_conflict`
result<std::vector<fact>> decide_undo(const undo_plan& plan, const show_state& state,
                                      std::size_t max_entities);

} // namespace troupe::actors
