#pragma once
// Numbers in units of 1e-5 as text, by tables instead of divisions: what a frame spends its time on.

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace troupe::fixed_text {

/// No number takes more: "-20000.00001". What `write` touches may be this much, however short the number.
inline constexpr std::size_t max_size = 12;

struct tables {
  /// "0." and two digits.
  std::array<std::array<char, 4>, 100> head;
  /// How long that is when three zeros follow.
  std::array<std::uint8_t, 100> head_size;
  /// Three digits, and how many of them are left when trailing zeros are cut.
  std::array<std::array<char, 4>, 1000> tail;
};

constexpr tables make_tables() {
  const auto digit = [](unsigned n) { return static_cast<char>('0' + n % 10); };
  tables made{};
  for (unsigned n = 0; n < 100; ++n) {
    made.head[n] = {'0', '.', digit(n / 10), digit(n)};
    made.head_size[n] = n == 0 ? 1 : n % 10 == 0 ? 3 : 4;
  }
  for (unsigned n = 0; n < 1000; ++n) {
    const char kept = n == 0 ? 0 : n % 100 == 0 ? 1 : n % 10 == 0 ? 2 : 3;
    made.tail[n] = {digit(n / 100), digit(n / 10), digit(n), kept};
  }
  return made;
}

inline constexpr tables digits = make_tables();

/// Writes the number and returns the end of it. @param number at most ±2'000'000'000
inline char* write(char* out, std::int32_t number) noexcept {
  *out = '-';
  const std::int32_t sign = number >> 31; // -1 or 0
  out -= sign;
  auto rest = static_cast<std::uint32_t>((number ^ sign) - sign);
  if (rest >= 100'000) {
    const auto whole = rest / 100'000;
    rest %= 100'000;
    char* const last = out = std::to_chars(out, out + 5, whole).ptr - 1;
    const char units = *last; // where the "0" of "0.12345" goes
    const auto high = rest / 1000, low = rest % 1000;
    std::memcpy(out, digits.head[high].data(), 4);
    std::memcpy(out + 4, digits.tail[low].data(), 3);
    *last = units;
    return out + (low != 0 ? 4 + digits.tail[low][3] : digits.head_size[high]);
  }
  const auto high = rest / 1000, low = rest % 1000;
  std::memcpy(out, digits.head[high].data(), 4);
  std::memcpy(out + 4, digits.tail[low].data(), 4);
  return out + (low != 0 ? 4 + digits.tail[low][3] : digits.head_size[high]);
}

} // namespace troupe::fixed_text
