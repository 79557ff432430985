// Built with -O3 in every configuration, once for each instruction set; see vector_code.hpp. A loop stands in
// a function of its own, because compilers only believe __restrict on the parameters of the function that
// holds it.
#include "engine/domain.hpp"
#include "engine/lanes.hpp"
#include "engine/vector_code.hpp"
#include "protocol/bundle.hpp"

namespace troupe::engine::TROUPE_INSTRUCTION_SET {

namespace {

#define TROUPE_LOOP [[gnu::noinline]] static

using plane = float* __restrict;
using source = const float* __restrict;
using masks = const std::uint8_t* __restrict;
using bytes = std::uint8_t* __restrict;

template <bool Dimmed, bool Extracted>
TROUPE_LOOP void colour_columns(plane red, plane green, plane blue, plane white, masks mask, source intensity,
                                source r, source g, source b, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    float x = clamp01(r[i]), y = clamp01(g[i]), z = clamp01(b[i]);
    if constexpr (Dimmed) {
      const float scale = (mask[i] & has_intensity) != 0 ? intensity[i] : 1.0f;
      x *= scale;
      y *= scale;
      z *= scale;
    }
    const float lower = x < y ? x : y;
    const float w = lower < z ? lower : z;
    if constexpr (Extracted) {
      x -= w;
      y -= w;
      z -= w;
    }
    red[i] = x;
    green[i] = y;
    blue[i] = z;
    white[i] = w;
  }
}

template <bool Dimmed, bool Extracted>
void colour(const colour_planes& out, const colour_sources& in, std::size_t n) {
  colour_columns<Dimmed, Extracted>(out.red, out.green, out.blue, out.white, in.mask, in.intensity, in.red,
                                    in.green, in.blue, n);
}

/// The intensity, or the brightest colour while only a colour is written.
TROUPE_LOOP void brightness_column(plane out, masks mask, source intensity, source r, source g, source b,
                                   std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float x = clamp01(r[i]), y = clamp01(g[i]), z = clamp01(b[i]);
    const float upper = x > y ? x : y;
    const float brightest = upper > z ? upper : z;
    out[i] = (mask[i] & has_intensity) != 0 ? intensity[i] : brightest;
  }
}

void brightness(float* out, const colour_sources& in, std::size_t n) {
  brightness_column(out, in.mask, in.intensity, in.red, in.green, in.blue, n);
}

TROUPE_LOOP void coarse(bytes out, masks mask, std::uint8_t bits, std::uint8_t unwritten, source values,
                        float scale, float offset, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto level = to_level8((values[i] + offset) * scale);
    out[i] = static_cast<std::uint8_t>((mask[i] & bits) != 0 ? level : unwritten);
  }
}

TROUPE_LOOP void inverse(bytes out, masks mask, std::uint8_t unwritten, source values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto level = to_level8(1.0f - values[i]);
    out[i] = static_cast<std::uint8_t>((mask[i] & has_color) != 0 ? level : unwritten);
  }
}

TROUPE_LOOP void fine(bytes high, bytes low, masks mask, std::uint8_t bits, std::uint8_t unwritten_high,
                      std::uint8_t unwritten_low, source values, float scale, float offset, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto level = to_level16((values[i] + offset) * scale);
    const bool written = (mask[i] & bits) != 0;
    high[i] = static_cast<std::uint8_t>(written ? level >> 8 : unwritten_high);
    low[i] = static_cast<std::uint8_t>(written ? level & 255u : unwritten_low);
  }
}

TROUPE_LOOP void shutter(bytes out, masks mask, std::uint8_t open, source intensity, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    out[i] = (mask[i] & has_intensity) != 0 && intensity[i] > 0.0f ? open : std::uint8_t{0};
}

TROUPE_LOOP void interleave3(bytes out, masks a, masks b, masks c, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[3 * i] = a[i];
    out[3 * i + 1] = b[i];
    out[3 * i + 2] = c[i];
  }
}
TROUPE_LOOP void interleave4(bytes out, masks a, masks b, masks c, masks d, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[4 * i] = a[i];
    out[4 * i + 1] = b[i];
    out[4 * i + 2] = c[i];
    out[4 * i + 3] = d[i];
  }
}
TROUPE_LOOP void strided(bytes out, masks values, std::size_t stride, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i * stride] = values[i];
}
TROUPE_LOOP void scattered(bytes out, const std::uint32_t* __restrict levels, masks values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[levels[i]] = values[i];
}

// -- cells of colour alone ----------------------------------------------------------------------------

TROUPE_LOOP bool uniform(masks mask, std::size_t n) {
  std::uint8_t differing = 0;
  for (std::size_t i = 0; i < n; ++i) differing = static_cast<std::uint8_t>(differing | (mask[i] ^ mask[0]));
  return differing == 0;
}

/// to_level8 of what lies within 0..1, as attributes do.
TROUPE_KERNEL word_vector unit_level(floats x) {
  return whole_part(x * 255.0f + 0.5f);
}

/// The bytes of a vector of cells, as little-endian numbers.
template <white_use White, bool Dimmed>
TROUPE_KERNEL word_vector pixel_words(const colour_sources& in, const colour_shifts& to, std::size_t i) {
  auto r = floats::load(in.red + i), g = floats::load(in.green + i), b = floats::load(in.blue + i);
  if constexpr (Dimmed) {
    const auto scale = floats::load(in.intensity + i);
    r = r * scale;
    g = g * scale;
    b = b * scale;
  }
  word_vector words{};
  if constexpr (White != white_use::absent) {
    const auto w = lesser(lesser(r, g), b);
    if constexpr (White == white_use::taken_out) {
      r = r - w;
      g = g - w;
      b = b - w;
    }
    words = unit_level(w) << to.white;
  }
  return words | unit_level(r) << to.red | unit_level(g) << to.green | unit_level(b) << to.blue;
}

/// The three low bytes of each.
TROUPE_LOOP void put_triples(bytes out, const std::uint32_t* __restrict words, std::size_t n) {
  std::size_t i = 0;
#if defined(__AVX2__)
  // Within each half of the vector twelve bytes of four words, then those side by side. What is written
  // beyond them is overwritten by the next ones.
  const __m256i bytes_of_half =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  const __m256i side_by_side = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
  for (; i + 11 <= n; i += 8) {
    const auto eight = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words + i));
    const auto halves = _mm256_shuffle_epi8(eight, bytes_of_half);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 3 * i),
                        _mm256_permutevar8x32_epi32(halves, side_by_side));
  }
#endif
  for (; i + 1 < n; ++i) std::memcpy(out + 3 * i, words + i, 4);
  for (; i < n; ++i) std::memcpy(out + 3 * i, words + i, 3);
}

template <white_use White, bool Dimmed>
void pixels(std::uint8_t* out, const colour_sources& in, const colour_shifts& to, std::size_t n) {
  alignas(64) std::uint32_t words[tile_places + lane_count]; // what lies behind the last cell doesn't matter
  std::size_t i = 0;
  for (; i + lane_count <= n; i += lane_count) {
    const auto made = pixel_words<White, Dimmed>(in, to, i);
    std::memcpy(words + i, &made, sizeof made);
  }
  if (i < n) {
    const auto some = [&](const float* from, float* room) {
      std::memcpy(room, from + i, (n - i) * sizeof(float));
      return room;
    };
    float red[lane_count]{}, green[lane_count]{}, blue[lane_count]{}, intensity[lane_count]{};
    const colour_sources rest{nullptr, Dimmed ? some(in.intensity, intensity) : nullptr, some(in.red, red),
                              some(in.green, green), some(in.blue, blue)};
    const auto made = pixel_words<White, Dimmed>(rest, to, 0);
    std::memcpy(words + i, &made, sizeof made);
  }
  if constexpr (White == white_use::absent)
    put_triples(out, words, n);
  else
    std::memcpy(out, words, 4 * n);
}

} // namespace

extern const render_loops rendering;
constinit const render_loops rendering{
    uniform,
    {{{pixels<white_use::absent, false>, pixels<white_use::absent, true>},
      {pixels<white_use::beside, false>, pixels<white_use::beside, true>},
      {pixels<white_use::taken_out, false>, pixels<white_use::taken_out, true>}}},
    {{{colour<false, false>, colour<false, true>}, {colour<true, false>, colour<true, true>}}},
    brightness,
    coarse,
    inverse,
    fine,
    shutter,
    interleave3,
    interleave4,
    strided,
    scattered};

} // namespace troupe::engine::TROUPE_INSTRUCTION_SET
