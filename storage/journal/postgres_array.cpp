#include "storage/journal/postgres_array.hpp"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

int hex_digit(char letter) noexcept {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return -1;
}

} // namespace

void postgres_array::next() {
  text_ += text_.empty() ? '{' : ',';
}

void postgres_array::add(std::string_view text) {
  next();
  text_ += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') text_ += '\\';
    text_ += c;
  }
  text_ += '"';
}

void postgres_array::add(std::uint64_t number) {
  next();
  text_ += std::to_string(number);
}

void postgres_array::add(std::int64_t number) {
  next();
  text_ += std::to_string(number);
}

void postgres_array::add(std::span<const std::uint8_t> bytes) {
  next();
  text_ += "\"\\";
  append_bytea(text_, bytes);
  text_ += '"';
}

void postgres_array::add_null() {
  next();
  text_ += "NULL";
}

std::string postgres_array::take() {
  if (text_.empty()) text_ = "{";
  text_ += '}';
  return std::exchange(text_, {});
}

void append_bytea(std::string& out, std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\x";
  for (const auto byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 0xf];
  }
}

bool read_bytea(std::string_view text, std::span<std::uint8_t> into) {
  std::fill(into.begin(), into.end(), std::uint8_t{0});
  if (!text.starts_with("\\x") || text.size() != 2 + 2 * into.size()) return false;
  for (std::size_t i = 0; i < into.size(); ++i) {
    const int high = hex_digit(text[2 + 2 * i]), low = hex_digit(text[3 + 2 * i]);
    if (high < 0 || low < 0) {
      std::fill(into.begin(), into.end(), std::uint8_t{0});
      return false;
    }
    into[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

} // namespace troupe::storage
