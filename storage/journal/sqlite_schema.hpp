#pragma once
// The tables of a journal in SQLite, and how a connection to it is set up. Internal to storage/journal.

#include "storage/journal/event.hpp"
#include "storage/journal/event_history.hpp"
#include "storage/journal/journal_store.hpp"
#include "storage/journal/sqlite_database.hpp"

namespace troupe::storage {

inline constexpr std::uint64_t sqlite_schema_version = 1;

/// Makes the tables if there are none.
/// @param journal_id of a journal that is made new
/// @returns whether it was made new; STORAGE_UNAVAILABLE for a schema that this program doesn't know
result<bool> make_sqlite_schema(sqlite_database& database, std::string_view journal_id);

/// @returns STORAGE_UNAVAILABLE without one, or with one that this program doesn't know
result<void> check_sqlite_schema(sqlite_database& database);

/// WAL, and a flush with every commit; the size of the cache.
result<void> set_up_sqlite_writer(sqlite_database& database);
result<void> set_up_sqlite_reader(sqlite_database& database);

/// The columns of `read_sqlite_event`, in their order.
extern const char* const sqlite_event_columns;
/// All but the link to the event in front.
void read_sqlite_event(const sqlite_statement& row, journal_event& into);
void read_digest(std::span<const std::uint8_t> bytes, sha256_digest& into);

// What writer and readers both ask.

/// For `read_sqlite_tail`.
inline constexpr const char* sqlite_tail_query =
    "SELECT position, hash, time FROM events ORDER BY position DESC LIMIT 1";
/// @param tail of `sqlite_tail_query`; it is reset behind the look
result<journal_tail> read_sqlite_tail(sqlite_statement& tail);

result<std::vector<view_row>> read_sqlite_view(sqlite_database& database, std::string_view show);
result<std::vector<std::string>> read_sqlite_shows(sqlite_database& database);

} // namespace troupe::storage
