#pragma once
// The reader's side of a journal in PostgreSQL. Internal to storage/journal.

#include "storage/journal/journal_store.hpp"
#include "storage/journal/postgres_database.hpp"

namespace troupe::storage {

/// @param database with the schema in it
std::unique_ptr<journal_source> make_postgres_source(postgres_database database);

} // namespace troupe::storage
