#pragma once
// Opening the two sides of a journal in PostgreSQL. Internal to storage/journal.

#include "storage/journal/open_sqlite.hpp"

namespace troupe::storage {

/// The address without password, for people.
std::string postgres_name(const journal_options& options);

/// Makes the journal if there is none. On a server where nothing can be written it is opened for reading.
result<opened_store> open_postgres_store(const journal_options& options);

/// @returns NOT_FOUND if there is no journal
result<std::unique_ptr<journal_source>> open_postgres_source(const journal_options& options);

/// Takes the whole journal away. For an import that failed.
result<void> remove_postgres_journal(const journal_options& options);

} // namespace troupe::storage
