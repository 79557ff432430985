#pragma once
// What an engine remembers, told by the cells of the show instead of by its columns: that is the same for any
// number of stages, and wherever the cells have come to lie in the course of edits.

#include "engine/engine_image.hpp"
#include "engine/part_memory.hpp"
#include "engine/place_table.hpp"
#include "protocol/show_memory.hpp"
#include "protocol/show_state.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::engine {

/// The cells of a show, counted as in `cell_run`, and the places that a rig has given them.
class cell_numbers {
 public:
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};

  cell_numbers(const show_state& show, const place_table& places);

  std::uint32_t cells() const noexcept { return static_cast<std::uint32_t>(place_of_.size()); }
  std::uint32_t place_of(std::uint32_t cell) const { return place_of_[cell]; }
  /// @returns `nowhere` for places without a cell
  std::uint32_t cell_at(std::uint32_t place) const {
    return place < cell_at_.size() ? cell_at_[place] : nowhere;
  }

 private:
  std::vector<std::uint32_t> place_of_, cell_at_;
};

/// @param parts what the engines of all stages remembered at one moment, part by part, of the same rig
/// @param cells of the show and the rig of that moment
show_memory memory_by_cell(std::span<const std::shared_ptr<const engine_image>> parts,
                           const cell_numbers& cells);

/// For show_evaluator::restore.
struct placed_memory {
  std::vector<graph_image> graphs;
  part_memory held;
};

/// @param cells of the same show, with any rig
/// @returns nothing if it is of a show with other cells, or of an engine that remembers in another form
std::optional<placed_memory> memory_by_place(const show_memory& memory, const cell_numbers& cells);

} // namespace troupe::engine
