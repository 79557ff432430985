// Built with -O3 in every configuration, once for each instruction set; see vector_code.hpp. Kernels without
// memory, and the table of all.
#include "engine/kernel_loops.hpp"
#include "engine/state_kernels.hpp"

#include <array>

namespace troupe::engine::TROUPE_INSTRUCTION_SET {

namespace {

template <class Each>
void map1(const kernel_context& c, const operation& op) {
  map(
      target(c, op), c.count, [](auto a) { return Each::at(a); }, from(c, op, 0));
}
template <class Each>
void map2(const kernel_context& c, const operation& op) {
  map(
      target(c, op), c.count, [](auto a, auto b) { return Each::at(a, b); }, from(c, op, 0), from(c, op, 1));
}
template <class Each>
void map3(const kernel_context& c, const operation& op) {
  map(
      target(c, op), c.count, [](auto a, auto b, auto d) { return Each::at(a, b, d); }, from(c, op, 0),
      from(c, op, 1), from(c, op, 2));
}
template <class Each>
void map5(const kernel_context& c, const operation& op) {
  map(
      target(c, op), c.count, [](auto a, auto b, auto d, auto e, auto f) { return Each::at(a, b, d, e, f); },
      from(c, op, 0), from(c, op, 1), from(c, op, 2), from(c, op, 3), from(c, op, 4));
}

// -- stateless ----------------------------------------------------------------------------------------

struct add_ {
  TROUPE_EACH(F a, F b) { return finite_or_zero(a + b); }
};
struct subtract_ {
  TROUPE_EACH(F a, F b) { return finite_or_zero(a - b); }
};
struct multiply_ {
  TROUPE_EACH(F a, F b) { return finite_or_zero(a * b); }
};
struct divide_ {
  TROUPE_EACH(F a, F b) {
    const F quotient = finite_or_zero(a / b);
    return select(b == F(0), F(0), quotient);
  }
};
struct minimum_ {
  TROUPE_EACH(F a, F b) { return lesser(a, b); }
};
struct maximum_ {
  TROUPE_EACH(F a, F b) { return greater(a, b); }
};
struct map_range_ {
  TROUPE_EACH(F x, F in_low, F in_high, F out_low, F out_high) {
    const F part = (x - in_low) / (in_high - in_low);
    const F mapped = finite_or_zero(out_low + (out_high - out_low) * part);
    return select(in_low == in_high, out_low, mapped);
  }
};
struct greater_ {
  TROUPE_EACH(F a, F b) { return select(a > b, F(1), F(0)); }
};
struct less_ {
  TROUPE_EACH(F a, F b) { return select(a < b, F(1), F(0)); }
};
struct less_equal_ {
  TROUPE_EACH(F a, F b) { return select(a <= b, F(1), F(0)); }
};
struct greater_equal_ {
  TROUPE_EACH(F a, F b) { return select(a >= b, F(1), F(0)); }
};
struct equal_ {
  TROUPE_EACH(F a, F b) { return select(a == b, F(1), F(0)); }
};
struct select_ {
  TROUPE_EACH(F which, F a, F b) { return select(which != F(0), a, b); }
};
struct mix_ {
  TROUPE_EACH(F a, F b, F m) { return a + (b - a) * m; }
};
struct scale_unit_ {
  TROUPE_EACH(F x, F scale) { return clamp01(x * scale); }
};
struct scale_signed_ {
  TROUPE_EACH(F x, F scale) { return clamp(x * scale, -1.0f, 1.0f); }
};
struct offset_signed_ {
  TROUPE_EACH(F x, F by) { return clamp(x + by, -1.0f, 1.0f); }
};

void clamp_range(const kernel_context& c, const operation& op) {
  const float low = op.low, high = op.high;
  map(
      target(c, op), c.count, [=](auto x) { return clamp(x, low, high); }, from(c, op, 0));
}

/// Saturation and value lie within 0..1, so the channel does, too.
struct any_hue {
  TROUPE_EACH(F h, F s, F v, float offset) { return v - (v * s) * hue(h, offset); }
};
struct hue_of_a_turn {
  TROUPE_EACH(F h, F s, F v, float offset) { return v - (v * s) * hue_within_a_turn(h, offset); }
};
template <class Each>
void hsv(const kernel_context& c, const operation& op) {
  const float offset = op.low;
  map(
      target(c, op), c.count, [=](auto h, auto s, auto v) { return Each::at(h, s, v, offset); },
      from(c, op, 0), from(c, op, 1), from(c, op, 2));
}

/// `part` is i / (n - 1), or -1 for a fixture outside the selection.
struct spread_ {
  TROUPE_EACH(F part, F low, F high) {
    return select(part >= F(0), finite_or_zero(low + (high - low) * part), F(0));
  }
};
void spread(const kernel_context& c, const operation& op) {
  map(
      target(c, op), c.count, [](auto part, auto low, auto high) { return spread_::at(part, low, high); },
      c.index_columns[op.table] + c.first, from(c, op, 0), from(c, op, 1));
}

/// `index` is the place in the selection, or -1 for a fixture outside it.
struct chase_level_ {
  TROUPE_EACH(F index, F whole, F part, F width, float n) {
    const F e = absolute((index - whole) - part);
    const F q = F(1) - lesser(e, F(n) - e) / width;
    return select(index >= F(0), greater(q, F(0)), F(0));
  }
};
void chase_level(const kernel_context& c, const operation& op) {
  const float n = op.high;
  const auto* index = c.index_columns[op.table] + c.first;
  if (n == 1.0f)
    return map(
        target(c, op), c.count,
        [](auto i) { return select(i >= decltype(i)(0), decltype(i)(1), decltype(i)(0)); }, index);
  map(
      target(c, op), c.count,
      [=](auto i, auto whole, auto part, auto width) { return chase_level_::at(i, whole, part, width, n); },
      index, from(c, op, 0), from(c, op, 1), from(c, op, 2));
}

// -- between domains and buffers ----------------------------------------------------------------------

void broadcast(const kernel_context& c, const operation& op) {
  const float value = c.uniforms[op.source[0]];
  float* const o = target(c, op);
  for (std::size_t i = 0; i < c.count; ++i) o[i] = value;
}

TROUPE_LOOP gather_loop(float* __restrict o, const float* __restrict all, const std::uint32_t* __restrict map,
                        std::uint32_t base, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = all[map[i] - base];
}
void gather(const kernel_context& c, const operation& op) {
  gather_loop(target(c, op), c.buffers[op.source[0]], c.element_maps[op.table] + c.first,
              c.buffer_bases[op.source[0]], c.count);
}

struct same_ {
  TROUPE_EACH(F x) { return x; }
};
struct unit_ {
  TROUPE_EACH(F x) { return clamp01(x); }
};
struct signed_ {
  TROUPE_EACH(F x) { return clamp(x, -1.0f, 1.0f) + 0.0f; }
};

} // namespace

extern const std::array<kernel, static_cast<std::size_t>(opcode::count_)> kernels;
constinit const std::array<kernel, static_cast<std::size_t>(opcode::count_)> kernels{map2<add_>,
                                                                                     map2<subtract_>,
                                                                                     map2<multiply_>,
                                                                                     map2<divide_>,
                                                                                     map2<minimum_>,
                                                                                     map2<maximum_>,
                                                                                     clamp_range,
                                                                                     map5<map_range_>,
                                                                                     map2<greater_>,
                                                                                     map2<less_>,
                                                                                     map2<less_equal_>,
                                                                                     map2<greater_equal_>,
                                                                                     map2<equal_>,
                                                                                     map3<select_>,
                                                                                     map3<mix_>,
                                                                                     map2<scale_unit_>,
                                                                                     map2<scale_signed_>,
                                                                                     map2<offset_signed_>,
                                                                                     hsv<any_hue>,
                                                                                     hsv<hue_of_a_turn>,
                                                                                     spread,
                                                                                     smooth_gain,
                                                                                     phase_step,
                                                                                     lattice_step,
                                                                                     smooth,
                                                                                     sine,
                                                                                     triangle,
                                                                                     saw,
                                                                                     square,
                                                                                     noise,
                                                                                     chase_position,
                                                                                     chase_level,
                                                                                     flash,
                                                                                     envelope,
                                                                                     broadcast,
                                                                                     gather,
                                                                                     map1<same_>,
                                                                                     map1<unit_>,
                                                                                     map1<signed_>};

} // namespace troupe::engine::TROUPE_INSTRUCTION_SET
