#pragma once
// Events for those who come to a feed late, from the journal.

#include "protocol/local_messages.hpp"
#include "storage/journal/event_history.hpp"

namespace troupe::actors {

/// @returns as `replay_events` says, or the journal's error
result<events_recorded> replay_of(storage::event_history& history, const replay_events& asked);

} // namespace troupe::actors
