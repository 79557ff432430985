#pragma once
// The tables of a journal in PostgreSQL, and what its writer and its readers both ask. Internal to
// storage/journal.

#include "storage/journal/event_history.hpp"
#include "storage/journal/journal_store.hpp"
#include "storage/journal/postgres_database.hpp"

namespace troupe::storage {

inline constexpr std::uint64_t postgres_schema_version = 1;

/// Makes the tables if there are none; of several that start together one does.
/// @param journal_id of a journal that is made new
/// @returns whether it was made new; STORAGE_UNAVAILABLE for a schema that this program doesn't know
result<bool> make_postgres_schema(postgres_database& database, const std::string& journal_id);

/// @returns NOT_FOUND if there are no tables; STORAGE_UNAVAILABLE if this program doesn't know them
result<void> check_postgres_schema(postgres_database& database);

/// Takes the tables away, with all that is in them.
result<void> drop_postgres_schema(postgres_database& database);

/// Whether nothing can be written there: a standby, or a role that only reads.
result<bool> is_read_only(postgres_database& database);

result<journal_tail> read_postgres_tail(postgres_database& database);
result<std::vector<view_row>> read_postgres_view(postgres_database& database, std::string_view show);
result<std::vector<std::string>> read_postgres_shows(postgres_database& database);

} // namespace troupe::storage
