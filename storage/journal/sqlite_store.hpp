#pragma once
// The writer's side of a journal in SQLite. Internal to storage/journal.

#include "storage/journal/journal_store.hpp"
#include "storage/journal/sqlite_database.hpp"

namespace troupe::storage {

/// @param database set up for writing, with the schema in it
result<std::unique_ptr<journal_store>> make_sqlite_store(sqlite_database database);

} // namespace troupe::storage
