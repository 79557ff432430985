#pragma once
// What can be done about a damaged journal: its front, which is as it was written, becomes the whole.

#include "storage/journal/open_journal.hpp"

#include <functional>

namespace troupe::storage {

struct kept_front {
  std::uint64_t events = 0, checkpoints = 0; ///< that the journal has now
};

/// Leaves of a journal its first `keep` events and the checkpoints that vouch for them, and makes the views
/// anew. It is made beside the old one, verified, and then put in its place; the old one is gone then, so
/// copy it before. Nobody else may use the data folder meanwhile.
/// @returns VALIDATION_ERROR if there are fewer events; CONFLICT if they would still be damaged; NOT_FOUND if
///          there is no journal; STORAGE_UNAVAILABLE if nothing can be read of it, or the disk refuses.
///          Nothing has changed then
result<kept_front> keep_front(const journal_options& options, std::uint64_t keep);

/// Visits the events above a position as far as they can be read, oldest first, until it is told false.
/// Nothing is verified.
void visit_readable(const journal_options& options, std::uint64_t after,
                    const std::function<bool(const journal_event&)>& visit);

} // namespace troupe::storage
