#include "protocol/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace troupe {

namespace {

constexpr char32_t no_character = 0xffff'ffff;

struct lead {
  std::size_t bytes;
  char32_t bits, least;
};

constexpr lead read_lead(unsigned char c) noexcept {
  if (c < 0x80) return {1, c, 0};
  if (c >= 0xc2 && c < 0xe0) return {2, c & 0x1fu, 0x80};
  if (c >= 0xe0 && c < 0xf0) return {3, c & 0x0fu, 0x800};
  if (c >= 0xf0 && c < 0xf5) return {4, c & 0x07u, 0x10000};
  return {0, 0, 0};
}

/// Takes one character from the front. @returns no_character, and takes nothing, if there is none
char32_t take(std::string_view& text) noexcept {
  const auto [bytes, bits, least] = read_lead(static_cast<unsigned char>(text.front()));
  if (bytes == 0 || bytes > text.size()) return no_character;
  char32_t out = bits;
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c & 0xc0) != 0x80) return no_character;
    out = out << 6 | (c & 0x3fu);
  }
  if (out < least || out > 0x10ffff || (out >= 0xd800 && out < 0xe000)) return no_character;
  text.remove_prefix(bytes);
  return out;
}

/// White space of Unicode, and the characters that take no room.
constexpr bool is_space(char32_t c) noexcept {
  if (c <= 0x20 || (c >= 0x7f && c <= 0xa0)) return true;
  constexpr std::array<char32_t, 10> others{0xad,   0x1680, 0x180e, 0x2028, 0x2029,
                                            0x202f, 0x205f, 0x2060, 0x3000, 0xfeff};
  return (c >= 0x2000 && c <= 0x200f) || std::find(others.begin(), others.end(), c) != others.end();
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty())
    if (take(text) == no_character) return false;
  return true;
}

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_blank(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto c = take(text);
    if (c == no_character || !is_space(c)) return false;
  }
  return true;
}

bool has_control(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto c = take(text);
    if (c == no_character || c < 0x20 || (c >= 0x7f && c < 0xa0)) return true;
  }
  return false;
}

std::string_view excerpt(std::string_view text) noexcept {
  constexpr std::size_t most = 64;
  if (text.size() <= most) return text;
  auto end = most;
  while (end > most - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

} // namespace troupe
