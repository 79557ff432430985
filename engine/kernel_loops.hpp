#pragma once
// What the kernels of one instruction set have in common: where their columns are, and the shape of a loop.
// Only for the files that are compiled once for each instruction set (vector_code.hpp).

#include "engine/kernels.hpp"
#include "engine/lanes.hpp"

namespace troupe::engine::TROUPE_INSTRUCTION_SET {

/// For loops that are left to the compiler: it only believes __restrict on the parameters of the function
/// that holds the loop.
#define TROUPE_LOOP [[gnu::noinline]] static void

/// Of a function object: what happens to one element, or to as many as `F` holds.
#define TROUPE_EACH                                                                                          \
  template <class F>                                                                                         \
  TROUPE_KERNEL static F at

TROUPE_KERNEL float* column_at(const kernel_context& c, std::uint32_t place) noexcept {
  if (!(place & in_buffer)) return c.registers + place * c.stride;
  const auto buffer = place & ~in_buffer;
  return c.buffers[buffer] + (c.first - c.buffer_bases[buffer]);
}
TROUPE_KERNEL float* target(const kernel_context& c, const operation& op) noexcept {
  return column_at(c, op.target);
}
TROUPE_KERNEL const float* from(const kernel_context& c, const operation& op, std::size_t i) noexcept {
  return column_at(c, op.source[i]);
}
TROUPE_KERNEL double* state_at(const kernel_context& c, const operation& op, std::size_t plane = 0) noexcept {
  auto& state = c.states[op.state];
  return state.doubles.data() + plane * state.length + c.first;
}

/// o[i] = each(sources[i]...), vector by vector. What is left is done together with some that are done
/// already, which is why no column of a kernel is both target and source.
template <class Each, class... Sources>
TROUPE_KERNEL void map(float* o, std::size_t n, const Each& each, const Sources*... sources) noexcept {
  if (n < lane_count) {
    for (std::size_t i = 0; i < n; ++i) o[i] = each(sources[i]...);
    return;
  }
  std::size_t i = 0;
  for (; i + lane_count <= n; i += lane_count) each(floats::load(sources + i)...).store(o + i);
  if (i < n) {
    i = n - lane_count;
    each(floats::load(sources + i)...).store(o + i);
  }
}

template <class T>
TROUPE_KERNEL auto is_new(T x) noexcept {
  return x != x;
}

} // namespace troupe::engine::TROUPE_INSTRUCTION_SET
