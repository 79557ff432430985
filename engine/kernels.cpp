// Built with -O3 in every configuration. A loop stands in a function of its own, because compilers only
// believe __restrict on the parameters of the function that holds the loop.
#include "engine/kernels.hpp"

#include "engine/math.hpp"

#include <array>
#include <limits>

namespace troupe::engine {

namespace {

#define TROUPE_LOOP [[gnu::noinline]] static void

using column = float* __restrict;
using source = const float* __restrict;
using state_column = double* __restrict;

// -- shapes of loops ----------------------------------------------------------------------------------

template <class F>
TROUPE_LOOP loop(column o, source a, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = F::at(a[i]);
}
template <class F>
TROUPE_LOOP loop(column o, source a, source b, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = F::at(a[i], b[i]);
}
template <class F>
TROUPE_LOOP loop(column o, source a, source b, source c, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = F::at(a[i], b[i], c[i]);
}
template <class F>
TROUPE_LOOP loop(column o, source a, source b, source c, source d, source e, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = F::at(a[i], b[i], c[i], d[i], e[i]);
}

float* target(const kernel_context& c, const operation& op) {
  return c.registers + op.target * c.stride;
}
const float* from(const kernel_context& c, const operation& op, std::size_t i) {
  return c.registers + op.source[i] * c.stride;
}
double* state_at(const kernel_context& c, const operation& op, std::size_t plane = 0) {
  auto& state = c.states[op.state];
  return state.doubles.data() + plane * state.length + c.first;
}

template <class F>
void map1(const kernel_context& c, const operation& op) {
  loop<F>(target(c, op), from(c, op, 0), c.count);
}
template <class F>
void map2(const kernel_context& c, const operation& op) {
  loop<F>(target(c, op), from(c, op, 0), from(c, op, 1), c.count);
}
template <class F>
void map3(const kernel_context& c, const operation& op) {
  loop<F>(target(c, op), from(c, op, 0), from(c, op, 1), from(c, op, 2), c.count);
}
template <class F>
void map5(const kernel_context& c, const operation& op) {
  loop<F>(target(c, op), from(c, op, 0), from(c, op, 1), from(c, op, 2), from(c, op, 3), from(c, op, 4),
          c.count);
}

// -- stateless ----------------------------------------------------------------------------------------

#define TROUPE_FUNCTION TROUPE_KERNEL static float at

struct add_ {
  TROUPE_FUNCTION(float a, float b) { return finite_or_zero(a + b); }
};
struct subtract_ {
  TROUPE_FUNCTION(float a, float b) { return finite_or_zero(a - b); }
};
struct multiply_ {
  TROUPE_FUNCTION(float a, float b) { return finite_or_zero(a * b); }
};
struct divide_ {
  TROUPE_FUNCTION(float a, float b) {
    const float quotient = finite_or_zero(a / b);
    return b == 0.0f ? 0.0f : quotient;
  }
};
struct minimum_ {
  TROUPE_FUNCTION(float a, float b) { return a < b ? a : b; }
};
struct maximum_ {
  TROUPE_FUNCTION(float a, float b) { return a > b ? a : b; }
};
struct map_range_ {
  TROUPE_FUNCTION(float x, float in_low, float in_high, float out_low, float out_high) {
    const float part = (x - in_low) / (in_high - in_low);
    const float mapped = finite_or_zero(out_low + (out_high - out_low) * part);
    return in_low == in_high ? out_low : mapped;
  }
};
struct greater_ {
  TROUPE_FUNCTION(float a, float b) { return a > b ? 1.0f : 0.0f; }
};
struct less_ {
  TROUPE_FUNCTION(float a, float b) { return a < b ? 1.0f : 0.0f; }
};
struct less_equal_ {
  TROUPE_FUNCTION(float a, float b) { return a <= b ? 1.0f : 0.0f; }
};
struct greater_equal_ {
  TROUPE_FUNCTION(float a, float b) { return a >= b ? 1.0f : 0.0f; }
};
struct equal_ {
  TROUPE_FUNCTION(float a, float b) { return a == b ? 1.0f : 0.0f; }
};
struct select_ {
  TROUPE_FUNCTION(float which, float a, float b) { return which != 0.0f ? a : b; }
};
struct mix_ {
  TROUPE_FUNCTION(float a, float b, float m) { return a + (b - a) * m; }
};
struct scale_unit_ {
  TROUPE_FUNCTION(float x, float scale) { return clamp01(x * scale); }
};
struct scale_signed_ {
  TROUPE_FUNCTION(float x, float scale) { return clamp(x * scale, -1.0f, 1.0f); }
};
struct offset_signed_ {
  TROUPE_FUNCTION(float x, float by) { return clamp(x + by, -1.0f, 1.0f); }
};

TROUPE_LOOP clamp_loop(column o, source a, float low, float high, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = clamp(a[i], low, high);
}
void clamp_range(const kernel_context& c, const operation& op) {
  clamp_loop(target(c, op), from(c, op, 0), op.low, op.high, c.count);
}

TROUPE_LOOP hsv_loop(column o, source h, source s, source v, float offset, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = finite_or_zero(v[i] - (v[i] * s[i]) * hue(h[i], offset));
}
void hsv_channel(const kernel_context& c, const operation& op) {
  hsv_loop(target(c, op), from(c, op, 0), from(c, op, 1), from(c, op, 2), op.low, c.count);
}

/// `part` is i / (n - 1), or -1 for a fixture outside the selection.
TROUPE_LOOP spread_loop(column o, source part, source low, source high, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float value = finite_or_zero(low[i] + (high[i] - low[i]) * part[i]);
    o[i] = part[i] >= 0.0f ? value : 0.0f;
  }
}
void spread(const kernel_context& c, const operation& op) {
  spread_loop(target(c, op), c.index_columns[op.table] + c.first, from(c, op, 0), from(c, op, 1), c.count);
}

// -- time and state -----------------------------------------------------------------------------------
// A state of NaN is that of a node before its first tick.

template <class T>
TROUPE_KERNEL bool is_new(T x) {
  return x != x;
}

void smooth_gain(const kernel_context& c, const operation& op) {
  float* const o = target(c, op);
  const float* const smoothing = from(c, op, 0);
  const double ticks = 60.0 * c.dt;
  for (std::size_t i = 0; i < c.count; ++i)
    o[i] = smoothing[i] <= 0.0f ? 1.0f
                                : static_cast<float>(1.0 - power01(static_cast<double>(smoothing[i]), ticks));
}

TROUPE_LOOP smooth_loop(column o, source x, source gain, column state, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float y = state[i];
    const float d = x[i] - y;
    const float moved = finite_or_zero(y + d * gain[i]);
    float next = absolute(d) < 0x1p-20f ? x[i] : moved;
    next = gain[i] <= 0.0f ? y : next;
    next = gain[i] >= 1.0f ? x[i] : next;
    next = is_new(y) ? x[i] : next;
    state[i] = next;
    o[i] = next;
  }
}
void smooth(const kernel_context& c, const operation& op) {
  smooth_loop(target(c, op), from(c, op, 0), from(c, op, 1), c.states[op.state].floats.data() + c.first,
              c.count);
}

struct sine_ {
  TROUPE_FUNCTION(float p) { return (sin_turns(p) + 1.0f) * 0.5f; }
};
struct triangle_ {
  TROUPE_FUNCTION(float p) { return 1.0f - absolute(2.0f * p - 1.0f); }
};
struct saw_ {
  TROUPE_FUNCTION(float p) { return p; }
};
struct square_ {
  TROUPE_FUNCTION(float p) { return p < 0.5f ? 1.0f : 0.0f; }
};

/// Leaves the phase in `o`.
TROUPE_LOOP phase_loop(column o, source speed, source frequency, source phase, state_column state, double dt,
                       std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double rate = static_cast<double>(frequency[i]) * static_cast<double>(speed[i]);
    const double next = frac(state[i] + rate * dt);
    const double turns = is_new(state[i]) ? 0.0 : next;
    state[i] = turns;
    o[i] = static_cast<float>(frac(turns + static_cast<double>(phase[i])));
  }
}
template <class F>
TROUPE_LOOP in_place(column o, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = F::at(o[i]);
}
template <class F>
void oscillator(const kernel_context& c, const operation& op) {
  phase_loop(target(c, op), from(c, op, 0), from(c, op, 1), from(c, op, 2), state_at(c, op), c.dt, c.count);
  in_place<F>(target(c, op), c.count);
}

TROUPE_LOOP noise_loop(column o, source speed, source seed, state_column state, double dt, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double next = state[i] + static_cast<double>(speed[i]) * dt;
    const double x = is_new(state[i]) ? 0.0 : next;
    state[i] = x;
    const double whole = floor64(x);
    const float f = static_cast<float>(x - whole);
    const float u = (f * f) * (3.0f - 2.0f * f);
    const std::uint32_t salt = mix32(wrap32(floor64(static_cast<double>(seed[i]) + 0.5)));
    const std::uint32_t lattice = wrap32(whole);
    const float a = unit(mix32(lattice + salt));
    const float b = unit(mix32(lattice + 1u + salt));
    o[i] = a + (b - a) * u;
  }
}
void noise(const kernel_context& c, const operation& op) {
  noise_loop(target(c, op), from(c, op, 0), from(c, op, 1), state_at(c, op), c.dt, c.count);
}

TROUPE_LOOP chase_position_loop(column whole, column part, source speed, state_column state, double n,
                                double dt, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const double old = is_new(state[i]) ? 0.0 : state[i];
    const double moved = modulo(old + static_cast<double>(speed[i]) * dt, n);
    const double kept = n > 0.0 ? moved : old;
    const double at = is_new(state[i]) ? 0.0 : kept;
    state[i] = at;
    const double down = floor64(at);
    whole[i] = static_cast<float>(down);
    part[i] = static_cast<float>(at - down);
  }
}
void chase_position(const kernel_context& c, const operation& op) {
  chase_position_loop(target(c, op), c.registers + op.target2 * c.stride, from(c, op, 0), state_at(c, op),
                      static_cast<double>(op.high), c.dt, c.count);
}

/// `index` is the place in the selection, or -1 for a fixture outside it.
TROUPE_LOOP chase_level_loop(column o, source index, source whole, source part, source width, float n,
                             std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float e = absolute((index[i] - whole[i]) - part[i]);
    const float around = n - e;
    const float d = e < around ? e : around;
    const float q = 1.0f - d / width[i];
    float level = q > 0.0f ? q : 0.0f;
    level = n == 1.0f ? 1.0f : level;
    o[i] = index[i] >= 0.0f ? level : 0.0f;
  }
}
void chase_level(const kernel_context& c, const operation& op) {
  chase_level_loop(target(c, op), c.index_columns[op.table] + c.first, from(c, op, 0), from(c, op, 1),
                   from(c, op, 2), op.high, c.count);
}

TROUPE_LOOP flash_loop(column o, source trigger, source attack, source decay, state_column state, double dt,
                       std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double age = trigger[i] != 0.0f ? 0.0 : state[i] + dt; // stays NaN until there is a trigger
    state[i] = age;
    const double rise = static_cast<double>(attack[i]);
    const double fall = static_cast<double>(decay[i]);
    const double faded = 1.0 - (age - rise) / fall;
    double level = fall > 0.0 && faded > 0.0 ? faded : 0.0;
    level = age == rise ? 1.0 : level;
    level = age < rise ? age / rise : level;
    level = is_new(age) ? 0.0 : level;
    o[i] = static_cast<float>(level);
  }
}
void flash(const kernel_context& c, const operation& op) {
  flash_loop(target(c, op), from(c, op, 0), from(c, op, 1), from(c, op, 2), state_at(c, op), c.dt, c.count);
}

struct envelope_inputs {
  const float *gate, *attack, *decay, *sustain, *release;
};
struct envelope_state {
  double *age, *start, *value, *open;
};
void envelope_loop(float* o, const envelope_inputs& in, const envelope_state& s, double dt, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const bool fresh = is_new(s.age[i]);
    const bool open = in.gate[i] != 0.0f;
    const bool was_open = !fresh && s.open[i] != 0.0;
    const double value = fresh ? 0.0 : s.value[i];
    const double start = open != was_open ? value : fresh ? 0.0 : s.start[i];
    const double age = open != was_open ? 0.0 : fresh ? dt : s.age[i] + dt;
    const double attack = static_cast<double>(in.attack[i]), decay = static_cast<double>(in.decay[i]);
    const double sustain = static_cast<double>(in.sustain[i]), release = static_cast<double>(in.release[i]);
    const double since = age - attack;
    double level = since < decay ? 1.0 - (1.0 - sustain) * (since / decay) : sustain;
    level = age < attack ? start + (1.0 - start) * (age / attack) : level;
    const double closing = age < release ? start * (1.0 - age / release) : 0.0;
    const float out = finite_or_zero(static_cast<float>(open ? level : closing));
    s.age[i] = age;
    s.start[i] = start;
    s.value[i] = static_cast<double>(out);
    s.open[i] = open ? 1.0 : 0.0;
    o[i] = out;
  }
}
void envelope(const kernel_context& c, const operation& op) {
  envelope_loop(
      target(c, op), {from(c, op, 0), from(c, op, 1), from(c, op, 2), from(c, op, 3), from(c, op, 4)},
      {state_at(c, op, 0), state_at(c, op, 1), state_at(c, op, 2), state_at(c, op, 3)}, c.dt, c.count);
}

// -- between domains and buffers ----------------------------------------------------------------------

TROUPE_LOOP fill(column o, float value, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = value;
}
void broadcast(const kernel_context& c, const operation& op) {
  fill(target(c, op), c.uniforms[op.source[0]], c.count);
}

TROUPE_LOOP gather_loop(column o, source all, const std::uint32_t* __restrict map, std::uint32_t base,
                        std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = all[map[i] - base];
}
void gather(const kernel_context& c, const operation& op) {
  gather_loop(target(c, op), c.buffers[op.source[0]], c.element_maps[op.table] + c.first,
              c.buffer_bases[op.source[0]], c.count);
}

struct same_ {
  TROUPE_FUNCTION(float x) { return x; }
};
struct unit_ {
  TROUPE_FUNCTION(float x) { return clamp01(x); }
};
struct signed_ {
  TROUPE_FUNCTION(float x) { return clamp(x, -1.0f, 1.0f) + 0.0f; }
};

template <class F>
void store(const kernel_context& c, const operation& op) {
  loop<F>(c.buffers[op.target] + (c.first - c.buffer_bases[op.target]), from(c, op, 0), c.count);
}

constexpr std::array<kernel, static_cast<std::size_t>(opcode::count_)> table{map2<add_>,
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
                                                                             hsv_channel,
                                                                             spread,
                                                                             smooth_gain,
                                                                             smooth,
                                                                             oscillator<sine_>,
                                                                             oscillator<triangle_>,
                                                                             oscillator<saw_>,
                                                                             oscillator<square_>,
                                                                             noise,
                                                                             chase_position,
                                                                             chase_level,
                                                                             flash,
                                                                             envelope,
                                                                             broadcast,
                                                                             gather,
                                                                             store<same_>,
                                                                             store<unit_>,
                                                                             store<signed_>};

} // namespace

state_shape state_of(opcode code) noexcept {
  switch (code) {
  case opcode::smooth:
    return {0, 1};
  case opcode::sine:
  case opcode::triangle:
  case opcode::saw:
  case opcode::square:
  case opcode::noise:
  case opcode::chase_position:
  case opcode::flash:
    return {1, 0};
  case opcode::envelope:
    return {4, 0};
  default:
    return {};
  }
}

kernel kernel_of(opcode code) noexcept {
  return table[static_cast<std::size_t>(code)];
}

void run(const kernel_context& context, const operation* begin, const operation* end) {
  for (; begin != end; ++begin) table[static_cast<std::size_t>(begin->code)](context, *begin);
}

} // namespace troupe::engine
