#include "actors/console/screen_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace troupe::console {

namespace {

struct code_range {
  std::uint32_t first, last;
};

template <std::size_t N>
bool within(const std::array<code_range, N>& ranges, std::uint32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const code_range& each) { return code >= each.first && code <= each.last; });
}

/// Controls, what turns the direction of text, what can't be seen, and what isn't a character.
constexpr std::array<code_range, 12> harmful{{{0x00, 0x1f},
                                              {0x7f, 0x9f},
                                              {0xad, 0xad},
                                              {0x61c, 0x61c},
                                              {0x180e, 0x180e},
                                              {0x200b, 0x200f},
                                              {0x2028, 0x202e},
                                              {0x2060, 0x206f},
                                              {0xd800, 0xdfff},
                                              {0xfeff, 0xfeff},
                                              {0xfff9, 0xffff},
                                              {0xe0000, 0x10ffff}}};

/// Combining marks and variation selectors.
constexpr std::array<code_range, 10> zero_width{{{0x300, 0x36f},
                                                 {0x483, 0x489},
                                                 {0x591, 0x5bd},
                                                 {0x610, 0x61a},
                                                 {0x64b, 0x65f},
                                                 {0xe31, 0xe3a},
                                                 {0x1ab0, 0x1aff},
                                                 {0x1dc0, 0x1dff},
                                                 {0x20d0, 0x20ff},
                                                 {0xfe00, 0xfe0f}}};

/// East Asian wide and full-width characters, and emoji.
constexpr std::array<code_range, 11> two_wide{{{0x1100, 0x115f},
                                               {0x2e80, 0x303e},
                                               {0x3041, 0xa4cf},
                                               {0xa960, 0xa97f},
                                               {0xac00, 0xd7a3},
                                               {0xf900, 0xfaff},
                                               {0xfe30, 0xfe6f},
                                               {0xff00, 0xff60},
                                               {0xffe0, 0xffe6},
                                               {0x1f300, 0x1faff},
                                               {0x20000, 0x3fffd}}};

constexpr std::uint32_t no_character = 0xffff'ffff;

struct character {
  std::uint32_t code = no_character;
  std::size_t bytes = 1;
};

/// The first character; one byte without meaning if there is none, or if it isn't written in its shortest
/// form.
character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 && lead < 0xf8 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (size == 0 || lead >= 0xf8 || text.size() < size) return {};
  std::uint32_t code = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80U) return {};
    code = code << 6U | (next & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (code < least[size]) return {};
  return {code, size};
}

std::size_t width_of_code(std::uint32_t code) {
  if (code < 0x300) return 1;
  if (within(zero_width, code)) return 0;
  return within(two_wide, code) ? 2 : 1;
}

} // namespace

std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto next = first_of(text);
    if (next.code == no_character || within(harmful, next.code))
      out += '?';
    else
      out += text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto next = first_of(text);
    width += width_of_code(next.code);
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::string cut(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t bytes = 0, taken = 0;
  while (bytes < text.size()) {
    const auto next = first_of(text.substr(bytes));
    const auto wide = width_of_code(next.code);
    if (taken + wide > width - 1) break;
    taken += wide;
    bytes += next.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string fit(std::string_view text, std::size_t width) {
  auto out = cut(text, width);
  return out.append(width - std::min(width, width_of(out)), ' ');
}

} // namespace troupe::console
