#include "storage/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <iterator>

namespace troupe::storage {

namespace json = boost::json;

namespace {

bool digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool hex_digit(char c) noexcept {
  return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), digit);
}

std::string_view without_sign(std::string_view text) noexcept {
  return !text.empty() && (text.front() == '-' || text.front() == '+') ? text.substr(1) : text;
}

std::optional<json::value> finite(double number) {
  if (!std::isfinite(number)) return std::nullopt;
  return json::value(number);
}

/// @param digits without sign and prefix
std::optional<json::value> whole_number(std::string_view digits, int base, bool negative) {
  std::uint64_t magnitude = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  constexpr auto lowest = std::uint64_t{1} << 63U;
  if (failed == std::errc{} && (!negative || magnitude <= lowest)) {
    if (negative) return json::value(static_cast<std::int64_t>(0 - magnitude));
    if (magnitude < lowest) return json::value(static_cast<std::int64_t>(magnitude));
    return json::value(magnitude);
  }
  if (base != 10) return std::nullopt;
  const double number = std::strtod(std::string(digits).c_str(), nullptr);
  return finite(negative ? -number : number);
}

bool looks_like_float(std::string_view text) noexcept {
  text = without_sign(text);
  std::size_t i = 0;
  const auto run = [&] {
    const auto from = i;
    while (i < text.size() && digit(text[i])) ++i;
    return i - from;
  };
  const auto whole = run();
  std::size_t fraction = 0;
  if (i < text.size() && text[i] == '.') {
    ++i;
    fraction = run();
  }
  if (whole + fraction == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (run() == 0) return false;
  }
  return i == text.size();
}

bool not_finite(std::string_view text) noexcept {
  const auto bare = without_sign(text);
  return bare == ".inf" || bare == ".Inf" || bare == ".INF" || text == ".nan" || text == ".NaN" ||
         text == ".NAN";
}

} // namespace

bool spells_null(std::string_view text) noexcept {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::optional<json::value> resolve_boolean(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return json::value(true);
  if (text == "false" || text == "False" || text == "FALSE") return json::value(false);
  return std::nullopt;
}

std::optional<json::value> resolve_integer(std::string_view text) {
  if (text.starts_with("0x") && text.size() > 2 && std::all_of(text.begin() + 2, text.end(), hex_digit))
    return whole_number(text.substr(2), 16, false);
  if (text.starts_with("0o") && text.size() > 2 &&
      std::all_of(text.begin() + 2, text.end(), [](char c) { return c >= '0' && c <= '7'; }))
    return whole_number(text.substr(2), 8, false);
  const auto digits = without_sign(text);
  if (!all_digits(digits)) return std::nullopt;
  return whole_number(digits, 10, text.front() == '-');
}

std::optional<json::value> resolve_float(std::string_view text) {
  if (!looks_like_float(text)) return std::nullopt;
  const auto bare = without_sign(text);
  double number = 0;
  const auto [end, failed] = std::from_chars(bare.data(), bare.data() + bare.size(), number);
  // Too small is zero, as everywhere; too large becomes infinite, which is no number that Troupe has.
  if (failed == std::errc::result_out_of_range) number = std::strtod(std::string(bare).c_str(), nullptr);
  return finite(text.front() == '-' ? -number : number);
}

std::optional<json::value> resolve_plain(std::string_view text) {
  if (spells_null(text)) return json::value(nullptr);
  const char first = text.front();
  if (digit(first) || first == '-' || first == '+' || first == '.') {
    if (not_finite(text)) return std::nullopt;
    const auto bare = without_sign(text);
    if (all_digits(bare) || text.starts_with("0x") || text.starts_with("0o"))
      if (auto number = resolve_integer(text)) return number;
    if (looks_like_float(text)) return resolve_float(text);
  } else if (auto truth = resolve_boolean(text)) {
    return truth;
  }
  return json::value(text);
}

namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word(std::string_view text, std::string_view word) noexcept {
  return text.size() == word.size() &&
         std::equal(text.begin(), text.end(), word.begin(), [](char a, char b) { return lower(a) == b; });
}

/// Words that some reader takes for null or a boolean.
bool reserved_word(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 9> words{"y",   "n",    "yes",   "no",  "on",
                                                         "off", "true", "false", "null"};
  return std::any_of(words.begin(), words.end(), [&](auto word) { return is_word(text, word); });
}

bool uuid_shaped(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !hex_digit(text[i])) return false;
  }
  return true;
}

/// Behind a digit every character of a number, date or time in YAML 1.1 or 1.2 may follow; anything else
/// makes it a string for certain.
bool possibly_number(std::string_view text) noexcept {
  if (uuid_shaped(text)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return hex_digit(c) || std::string_view("_.,:+- xXoObBtTzZ").find(c) != std::string_view::npos;
  });
}

/// Inside a plain scalar. Colons, hashes, quotes, brackets and backslashes are legal in places; quoted they
/// are legal everywhere.
bool plain_character(char c) noexcept {
  return letter(c) || digit(c) ||
         std::string_view(" _-./()+*&!?@$%^=;,~<>").find(c) != std::string_view::npos;
}

/// The code point at the front of valid UTF-8, and its length.
std::pair<char32_t, std::size_t> code_point(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) -> char32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) & 0x3FU : 0U;
  };
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xE0) return {(static_cast<char32_t>(lead & 0x1FU) << 6U) | byte(1), 2};
  if (lead < 0xF0) return {(static_cast<char32_t>(lead & 0x0FU) << 12U) | (byte(1) << 6U) | byte(2), 3};
  return {(static_cast<char32_t>(lead & 0x07U) << 18U) | (byte(1) << 12U) | (byte(2) << 6U) | byte(3), 4};
}

/// Not ASCII, visible, and no line break or mark to anybody.
bool printable_beyond_ascii(char32_t c) noexcept {
  if (c < 0xA0 || c == 0xAD) return false;
  if ((c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F))
    return false;
  return c != 0xFEFF && !(c >= 0xFFF9 && c <= 0xFFFB) && (c & 0xFFFEU) != 0xFFFE;
}

bool plain_start(std::string_view text) noexcept {
  const char first = text.front();
  if (digit(first)) return !possibly_number(text);
  return letter(first) || first == '_' || static_cast<unsigned char>(first) >= 0x80;
}

} // namespace

bool plain_safe(std::string_view text) noexcept {
  if (text.empty() || text.back() == ' ' || !plain_start(text) || reserved_word(text)) return false;
  for (std::size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      if (!plain_character(text[i])) return false;
      ++i;
      continue;
    }
    const auto [character, length] = code_point(text.substr(i));
    // Blanks beyond ASCII are invisible at the ends, and some readers trim them.
    if (!printable_beyond_ascii(character) || character == 0xA0 ||
        (character >= 0x2000 && character <= 0x200A) || character == 0x3000)
      return false;
    i += length;
  }
  return true;
}

namespace {

void append_escape(std::string& out, char32_t c) {
  switch (c) {
  case '"':
    out += "\\\"";
    return;
  case '\\':
    out += "\\\\";
    return;
  case '\n':
    out += "\\n";
    return;
  case '\t':
    out += "\\t";
    return;
  case '\r':
    out += "\\r";
    return;
  default:
    break;
  }
  const auto code = static_cast<std::uint32_t>(c);
  if (code < 0x100)
    fmt::format_to(std::back_inserter(out), "\\x{:02X}", code);
  else if (code < 0x10000)
    fmt::format_to(std::back_inserter(out), "\\u{:04X}", code);
  else
    fmt::format_to(std::back_inserter(out), "\\U{:08X}", code);
}

bool as_it_is(char32_t c) noexcept {
  if (c < 0x80) return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
  return printable_beyond_ascii(c);
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto [character, length] = code_point(text.substr(i));
    if (as_it_is(character))
      out += text.substr(i, length);
    else
      append_escape(out, character);
    i += length;
  }
  out += '"';
}

} // namespace

void append_yaml_string(std::string& out, std::string_view text) {
  if (plain_safe(text))
    out += text;
  else
    append_quoted(out, text);
}

void append_yaml_number(std::string& out, double number) {
  if (!std::isfinite(number)) number = 0;
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  if (digits == "-0") digits = "-0.0"; // an integer has no negative zero
  const auto exponent = digits.find('e');
  if (exponent == std::string_view::npos || digits.find('.') != std::string_view::npos) {
    out += digits;
    return;
  }
  out += digits.substr(0, exponent); // without a point YAML 1.1 takes it for a string
  out += ".0";
  out += digits.substr(exponent);
}

} // namespace troupe::storage
