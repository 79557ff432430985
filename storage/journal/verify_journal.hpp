#pragma once
// Care of a journal: is it what was written, and the views made anew. For the server's start and for
// commands.

#include "storage/journal/open_journal.hpp"

namespace troupe::storage {

/// Looks at the whole journal: positions, numbers, times, links and hashes of all events, the signatures and
/// hashes of all checkpoints, in the database and in the file beside it, and every view against the events.
/// Changes nothing, and may run while a server writes. Of the options, `data_dir`, `url` and `vfs` count.
///
/// A file that is no database, or whose pages are damaged, is damage of the chain; position 0 if not even
/// the first event could be read.
/// @returns NOT_FOUND if there is no journal; STORAGE_UNAVAILABLE if the disk or server refuses
result<journal_report> verify_journal(const journal_options& options);

/// Makes the views anew from the events, in one transaction. They are what they were, to the byte, if nothing
/// was wrong. The events are taken as they are: verify first.
/// @returns how many rows there are now
result<std::uint64_t> rebuild_views(const journal_options& options);

} // namespace troupe::storage
