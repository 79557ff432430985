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

/// What people call it: a file, or an address without password.
std::string journal_name(const journal_options& options);

/// @returns STORAGE_UNAVAILABLE if a server can't be asked
result<bool> journal_is_there(const journal_options& options);

/// Makes the journal if there is none, and the folder beside it.
result<opened_store> open_store(const journal_options& options);

/// @returns NOT_FOUND if there is no journal
result<std::unique_ptr<journal_source>> open_source(const journal_options& options);

} // namespace troupe::storage
