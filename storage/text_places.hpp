#pragma once
// Byte offsets of a text as lines and columns, and what a text must be before any parser sees it.

#include "protocol/entities.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// The lines of a text. Lines end with a line feed, which a carriage return may precede.
class text_places {
 public:
  explicit text_places(std::string_view text);

  /// Line and column from 1; the column counts characters (code points). An offset behind the end is the end.
  file_place at(std::size_t offset) const noexcept;

  /// Where the line begins that holds the offset.
  std::size_t line_start(std::size_t offset) const noexcept;

 private:
  std::size_t line_of(std::size_t offset) const noexcept;           ///< from 0
  std::size_t characters_before(std::size_t offset) const noexcept; ///< in the whole text

  std::string_view text_;
  std::vector<std::uint32_t> starts_;
  /// Characters before each block of bytes: a column is told as quickly at the end of a line of megabytes.
  std::vector<std::uint32_t> blocks_{0};
};

/// What is wrong with the characters of a text.
struct text_flaw {
  std::size_t offset = 0;
  std::string reason;
};

/// YAML is UTF-8 without control characters (tab, line feed and carriage return excepted).
std::optional<text_flaw> find_text_flaw(std::string_view text);

/// The text without the byte order marks in front of it.
std::string_view without_bom(std::string_view text) noexcept;

} // namespace troupe::storage
