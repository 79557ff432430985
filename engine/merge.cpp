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
TROUPE_LOOP fill_at(float* __restrict o, const std::uint32_t* __restrict slots, float value, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[slots[i]] = F::with(o[slots[i]], value);
}
template <class F>
TROUPE_LOOP copy_at(float* __restrict o, const std::uint32_t* __restrict slots,
                    const float* __restrict values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[slots[i]] = F::with(o[slots[i]], values[i]);
}

template <class F>
void apply_column(const active_write& write, std::size_t c, float* out) {
  const auto& where = *write.where;
  const auto& from = write.code->values[c];
  if (from.where == operand::place::buffer) {
    const float* values = write.buffers[from.index];
    if (where.dense())
      for (const auto& span : where.spans) copy<F>(out + span.slot, values + span.element, span.count);
    else
      copy_at<F>(out, where.slots.data(), values, where.slots.size());
    return;
  }
  const float value = write.value(c, 0);
  if (where.dense())
    for (const auto& span : where.spans) fill<F>(out + span.slot, value, span.count);
  else
    fill_at<F>(out, where.slots.data(), value, where.slots.size());
}

TROUPE_LOOP mark(std::uint8_t* __restrict written, std::uint8_t* __restrict mask, std::uint8_t bits,
                 std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    written[i] = 1;
    mask[i] = static_cast<std::uint8_t>(mask[i] | bits);
  }
}

void apply(const active_write& write, const merge_target& target) {
  const auto& code = *write.code;
  if (write.where->dense()) {
    for (const auto& span : write.where->spans)
      mark(target.written + span.slot, target.mask + span.slot, code.mask, span.count);
  } else {
    for (const auto slot : write.where->slots) mark(target.written + slot, target.mask + slot, code.mask, 1);
  }
  for (std::size_t c = 0; c < column_count; ++c) {
    if (!(code.mask & column_bits[c])) continue;
    if (code.mode == merge_mode::add)
      is_signed(c) ? apply_column<signed_sum>(write, c, target.values[c])
                   : apply_column<sum>(write, c, target.values[c]);
    else if (code.mode == merge_mode::htp && column_bits[c] == has_intensity)
      apply_column<highest>(write, c, target.values[c]);
    else
      apply_column<replace>(write, c, target.values[c]);
  }
}

void apply_single(const active_write& write, std::uint32_t element, const merge_target& target) {
  const auto& code = *write.code;
  const auto slot = write.where->slots[element];
  target.written[slot] = 1;
  target.mask[slot] = static_cast<std::uint8_t>(target.mask[slot] | code.mask);
  for (std::size_t c = 0; c < column_count; ++c) {
    if (!(code.mask & column_bits[c])) continue;
    const float next = write.value(c, element);
    float& current = target.values[c][slot];
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

void merger::install(std::vector<active_write> writes) {
  writes_ = std::move(writes);
  whole_.clear();
  varying_.clear();
  whole_bits_.assign(writes_.size(),
                     ~std::uint32_t{0}); // no priority has these bits: sorted at the first run
  std::size_t elements = 0;
  for (std::uint32_t i = 0; i < writes_.size(); ++i) {
    if (writes_[i].priority_varies()) {
      varying_.push_back(i);
      elements += writes_[i].where->slots.size();
    } else {
      whole_.push_back(i);
    }
  }
  singles_.resize(elements);
  scratch_.resize(elements);
}

/// Priorities seldom change, so most ticks only compare.
void merger::sort_whole() {
  bool changed = false;
  for (const auto write : whole_) {
    const auto bits = priority_bits(writes_[write].priority(0));
    changed = changed || bits != whole_bits_[write];
    whole_bits_[write] = bits;
  }
  if (!changed) return;
  std::sort(whole_.begin(), whole_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return whole_bits_[a] != whole_bits_[b] ? whole_bits_[a] < whole_bits_[b] : a < b;
  });
}

/// Radix sort, stable: among equal priorities the order of the writes stays.
void merger::sort_singles() {
  std::size_t next = 0;
  for (const auto write : varying_)
    for (std::uint32_t e = 0; e < writes_[write].where->slots.size(); ++e)
      singles_[next++] = {priority_bits(writes_[write].priority(e)), write, e};
  constexpr unsigned digit_bits = 8;
  for (unsigned shift = 0; shift < 32; shift += digit_bits) {
    std::array<std::size_t, 1u << digit_bits> place{};
    const auto digit = [&](const single& one) { return one.priority >> shift & 255u; };
    for (const auto& one : singles_) ++place[digit(one)];
    if (place[digit(singles_.front())] == singles_.size()) continue;
    std::size_t sum_so_far = 0;
    for (auto& count : place) sum_so_far += std::exchange(count, sum_so_far);
    for (const auto& one : singles_) scratch_[place[digit(one)]++] = one;
    singles_.swap(scratch_);
  }
}

void merger::run(const merge_target& target) {
  sort_whole();
  if (singles_.empty()) {
    for (const auto write : whole_) apply(writes_[write], target);
    return;
  }
  sort_singles();
  auto next = singles_.begin();
  for (const auto write : whole_) {
    const auto bits = whole_bits_[write];
    const auto earlier = [&] { return next->priority != bits ? next->priority < bits : next->write < write; };
    for (; next != singles_.end() && earlier(); ++next)
      apply_single(writes_[next->write], next->element, target);
    apply(writes_[write], target);
  }
  for (; next != singles_.end(); ++next) apply_single(writes_[next->write], next->element, target);
}

} // namespace troupe::engine
