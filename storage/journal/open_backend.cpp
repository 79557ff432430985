#include "storage/journal/open_backend.hpp"

#include "storage/journal/journal_lines.hpp"
#include "storage/journal/open_postgres.hpp"
#include "storage/journal/open_sqlite.hpp"
#include "storage/journal/sqlite_database.hpp"

namespace troupe::storage {

std::filesystem::path beside_journal(const journal_options& options) {
  return is_shared(options) ? journal_folder(options) / "postgresql" : journal_folder(options);
}

std::string journal_name(const journal_options& options) {
  return is_shared(options) ? postgres_name(options) : sqlite_file(options).string();
}

result<bool> journal_is_there(const journal_options& options) {
  if (!is_shared(options)) return sqlite_file_exists(sqlite_file(options), options.vfs);
  auto source = open_postgres_source(options);
  if (source) return true;
  if (source.error().code == ec::not_found) return false;
  return failure(std::move(source).error());
}

result<opened_store> open_store(const journal_options& options) {
  if (!is_shared(options)) return open_sqlite_store(options);
  std::error_code code; // the key tells if it isn't there
  std::filesystem::create_directories(beside_journal(options), code);
  return open_postgres_store(options);
}

result<std::unique_ptr<journal_source>> open_source(const journal_options& options) {
  return is_shared(options) ? open_postgres_source(options) : open_sqlite_source(options);
}

void discard_journal(const journal_options& options) {
  if (is_shared(options)) {
    static_cast<void>(remove_postgres_journal(options));
    return;
  }
  for (const auto* end : {"", "-wal", "-shm"}) {
    auto file = sqlite_file(options);
    file += end;
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }
}

} // namespace troupe::storage
