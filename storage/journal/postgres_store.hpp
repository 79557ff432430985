#pragma once
// The writer's side of a journal in PostgreSQL. Internal to storage/journal.

#include "storage/journal/journal_store.hpp"
#include "storage/journal/postgres_database.hpp"

namespace troupe::storage {

/// @param database with the schema in it
std::unique_ptr<journal_store> make_postgres_store(postgres_database database);

} // namespace troupe::storage
