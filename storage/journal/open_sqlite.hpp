#pragma once
// Opening the two sides of a journal in SQLite, also where nothing may be written. Internal to
// storage/journal.

#include "storage/journal/journal_store.hpp"
#include "storage/journal/open_journal.hpp"

namespace troupe::storage {

/// `DATA_DIR/.troupe`
std::filesystem::path journal_folder(const journal_options& options);
std::filesystem::path sqlite_file(const journal_options& options);

struct opened_store {
  std::unique_ptr<journal_store> store;
  bool made_new = false;
  std::string refusal; ///< not empty: nothing can be written here, and why
};

/// Makes the journal if there is none. In a folder that can't be written it is opened for reading, or is
/// empty.
result<opened_store> open_sqlite_store(const journal_options& options);

/// @returns NOT_FOUND if there is no journal
result<std::unique_ptr<journal_source>> open_sqlite_source(const journal_options& options);

/// Of a journal that isn't there and can't be made.
result<std::unique_ptr<journal_source>> empty_sqlite_source(const journal_options& options);

} // namespace troupe::storage
