#pragma once
// A column of many rows as one parameter: the text of an array of PostgreSQL. Internal to storage/journal.

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troupe::storage {

class postgres_array {
 public:
  void add(std::string_view text);
  void add(std::uint64_t number);
  void add(std::int64_t number);
  void add(std::span<const std::uint8_t> bytes);
  /// NULL if there is none.
  template <std::same_as<std::optional<std::string>> Text>
  void add(const Text& text) {
    text ? add(std::string_view(*text)) : add_null();
  }

  std::size_t bytes() const noexcept { return text_.size(); }
  /// Its text. It is empty then.
  std::string take();

 private:
  void next();
  void add_null();

  std::string text_;
};

/// One more row: a value behind the others of each column.
template <std::size_t Columns, class... Values>
void add_row(std::array<postgres_array, Columns>& rows, const Values&... values) {
  static_assert(sizeof...(Values) == Columns);
  auto* column = rows.data();
  (column++->add(values), ...);
}

/// `\x` and hex digits.
void append_bytea(std::string& out, std::span<const std::uint8_t> bytes);
/// @returns false, and leaves zeros, if it is no such text or of another length
bool read_bytea(std::string_view text, std::span<std::uint8_t> into);

} // namespace troupe::storage
