#pragma once
// The database that the options name, and what lies beside it on this machine. Internal to storage/journal.

#include "storage/journal/journal_store.hpp"
#include "storage/journal/open_journal.hpp"

namespace troupe::storage {

struct opened_store; // open_sqlite.hpp

/// Whether the journal is on a server that others may share.
inline bool is_shared(const journal_options& options) noexcept {
  return !options.url.empty();
}

/// Keys, checkpoints and snapshots: `DATA_DIR/.troupe`; of a journal on a server `postgresql` in it, so that
/// it isn't taken for one of both that was exchanged.
std::filesystem::path beside_journal(const journal_options& options);

/// What people call it: a file, or an address without password.
std::string journal_name(const journal_options& options);

/// @returns STORAGE_UNAVAILABLE if a server can't be asked
result<bool> journal_is_there(const journal_options& options);

/// Makes the journal if there is none, and the folder beside it.
result<opened_store> open_store(const journal_options& options);

/// @returns NOT_FOUND if there is no journal
result<std::unique_ptr<journal_source>> open_source(const journal_options& options);

/// Takes the whole journal away. For an import that failed.
void remove_journal(const journal_options& options);

} // namespace troupe::storage
