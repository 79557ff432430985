#include "engine/merge.hpp"

#include "engine/columns.hpp"
#include "engine/math.hpp"
#include "engine/vector_code.hpp"

#include <algorithm>
#include <utility>

namespace troupe::engine {

namespace {

merge_rule rule_of(merge_mode mode, std::size_t c) {
  if (mode == merge_mode::add) return is_signed(c) ? merge_rule::signed_sum : merge_rule::sum;
  if (mode == merge_mode::htp && column_bits[c] == has_intensity) return merge_rule::highest;
  return merge_rule::replace;
}

const merge_column_loops& loops_of(merge_rule rule) {
  return vectors().merge->columns[static_cast<std::size_t>(rule)];
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

void apply_column(const active_write& write, const domain::tile_part& part, std::size_t c, std::uint32_t base,
                  float* out) {
  const auto& where = *write.where;
  const auto& from = write.code->values[c];
  const auto& loops = loops_of(rule_of(write.code->mode, c));
  if (from.where == operand::place::buffer) {
    const float* values = write.buffers[from.index];
    const auto first = write.buffer_bases[from.index];
    if (where.dense())
      each_stretch(where, part, base, [&](const stretch& s) {
        loops.copy(out + s.offset, values + (s.element - first), s.count);
      });
    else
      loops.copy_at(out, where.places.data() + part.element, base, values + (part.element - first),
                    part.count);
    return;
  }
  const float value = write.value(c, 0);
  if (where.dense())
    each_stretch(where, part, base, [&](const stretch& s) { loops.fill(out + s.offset, value, s.count); });
  else
    loops.fill_at(out, where.places.data() + part.element, base, value, part.count);
}

void mark(const active_write& write, const domain::tile_part& part, const merge_target& target) {
  const auto& code = *write.code;
  const auto& where = *write.where;
  const auto mark = vectors().merge->mark;
  if (where.dense()) {
    each_stretch(where, part, target.base, [&](const stretch& s) {
      mark(target.written + s.offset, target.mask + s.offset, code.mask, s.count);
    });
  } else {
    for (auto e = part.element; e < part.element + part.count; ++e) {
      const auto at = where.places[e] - target.base;
      mark(target.written + at, target.mask + at, code.mask, 1);
    }
  }
}

void apply(const active_write& write, const domain::tile_part& part, const merge_target& target) {
  mark(write, part, target);
  for (std::size_t c = 0; c < column_count; ++c)
    if (write.code->mask & column_bits[c]) apply_column(write, part, c, target.base, target.values[c]);
}

void apply_single(const active_write& write, std::uint32_t element, const merge_target& target) {
  const auto& code = *write.code;
  const auto at = write.where->places[element] - target.base;
  target.written[at] = 1;
  target.mask[at] = static_cast<std::uint8_t>(target.mask[at] | code.mask);
  for (std::size_t c = 0; c < column_count; ++c)
    if (code.mask & column_bits[c])
      loops_of(rule_of(code.mode, c)).fill(target.values[c] + at, write.value(c, element), 1);
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
  written_ = 0;
  for (const auto& one : writes_) written_ |= one.code->mask;
  const bool any =
      std::any_of(writes_.begin(), writes_.end(), [](auto& one) { return one.priority_varies(); });
  singles_.clear();
  singles_.reserve(any ? most_in_a_tile : 0);
  keys_.clear();
  keys_.reserve(singles_.capacity());
}

std::vector<merger::touch> merger::touching(std::span<const tile_write> of_one_tile,
                                            std::uint32_t place) const {
  std::vector<touch> found;
  for (const auto& one : of_one_tile) {
    const auto begin = writes_[one.write].where->places.begin();
    const auto first = begin + one.part.element, end = first + one.part.count;
    const auto at = std::lower_bound(first, end, place);
    if (at != end && *at == place) found.push_back({one.write, static_cast<std::uint32_t>(at - begin)});
  }
  const auto key = [&](const touch& one) {
    return std::pair(priority_bits(writes_[one.write].priority(one.element)), one.write);
  };
  std::sort(found.begin(), found.end(), [&](auto& a, auto& b) { return key(a) < key(b); });
  return found;
}

void merger::apply_value(merge_mode mode, std::size_t column, float value, float& current) {
  loops_of(rule_of(mode, column)).fill(&current, value, 1);
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

void merger::order_singles(std::span<const tile_write> of_one_tile) {
  singles_.clear();
  keys_.clear();
  for (const auto& one : of_one_tile) {
    const auto& write = writes_[one.write];
    if (!write.priority_varies()) continue;
    for (auto e = one.part.element; e < one.part.element + one.part.count; ++e) {
      keys_.push_back(std::uint64_t{priority_bits(write.priority(e))} << 32 | singles_.size());
      singles_.push_back({one.write, e});
    }
  }
  std::sort(keys_.begin(), keys_.end());
}

void merger::run_with_singles(std::span<const tile_write> of_one_tile, const merge_target& target) {
  auto next = keys_.begin();
  const auto apply_next = [&] {
    const auto& one = singles_[*next++ & 0xffffffffu];
    apply_single(writes_[one.write], one.element, target);
  };
  for (const auto& one : of_one_tile) {
    const auto& write = writes_[one.write];
    if (write.priority_varies()) continue;
    const auto bits = bits_[one.write];
    const auto earlier = [&] {
      const auto priority = static_cast<std::uint32_t>(*next >> 32);
      return priority != bits ? priority < bits : singles_[*next & 0xffffffffu].write < one.write;
    };
    while (next != keys_.end() && earlier()) apply_next();
    apply(write, one.part, target);
  }
  while (next != keys_.end()) apply_next();
}

/// What comes before a write that replaces the whole column doesn't matter; if nothing comes after it either,
/// the column needn't be copied.
const float* merger::run_column(std::span<const tile_write> of_one_tile, std::size_t column,
                                const merge_target& target) const {
  const auto writes_it = [&](const tile_write& one) {
    return (writes_[one.write].code->mask & column_bits[column]) != 0;
  };
  const auto replaces_it = [&](const tile_write& one) {
    return one.part.count == tile_places && writes_it(one) &&
           rule_of(writes_[one.write].code->mode, column) == merge_rule::replace;
  };
  auto* const plane = target.values[column];
  auto at = of_one_tile.size();
  bool alone = true;
  for (; at > 0 && !replaces_it(of_one_tile[at - 1]); --at)
    if (writes_it(of_one_tile[at - 1])) alone = false;
  if (at == 0) {
    std::fill_n(plane, tile_places, 0.0f);
  } else {
    const auto& last = of_one_tile[--at];
    if (alone)
      if (const auto* made = writes_[last.write].column(column, last.part.element)) return made;
  }
  for (const auto& one : of_one_tile.subspan(at))
    if (writes_it(one)) apply_column(writes_[one.write], one.part, column, target.base, plane);
  return plane;
}

merged_columns merger::run(std::span<const tile_write> of_one_tile, const merge_target& target) {
  std::fill_n(target.written, tile_places, std::uint8_t{0});
  std::fill_n(target.mask, tile_places, std::uint8_t{0});
  merged_columns out;
  std::copy(target.values.begin(), target.values.end(), out.begin());
  order_singles(of_one_tile);
  if (!singles_.empty()) {
    for (std::size_t c = 0; c < column_count; ++c)
      if (written_ & column_bits[c]) std::fill_n(target.values[c], tile_places, 0.0f);
    run_with_singles(of_one_tile, target);
    return out;
  }
  for (const auto& one : of_one_tile) mark(writes_[one.write], one.part, target);
  for (std::size_t c = 0; c < column_count; ++c)
    if (written_ & column_bits[c]) out[c] = run_column(of_one_tile, c, target);
  return out;
}

} // namespace troupe::engine
