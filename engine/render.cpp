#include "engine/render.hpp"

#include "engine/columns.hpp"
#include "engine/vector_code.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::engine {

namespace {

constexpr std::size_t block = 256;

constexpr std::size_t at(column c) {
  return static_cast<std::size_t>(c);
}

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
  alignas(64) std::uint8_t mask[tile_places];
  alignas(64) float gathered[column_count][block];
};

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
      loops_.shutter(plane_of(driven::shutter), in_.mask, r_.open_shutter, in_.values[at(column::intensity)],
                     in_.count);
  }

 private:
  bool drives(driven channel) const { return r_.offset(channel) >= 0; }
  std::uint8_t* plane_of(driven channel) { return s_.planes[static_cast<std::size_t>(channel)]; }

  colour_sources sources() const {
    return {in_.mask, in_.values[at(column::intensity)], in_.values[at(column::red)],
            in_.values[at(column::green)], in_.values[at(column::blue)]};
  }

  void colours() {
    loops_.colour[r_.has_dimmer ? 0 : 1][r_.extract_white ? 1 : 0]({s_.red, s_.green, s_.blue, s_.white},
                                                                   sources(), in_.count);
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
      loops_.coarse(plane_of(channel), in_.mask, has_color, r_.level(channel), values, 1.0f, 0.0f, in_.count);
  }
  void inverse(driven channel, const float* values) {
    if (drives(channel)) loops_.inverse(plane_of(channel), in_.mask, r_.level(channel), values, in_.count);
  }

  void dimmer() {
    const auto* intensity = in_.values[at(column::intensity)];
    if (r_.has_colour)
      return pair(driven::dimmer, driven::dimmer_fine, r_.dimmer16, has_intensity, intensity, 1, 0);
    loops_.brightness(s_.level, sources(), in_.count);
    pair(driven::dimmer, driven::dimmer_fine, r_.dimmer16, has_intensity | has_color, s_.level, 1, 0);
  }

  void pair(driven coarse, driven fine, bool sixteen_bit, int bits, const float* values, float scale,
            float offset) {
    if (!drives(coarse) && !drives(fine)) return;
    const auto mask = static_cast<std::uint8_t>(bits);
    if (sixteen_bit)
      loops_.fine(plane_of(coarse), plane_of(fine), in_.mask, mask, r_.level(coarse), r_.level(fine), values,
                  scale, offset, in_.count);
    else
      loops_.coarse(plane_of(coarse), in_.mask, mask, r_.level(coarse), values, scale, offset, in_.count);
  }

  const recipe& r_;
  const block_input& in_;
  scratch& s_;
  const render_loops& loops_ = *vectors().render;
};

// -- planes -> levels ----------------------------------------------------------------------------------

/// Elements `first`.. of a run's level_run, `n` of them, from the block that begins at `done`.
void put_level_run(const recipe& r, const level_run& to, std::size_t first, std::size_t n, std::size_t done,
                   const scratch& s, std::uint8_t* levels) {
  const auto& loops = *vectors().render;
  auto* const out = levels + to.level + (first - to.element) * to.stride;
  const auto begin = first - done;
  if (r.whole != 0 && r.whole == to.stride) {
    const auto plane = [&](std::size_t i) { return s.planes[r.whole_order[i]] + begin; };
    return r.whole == 3 ? loops.interleave3(out, plane(0), plane(1), plane(2), n)
                        : loops.interleave4(out, plane(0), plane(1), plane(2), plane(3), n);
  }
  for (std::size_t c = 0; c < driven_count; ++c)
    if (r.offsets[c] >= 0) loops.strided(out + r.offsets[c], s.planes[c] + begin, to.stride, n);
}

void put_scattered(const recipe& r, const std::uint32_t* places, const scratch& s, std::uint8_t* levels,
                   std::size_t n) {
  for (std::size_t c = 0; c < driven_count; ++c)
    if (r.offsets[c] >= 0) vectors().render->scattered(levels + r.offsets[c], places, s.planes[c], n);
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
    if (one.dense && r.pixel && run_pixels(one, r)) return;
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
      vectors().merge->join_masks(s_.mask, in_.mask, held_.mask() + held, in_.count);
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

  /// The short way for strips and panels: levels at once, without columns in between.
  /// @returns whether it can be gone
  bool run_pixels(const patch_run& one, const recipe& r) {
    in_.count = one.count;
    view(r, one.place - written_.base, one.held);
    const auto mask = in_.mask[0];
    if (!(mask & has_color) || !loops_.uniform(in_.mask, one.count)) return false;
    const auto* const first = plan_.level_runs.data() + one.first;
    const auto* end = first;
    for (; end == first || end[-1].element + end[-1].count < one.count; ++end)
      if (end->stride != r.whole && end->count > 1) return false;
    const bool dimmed = !r.has_dimmer && (mask & has_intensity);
    const auto pixels = loops_.pixels[static_cast<std::size_t>(r.white)][dimmed ? 1 : 0];
    for (const auto* to = first; to != end; ++to) {
      const auto from = [&](column c) { return in_.values[at(c)] + to->element; };
      pixels(levels_ + to->level,
             {in_.mask, from(column::intensity), from(column::red), from(column::green), from(column::blue)},
             r.shifts, to->count);
    }
    return true;
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
  const render_loops& loops_ = *vectors().render;
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
