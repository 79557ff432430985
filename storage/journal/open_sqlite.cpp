#include "storage/journal/open_sqlite.hpp"

#include "protocol/entity_codec.hpp"
#include "storage/journal/sqlite_schema.hpp"
#include "storage/journal/sqlite_source.hpp"
#include "storage/journal/sqlite_store.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {

using access = sqlite_database::access;

struct opened_database {
  sqlite_database database;
  bool made_new = false;
};

result<opened_database> open_for_writing(const journal_options& options, access how) {
  auto database = sqlite_database::open(sqlite_file(options), how, options.vfs);
  if (!database) return failure(std::move(database).error());
  if (how != access::memory && database->is_read_only())
    return failure(read_only_error(sqlite_file(options).string()));
  auto ready = set_up_sqlite_writer(*database);
  if (!ready) return failure(std::move(ready).error());
  auto made = make_sqlite_schema(*database, uuid_v4(options.random()));
  if (!made) return failure(std::move(made).error());
  return opened_database{std::move(*database), *made};
}

bool is_there(const journal_options& options) {
  return sqlite_file_exists(sqlite_file(options), options.vfs);
}

bool has_wal(const journal_options& options) {
  auto wal = sqlite_file(options);
  wal += "-wal";
  return sqlite_file_exists(wal, options.vfs);
}

/// A WAL can't be looked at without its index, which may have to be made: where that is impossible, the
/// database is taken for one that nobody changes.
result<sqlite_database> open_for_reading(const journal_options& options) {
  result<sqlite_database> last = sqlite_database();
  for (const auto how : {access::read, access::immutable}) {
    if (how == access::immutable && has_wal(options)) return last; // its end would be missing
    last = sqlite_database::open(sqlite_file(options), how, options.vfs);
    if (!last) continue;
    auto ready = set_up_sqlite_reader(*last).and_then([&] { return check_sqlite_schema(*last); });
    if (ready) return last;
    last = failure(std::move(ready).error());
    if (!is_read_only(last.error())) return last;
  }
  return last;
}

} // namespace

std::filesystem::path journal_folder(const journal_options& options) {
  return options.data_dir / ".troupe";
}
std::filesystem::path sqlite_file(const journal_options& options) {
  return journal_folder(options) / "journal.sqlite";
}

result<opened_store> open_sqlite_store(const journal_options& options) {
  std::error_code code;
  std::filesystem::create_directories(journal_folder(options), code); // the database tells if it isn't there
  opened_store out;
  auto opened = open_for_writing(options, access::create);
  if (!opened) {
    if (!is_read_only(opened.error())) return failure(std::move(opened).error());
    out.refusal = fmt::format("the journal can't be written: {}", opened.error().message);
    if (is_there(options)) {
      auto database = open_for_reading(options);
      if (!database) return failure(std::move(database).error());
      opened = opened_database{std::move(*database), false};
    } else {
      opened = open_for_writing(options, access::memory);
      if (!opened) return failure(std::move(opened).error());
      opened->made_new = false;
    }
  }
  out.made_new = opened->made_new;
  auto store = make_sqlite_store(std::move(opened->database));
  if (!store) return failure(std::move(store).error());
  out.store = std::move(*store);
  return out;
}

result<std::unique_ptr<journal_source>> open_sqlite_source(const journal_options& options) {
  auto database = open_for_reading(options);
  if (!database) {
    if (!is_there(options)) return not_found("journal", sqlite_file(options).string());
    return failure(std::move(database).error());
  }
  return make_sqlite_source(std::move(*database));
}

result<std::unique_ptr<journal_source>> empty_sqlite_source(const journal_options& options) {
  auto opened = open_for_writing(options, access::memory);
  if (!opened) return failure(std::move(opened).error());
  return make_sqlite_source(std::move(opened->database));
}

} // namespace troupe::storage
