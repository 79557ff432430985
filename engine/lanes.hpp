#pragma once
// As many floats side by side as the instruction set of this file holds, with the operations that math.hpp is
// written in; all give the bits of the same operations one by one. Compilers also make vectors of plain
// loops, but tear chains of selections apart into many comparisons and blends.
//
// Only for the files that are compiled once for each instruction set (vector_code.hpp):
// TROUPE_INSTRUCTION_SET is part of each name, so that no two of them share a function.

#include "engine/math.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace troupe::engine::TROUPE_INSTRUCTION_SET {

#define TROUPE_LANES TROUPE_KERNEL friend

#if defined(__AVX512F__)
inline constexpr std::size_t lane_count = 16;
#elif defined(__AVX2__)
inline constexpr std::size_t lane_count = 8;
#else
inline constexpr std::size_t lane_count = 4;
#endif

/// Vectors of one type, as GCC and clang have them: arithmetic and comparisons by lane.
template <class T, std::size_t Count>
struct vector_of {
  using type [[gnu::vector_size(sizeof(T) * Count)]] = T;
};

// -- what differs from one instruction set to another -------------------------------------------------

using float_vector = vector_of<float, lane_count>::type;
using double_vector = vector_of<double, lane_count / 2>::type; ///< half as many
using word_vector = vector_of<std::uint32_t, lane_count>::type;

namespace native {

#if defined(__AVX512F__)
using mask = __mmask16;
using double_mask = __mmask8;
template <int Predicate>
TROUPE_KERNEL mask compare(float_vector a, float_vector b) noexcept {
  return _mm512_cmp_ps_mask(a, b, Predicate);
}
template <int Predicate>
TROUPE_KERNEL double_mask compare(double_vector a, double_vector b) noexcept {
  return _mm512_cmp_pd_mask(a, b, Predicate);
}
TROUPE_KERNEL float_vector select(mask which, float_vector a, float_vector b) noexcept {
  return _mm512_mask_blend_ps(which, b, a);
}
TROUPE_KERNEL double_vector select(double_mask which, double_vector a, double_vector b) noexcept {
  return _mm512_mask_blend_pd(which, b, a);
}
TROUPE_KERNEL mask both(mask a, mask b) noexcept {
  return static_cast<mask>(a & b);
}
TROUPE_KERNEL float_vector lesser(float_vector a, float_vector b) noexcept {
  return _mm512_min_ps(a, b);
}
TROUPE_KERNEL float_vector greater(float_vector a, float_vector b) noexcept {
  return _mm512_max_ps(a, b);
}
TROUPE_KERNEL word_vector lesser(word_vector a, word_vector b) noexcept {
  return (word_vector)_mm512_min_epu32((__m512i)a, (__m512i)b);
}
TROUPE_KERNEL float_vector down(float_vector x) noexcept {
  return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
TROUPE_KERNEL double_vector down(double_vector x) noexcept {
  return _mm512_roundscale_pd(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
TROUPE_KERNEL double_vector widened(const float* half) noexcept {
  return _mm512_cvtps_pd(_mm256_loadu_ps(half));
}
TROUPE_KERNEL float_vector narrowed(double_vector low, double_vector high) noexcept {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1);
}
TROUPE_KERNEL word_vector truncated(float_vector x) noexcept {
  return (word_vector)_mm512_cvttps_epi32(x);
}
inline constexpr int equal = _CMP_EQ_OQ, unequal = _CMP_NEQ_UQ, less = _CMP_LT_OQ, up_to = _CMP_LE_OQ;
#else
using mask = vector_of<std::int32_t, lane_count>::type;
using double_mask = vector_of<std::int64_t, lane_count / 2>::type;
enum predicate { equal, unequal, less, up_to };
template <predicate P, class Vector>
TROUPE_KERNEL auto compare(Vector a, Vector b) noexcept {
  if constexpr (P == equal) return a == b;
  if constexpr (P == unequal) return a != b;
  if constexpr (P == less) return a < b;
  if constexpr (P == up_to) return a <= b;
}
TROUPE_KERNEL float_vector select(mask which, float_vector a, float_vector b) noexcept {
  return which ? a : b;
}
TROUPE_KERNEL double_vector select(double_mask which, double_vector a, double_vector b) noexcept {
  return which ? a : b;
}
TROUPE_KERNEL mask both(mask a, mask b) noexcept {
  return a & b;
}
#if defined(__AVX2__)
TROUPE_KERNEL float_vector lesser(float_vector a, float_vector b) noexcept {
  return _mm256_min_ps(a, b);
}
TROUPE_KERNEL float_vector greater(float_vector a, float_vector b) noexcept {
  return _mm256_max_ps(a, b);
}
TROUPE_KERNEL word_vector lesser(word_vector a, word_vector b) noexcept {
  return (word_vector)_mm256_min_epu32((__m256i)a, (__m256i)b);
}
TROUPE_KERNEL float_vector down(float_vector x) noexcept {
  return _mm256_floor_ps(x);
}
TROUPE_KERNEL double_vector down(double_vector x) noexcept {
  return _mm256_floor_pd(x);
}
TROUPE_KERNEL double_vector widened(const float* half) noexcept {
  return _mm256_cvtps_pd(_mm_loadu_ps(half));
}
TROUPE_KERNEL float_vector narrowed(double_vector low, double_vector high) noexcept {
  return _mm256_set_m128(_mm256_cvtpd_ps(high), _mm256_cvtpd_ps(low));
}
TROUPE_KERNEL word_vector truncated(float_vector x) noexcept {
  return (word_vector)_mm256_cvttps_epi32(x);
}
#else
#if defined(__SSE2__)
TROUPE_KERNEL float_vector lesser(float_vector a, float_vector b) noexcept {
  return _mm_min_ps(a, b);
}
TROUPE_KERNEL float_vector greater(float_vector a, float_vector b) noexcept {
  return _mm_max_ps(a, b);
}
TROUPE_KERNEL double_vector widened(const float* half) noexcept {
  return _mm_cvtps_pd(_mm_castpd_ps(_mm_load_sd(reinterpret_cast<const double*>(half))));
}
TROUPE_KERNEL float_vector narrowed(double_vector low, double_vector high) noexcept {
  return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
}
TROUPE_KERNEL word_vector truncated(float_vector x) noexcept {
  return (word_vector)_mm_cvttps_epi32(x);
}
#else
TROUPE_KERNEL float_vector lesser(float_vector a, float_vector b) noexcept {
  return select(a < b, a, b);
}
TROUPE_KERNEL float_vector greater(float_vector a, float_vector b) noexcept {
  return select(a > b, a, b);
}
TROUPE_KERNEL double_vector widened(const float* half) noexcept {
  return double_vector{static_cast<double>(half[0]), static_cast<double>(half[1])};
}
TROUPE_KERNEL float_vector narrowed(double_vector low, double_vector high) noexcept {
  return float_vector{static_cast<float>(low[0]), static_cast<float>(low[1]), static_cast<float>(high[0]),
                      static_cast<float>(high[1])};
}
TROUPE_KERNEL word_vector truncated(float_vector x) noexcept {
  return (word_vector) __builtin_convertvector(x, mask);
}
#endif
TROUPE_KERNEL word_vector lesser(word_vector a, word_vector b) noexcept {
  const auto smaller = (word_vector)(a < b);
  return (a & smaller) | (b & ~smaller);
}
#endif
#endif

} // namespace native

// -- floats -------------------------------------------------------------------------------------------

struct lane_mask {
  native::mask m;
  TROUPE_LANES lane_mask operator&(lane_mask a, lane_mask b) noexcept { return {native::both(a.m, b.m)}; }
};

struct floats {
  float_vector v;

  floats() = default;
  TROUPE_KERNEL floats(float x) noexcept : v(x - float_vector{}) {}
  TROUPE_KERNEL explicit floats(float_vector x) noexcept : v(x) {}
  TROUPE_KERNEL static floats load(const float* p) noexcept {
    floats out;
    std::memcpy(&out.v, p, sizeof out.v);
    return out;
  }
  TROUPE_KERNEL void store(float* p) const noexcept { std::memcpy(p, &v, sizeof v); }

  TROUPE_LANES floats operator+(floats a, floats b) noexcept { return floats{a.v + b.v}; }
  TROUPE_LANES floats operator-(floats a, floats b) noexcept { return floats{a.v - b.v}; }
  TROUPE_LANES floats operator*(floats a, floats b) noexcept { return floats{a.v * b.v}; }
  TROUPE_LANES floats operator/(floats a, floats b) noexcept { return floats{a.v / b.v}; }

  TROUPE_LANES lane_mask operator==(floats a, floats b) noexcept {
    return {native::compare<native::equal>(a.v, b.v)};
  }
  TROUPE_LANES lane_mask operator!=(floats a, floats b) noexcept {
    return {native::compare<native::unequal>(a.v, b.v)};
  }
  TROUPE_LANES lane_mask operator<(floats a, floats b) noexcept {
    return {native::compare<native::less>(a.v, b.v)};
  }
  TROUPE_LANES lane_mask operator>(floats a, floats b) noexcept { return b < a; }
  TROUPE_LANES lane_mask operator<=(floats a, floats b) noexcept {
    return {native::compare<native::up_to>(a.v, b.v)};
  }
  TROUPE_LANES lane_mask operator>=(floats a, floats b) noexcept { return b <= a; }

  TROUPE_LANES floats select(lane_mask which, floats a, floats b) noexcept {
    return floats{native::select(which.m, a.v, b.v)};
  }
  TROUPE_LANES floats lesser(floats a, floats b) noexcept { return floats{native::lesser(a.v, b.v)}; }
  TROUPE_LANES floats greater(floats a, floats b) noexcept { return floats{native::greater(a.v, b.v)}; }
  TROUPE_LANES floats absolute(floats x) noexcept {
    return floats{(float_vector)((word_vector)x.v & 0x7fffffffu)};
  }
  /// The one whose bits are the smaller number: a negative one is the greater.
  TROUPE_LANES floats lesser_bits(floats a, floats b) noexcept {
    return floats{(float_vector)native::lesser((word_vector)a.v, (word_vector)b.v)};
  }
#if defined(__SSE4_1__)
  TROUPE_LANES floats down(floats x) noexcept {
    return floats{native::down(x.v)};
  }
#else
  TROUPE_LANES floats down(floats x) noexcept {
    return floor_by_rounding(x, 0x1p+23f);
  }
#endif
};

/// What is between 0 and 255, cut off.
TROUPE_KERNEL word_vector whole_part(floats x) noexcept {
  return native::truncated(x.v);
}

// -- doubles ------------------------------------------------------------------------------------------

/// As many as `floats` has.
struct doubles {
  double_vector low, high;

  struct mask {
    native::double_mask low, high;
  };

  doubles() = default;
  TROUPE_KERNEL doubles(double x) noexcept : low(x - double_vector{}), high(low) {}
  TROUPE_KERNEL doubles(double_vector l, double_vector h) noexcept : low(l), high(h) {}
  TROUPE_KERNEL static doubles load(const double* p) noexcept {
    doubles out;
    std::memcpy(&out.low, p, sizeof out.low);
    std::memcpy(&out.high, p + lane_count / 2, sizeof out.high);
    return out;
  }
  TROUPE_KERNEL static doubles widen(const float* p) noexcept {
    return {native::widened(p), native::widened(p + lane_count / 2)};
  }
  TROUPE_KERNEL void store(double* p) const noexcept {
    std::memcpy(p, &low, sizeof low);
    std::memcpy(p + lane_count / 2, &high, sizeof high);
  }
  TROUPE_KERNEL floats narrow() const noexcept { return floats{native::narrowed(low, high)}; }

  TROUPE_LANES doubles operator+(doubles a, doubles b) noexcept { return {a.low + b.low, a.high + b.high}; }
  TROUPE_LANES doubles operator-(doubles a, doubles b) noexcept { return {a.low - b.low, a.high - b.high}; }
  TROUPE_LANES doubles operator*(doubles a, doubles b) noexcept { return {a.low * b.low, a.high * b.high}; }
  TROUPE_LANES mask operator!=(doubles a, doubles b) noexcept {
    return {native::compare<native::unequal>(a.low, b.low), native::compare<native::unequal>(a.high, b.high)};
  }
  TROUPE_LANES mask operator<(doubles a, doubles b) noexcept {
    return {native::compare<native::less>(a.low, b.low), native::compare<native::less>(a.high, b.high)};
  }
  TROUPE_LANES mask operator>(doubles a, doubles b) noexcept { return b < a; }

  TROUPE_LANES doubles select(mask which, doubles a, doubles b) noexcept {
    return {native::select(which.low, a.low, b.low), native::select(which.high, a.high, b.high)};
  }
  TROUPE_LANES doubles absolute(doubles x) noexcept {
    using bits = vector_of<std::uint64_t, lane_count / 2>::type;
    constexpr std::uint64_t size = 0x7fffffffffffffffu;
    return {(double_vector)((bits)x.low & size), (double_vector)((bits)x.high & size)};
  }
#if defined(__SSE4_1__)
  TROUPE_LANES doubles down(doubles x) noexcept {
    return {native::down(x.low), native::down(x.high)};
  }
#else
  TROUPE_LANES doubles down(doubles x) noexcept {
    return floor_by_rounding(x, 0x1p+52);
  }
#endif
};

} // namespace troupe::engine::TROUPE_INSTRUCTION_SET
