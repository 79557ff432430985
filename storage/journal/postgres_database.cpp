#include "storage/journal/postgres_database.hpp"

#include "storage/journal/postgres_array.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <pqxx/pqxx>

namespace troupe::storage {

namespace {

constexpr std::int64_t shortest_pause_ns = 100'000'000;
constexpr std::int64_t longest_pause_ns = 5'000'000'000;

/// Statements that a connection keeps ready. Those of history queries are of many shapes.
constexpr std::size_t most_prepared = 48;

template <class Number>
Number number_of(std::string_view text) {
  Number out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

} // namespace

bool postgres_rows::is_null(std::size_t row, int column) const {
  return rows_[static_cast<pqxx::result::size_type>(row)][column].is_null();
}
std::string_view postgres_rows::text(std::size_t row, int column) const {
  const auto field = rows_[static_cast<pqxx::result::size_type>(row)][column];
  return {field.c_str(), field.size()};
}
std::uint64_t postgres_rows::number(std::size_t row, int column) const {
  return number_of<std::uint64_t>(text(row, column));
}
std::int64_t postgres_rows::signed_number(std::size_t row, int column) const {
  return number_of<std::int64_t>(text(row, column));
}
bool postgres_rows::truth(std::size_t row, int column) const {
  return text(row, column) == "t";
}
void postgres_rows::bytes(std::size_t row, int column, std::span<std::uint8_t> into) const {
  read_bytea(text(row, column), into);
}

struct postgres_database::parts {
  postgres_place place;
  std::function<std::int64_t()> steady_ns;

  std::unique_ptr<pqxx::connection> connection;
  std::unique_ptr<pqxx::quiet_errorhandler> quiet; ///< else the server's notices go to the standard error
  std::unique_ptr<pqxx::transaction_base> open;
  bool begun = false; ///< also when the connection was lost since: nothing more may happen then
  std::map<std::string, std::string, std::less<>> prepared; ///< names by statement

  bool lost = false;
  std::int64_t pause_ns = 0, next_attempt_ns = 0;
  std::string last_words;
};

postgres_database::postgres_database(postgres_place place, std::function<std::int64_t()> steady_ns)
    : parts_(std::make_unique<parts>()) {
  parts_->place = std::move(place);
  parts_->steady_ns = std::move(steady_ns);
}
postgres_database::postgres_database(postgres_database&&) noexcept = default;
postgres_database::~postgres_database() {
  if (parts_) drop();
}

bool postgres_database::lost() const noexcept {
  return parts_->lost;
}
void postgres_database::hurry() noexcept {
  parts_->pause_ns = 0;
}
const postgres_place& postgres_database::place() const noexcept {
  return parts_->place;
}

/// The first line of what the server or its library says; others may quote data. The password is in none of
/// them, but that is for others to change.
failure postgres_database::told(std::string_view words) const {
  std::string line(words.substr(0, words.find('\n')));
  const auto& secret = parts_->place.password;
  for (auto at = line.find(secret); !secret.empty() && at != std::string::npos;
       at = line.find(secret, at + 3))
    line.replace(at, secret.size(), "***");
  return fail(ec::storage_unavailable, fmt::format("the journal's server says: {}", line));
}

void postgres_database::drop() noexcept {
  parts_->open.reset();
  parts_->quiet.reset();
  parts_->connection.reset();
  parts_->prepared.clear();
}

template <class Step>
auto postgres_database::guarded(Step&& step) -> result<decltype(step())> {
  parts_->lost = false;
  try {
    if constexpr (std::is_void_v<decltype(step())>) {
      step();
      return {};
    } else {
      return step();
    }
  } catch (const std::exception& found) {
    auto out = told(found.what());
    // What the server itself has said leaves the connection as it was; anything else ends it.
    const bool by_server = dynamic_cast<const pqxx::sql_error*>(&found) != nullptr;
    if (!by_server || !parts_->connection || !parts_->connection->is_open()) {
      parts_->lost = true;
      drop();
    }
    return out;
  }
}

/// A connection may have been lost long ago, and that is only found out when it is used. As long as no
/// transaction is open nothing can have come of the step, so it is taken once more.
template <class Step>
auto postgres_database::on_connection(Step&& step) -> result<decltype(step())> {
  if (parts_->begun && !parts_->open) return told("the connection was lost in the middle of a transaction");
  const bool may_be_stale = parts_->connection && !parts_->begun;
  if (auto ready = connect(); !ready) return failure(std::move(ready).error());
  auto done = guarded(step);
  if (done || !may_be_stale || !parts_->lost) return done;
  if (auto ready = connect(); !ready) return failure(std::move(ready).error());
  return guarded(step);
}

result<void> postgres_database::connect() {
  auto& own = *parts_;
  if (own.connection) return {};
  const auto now = own.steady_ns ? own.steady_ns() : 0;
  if (own.steady_ns && own.pause_ns > 0 && now < own.next_attempt_ns) {
    own.lost = true;
    return fail(ec::storage_unavailable, own.last_words);
  }
  auto made = guarded([&] {
    own.connection = std::make_unique<pqxx::connection>(own.place.connection);
    own.quiet = std::make_unique<pqxx::quiet_errorhandler>(*own.connection);
  });
  if (made) {
    own.pause_ns = 0;
    return {};
  }
  own.last_words = made.error().message;
  own.pause_ns = std::clamp(own.pause_ns * 2, shortest_pause_ns, longest_pause_ns);
  own.next_attempt_ns = now + own.pause_ns;
  return made;
}

result<void> postgres_database::begin(transaction how) {
  rollback();
  return on_connection([&] {
    auto& own = *parts_;
    using one_moment = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;
    if (how == transaction::write)
      own.open = std::make_unique<pqxx::work>(*own.connection);
    else
      own.open = std::make_unique<one_moment>(*own.connection);
    own.begun = true;
  });
}

result<void> postgres_database::commit() {
  auto done = guarded([&] {
    if (!parts_->open) throw pqxx::broken_connection("the connection was lost");
    parts_->open->commit();
  });
  rollback();
  return done;
}

void postgres_database::rollback() noexcept {
  parts_->open.reset(); // nothing in its end throws
  parts_->begun = false;
  if (parts_->connection && !parts_->connection->is_open()) drop();
}

result<postgres_rows> postgres_database::query(const std::string& statement, const texts& values) {
  for (const auto& each : values)
    if (each.find('\0') != std::string::npos)
      return fail(ec::storage_unavailable, "the journal's server can't store a text with a NUL in it");
  return on_connection([&] {
    auto& own = *parts_;
    std::unique_ptr<pqxx::nontransaction> single;
    if (!own.open) single = std::make_unique<pqxx::nontransaction>(*own.connection);
    pqxx::transaction_base& where = own.open ? *own.open : *single;
    auto known = own.prepared.find(statement);
    if (known == own.prepared.end() && own.prepared.size() < most_prepared) {
      known = own.prepared.emplace(statement, fmt::format("s{}", own.prepared.size())).first;
      own.connection->prepare(known->second, statement);
    }
    const auto all = pqxx::prepare::make_dynamic_params(values);
    return postgres_rows(known == own.prepared.end() ? where.exec_params(statement, all)
                                                     : where.exec_prepared(known->second, all));
  });
}

result<void> postgres_database::run(const std::string& statements) {
  return on_connection([&] {
    auto& own = *parts_;
    if (own.open)
      own.open->exec(statements);
    else
      pqxx::nontransaction(*own.connection).exec(statements);
  });
}

} // namespace troupe::storage
