#include "storage/journal/backup_journal.hpp"

#include "storage/journal/checkpoint_keys.hpp"
#include "storage/journal/open_sqlite.hpp"
#include "storage/journal/plain_file.hpp"
#include "storage/journal/sqlite_database.hpp"

#include <array>
#include <fmt/format.h>
#include <sqlite3.h>

namespace troupe::storage {

namespace {

constexpr std::size_t longest_file = 256U << 20;

/// A file beside the database; nothing if there is none.
result<void> copy_beside(const std::filesystem::path& from, const std::filesystem::path& to, mode_t mode) {
  auto bytes = read_plain_file(from, longest_file);
  if (!bytes) return failure(std::move(bytes).error());
  if (!*bytes) return {};
  return write_plain_file(to, **bytes, mode);
}

/// All pages in one step: they are of one moment, and a writer only waits for the clean-up of its WAL
/// meanwhile.
result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to,
                           const std::string& vfs) {
  auto source = sqlite_database::open(from, sqlite_database::access::read, vfs);
  if (!source) return failure(std::move(source).error());
  auto target = sqlite_database::open(to, sqlite_database::access::create, vfs);
  if (!target) return failure(std::move(target).error());
  auto* copy = sqlite3_backup_init(target->handle(), "main", source->handle(), "main");
  if (copy) sqlite3_backup_step(copy, -1);
  if (!copy || sqlite3_backup_finish(copy) != SQLITE_OK)
    return fail(ec::storage_unavailable,
                fmt::format("{} can't be copied: {}", from.string(), sqlite3_errmsg(target->handle())));
  return {};
}

} // namespace

result<std::uint64_t> backup_journal(const journal_options& options, const std::filesystem::path& to) {
  if (!options.url.empty())
    return fail(ec::conflict, "a journal on a PostgreSQL server is backed up with pg_dump, or exported");
  auto copied = options;
  copied.data_dir = to;
  if (!sqlite_file_exists(sqlite_file(options), options.vfs))
    return not_found("journal", sqlite_file(options).string());
  if (sqlite_file_exists(sqlite_file(copied), options.vfs))
    return fail(ec::conflict, fmt::format("there is a journal in {} already", to.string()));
  std::error_code code;
  std::filesystem::create_directories(journal_folder(copied), code);
  if (code)
    return fail(ec::storage_unavailable,
                fmt::format("{} can't be made: {}", journal_folder(copied).string(), code.message()));
  // The checkpoints first: those of the copy must not tell of events that came after it was made.
  const auto from = journal_folder(options), into = journal_folder(copied);
  auto done =
      copy_beside(from / "checkpoints.jsonl", into / "checkpoints.jsonl", 0644)
          .and_then([&] { return copy_beside(public_key_file(from), public_key_file(into), 0644); })
          .and_then([&] { return copy_beside(key_file(from), key_file(into), 0600); })
          .and_then([&] { return copy_database(sqlite_file(options), sqlite_file(copied), options.vfs); })
          .and_then([&] { return sync_folder(into); });
  if (!done) return failure(std::move(done).error());
  auto source = open_sqlite_source(copied);
  if (!source) return failure(std::move(source).error());
  auto tail = (*source)->tail();
  if (!tail) return failure(std::move(tail).error());
  return tail->position;
}

} // namespace troupe::storage
