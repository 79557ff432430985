// Built with -O3 in every configuration, once for each instruction set; see vector_code.hpp. Kernels that
// follow time, and remember: a state of NaN is that of a node before its first tick.
#include "engine/state_kernels.hpp"

#include "engine/kernel_loops.hpp"

namespace troupe::engine::TROUPE_INSTRUCTION_SET {

void smooth_gain(const kernel_context& c, const operation& op) {
  float* const o = target(c, op);
  const float* const smoothing = from(c, op, 0);
  const double ticks = 60.0 * c.dt;
  for (std::size_t i = 0; i < c.count; ++i)
    o[i] = smoothing[i] <= 0.0f ? 1.0f
                                : static_cast<float>(1.0 - power01(static_cast<double>(smoothing[i]), ticks));
}

namespace {

/// What comes after y.
struct smooth_ {
  TROUPE_EACH(F x, F gain, F y) {
    const F d = x - y;
    F next = select(absolute(d) < F(0x1p-20f), x, finite_or_zero(y + d * gain));
    next = select(gain <= F(0), y, next);
    next = select(gain >= F(1), x, next);
    return select(is_new(y), x, next);
  }
};

} // namespace

void smooth(const kernel_context& c, const operation& op) {
  float* const o = target(c, op);
  const float *const x = from(c, op, 0), *const gain = from(c, op, 1);
  float* const state = c.states[op.state].floats.data() + c.first;
  std::size_t i = 0;
  for (; i + lane_count <= c.count; i += lane_count) {
    const auto next = smooth_::at(floats::load(x + i), floats::load(gain + i), floats::load(state + i));
    next.store(state + i);
    next.store(o + i);
  }
  for (; i < c.count; ++i) o[i] = state[i] = smooth_::at(x[i], gain[i], state[i]);
}

namespace {

// Of a phase, 0..1.
struct sine_ {
  TROUPE_EACH(F p) { return (sin_within_a_turn(p) + 1.0f) * 0.5f; }
};
struct triangle_ {
  TROUPE_EACH(F p) { return F(1) - absolute(2.0f * p - 1.0f); }
};
struct saw_ {
  TROUPE_EACH(F p) { return p; }
};
struct square_ {
  TROUPE_EACH(F p) { return select(p < F(0.5f), F(1), F(0)); }
};

/// Moves a phase on, which is never -0. `Wide` is double, or as many as there are lanes.
template <class Wide>
TROUPE_KERNEL Wide next_phase(Wide state, Wide speed, Wide frequency, double dt) {
  const Wide next = frac_of_sum(state + (frequency * speed) * Wide(dt));
  return select(is_new(state), Wide(0), next);
}

template <class Wave>
void shared_oscillator(float* o, const float* phase, double turns, std::size_t n) {
  std::size_t i = 0;
  for (; i + lane_count <= n; i += lane_count)
    Wave::at(frac_of_sum(doubles(turns) + doubles::widen(phase + i)).narrow()).store(o + i);
  for (; i < n; ++i) o[i] = Wave::at(static_cast<float>(frac_of_sum(turns + static_cast<double>(phase[i]))));
}
template <class Wave>
void own_oscillators(float* o, const float* const (&in)[3], double* state, double dt, std::size_t n) {
  const auto [speed, frequency, phase] = in;
  std::size_t i = 0;
  for (; i + lane_count <= n; i += lane_count) {
    const auto turns =
        next_phase(doubles::load(state + i), doubles::widen(speed + i), doubles::widen(frequency + i), dt);
    turns.store(state + i);
    Wave::at(frac_of_sum(turns + doubles::widen(phase + i)).narrow()).store(o + i);
  }
  for (; i < n; ++i) {
    state[i] = next_phase(state[i], static_cast<double>(speed[i]), static_cast<double>(frequency[i]), dt);
    o[i] = Wave::at(static_cast<float>(frac_of_sum(state[i] + static_cast<double>(phase[i]))));
  }
}
template <class Wave>
void oscillator(const kernel_context& c, const operation& op) {
  const auto& state = c.states[op.state];
  if (state.shared) return shared_oscillator<Wave>(target(c, op), from(c, op, 2), state.doubles[0], c.count);
  own_oscillators<Wave>(target(c, op), {from(c, op, 0), from(c, op, 1), from(c, op, 2)}, state_at(c, op),
                        c.dt, c.count);
}
} // namespace

void sine(const kernel_context& c, const operation& op) {
  oscillator<sine_>(c, op);
}
void triangle(const kernel_context& c, const operation& op) {
  oscillator<triangle_>(c, op);
}
void saw(const kernel_context& c, const operation& op) {
  oscillator<saw_>(c, op);
}
void square(const kernel_context& c, const operation& op) {
  oscillator<square_>(c, op);
}
void phase_step(const kernel_context& c, const operation& op) {
  auto& state = c.states[op.state];
  if (state.shared)
    state.doubles[0] = next_phase(state.doubles[0], static_cast<double>(*from(c, op, 0)),
                                  static_cast<double>(*from(c, op, 1)), c.dt);
}

namespace {

TROUPE_KERNEL double next_lattice(double state, float speed, double dt) {
  const double next = state + static_cast<double>(speed) * dt;
  return is_new(state) ? 0.0 : next;
}
TROUPE_KERNEL float noise_at(double x, float seed) {
  const double whole = floor64(x);
  const float f = static_cast<float>(x - whole);
  const float u = (f * f) * (3.0f - 2.0f * f);
  const std::uint32_t salt = mix32(wrap32(floor64(static_cast<double>(seed) + 0.5)));
  const std::uint32_t lattice = wrap32(whole);
  const float a = unit(mix32(lattice + salt));
  const float b = unit(mix32(lattice + 1u + salt));
  return a + (b - a) * u;
}
TROUPE_LOOP noise_loop(float* __restrict o, const float* __restrict speed, const float* __restrict seed,
                       double* __restrict state, double dt, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double x = next_lattice(state[i], speed[i], dt);
    state[i] = x;
    o[i] = noise_at(x, seed[i]);
  }
}
TROUPE_LOOP shared_noise_loop(float* __restrict o, const float* __restrict seed, double x, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) o[i] = noise_at(x, seed[i]);
}

} // namespace

void noise(const kernel_context& c, const operation& op) {
  const auto& state = c.states[op.state];
  if (state.shared) return shared_noise_loop(target(c, op), from(c, op, 1), state.doubles[0], c.count);
  noise_loop(target(c, op), from(c, op, 0), from(c, op, 1), state_at(c, op), c.dt, c.count);
}
void lattice_step(const kernel_context& c, const operation& op) {
  auto& state = c.states[op.state];
  if (state.shared) state.doubles[0] = next_lattice(state.doubles[0], *from(c, op, 0), c.dt);
}

TROUPE_LOOP chase_position_loop(float* __restrict whole, float* __restrict part,
                                const float* __restrict speed, double* __restrict state, double n, double dt,
                                std::size_t count) {
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
  chase_position_loop(target(c, op), column_at(c, op.target2), from(c, op, 0), state_at(c, op),
                      static_cast<double>(op.high), c.dt, c.count);
}

TROUPE_LOOP flash_loop(float* __restrict o, const float* __restrict trigger, const float* __restrict attack,
                       const float* __restrict decay, double* __restrict state, double dt, std::size_t n) {
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

namespace {

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

} // namespace

void envelope(const kernel_context& c, const operation& op) {
  envelope_loop(
      target(c, op), {from(c, op, 0), from(c, op, 1), from(c, op, 2), from(c, op, 3), from(c, op, 4)},
      {state_at(c, op, 0), state_at(c, op, 1), state_at(c, op, 2), state_at(c, op, 3)}, c.dt, c.count);
}

} // namespace troupe::engine::TROUPE_INSTRUCTION_SET
