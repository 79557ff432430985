#pragma once
// The reader's side of a journal in SQLite. Internal to storage/journal.

#include "storage/journal/journal_store.hpp"
#include "storage/journal/sqlite_database.hpp"

namespace troupe::storage {

/// @param database set up for reading
result<std::unique_ptr<journal_source>> make_sqlite_source(sqlite_database database);

} // namespace troupe::storage
