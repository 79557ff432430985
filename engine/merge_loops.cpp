// Built with -O3 in every configuration, once for each instruction set; see vector_code.hpp. A loop stands in
// a function of its own, because compilers only believe __restrict on the parameters of the function that
// holds it.
#include "engine/math.hpp"
#include "engine/vector_code.hpp"

namespace troupe::engine::TROUPE_INSTRUCTION_SET {

namespace {

#define TROUPE_LOOP [[gnu::noinline]] static void

using plane = float* __restrict;
using source = const float* __restrict;
using masks = const std::uint8_t* __restrict;
using bytes = std::uint8_t* __restrict;

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

TROUPE_LOOP hold_column(plane held, source values, masks written, std::uint8_t bit, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) held[i] = (written[i] & bit) != 0 ? values[i] : held[i];
}
TROUPE_LOOP hold_mask(bytes held, masks written, std::uint8_t kept, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) held[i] = static_cast<std::uint8_t>(held[i] | (written[i] & kept));
}

TROUPE_LOOP join_masks(bytes out, masks written, masks held, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(written[i] | held[i]);
}

template <class F>
constexpr merge_column_loops column_loops() {
  return {fill<F>, copy<F>, fill_at<F>, copy_at<F>};
}

} // namespace

extern const merge_loops merging;
constinit const merge_loops merging{
    {column_loops<replace>(), column_loops<highest>(), column_loops<sum>(), column_loops<signed_sum>()},
    mark,
    hold_column,
    hold_mask,
    join_masks};

} // namespace troupe::engine::TROUPE_INSTRUCTION_SET
