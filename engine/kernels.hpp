#pragma once
// The operations that programs are made of, and the exact meaning of every node.
//
// DEFINITION OF THE NODES. float32 unless it says double, operations in the order written, each rounded.
// F(x) is finite_or_zero(x): whatever a node puts out is finite. clamp, clamp01, frac, hue, sin_turns, mix32,
// unit, power01, modulo, wrap32, floor64 are those of math.hpp. Bool and Trigger are 0 and 1. A constant is
// the JSON number rounded to float32, F. T = seconds(t_ns), D = seconds(dt_ns), doubles.
//
// Inputs: an edge into a port with a hard range gives clamp(x, low, high) (Color and Position per component).
//
//   Time           t = F(float(T)), dt = F(float(D))
//   Add Subtract Multiply   F(a + b), F(a - b), F(a * b)
//   Divide         b == 0 ? 0 : F(a / b)
//   Min Max        a < b ? a : b        a > b ? a : b
//   Clamp01        clamp01(value)
//   MapRange       inMin == inMax ? outMin : F(outMin + (outMax - outMin) * ((value - inMin) / (inMax -
//   inMin))) Smooth         first tick y = value; later k = smoothing <= 0 ? 1 : float(1 -
//   power01(smoothing, 60.0 * D)),
//                  d = value - y; y = k >= 1 ? value : k <= 0 ? y : |d| < 2^-20 ? value : F(y + d * k)
//   Compare        exact
//   Switch         condition != 0 ? a : b
//   ..LFO          double acc: first tick 0, later frac(acc + (frequency * speed) * D), all double;
//                  p = float(frac(acc + phase)) (the sum and frac in double)
//                  Sine (sin_turns(p) + 1) * 0.5, Triangle 1 - |2 * p - 1|, Saw p, Square p < 0.5 ? 1 : 0
//   Noise          double x: first tick 0, later x + speed * D; i = floor64(x), f = float(x - i),
//                  u = (f * f) * (3 - 2 * f); s = mix32(wrap32(floor64(seed + 0.5))) (seed + 0.5 in double);
//                  a = unit(mix32(wrap32(i) + s)), b = unit(mix32(wrap32(i) + 1 + s)); a + (b - a) * u
//   Chase          double pos: first tick 0, later modulo(pos + speed * D, n), with n = 0 as it was;
//                  k = float(floor64(pos)), f = float(pos - floor64(pos)); fixture i of the selection:
//                  e = |(i - k) - f|, d = e < n - e ? e : n - e; n == 1 ? 1 : q > 0 ? q : 0, q = 1 - d /
//                  width; a fixture outside: 0
//   Spread         i / (n - 1) rounded to float first (0 for n = 1): F(from + (to - from) * that); outside: 0
//   Flash          double age: none before the first trigger, 0 in a tick with one, later age + D. In double,
//   with
//                  attack and decay as double, narrowed at the end: none 0; age < attack: age / attack;
//                  age == attack: 1; else x = 1 - (age - attack) / decay, x > 0 ? x : 0; decay <= 0: 0
//   Envelope       doubles: age, from, v (first tick: gate was closed, from = v = 0). If the gate turned: age
//   = 0,
//                  from = v; else age += D. Open: age < attack: v = from + (1 - from) * (age / attack), else
//                  b = age - attack: b < decay: v = 1 - (1 - sustain) * (b / decay), else v = sustain.
//                  Closed: v = age < release ? from * (1 - age / release) : 0. The output is F(float(v)), and
//                  that is the v of the next tick
//   MixColor       per component a + (b - a) * mix
//   ScaleColor     per component clamp01(c * scale)
//   HsvColor       per channel F(v - (v * s) * hue(h, hue_red | hue_green | hue_blue))
//   OffsetPosition clamp(pan + deltaPan, -1, 1), tilt alike
//   ScalePosition  clamp(pan * scale, -1, 1), tilt alike
//   ScaleBundle    intensity, colour and zoom clamp01(x * scale), pan and tilt clamp(x * scale, -1, 1)
//
// Write and merge: what a WriteAttributes writes is clamp01(x) (pan, tilt: clamp(x, -1, 1) + 0, so never -0).
// override: new. htp: intensity current > new ? current : new, others new. add: current (0 if unwritten) +
// new, clamped as above. Order: (priority, graph order, node order), per fixture.
//
// Varying: a node varies if one of its inputs does; the outputs of Chase and Spread always do. A node that
// doesn't vary has one state, also Chase: all fixtures see the same pos, and one that joins falls in step. A
// node that varies has a state for each fixture of its domain, the union of the selections of the
// WriteAttributes it reaches. A value over an edge counts as varying by the shape of the graph alone,
// whatever the selections hold.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::engine {

enum class opcode : std::uint8_t {
  // stateless, all inputs columns
  add,
  subtract,
  multiply,
  divide,
  minimum,
  maximum,
  clamp_range,
  map_range,
  greater,
  less,
  less_equal,
  greater_equal,
  equal,
  select,
  mix,
  scale_unit,
  scale_signed,
  offset_signed,
  hsv_channel,
  spread,
  // time and state
  smooth_gain,
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
  // between domains and buffers
  broadcast,
  gather,
  store,
  store_unit,
  store_signed,
  count_
};

/// Which columns a kind of state takes, all NaN before the first tick.
struct state_shape {
  std::uint8_t doubles = 0, floats = 0;
};
state_shape state_of(opcode code) noexcept;

inline constexpr std::size_t max_sources = 5;

/// One step. Registers are columns of `stride` floats; in the uniform part a column is one float.
struct operation {
  opcode code = opcode::add;
  std::uint32_t target = 0;            ///< register; store: buffer
  std::uint32_t target2 = 0;           ///< chase_position: the fraction
  std::uint32_t source[max_sources]{}; ///< registers; broadcast: uniform; gather: buffer
  std::uint32_t state = 0;             ///< stateful: index of the node state
  std::uint32_t table = 0;             ///< spread, chase_level: index column; gather: element map
  float low = 0,
        high = 0; ///< clamp_range: ends; hsv_channel: offset; chase_*: `high` is the number of fixtures
};

/// The state of one node: columns one behind the other, each as long as the node's domain (1 if uniform).
struct node_state {
  std::vector<double> doubles;
  std::vector<float> floats;
  std::size_t length = 0; ///< of a column
};

struct kernel_context {
  float* registers = nullptr;
  std::size_t stride = 1; ///< distance of registers
  std::size_t first = 0;  ///< of this block, within the domain
  std::size_t count = 1;  ///< of elements in this block
  double dt = 0;          ///< seconds
  node_state* states = nullptr;
  const float* uniforms = nullptr;
  float* const* buffers = nullptr;                   ///< full columns, each as long as its domain
  const std::vector<float>* index_columns = nullptr; ///< of chase_level and spread
  const std::vector<std::uint32_t>* element_maps = nullptr;
};

using kernel = void (*)(const kernel_context&, const operation&);

/// The kernel of an operation; all are loops over `count` elements without calls or branches where possible.
kernel kernel_of(opcode code) noexcept;

/// Runs operations in order over one block.
void run(const kernel_context& context, const operation* begin, const operation* end);

} // namespace troupe::engine
