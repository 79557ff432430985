#pragma once
// SQLite as far as the journal needs it: handles that close themselves, errors as values with SQLite's own
// words. Internal to storage/journal. One thread at a time per database.

#include "protocol/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace troupe::storage {

/// Whether an error of this layer says that the file is damaged or no database (and not that the disk or the
/// rights are in the way).
bool is_corruption(const error& found) noexcept;
/// Whether it says that nothing may be written here.
bool is_read_only(const error& found) noexcept;
error read_only_error(const std::string& file);

/// Asked of that VFS.
bool sqlite_file_exists(const std::filesystem::path& file, const std::string& vfs);

/// A prepared statement. Parameters and columns count from 0. Text that is bound must live until `reset`.
class sqlite_statement {
 public:
  sqlite_statement() = default;
  explicit sqlite_statement(sqlite3_stmt* statement) noexcept : statement_(statement) {}

  sqlite_statement& bind(int at, std::uint64_t number);
  sqlite_statement& bind(int at, std::int64_t number);
  sqlite_statement& bind(int at, std::string_view text);
  sqlite_statement& bind(int at, std::span<const std::uint8_t> bytes);
  sqlite_statement& bind_null(int at);

  /// @returns whether there is a row
  result<bool> step();
  /// To be run again. Parameters stay until they are bound anew.
  void reset() noexcept;
  /// Runs it to its end, for what has no rows, and resets it.
  result<void> run();

  std::uint64_t number(int column) const;
  std::int64_t signed_number(int column) const;
  std::string_view text(int column) const; ///< until the next step
  std::span<const std::uint8_t> bytes(int column) const;
  bool is_null(int column) const;

  explicit operator bool() const noexcept { return statement_ != nullptr; }

 private:
  struct finalized {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, finalized> statement_;
};

/// Resets a statement at the end of a block, so that it holds no lock any longer.
class sqlite_use {
 public:
  explicit sqlite_use(sqlite_statement& statement) noexcept : statement_(statement) {}
  ~sqlite_use() { statement_.reset(); }
  sqlite_use(const sqlite_use&) = delete;
  sqlite_use& operator=(const sqlite_use&) = delete;

 private:
  sqlite_statement& statement_;
};

class sqlite_database {
 public:
  enum class access : std::uint8_t {
    create,    ///< made if it isn't there
    write,     ///< must be there
    read,      ///< must be there; the files beside it may still be made
    immutable, ///< for folders that can't be written: nothing may change it meanwhile
    memory     ///< empty, and gone with the object
  };

  sqlite_database() = default;
  /// @param vfs name of the way to the disk; empty: SQLite's own
  static result<sqlite_database> open(const std::filesystem::path& file, access how, const std::string& vfs);

  /// Statements without rows, several with `;` between them.
  result<void> run(const std::string& statements);
  result<sqlite_statement> prepare(const std::string& statement);
  /// First column of the first row; nothing without rows.
  result<std::optional<std::uint64_t>> number(const std::string& query);
  result<std::optional<std::string>> text(const std::string& query);

  /// Whether it was opened for writing, and yet can't be written.
  bool is_read_only() const noexcept;
  /// Whether a transaction is open.
  bool in_transaction() const noexcept;
  sqlite3* handle() const noexcept { return database_.get(); }

 private:
  struct closed {
    void operator()(sqlite3* database) const noexcept;
  };
  std::unique_ptr<sqlite3, closed> database_;
};

} // namespace troupe::storage
