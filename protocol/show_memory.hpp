#pragma once
// What a show remembers between two ticks, whatever stages compute it: the state of nodes, and the
// attributes that stay after release.

#include "protocol/bundle.hpp"
#include "protocol/node_catalogue.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// Consecutive cells of a show. They are counted from 0 through the fixtures, in the order of the show.
struct cell_run {
  std::uint32_t first = 0, count = 0;
  friend bool operator==(const cell_run&, const cell_run&) = default;
};
using cell_runs = std::vector<cell_run>; ///< ascending; no cell twice

inline std::size_t cells_in(const cell_runs& runs) {
  std::size_t cells = 0;
  for (const auto& one : runs) cells += one.count;
  return cells;
}

/// The state of one node. What it consists of is the engine's business; not-a-number is state that hasn't
/// begun.
struct node_memory {
  std::string graph_id, node_id;
  node_type type = node_type::time;
  bool varying = false; ///< each cell has its own
  bool same = false;    ///< varying, but all cells remember the same: it stands there once
  cell_runs cells;      ///< of a varying one
  std::uint8_t double_columns = 0, float_columns = 0;
  std::vector<double> doubles; ///< column by column, `length` each
  std::vector<float> floats;

  std::size_t length() const { return varying && !same ? cells_in(cells) : 1; }
};

/// The attributes that stay after release.
struct held_memory {
  cell_runs cells;
  std::vector<std::uint8_t> masks;                      ///< by cell: attribute_bit
  std::array<std::vector<float>, column_count> columns; ///< by cell; 0 where the mask has no bit
};

struct show_memory {
  std::uint32_t cells = 0; ///< that the show has
  std::vector<node_memory> nodes;
  held_memory held;
};

} // namespace troupe
