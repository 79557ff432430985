#include "storage/journal/postgres_schema.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {

// As in SQLite (sqlite_schema.cpp). Texts are compared and put in order by their bytes, as there. The row
// `outbox` is what writers take turns by.
constexpr const char* tables = R"(
CREATE TABLE events (
  position bigint PRIMARY KEY,
  show text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  time bigint NOT NULL,
  author text COLLATE "C" NOT NULL,
  client text COLLATE "C" NOT NULL,
  correlation_id text COLLATE "C" NOT NULL,
  entity text COLLATE "C",
  details text COLLATE "C" NOT NULL,
  hash bytea NOT NULL
);
CREATE TABLE views (
  show text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  changed_at bigint NOT NULL,
  sequence bigint NOT NULL,
  entity text COLLATE "C",
  PRIMARY KEY (show, kind, id)
) WITH (fillfactor = 80);
CREATE TABLE checkpoints (
  position bigint NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  hash bytea NOT NULL,
  time bigint NOT NULL,
  signature bytea NOT NULL,
  PRIMARY KEY (position, key_id)
);
CREATE TABLE meta (
  name text COLLATE "C" PRIMARY KEY,
  value text COLLATE "C"
);
)";

/// Any number that others are unlikely to use: who makes the tables holds the lock of this name.
constexpr const char* take_turns = "SELECT pg_advisory_xact_lock(7307506178455)";

result<bool> has_tables(postgres_database& database) {
  auto found = database.query("SELECT to_regclass('meta') IS NOT NULL");
  if (!found) return failure(std::move(found).error());
  return found->truth(0, 0);
}

result<void> check_version(postgres_database& database) {
  auto version = database.query("SELECT value FROM meta WHERE name = 'schema'");
  if (!version) return failure(std::move(version).error());
  const auto there = version->size() == 1 ? version->number(0, 0) : 0;
  if (there == postgres_schema_version) return {};
  return fail(ec::storage_unavailable, fmt::format("the journal has schema {}, this program knows schema {}",
                                                   there, postgres_schema_version));
}

/// Texts of any language have to come back as they went in.
result<void> check_encoding(postgres_database& database) {
  auto encoding = database.query("SHOW server_encoding");
  if (!encoding) return failure(std::move(encoding).error());
  if (encoding->text(0, 0) == "UTF8") return {};
  return fail(
      ec::storage_unavailable,
      fmt::format("the journal's database has the encoding {}, UTF8 is wanted", encoding->text(0, 0)));
}

result<void> make_tables(postgres_database& database, const std::string& journal_id) {
  return check_encoding(database).and_then([&] { return database.run(tables); }).and_then([&] {
    auto filled = database.query("INSERT INTO meta VALUES ('schema', $1), ('journal', $2), ('outbox', '0')",
                                 {std::to_string(postgres_schema_version), journal_id});
    return filled ? result<void>() : failure(std::move(filled).error());
  });
}

} // namespace

result<bool> make_postgres_schema(postgres_database& database, const std::string& journal_id) {
  bool made_new = false;
  auto done = database.begin(postgres_database::transaction::write)
                  .and_then([&] { return database.run(take_turns); })
                  .and_then([&] { return has_tables(database); })
                  .and_then([&](bool there) {
                    made_new = !there;
                    return there ? check_version(database) : make_tables(database, journal_id);
                  })
                  .and_then([&] { return database.commit(); });
  if (done) return made_new;
  database.rollback();
  return failure(std::move(done).error());
}

result<void> check_postgres_schema(postgres_database& database) {
  auto there = has_tables(database);
  if (!there) return failure(std::move(there).error());
  if (!*there) return not_found("journal", database.place().shown);
  return check_version(database);
}

result<void> drop_postgres_schema(postgres_database& database) {
  return database.run("DROP TABLE IF EXISTS events, views, checkpoints, meta");
}

result<bool> is_read_only(postgres_database& database) {
  auto found = database.query("SELECT current_setting('transaction_read_only')::boolean");
  if (!found) return failure(std::move(found).error());
  return found->truth(0, 0);
}

result<journal_tail> read_postgres_tail(postgres_database& database) {
  auto rows = database.query("SELECT position, hash, time FROM events ORDER BY position DESC LIMIT 1");
  if (!rows) return failure(std::move(rows).error());
  journal_tail out;
  if (rows->size() == 0) return out;
  out.position = rows->number(0, 0);
  rows->bytes(0, 1, out.hash);
  out.time_ms = rows->signed_number(0, 2);
  return out;
}

result<std::vector<view_row>> read_postgres_view(postgres_database& database, std::string_view show) {
  auto rows = database.query("SELECT kind, id, created_at, changed_at, sequence, entity FROM views "
                             "WHERE show = $1 AND entity IS NOT NULL ORDER BY created_at",
                             {std::string(show)});
  if (!rows) return failure(std::move(rows).error());
  std::vector<view_row> out;
  out.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i)
    out.push_back({std::string(rows->text(i, 0)), std::string(rows->text(i, 1)), rows->number(i, 2),
                   rows->number(i, 3), rows->number(i, 4), std::string(rows->text(i, 5))});
  return out;
}

result<std::vector<std::string>> read_postgres_shows(postgres_database& database) {
  auto rows = database.query("SELECT show FROM views WHERE entity IS NOT NULL AND show <> '' UNION "
                             "SELECT id FROM views WHERE kind = 'show' AND created_at > 0 ORDER BY 1");
  if (!rows) return failure(std::move(rows).error());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.emplace_back(rows->text(i, 0));
  return out;
}

} // namespace troupe::storage
