#include "storage/journal/sqlite_schema.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

// No index but the keys: one more on events would halve the rate of changes. What a history query needs
// beside the position is in memory (history_index.hpp).
constexpr const char* tables = R"(
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  show TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  version INTEGER NOT NULL,
  time INTEGER NOT NULL,
  author TEXT NOT NULL,
  client TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  entity TEXT,
  details TEXT NOT NULL,
  hash BLOB NOT NULL
);
CREATE TABLE views (
  show TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  entity TEXT,
  PRIMARY KEY (show, kind, id)
) WITHOUT ROWID;
CREATE TABLE checkpoints (
  position INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  hash BLOB NOT NULL,
  time INTEGER NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (position, key_id)
) WITHOUT ROWID;
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;
)";

constexpr const char* has_tables = "SELECT 1 FROM sqlite_schema WHERE name = 'meta'";

result<void> check_version(sqlite_database& database) {
  auto version = database.number("SELECT value FROM meta WHERE name = 'schema'");
  if (!version) return failure(std::move(version).error());
  if (*version == sqlite_schema_version) return {};
  return fail(ec::storage_unavailable, fmt::format("the journal has schema {}, this program knows schema {}",
                                                   version->value_or(0), sqlite_schema_version));
}

result<bool> make_tables(sqlite_database& database, std::string_view journal_id) {
  auto made = database.run("BEGIN IMMEDIATE").and_then([&] { return database.run(tables); });
  if (made)
    made = database.run(
        fmt::format("INSERT INTO meta VALUES ('schema', {}), ('journal', '{}'), ('outbox', 0); COMMIT",
                    sqlite_schema_version, journal_id));
  if (made) return true;
  if (database.in_transaction()) static_cast<void>(database.run("ROLLBACK"));
  return failure(std::move(made).error());
}

} // namespace

result<bool> make_sqlite_schema(sqlite_database& database, std::string_view journal_id) {
  auto there = database.number(has_tables);
  if (!there) return failure(std::move(there).error());
  if (!*there) return make_tables(database, journal_id);
  if (auto known = check_version(database); !known) return failure(std::move(known).error());
  return false;
}

result<void> check_sqlite_schema(sqlite_database& database) {
  auto there = database.number(has_tables);
  if (!there) return failure(std::move(there).error());
  if (!*there) return fail(ec::storage_unavailable, "the database holds no journal");
  return check_version(database);
}

result<void> set_up_sqlite_writer(sqlite_database& database) {
  return database.run(
      "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "PRAGMA wal_autocheckpoint = 1000; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;"
      "PRAGMA cell_size_check = ON");
}

result<void> set_up_sqlite_reader(sqlite_database& database) {
  return database.run("PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");
}

const char* const sqlite_event_columns = "position, show, kind, id, sequence, event_id, type, version, time, "
                                         "author, client, correlation_id, entity, details, hash";

void read_sqlite_event(const sqlite_statement& row, journal_event& into) {
  into.position = row.number(0);
  into.stream.show.assign(row.text(1));
  into.stream.kind.assign(row.text(2));
  into.stream.id.assign(row.text(3));
  into.sequence = row.number(4);
  into.event_id.assign(row.text(5));
  into.type.assign(row.text(6));
  into.version = static_cast<std::uint16_t>(row.number(7));
  into.time_ms = row.signed_number(8);
  into.author.assign(row.text(9));
  into.client.assign(row.text(10));
  into.correlation_id.assign(row.text(11));
  if (row.is_null(12))
    into.entity.reset();
  else if (into.entity)
    into.entity->assign(row.text(12));
  else
    into.entity.emplace(row.text(12));
  into.details.assign(row.text(13));
  read_digest(row.bytes(14), into.hash);
}

void read_digest(std::span<const std::uint8_t> bytes, sha256_digest& into) {
  into.fill(0); // one of another length matches no hash
  if (bytes.size() == into.size()) std::copy(bytes.begin(), bytes.end(), into.begin());
}

result<journal_tail> read_sqlite_tail(sqlite_statement& tail) {
  const sqlite_use use(tail);
  auto row = tail.step();
  if (!row) return failure(std::move(row).error());
  journal_tail out;
  if (!*row) return out;
  out.position = tail.number(0);
  read_digest(tail.bytes(1), out.hash);
  out.time_ms = tail.signed_number(2);
  return out;
}

result<std::vector<view_row>> read_sqlite_view(sqlite_database& database, std::string_view show) {
  auto query = database.prepare("SELECT kind, id, created_at, changed_at, sequence, entity FROM views "
                                "WHERE show = ?1 AND entity IS NOT NULL ORDER BY created_at");
  if (!query) return failure(std::move(query).error());
  query->bind(0, show);
  std::vector<view_row> rows;
  for (;;) {
    auto row = query->step();
    if (!row) return failure(std::move(row).error());
    if (!*row) return rows;
    rows.push_back({std::string(query->text(0)), std::string(query->text(1)), query->number(2),
                    query->number(3), query->number(4), std::string(query->text(5))});
  }
}

result<std::vector<std::string>> read_sqlite_shows(sqlite_database& database) {
  auto query = database.prepare("SELECT show FROM views WHERE entity IS NOT NULL AND show <> '' UNION "
                                "SELECT id FROM views WHERE kind = 'show' AND created_at > 0 ORDER BY 1");
  if (!query) return failure(std::move(query).error());
  std::vector<std::string> shows;
  for (;;) {
    auto row = query->step();
    if (!row) return failure(std::move(row).error());
    if (!*row) return shows;
    shows.emplace_back(query->text(0));
  }
}

} // namespace troupe::storage
