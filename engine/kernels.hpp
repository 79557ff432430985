#pragma once
// The operations that programs are made of. What they must compute, to the bit, is written down
// node by node: engine/nodes.md. A kernel may compute in another way, but gives the same bits.

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
  hsv_channel_within, ///< the same of a hue from 0 to 1
  spread,
  // time and state
  smooth_gain,
  phase_step,   ///< uniform: moves on the phase that all cells of an LFO share
  lattice_step, ///< the same for noise
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

/// Set in the number of a buffer where it stands in place of that of a register.
inline constexpr std::uint32_t in_buffer = 1u << 31;

/// One step. Registers are columns of `stride` floats; in the uniform part a column is one float. Targets and
/// sources are registers, or buffers with `in_buffer`; no column is both.
struct operation {
  opcode code = opcode::add;
  std::uint32_t target = 0;
  std::uint32_t target2 = 0;           ///< chase_position: the fraction
  std::uint32_t source[max_sources]{}; ///< broadcast: uniform; gather: number of a buffer
  std::uint32_t state = 0;             ///< stateful: index of the node state
  std::uint32_t table = 0;             ///< spread, chase_level: index column; gather: element map
  float low = 0,
        high = 0; ///< clamp_range: ends; hsv_channel*: offset; chase_*: `high` is the number of fixtures
};

/// The state of one node: columns one behind the other, each as long as the node's domain (1 if uniform).
struct node_state {
  std::vector<double> doubles;
  std::vector<float> floats;
  std::size_t length = 0; ///< of a column
  /// The node varies, but what it remembers is the same for all its cells, and stands there once.
  bool shared = false;

  std::size_t at(std::size_t element) const noexcept { return shared ? 0 : element; }
};

struct kernel_context {
  float* registers = nullptr;
  std::size_t stride = 1; ///< distance of registers
  std::size_t first = 0;  ///< of this block, within the domain
  std::size_t count = 1;  ///< of elements in this block
  double dt = 0;          ///< seconds
  node_state* states = nullptr;
  const float* uniforms = nullptr;
  float* const* buffers = nullptr;             ///< columns of a domain, from the element in `buffer_bases`
  const std::uint32_t* buffer_bases = nullptr; ///< 0, or the first element in the present tile
  const float* const* index_columns = nullptr; ///< of chase_level and spread
  const std::uint32_t* const* element_maps = nullptr;
};

/// One operation over `count` elements; a loop without calls or branches where possible.
using kernel = void (*)(const kernel_context&, const operation&);

/// Runs operations in order over one block.
void run(const kernel_context& context, const operation* begin, const operation* end);

} // namespace troupe::engine
