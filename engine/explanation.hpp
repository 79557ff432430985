#pragma once
// What made one cell what it is in one frame: every write that touched it, in the order of application, and
// what stayed from before.

#include "engine/program.hpp"
#include "protocol/bundle.hpp"
#include "protocol/frame.hpp"
#include "protocol/inputs.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::engine {

using cell_values = std::array<float, column_count>;

/// One write to one cell.
struct explained_write {
  std::string graph_id, node_id;
  merge_mode mode = merge_mode::override_;
  float priority = 0;
  std::uint8_t mask = 0; ///< attribute_bit: what it writes
  cell_values values{};  ///< what it writes; 0 where the mask says no
  cell_values after{};   ///< what the cell had then: the merge up to and with this write
};

struct explained_cell {
  tick_time time;
  std::vector<explained_write> writes; ///< in the order of application
  std::uint8_t written = 0;            ///< attribute_bit: what the frame has
  cell_values values{};                ///< the frame's
  std::uint8_t held = 0;               ///< attribute_bit: what stays after release, written now or before
  cell_values held_values{};
  std::optional<std::uint8_t> level; ///< of the channel that was asked for, if the universe is in this part
  std::shared_ptr<const input_snapshot> inputs; ///< what the frame was made from
};

/// One question to an evaluator, and its answer after the next tick.
struct cell_question {
  std::string fixture_id;
  std::uint32_t cell = 0; ///< from 0
  std::optional<dmx_address> level{};
  std::shared_ptr<explained_cell> answer{}; ///< null: no such cell in this part of the rig
};

enum class attribute_state : std::uint8_t {
  unwritten, ///< nothing writes it, nothing is held
  held,      ///< it was written once, and stays
  written
};

/// What the writes of one cell are to one attribute of it.
struct attribute_story {
  static constexpr std::size_t nobody = ~std::size_t{0};

  /// A write that holds the attribute.
  struct part {
    std::size_t write = 0;              ///< in explained_cell::writes
    std::size_t overridden_by = nobody; ///< the same; nobody: it shows, or is added to what shows
  };

  attribute_state state = attribute_state::unwritten;
  cell_values values{};      ///< only the attribute's columns count
  std::size_t from = nobody; ///< the write that the value rests on; others may be added to it
  std::vector<part> parts;   ///< in the order of application, `from` among them
};

/// @param attribute one attribute_bit
/// An override replaces all before it, an htp write that isn't higher is overridden by the one that is, and
/// what is added isn't overridden until something replaces the sum.
attribute_story tell(const explained_cell& cell, std::uint8_t attribute);

} // namespace troupe::engine
