#pragma once
// A column of many rows as one parameter: the text of an array of PostgreSQL. Internal to storage/journal.

#include <cstdint>
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
  void add_null();

  std::size_t bytes() const noexcept { return text_.size(); }
  /// Its text. It is empty then.
  std::string take();

 private:
  void next();

  std::string text_;
};

/// `\x` and hex digits.
void append_bytea(std::string& out, std::span<const std::uint8_t> bytes);
/// @returns false, and leaves zeros, if it is no such text or of another length
bool read_bytea(std::string_view text, std::span<std::uint8_t> into);

} // namespace troupe::storage
