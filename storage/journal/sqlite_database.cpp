#include "storage/journal/sqlite_database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace troupe::storage {

namespace {

/// For how long a statement waits for another process before it gives up.
constexpr int busy_timeout_ms = 2'000;

error error_of(sqlite3* database, int code) {
  const int extended = database ? sqlite3_extended_errcode(database) : code;
  error out{ec::storage_unavailable,
            fmt::format("the journal's database says: {}",
                        database ? sqlite3_errmsg(database) : sqlite3_errstr(code)),
            {}};
  out.details["sqlite"] = extended;
  return out;
}

int code_of(const error& found) noexcept {
  const auto* code = found.details.if_contains("sqlite");
  return code && code->is_int64() ? static_cast<int>(code->get_int64() & 0xff) : SQLITE_OK;
}

/// As a URI, in which any character of a path may stand.
std::string uri_of(const std::filesystem::path& file, std::string_view query) {
  std::string out = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    if (c == '%' || c == '?' || c == '#')
      out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  out += query;
  return out;
}

} // namespace

bool is_corruption(const error& found) noexcept {
  const int code = code_of(found);
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

bool is_read_only(const error& found) noexcept {
  const int code = code_of(found);
  return code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM;
}

error read_only_error(const std::string& file) {
  error out{ec::storage_unavailable, fmt::format("{} may only be read", file), {}};
  out.details["sqlite"] = SQLITE_READONLY;
  return out;
}

bool sqlite_file_exists(const std::filesystem::path& file, const std::string& vfs) {
  auto* disk = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  int exists = 0;
  return disk &&
         disk->xAccess(disk, std::filesystem::absolute(file).c_str(), SQLITE_ACCESS_EXISTS, &exists) ==
             SQLITE_OK &&
         exists;
}

void sqlite_statement::finalized::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

// A bind only fails on a wrong index or a text beyond SQLite's limit; the first is a defect, and the second
// is told by the step, for then a NOT NULL column stays empty.
sqlite_statement& sqlite_statement::bind(int at, std::uint64_t number) {
  return bind(at, static_cast<std::int64_t>(number));
}
sqlite_statement& sqlite_statement::bind(int at, std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), at + 1, number);
  return *this;
}
sqlite_statement& sqlite_statement::bind(int at, std::string_view text) {
  const char* bytes = text.data() ? text.data() : ""; // a null pointer would be NULL
  sqlite3_bind_text64(statement_.get(), at + 1, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}
sqlite_statement& sqlite_statement::bind(int at, std::span<const std::uint8_t> bytes) {
  sqlite3_bind_blob64(statement_.get(), at + 1, bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}
sqlite_statement& sqlite_statement::bind_null(int at) {
  sqlite3_bind_null(statement_.get(), at + 1);
  return *this;
}

result<bool> sqlite_statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  auto found = error_of(sqlite3_db_handle(statement_.get()), code);
  reset();
  return failure(std::move(found));
}

void sqlite_statement::reset() noexcept {
  if (statement_) sqlite3_reset(statement_.get());
}

result<void> sqlite_statement::run() {
  for (;;) {
    auto row = step();
    if (!row) return failure(std::move(row).error());
    if (!*row) break;
  }
  reset();
  return {};
}

std::uint64_t sqlite_statement::number(int column) const {
  return static_cast<std::uint64_t>(signed_number(column));
}
std::int64_t sqlite_statement::signed_number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
std::string_view sqlite_statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.get(), column); // before its size is asked for
  if (!bytes) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
std::span<const std::uint8_t> sqlite_statement::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  if (!data) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
bool sqlite_statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void sqlite_database::closed::operator()(sqlite3* database) const noexcept {
  sqlite3_close_v2(database);
}

result<sqlite_database> sqlite_database::open(const std::filesystem::path& file, access how,
                                              const std::string& vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  std::string name = how == access::memory ? ":memory:" : uri_of(file, "");
  switch (how) {
  case access::create:
  case access::memory:
    flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    break;
  case access::write:
    flags |= SQLITE_OPEN_READWRITE;
    break;
  case access::read:
    flags |= SQLITE_OPEN_READONLY;
    break;
  case access::immutable:
    flags |= SQLITE_OPEN_READONLY;
    name = uri_of(file, "?immutable=1");
    break;
  }
  // Its books of memory take a lock with every allocation, and nobody reads them. Refused, and no matter, once
  // SQLite is in use.
  static const int unbooked = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(unbooked);
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags, vfs.empty() ? nullptr : vfs.c_str());
  sqlite_database out;
  out.database_.reset(raw);
  if (code != SQLITE_OK) return failure(error_of(raw, code));
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, busy_timeout_ms);
  // What lies in the file is data, whoever has put it there.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return out;
}

result<void> sqlite_database::run(const std::string& statements) {
  const int code = sqlite3_exec(handle(), statements.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(error_of(handle(), code));
  return {};
}

result<sqlite_statement> sqlite_database::prepare(const std::string& statement) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle(), statement.c_str(), static_cast<int>(statement.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return failure(error_of(handle(), code));
  return sqlite_statement(raw);
}

result<std::optional<std::uint64_t>> sqlite_database::number(const std::string& query) {
  auto statement = prepare(query);
  if (!statement) return failure(std::move(statement).error());
  auto row = statement->step();
  if (!row) return failure(std::move(row).error());
  if (!*row || statement->is_null(0)) return std::optional<std::uint64_t>();
  return std::optional(statement->number(0));
}

result<std::optional<std::string>> sqlite_database::text(const std::string& query) {
  auto statement = prepare(query);
  if (!statement) return failure(std::move(statement).error());
  auto row = statement->step();
  if (!row) return failure(std::move(row).error());
  if (!*row || statement->is_null(0)) return std::optional<std::string>();
  return std::optional<std::string>(statement->text(0));
}

bool sqlite_database::is_read_only() const noexcept {
  return sqlite3_db_readonly(handle(), "main") == 1;
}
bool sqlite_database::in_transaction() const noexcept {
  return sqlite3_get_autocommit(handle()) == 0;
}

} // namespace troupe::storage
