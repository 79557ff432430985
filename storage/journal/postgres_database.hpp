#pragma once
// A connection to PostgreSQL that comes back when it was lost, with errors as values. The only place that
// knows of exceptions of its library. Internal to storage/journal.

#include "storage/journal/postgres_url.hpp"

#include <functional>
#include <memory>
#include <pqxx/result>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// The answer to a query, all of it. Rows and columns count from 0.
class postgres_rows {
 public:
  postgres_rows() = default;
  explicit postgres_rows(pqxx::result rows) : rows_(std::move(rows)) {}

  std::size_t size() const noexcept { return rows_.size(); }
  bool is_null(std::size_t row, int column) const;
  std::string_view text(std::size_t row, int column) const; ///< as long as this object
  std::uint64_t number(std::size_t row, int column) const;
  std::int64_t signed_number(std::size_t row, int column) const;
  bool truth(std::size_t row, int column) const;
  /// Zeros if they are of another length.
  void bytes(std::size_t row, int column, std::span<std::uint8_t> into) const;

 private:
  pqxx::result rows_;
};

class postgres_database {
 public:
  enum class transaction : std::uint8_t {
    write,     ///< each statement sees what others have committed before it
    one_moment ///< only reads; everything is of the moment of the first statement
  };
  using texts = std::vector<std::string>;

  /// @param steady_ns for the pauses between attempts to connect; empty: each call attempts
  postgres_database(postgres_place place, std::function<std::int64_t()> steady_ns);
  postgres_database(postgres_database&&) noexcept;
  ~postgres_database();

  /// Connects, unless there is a connection, or the last attempt failed a moment ago.
  result<void> connect();

  result<void> begin(transaction how);
  /// Durable when it returns. If it fails with a lost connection, it may have been durable as well: `lost`.
  result<void> commit();
  void rollback() noexcept;

  /// Inside of the transaction that is open, or on its own; then it may only read, for it may be sent twice.
  /// @param values of $1 and so on, as text. One that holds a NUL is refused: there is no such text.
  result<postgres_rows> query(const std::string& statement, const texts& values = {});
  /// Several statements with `;` between them; on their own only such that may be sent twice.
  result<void> run(const std::string& statements);

  /// Whether the last failure was that of the connection.
  bool lost() const noexcept;
  /// The next call attempts to connect at once.
  void hurry() noexcept;
  const postgres_place& place() const noexcept;

 private:
  struct parts;

  template <class Step>
  auto guarded(Step&& step) -> result<decltype(step())>;
  template <class Step>
  auto on_connection(Step&& step) -> result<decltype(step())>;
  failure told(std::string_view words) const;
  void drop() noexcept;

  std::unique_ptr<parts> parts_;
};

} // namespace troupe::storage
