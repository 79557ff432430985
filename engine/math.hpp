#pragma once
// Scalar functions whose results are the same bits on every machine, with every compiler and instruction
// set: additions, multiplications, divisions, comparisons and bit operations in a fixed order, no function of
// libm. They need -ffp-contract=off, rounding to nearest and denormals (engine/float_environment.hpp).
// All are written so that loops over them vectorise: no branches, no calls.

#include <bit>
#include <cstdint>

namespace troupe::engine {

#if defined(__GNUC__)
#define TROUPE_KERNEL [[gnu::always_inline]] inline
#else
#define TROUPE_KERNEL inline
#endif

// What is a template is for one number or for several side by side (lanes.hpp): `F` is float, double, or such
// lanes, and the operations are the same, in the same order.

// -- what lanes have, too -----------------------------------------------------------------------------

template <class F>
TROUPE_KERNEL F select(bool which, F a, F b) noexcept {
  return which ? a : b;
}
TROUPE_KERNEL float lesser(float a, float b) noexcept {
  return a < b ? a : b;
}
TROUPE_KERNEL float greater(float a, float b) noexcept {
  return a > b ? a : b;
}
TROUPE_KERNEL float absolute(float x) noexcept {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0x7fffffffu);
}
TROUPE_KERNEL double absolute(double x) noexcept {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & 0x7fffffffffffffffu);
}
/// As numbers without a sign: a negative one is the greater.
TROUPE_KERNEL float lesser_bits(float a, float b) noexcept {
  return std::bit_cast<std::uint32_t>(a) < std::bit_cast<std::uint32_t>(b) ? a : b;
}

/// The largest integer up to x; never -0. Below `magic`, 2^23 or 2^52, adding it rounds to an integer, and
/// one step up or down corrects that; from there on every number is an integer.
template <class F, class T>
TROUPE_KERNEL F floor_by_rounding(F x, T magic) noexcept {
  const F size = absolute(x);
  const F rounded = (size + F(magic)) - F(magic);
  const F below = select(rounded > size, rounded - F(T(1)), rounded); // floor of the size
  const F above = select(below < size, below + F(T(1)), below);       // ceiling of the size
  const F small = select(x < F(T(0)), F(T(0)) - above, below);
  return select(size < F(magic), small, x);
}

/// The largest integer up to x. Of -0 it may be -0 or 0.
#if defined(__SSE4_1__)
TROUPE_KERNEL float down(float x) noexcept {
  return __builtin_floorf(x);
}
TROUPE_KERNEL double down(double x) noexcept {
  return __builtin_floor(x);
}
#else
TROUPE_KERNEL float down(float x) noexcept {
  return floor_by_rounding(x, 0x1p+23f);
}
TROUPE_KERNEL double down(double x) noexcept {
  return floor_by_rounding(x, 0x1p+52);
}
#endif

// -- float32 ------------------------------------------------------------------------------------------

/// NaN and infinities become 0: what a node's output is put through.
template <class F>
TROUPE_KERNEL F finite_or_zero(F x) noexcept {
  return select(absolute(x) <= F(0x1.fffffep+127f), x, F(0.0f));
}

/// NaN and values up to `low` give `low`.
template <class F>
TROUPE_KERNEL F clamp(F x, float low, float high) noexcept {
  return lesser(greater(x, F(low)), F(high));
}

template <class F>
TROUPE_KERNEL F clamp01(F x) noexcept {
  return clamp(x, 0.0f, 1.0f);
}

/// The largest integer up to x; never -0.
TROUPE_KERNEL float floor32(float x) noexcept {
  return down(x) + 0.0f;
}

/// In [0, 1), also where subtracting would round up to 1.
TROUPE_KERNEL float frac(float x) noexcept {
  const float part = x - floor32(x);
  return part < 1.0f ? part : 0.0f;
}

/// As frac, of what isn't -0: a sum of which one part is positive or +0.
template <class F>
TROUPE_KERNEL F frac_of_sum(F x) noexcept {
  const F part = x - down(x);
  return select(part < F(1), part, F(0));
}

/// As frac, of what is from 0 to less than 2: with 1 taken off what was less has its sign set.
template <class F>
TROUPE_KERNEL F frac_below_2(F x) noexcept {
  return lesser_bits(x, x - F(1.0f));
}

/// Of t, how far x is from the next half turn where the sine is 0.
template <class F>
TROUPE_KERNEL F sine_of_triangle(F t) noexcept {
  const F u = t * t;
  return t * (0x1.921fb4p+2f +
              u * (-0x1.4abbb6p+5f + u * (0x1.46674p+6f + u * (-0x1.3232fap+6f + u * 0x1.3c4b2cp+5f))));
}

/// sin(2πx), error below 3.7e-7, never outside -1..1: a triangle wave, then an odd polynomial.
TROUPE_KERNEL float sin_turns(float x) noexcept {
  return sine_of_triangle(0.25f - absolute(frac(x + 0.25f) - 0.5f));
}

/// The same of x from 0 to 1: of the distances from half and one and a half turns the one that counts is the
/// smaller, and exact.
template <class F>
TROUPE_KERNEL F sin_within_a_turn(F x) noexcept {
  const F moved = x + 0.25f;
  return sine_of_triangle(F(0.25f) - lesser(absolute(moved - 0.5f), absolute(moved - 1.5f)));
}

/// Of the hue a channel has when `part`, in 0..1, is where it stands between its minima.
template <class F>
TROUPE_KERNEL F hue_at(F part) noexcept {
  const F k = part * 6.0f;
  return clamp01(lesser(k, F(4.0f) - k));
}

/// How much of the saturation a channel loses at hue h (turns); offset 5/6, 1/2, 1/6 for red, green, blue.
/// The channel is value - (value · saturation) · this.
template <class F>
TROUPE_KERNEL F hue(F h, float offset) noexcept {
  return hue_at(frac_of_sum(h + offset));
}
/// The same of h from 0 to 1.
template <class F>
TROUPE_KERNEL F hue_within_a_turn(F h, float offset) noexcept {
  return hue_at(frac_below_2(h + offset));
}
inline constexpr float hue_red = 5.0f / 6.0f;
inline constexpr float hue_green = 0.5f;
inline constexpr float hue_blue = 1.0f / 6.0f;

/// 0..255 and 0..65535: floor(x·k + 0.5) of the clamped value.
TROUPE_KERNEL std::uint32_t to_level8(float x) noexcept {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(clamp01(x) * 255.0f + 0.5f));
}
TROUPE_KERNEL std::uint32_t to_level16(float x) noexcept {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(clamp01(x) * 65535.0f + 0.5f));
}

// -- hashing ------------------------------------------------------------------------------------------

TROUPE_KERNEL std::uint32_t mix32(std::uint32_t x) noexcept {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ x >> 16;
}

/// The 24 high bits as a fraction in [0, 1).
TROUPE_KERNEL float unit(std::uint32_t hash) noexcept {
  return static_cast<float>(static_cast<std::int32_t>(hash >> 8)) * 0x1p-24f;
}

// -- float64: time and phases -------------------------------------------------------------------------

/// As floor32.
TROUPE_KERNEL double floor64(double x) noexcept {
  return down(x) + 0.0;
}

TROUPE_KERNEL double frac(double x) noexcept {
  const double part = x - floor64(x);
  return part < 1.0 ? part : 0.0;
}

/// In [0, n) for n > 0.
TROUPE_KERNEL double modulo(double x, double n) noexcept {
  const double part = x - n * floor64(x / n);
  return part >= 0.0 && part < n ? part : 0.0;
}

/// An integral double modulo 2³².
TROUPE_KERNEL std::uint32_t wrap32(double integer) noexcept {
  const double in_range = integer - 0x1p+32 * floor64(integer * 0x1p-32);
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(in_range - 0x1p+31)) ^ 0x80000000u;
}

/// Nanoseconds as seconds.
inline double seconds(std::int64_t nanoseconds) noexcept {
  return static_cast<double>(nanoseconds) / 1e9;
}

/// base^exponent for base 0..1 and exponent ≥ 0, error a few 1e-16: 2^(exponent · log2 base).
inline double power01(double base, double exponent) noexcept {
  if (exponent <= 0.0 || base >= 1.0) return 1.0;
  if (!(base >= 0x1p-1022)) return 0.0;
  // base = m · 2^e with m in [√½, √2)
  const auto bits = std::bit_cast<std::uint64_t>(base);
  auto e = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
  if (m > 0x1.6a09e667f3bcdp+0) {
    m = m * 0.5;
    e = e + 1.0;
  }
  // ln m = 2 artanh z
  const double z = (m - 1.0) / (m + 1.0);
  const double zz = z * z;
  double series = 1.0 / 23.0;
  for (double odd = 21.0; odd >= 1.0; odd -= 2.0) series = series * zz + 1.0 / odd;
  const double log2_base = e + (z * series) * 0x1.71547652b82fep+1; // 2 / ln 2
  const double y = exponent * log2_base;
  if (y < -1020.0) return 0.0;
  const double n = floor64(y + 0.5);
  const double g = (y - n) * 0x1.62e42fefa39efp-1; // ln 2
  double sum = 1.0;
  for (double k = 14.0; k >= 1.0; k -= 1.0) sum = 1.0 + sum * (g / k);
  return sum * std::bit_cast<double>(static_cast<std::uint64_t>(static_cast<std::int64_t>(n) + 1023) << 52);
}

} // namespace troupe::engine
