#include "storage/journal/open_postgres.hpp"

#include "protocol/entity_codec.hpp"
#include "storage/journal/postgres_schema.hpp"
#include "storage/journal/postgres_source.hpp"
#include "storage/journal/postgres_store.hpp"

#include <fmt/format.h>

namespace troupe::storage {

namespace {

result<postgres_database> connected(const journal_options& options) {
  auto place = parse_postgres_url(options.url);
  if (!place) return failure(std::move(place).error());
  postgres_database database(std::move(*place), options.steady_ns);
  if (auto ready = database.connect(); !ready) return failure(std::move(ready).error());
  return database;
}

} // namespace

std::string postgres_name(const journal_options& options) {
  const auto place = parse_postgres_url(options.url);
  return place ? place->shown : "journal.url";
}

result<opened_store> open_postgres_store(const journal_options& options) {
  auto database = connected(options);
  if (!database) return failure(std::move(database).error());
  auto read_only = is_read_only(*database);
  if (!read_only) return failure(std::move(read_only).error());
  opened_store out;
  if (*read_only) {
    if (auto there = check_postgres_schema(*database); !there) return failure(std::move(there).error());
    out.refusal = fmt::format("the journal can't be written: {} may only be read", database->place().shown);
  } else {
    auto made = make_postgres_schema(*database, uuid_v4(options.random()));
    if (!made) return failure(std::move(made).error());
    out.made_new = *made;
  }
  out.store = make_postgres_store(std::move(*database));
  return out;
}

result<std::unique_ptr<journal_source>> open_postgres_source(const journal_options& options) {
  auto database = connected(options);
  if (!database) return failure(std::move(database).error());
  if (auto there = check_postgres_schema(*database); !there) return failure(std::move(there).error());
  return make_postgres_source(std::move(*database));
}

result<void> remove_postgres_journal(const journal_options& options) {
  auto database = connected(options);
  if (!database) return failure(std::move(database).error());
  return drop_postgres_schema(*database);
}

} // namespace troupe::storage
