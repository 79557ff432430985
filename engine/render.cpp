// Built with -O3 in every configuration; see kernels.cpp for the shape of the loops.
#include "engine/render.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::engine {

namespace {

#define TROUPE_LOOP [[gnu::noinline]] static void

using plane = float* __restrict;
using source = const float* __restrict;
using masks = const std::uint8_t* __restrict;
using bytes = std::uint8_t* __restrict;

constexpr std::size_t block = 256;

constexpr std::size_t at(column c) {
  return static_cast<std::size_t>(c);
}

TROUPE_LOOP join_masks(bytes out, masks written, masks held, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(written[i] | held[i]);
}

constexpr std::array<std::uint8_t, column_count> column_bits{has_intensity, has_color, has_color, has_color,
                                                             has_pan,       has_tilt,  has_zoom};

// -- one block of fixtures of one recipe ---------------------------------------------------------------

/// What a block is made of: columns of up to `block` elements.
struct block_input {
  const std::uint8_t* mask = nullptr;
  std::array<const float*, column_count> values{};
  std::size_t count = 0;
};

struct scratch {
  alignas(64) float red[block], green[block], blue[block], white[block], level[block];
  alignas(64) std::uint8_t planes[driven_count][block];
  alignas(64) std::uint8_t mask[block];
  alignas(64) float gathered[column_count][block];
};

template <bool Dimmed, bool Extracted>
TROUPE_LOOP colour_loop(plane red, plane green, plane blue, plane white, masks mask, source intensity,
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

/// The intensity, or the brightest colour while only a colour is written.
TROUPE_LOOP brightness_loop(plane out, masks mask, source intensity, source r, source g, source b,
                            std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float x = clamp01(r[i]), y = clamp01(g[i]), z = clamp01(b[i]);
    const float upper = x > y ? x : y;
    const float brightest = upper > z ? upper : z;
    out[i] = (mask[i] & has_intensity) != 0 ? intensity[i] : brightest;
  }
}

TROUPE_LOOP coarse_loop(bytes out, masks mask, std::uint8_t bits, std::uint8_t unwritten, source values,
                        float scale, float offset, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto level = to_level8((values[i] + offset) * scale);
    out[i] = static_cast<std::uint8_t>((mask[i] & bits) != 0 ? level : unwritten);
  }
}

TROUPE_LOOP inverse_loop(bytes out, masks mask, std::uint8_t unwritten, source values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto level = to_level8(1.0f - values[i]);
    out[i] = static_cast<std::uint8_t>((mask[i] & has_color) != 0 ? level : unwritten);
  }
}

TROUPE_LOOP fine_loop(bytes high, bytes low, masks mask, std::uint8_t bits, std::uint8_t unwritten_high,
                      std::uint8_t unwritten_low, source values, float scale, float offset, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto level = to_level16((values[i] + offset) * scale);
    const bool written = (mask[i] & bits) != 0;
    high[i] = static_cast<std::uint8_t>(written ? level >> 8 : unwritten_high);
    low[i] = static_cast<std::uint8_t>(written ? level & 255u : unwritten_low);
  }
}

TROUPE_LOOP shutter_loop(bytes out, masks mask, std::uint8_t open, source intensity, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    out[i] = (mask[i] & has_intensity) != 0 && intensity[i] > 0.0f ? open : std::uint8_t{0};
}

/// Fills the plane of every channel that the recipe drives.
class block_renderer {
 public:
  block_renderer(const recipe& r, const block_input& in, scratch& s) : r_(r), in_(in), s_(s) {}

  void run() {
    if (r_.has_colour) colours();
    if (r_.has_dimmer) dimmer();
    pair(driven::pan, driven::pan_fine, r_.pan16, has_pan, in_.values[at(column::pan)], 0.5f, 1.0f);
    pair(driven::tilt, driven::tilt_fine, r_.tilt16, has_tilt, in_.values[at(column::tilt)], 0.5f, 1.0f);
    pair(driven::zoom, driven::zoom_fine, r_.zoom16, has_zoom, in_.values[at(column::zoom)], 1.0f, 0.0f);
    if (drives(driven::shutter))
      shutter_loop(plane_of(driven::shutter), in_.mask, r_.open_shutter, in_.values[at(column::intensity)],
                   in_.count);
  }

 private:
  bool drives(driven channel) const { return r_.offset(channel) >= 0; }
  std::uint8_t* plane_of(driven channel) { return s_.planes[static_cast<std::size_t>(channel)]; }

  void colours() {
    const auto loop = r_.has_dimmer
                          ? (r_.extract_white ? colour_loop<false, true> : colour_loop<false, false>)
                          : (r_.extract_white ? colour_loop<true, true> : colour_loop<true, false>);
    loop(s_.red, s_.green, s_.blue, s_.white, in_.mask, in_.values[at(column::intensity)],
         in_.values[at(column::red)], in_.values[at(column::green)], in_.values[at(column::blue)], in_.count);
    direct(driven::red, s_.red);
    direct(driven::green, s_.green);
    direct(driven::blue, s_.blue);
    direct(driven::white, s_.white);
    inverse(driven::cyan, s_.red);
    inverse(driven::magenta, s_.green);
    inverse(driven::yellow, s_.blue);
  }

  void direct(driven channel, const float* values) {
    if (drives(channel))
      coarse_loop(plane_of(channel), in_.mask, has_color, r_.level(channel), values, 1.0f, 0.0f, in_.count);
  }
  void inverse(driven channel, const float* values) {
    if (drives(channel)) inverse_loop(plane_of(channel), in_.mask, r_.level(channel), values, in_.count);
  }

  void dimmer() {
    const auto* intensity = in_.values[at(column::intensity)];
    if (r_.has_colour)
      return pair(driven::dimmer, driven::dimmer_fine, r_.dimmer16, has_intensity, intensity, 1, 0);
    brightness_loop(s_.level, in_.mask, intensity, in_.values[at(column::red)], in_.values[at(column::green)],
                    in_.values[at(column::blue)], in_.count);
    pair(driven::dimmer, driven::dimmer_fine, r_.dimmer16, has_intensity | has_color, s_.level, 1, 0);
  }

  void pair(driven coarse, driven fine, bool sixteen_bit, int bits, const float* values, float scale,
            float offset) {
    if (!drives(coarse) && !drives(fine)) return;
    const auto mask = static_cast<std::uint8_t>(bits);
    if (sixteen_bit)
      fine_loop(plane_of(coarse), plane_of(fine), in_.mask, mask, r_.level(coarse), r_.level(fine), values,
                scale, offset, in_.count);
    else
      coarse_loop(plane_of(coarse), in_.mask, mask, r_.level(coarse), values, scale, offset, in_.count);
  }

  const recipe& r_;
  const block_input& in_;
  scratch& s_;
};

// -- planes -> levels ----------------------------------------------------------------------------------

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

/// The planes by offset if they cover the stride without a gap, as with rgb and rgbw at their narrowest.
bool covers(const recipe& r, std::uint32_t stride, const scratch& s,
            std::array<const std::uint8_t*, 4>& planes) {
  if (stride != 3 && stride != 4) return false;
  planes.fill(nullptr);
  for (std::size_t c = 0; c < driven_count; ++c) {
    if (r.offsets[c] < 0) continue;
    if (r.offsets[c] >= static_cast<std::int16_t>(stride)) return false;
    planes[static_cast<std::size_t>(r.offsets[c])] = s.planes[c];
  }
  return std::all_of(planes.begin(), planes.begin() + stride, [](const auto* p) { return p != nullptr; });
}

/// Elements `first`.. of a run's level_run, `n` of them, from the block that begins at `done`.
void put_level_run(const recipe& r, const level_run& to, std::size_t first, std::size_t n, std::size_t done,
                   const scratch& s, std::uint8_t* levels) {
  auto* const out = levels + to.level + (first - to.element) * to.stride;
  const auto begin = first - done;
  std::array<const std::uint8_t*, 4> p;
  if (covers(r, to.stride, s, p)) {
    for (std::size_t i = 0; i < to.stride; ++i) p[i] += begin;
    return to.stride == 3 ? interleave3(out, p[0], p[1], p[2], n)
                          : interleave4(out, p[0], p[1], p[2], p[3], n);
  }
  for (std::size_t c = 0; c < driven_count; ++c)
    if (r.offsets[c] >= 0) strided(out + r.offsets[c], s.planes[c] + begin, to.stride, n);
}

void put_scattered(const recipe& r, const std::uint32_t* places, const scratch& s, std::uint8_t* levels,
                   std::size_t n) {
  for (std::size_t c = 0; c < driven_count; ++c)
    if (r.offsets[c] >= 0) scattered(levels + r.offsets[c], places, s.planes[c], n);
}

} // namespace

namespace {

/// Renders the runs of a plan, block by block.
class run_renderer {
 public:
  run_renderer(const patch_plan& plan, const attribute_planes& written, const held_attributes& held,
               std::uint8_t* levels)
      : plan_(plan), written_(written), held_(held), levels_(levels) {}

  void run(const patch_run& one) {
    const auto& r = plan_.recipes[one.recipe];
    const auto* to = plan_.level_runs.data() + one.first;
    for (std::uint32_t done = 0; done < one.count; done += block) {
      in_.count = std::min<std::uint32_t>(block, one.count - done);
      if (one.dense) {
        view(r, one.place - written_.base + done, one.held + done);
        block_renderer(r, in_, s_).run();
        to = put_dense(r, to, done);
      } else {
        gather(r, one.first + done);
        block_renderer(r, in_, s_).run();
        put_scattered(r, plan_.levels.data() + one.first + done, s_, levels_, in_.count);
      }
    }
  }

 private:
  void view(const recipe& r, std::size_t first, std::size_t held) {
    in_.mask = written_.mask + first;
    if (r.kept) {
      join_masks(s_.mask, in_.mask, held_.mask() + held, in_.count);
      in_.mask = s_.mask;
    }
    for (std::size_t c = 0; c < column_count; ++c)
      in_.values[c] = r.kept & column_bits[c] ? held_.values(c) + held : written_.values[c] + first;
  }

  void gather(const recipe& r, std::size_t first) {
    const auto* places = plan_.places.data() + first;
    const auto* helds = plan_.helds.data() + first;
    for (std::size_t i = 0; i < in_.count; ++i)
      s_.mask[i] = static_cast<std::uint8_t>(written_.mask[places[i] - written_.base] |
                                             (r.kept ? held_.mask()[helds[i]] : 0));
    in_.mask = s_.mask;
    for (std::size_t c = 0; c < column_count; ++c) {
      const bool keeps = (r.kept & column_bits[c]) != 0;
      for (std::size_t i = 0; i < in_.count; ++i)
        s_.gathered[c][i] = keeps ? held_.values(c)[helds[i]] : written_.values[c][places[i] - written_.base];
      in_.values[c] = s_.gathered[c];
    }
  }

  /// @returns the level_run that the next block begins in
  const level_run* put_dense(const recipe& r, const level_run* to, std::size_t done) {
    for (auto at = done; at < done + in_.count;) {
      const auto end = std::min<std::size_t>(to->element + to->count, done + in_.count);
      put_level_run(r, *to, at, end - at, done, s_, levels_);
      at = end;
      if (at == to->element + to->count) ++to;
    }
    return to;
  }

  const patch_plan& plan_;
  const attribute_planes& written_;
  const held_attributes& held_;
  std::uint8_t* levels_;
  block_input in_;
  scratch s_;
};

} // namespace

void render(const patch_plan& plan, const patch_tile& tile, const attribute_planes& written,
            const held_attributes& held, std::uint8_t* levels) {
  run_renderer renderer(plan, written, held, levels);
  for (auto i = tile.run; i < tile.run_end; ++i) renderer.run(plan.runs[i]);
}

} // namespace troupe::engine
