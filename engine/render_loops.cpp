// Built with -O3 in every configuration, once for each instruction set; see vector_code.hpp. A loop stands in
// a function of its own, because compilers only believe __restrict on the parameters of the function that
// holds it.
#include "engine/math.hpp"
#include "engine/vector_code.hpp"
#include "protocol/bundle.hpp"

namespace troupe::engine::TROUPE_INSTRUCTION_SET {

namespace {

#define TROUPE_LOOP [[gnu::noinline]] static void

using plane = float* __restrict;
using source = const float* __restrict;
using masks = const std::uint8_t* __restrict;
using bytes = std::uint8_t* __restrict;

template <bool Dimmed, bool Extracted>
TROUPE_LOOP colour_columns(plane red, plane green, plane blue, plane white, masks mask, source intensity,
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
TROUPE_LOOP brightness_column(plane out, masks mask, source intensity, source r, source g, source b,
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

TROUPE_LOOP coarse(bytes out, masks mask, std::uint8_t bits, std::uint8_t unwritten, source values,
                   float scale, float offset, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto level = to_level8((values[i] + offset) * scale);
    out[i] = static_cast<std::uint8_t>((mask[i] & bits) != 0 ? level : unwritten);
  }
}

TROUPE_LOOP inverse(bytes out, masks mask, std::uint8_t unwritten, source values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto level = to_level8(1.0f - values[i]);
    out[i] = static_cast<std::uint8_t>((mask[i] & has_color) != 0 ? level : unwritten);
  }
}

TROUPE_LOOP fine(bytes high, bytes low, masks mask, std::uint8_t bits, std::uint8_t unwritten_high,
                 std::uint8_t unwritten_low, source values, float scale, float offset, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto level = to_level16((values[i] + offset) * scale);
    const bool written = (mask[i] & bits) != 0;
    high[i] = static_cast<std::uint8_t>(written ? level >> 8 : unwritten_high);
    low[i] = static_cast<std::uint8_t>(written ? level & 255u : unwritten_low);
  }
}

TROUPE_LOOP shutter(bytes out, masks mask, std::uint8_t open, source intensity, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    out[i] = (mask[i] & has_intensity) != 0 && intensity[i] > 0.0f ? open : std::uint8_t{0};
}

TROUPE_LOOP interleave3(bytes out, masks a, masks b, masks c, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[3 * i] = a[i];
    out[3 * i + 1] = b[i];
    out[3 * i + 2] = c[i];
  }
}
TROUPE_LOOP interleave4(bytes out, masks a, masks b, masks c, masks d, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[4 * i] = a[i];
    out[4 * i + 1] = b[i];
    out[4 * i + 2] = c[i];
    out[4 * i + 3] = d[i];
  }
}
TROUPE_LOOP strided(bytes out, masks values, std::size_t stride, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i * stride] = values[i];
}
TROUPE_LOOP scattered(bytes out, const std::uint32_t* __restrict levels, masks values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[levels[i]] = values[i];
}

} // namespace

extern const render_loops rendering;
constinit const render_loops rendering{
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
