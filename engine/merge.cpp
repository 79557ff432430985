// Built with -O3 in every configuration; see kernels.cpp for the shape of the loops.
#include "engine/merge.hpp"

#include "engine/math.hpp"

#include <algorithm>

namespace troupe::engine {

namespace {

#define TROUPE_LOOP [[gnu::noinline]] static void

constexpr std::array<std::uint8_t, column_count> column_bits{has_intensity, has_color, has_color, has_color,
                                                             has_pan,       has_tilt,  has_zoom};

bool is_signed(std::size_t c) {
  return c == static_cast<std::size_t>(column::pan) || c == static_cast<std::size_t>(column::tilt);
}

struct replace {
  TROUPE_KERNEL static float with(float, float next) { return next; }
};
struct highest {
  TROUPE_KERNEL static float with(float current, float next) { return current > next ? current : next; }
};
struct sum {
  TROUPE_KERNEL static float with(float current, float next) { return clamp01(current + next); }
};
struct signed_sum {
  TROUPE_KERNEL static float with(float current, float next) {
    return clamp(current + next, -1.0f, 1.0f) + 0.0f;
  }
};

template <class F>
TROUPE_LOOP fill(float* __restrict o, float value, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = F::with(o[i], value);
}
template <class F>
TROUPE_LOOP copy(float* __restrict o, const float* __restrict values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = F::with(o[i], values[i]);
}
template <class F>
TROUPE_LOOP fill_at(float* __restrict o, const std::uint32_t* __restrict places, std::uint32_t base,
                    float value, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[places[i] - base] = F::with(o[places[i] - base], value);
}
template <class F>
TROUPE_LOOP copy_at(float* __restrict o, const std::uint32_t* __restrict places, std::uint32_t base,
                    const float* __restrict values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[places[i] - base] = F::with(o[places[i] - base], values[i]);
}

TROUPE_LOOP mark(std::uint8_t* __restrict written, std::uint8_t* __restrict mask, std::uint8_t bits,
                 std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    written[i] = 1;
    mask[i] = static_cast<std::uint8_t>(mask[i] | bits);
  }
}

/// Consecutive places of a write within a tile.
struct stretch {
  std::uint32_t offset; ///< from the tile's first place
  std::uint32_t element, count;
};

/// Visits a tile's part of a dense domain, stretch by stretch.
template <class Visit>
void each_stretch(const domain& where, const domain::tile_part& part, std::uint32_t base, Visit&& visit) {
  const auto end = part.element + part.count;
  for (auto at = part.span, element = part.element; element < end; ++at) {
    const auto& span = where.spans[at];
    const auto skipped = element - span.element;
    const auto count = std::min(span.count - skipped, end - element);
    visit(stretch{span.place + skipped - base, element, count});
    element += count;
  }
}

template <class F>
void apply_column(const active_write& write, const domain::tile_part& part, std::size_t c, std::uint32_t base,
                  float* out) {
  const auto& where = *write.where;
  const auto& from = write.code->values[c];
  if (from.where == operand::place::buffer) {
    const float* values = write.buffers[from.index];
    const auto first = write.buffer_bases[from.index];
    if (where.dense())
      each_stretch(where, part, base,
                   [&](const stretch& s) { copy<F>(out + s.offset, values + (s.element - first), s.count); });
    else
      copy_at<F>(out, where.places.data() + part.element, base, values + (part.element - first), part.count);
    return;
  }
  const float value = write.value(c, 0);
  if (where.dense())
    each_stretch(where, part, base, [&](const stretch& s) { fill<F>(out + s.offset, value, s.count); });
  else
    fill_at<F>(out, where.places.data() + part.element, base, value, part.count);
}

void apply(const active_write& write, const domain::tile_part& part, const merge_target& target) {
  const auto& code = *write.code;
  const auto& where = *write.where;
  if (where.dense()) {
    each_stretch(where, part, target.base, [&](const stretch& s) {
      mark(target.written + s.offset, target.mask + s.offset, code.mask, s.count);
    });
  } else {
    for (auto e = part.element; e < part.element + part.count; ++e)
      mark(target.written + (where.places[e] - target.base), target.mask + (where.places[e] - target.base),
           code.mask, 1);
  }
  for (std::size_t c = 0; c < column_count; ++c) {
    if (!(code.mask & column_bits[c])) continue;
    if (code.mode == merge_mode::add)
      is_signed(c) ? apply_column<signed_sum>(write, part, c, target.base, target.values[c])
                   : apply_column<sum>(write, part, c, target.base, target.values[c]);
    else if (code.mode == merge_mode::htp && column_bits[c] == has_intensity)
      apply_column<highest>(write, part, c, target.base, target.values[c]);
    else
      apply_column<replace>(write, part, c, target.base, target.values[c]);
  }
}

void apply_single(const active_write& write, std::uint32_t element, const merge_target& target) {
  const auto& code = *write.code;
  const auto at = write.where->places[element] - target.base;
  target.written[at] = 1;
  target.mask[at] = static_cast<std::uint8_t>(target.mask[at] | code.mask);
  for (std::size_t c = 0; c < column_count; ++c) {
    if (!(code.mask & column_bits[c])) continue;
    const float next = write.value(c, element);
    float& current = target.values[c][at];
    if (code.mode == merge_mode::add)
      current = is_signed(c) ? signed_sum::with(current, next) : sum::with(current, next);
    else if (code.mode == merge_mode::htp && column_bits[c] == has_intensity)
      current = highest::with(current, next);
    else
      current = next;
  }
}

std::uint32_t priority_bits(float priority) {
  return std::bit_cast<std::uint32_t>(priority + 0.0f);
}

} // namespace

float active_write::value(std::size_t column, std::size_t element) const {
  const auto& o = code->values[column];
  const float x = raw(o, element);
  if (o.where == operand::place::buffer) return x; // clamped when it was stored
  return is_signed(column) ? clamp(x, -1.0f, 1.0f) + 0.0f : clamp01(x);
}

void merger::install(std::vector<active_write> writes, std::size_t most_in_a_tile) {
  writes_ = std::move(writes);
  bits_.assign(writes_.size(), 0);
  const bool any =
      std::any_of(writes_.begin(), writes_.end(), [](auto& one) { return one.priority_varies(); });
  singles_.clear();
  singles_.reserve(any ? most_in_a_tile : 0);
}

/// Priorities seldom change, so most ticks only compare.
bool merger::begin() {
  bool changed = false;
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    if (writes_[i].priority_varies()) continue;
    const auto bits = priority_bits(writes_[i].priority(0));
    changed = changed || bits != bits_[i];
    bits_[i] = bits;
  }
  return changed;
}

void merger::sort(std::span<tile_write> of_one_tile) const {
  std::sort(of_one_tile.begin(), of_one_tile.end(), [&](const tile_write& a, const tile_write& b) {
    return bits_[a.write] != bits_[b.write] ? bits_[a.write] < bits_[b.write] : a.write < b.write;
  });
}

void merger::run(std::span<const tile_write> of_one_tile, const merge_target& target) {
  singles_.clear();
  for (const auto& one : of_one_tile) {
    const auto& write = writes_[one.write];
    if (!write.priority_varies()) continue;
    for (auto e = one.part.element; e < one.part.element + one.part.count; ++e)
      singles_.push_back({priority_bits(write.priority(e)), one.write, e});
  }
  std::sort(singles_.begin(), singles_.end(), [](const single& a, const single& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    return a.write != b.write ? a.write < b.write : a.element < b.element;
  });
  auto next = singles_.begin();
  for (const auto& one : of_one_tile) {
    const auto& write = writes_[one.write];
    if (write.priority_varies()) continue;
    const auto bits = bits_[one.write];
    const auto earlier = [&] {
      return next->priority != bits ? next->priority < bits : next->write < one.write;
    };
    for (; next != singles_.end() && earlier(); ++next)
      apply_single(writes_[next->write], next->element, target);
    apply(write, one.part, target);
  }
  for (; next != singles_.end(); ++next) apply_single(writes_[next->write], next->element, target);
}

} // namespace troupe::engine
