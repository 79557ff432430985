#pragma once
// What a graph compiles to: a uniform part that runs once per tick, and passes over columns of fixtures.

#include "engine/dmx_place.hpp"
#include "engine/domain.hpp"
#include "engine/kernels.hpp"
#include "engine/rig.hpp"
#include "protocol/bundle.hpp"
#include "protocol/frame.hpp"
#include "protocol/node_catalogue.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::engine {

/// A stateful node of the graph. Nodes from which no output is reached are listed, too: they stand still.
struct state_site {
  std::string node_id;
  node_type type = node_type::time;
  opcode code = opcode::smooth;
  bool live = false;
  bool varying = false;
  bool shareable = false;   ///< varying, but what moves its state doesn't vary
  std::uint32_t domain = 0; ///< of a varying live one
};

/// Where a uniform input of the program comes from.
struct input_load {
  enum class source : std::uint8_t {
    fader,
    pressed,
    down,
    show_time,
    tick_length,
    dmx_channel,
    timecode_seconds,
    timecode_running
  };
  source from = source::fader;
  std::uint32_t uniform = 0; ///< the register it fills
  std::uint32_t control = 0; ///< index in `controls`; of dmx_channel: a `dmx_place`
};

/// All operations over one domain.
struct pass {
  std::uint32_t domain = 0;
  /// Run as a whole before the first tile, because only few of its cells lie in each tile that it touches.
  bool ahead = false;
  std::uint32_t registers = 0;
  std::vector<std::uint32_t> buffers; ///< those that are filled here
  std::vector<operation> fills;       ///< broadcasts: no operation overwrites these registers
  std::vector<operation> operations;  ///< for each block
};

/// Per element of a domain: where it stands in a selection.
struct index_column {
  std::uint32_t domain = 0;
  std::vector<float> values;
};

/// Per element of `inner`, a part of `outer`: which element of that it is.
struct element_map {
  std::uint32_t inner = 0, outer = 0;
  std::vector<std::uint32_t> elements;
};

enum class merge_mode : std::uint8_t { override_, htp, add };

struct operand {
  enum class place : std::uint8_t { absent, uniform, buffer };
  place where = place::absent;
  std::uint32_t index = 0;
};

/// One WriteAttributes.
struct write_code {
  static constexpr std::uint32_t elsewhere = ~std::uint32_t{0};

  std::uint32_t domain = 0; ///< its selection as a set
  std::uint32_t first_element =
      0;                ///< the selection's first cell within the domain; `elsewhere`: in another part
  bool empty = true;    ///< the selection holds no fixture
  bool varying = false; ///< an attribute or the priority varies
  merge_mode mode = merge_mode::override_;
  std::uint8_t mask = 0; ///< attribute_bit
  std::array<operand, column_count> values{};
  operand priority;
};

/// Immutable, shared between threads; everything that changes from tick to tick is the evaluator's.
struct graph_program {
  std::shared_ptr<const part_places> places; ///< what it is bound to

  std::vector<float> uniforms; ///< first values of all uniform registers: the constants
  std::vector<std::string> controls;
  std::vector<input_load> loads;
  std::vector<operation> uniform_operations;

  std::vector<domain> domains;
  std::vector<pass> passes;                  ///< larger domains first: a pass only needs earlier ones
  std::vector<std::uint32_t> buffer_domains; ///< by buffer
  std::vector<index_column> index_columns;
  std::vector<element_map> element_maps;

  std::vector<state_site> states; ///< by index of node state
  std::vector<write_code> writes; ///< in the order of the nodes
  std::vector<write_site> sites;  ///< for runtime/status, as `writes`
};

} // namespace troupe::engine
