#include "protocol/json_text.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace troupe {

namespace {

namespace json = boost::json;

/// 0: stands for itself; 'u': needs \u00XX; else the letter behind the backslash.
constexpr auto escapes = [] {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

template <class Integer>
void append_integer(std::string& out, Integer number) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

void append_array(std::string& out, const json::array& value) {
  out += '[';
  bool first = true;
  for (const auto& one : value) {
    if (!first) out += ',';
    first = false;
    append_json(out, one);
  }
  out += ']';
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0; // where the run of characters that stand for themselves begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const char escape = escapes[c];
    if (!escape) continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    out += '\\';
    out += escape;
    if (escape == 'u') {
      out += "00";
      out += hex[c >> 4];
      out += hex[c & 15];
    }
  }
  out.append(text, plain);
  out += '"';
}

void append_json_number(std::string& out, double number) {
  const double size = std::fabs(number);
  if (!std::isfinite(number) || size == 0) {
    out += '0'; // also for -0, which would not read back as the same text
    return;
  }
  const auto format = size >= 1e-6 && size < 1e21 ? std::chars_format::fixed : std::chars_format::scientific;
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, format).ptr;
  out.append(text.data(), end);
}

void append_json(std::string& out, const json::object& value) {
  out += '{';
  bool first = true;
  for (const auto& [key, member] : value) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, key);
    out += ':';
    append_json(out, member);
  }
  out += '}';
}

void append_json(std::string& out, const json::value& value) {
  switch (value.kind()) {
  case json::kind::null:
    out += "null";
    return;
  case json::kind::bool_:
    out += value.get_bool() ? "true" : "false";
    return;
  case json::kind::int64:
    append_integer(out, value.get_int64());
    return;
  case json::kind::uint64:
    append_integer(out, value.get_uint64());
    return;
  case json::kind::double_:
    append_json_number(out, value.get_double());
    return;
  case json::kind::string:
    append_json_string(out, value.get_string());
    return;
  case json::kind::array:
    append_array(out, value.get_array());
    return;
  case json::kind::object:
    append_json(out, value.get_object());
    return;
  }
}

std::string to_json(const json::value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

double shortest_decimal(float number) noexcept {
  if (!std::isfinite(number)) return 0;
  std::array<char, 64> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::scientific).ptr;
  double out = 0;
  std::from_chars(text.data(), end, out);
  return out;
}

} // namespace troupe
