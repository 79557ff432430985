#pragma once
// Writes of all graphs -> the attributes of a frame, in ascending (priority, graph, node), per fixture
// (protocol, section 5 "Merging").

#include "engine/program.hpp"
#include "protocol/bundle.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::engine {

/// Room for the columns of one tile, by place from `base` on.
struct merge_target {
  std::uint32_t base = 0;
  std::uint8_t* written = nullptr;
  std::uint8_t* mask = nullptr;
  std::array<float*, column_count> values{}; ///< zeros in those that no write ever writes
};

/// Where the columns stand after the merge: where there is room for them, or, if only one write counts and
/// covers the whole tile, where its graph has made them.
using merged_columns = std::array<const float*, column_count>;

/// One WriteAttributes of a running graph with what it reads. Pointers stay valid from install to install.
struct active_write {
  const write_code* code = nullptr;
  const domain* where = nullptr;
  const float* uniforms = nullptr;
  float* const* buffers = nullptr;
  const std::uint32_t* buffer_bases = nullptr; ///< those of the present tile

  bool priority_varies() const { return code->priority.where == operand::place::buffer; }
  /// `element` doesn't matter where it doesn't vary.
  float priority(std::size_t element) const { return raw(code->priority, element); }
  /// Within 0..1 (pan and tilt -1..1).
  float value(std::size_t column, std::size_t element) const;
  /// The values of an element and those that follow in its tile; null if the column doesn't vary.
  const float* column(std::size_t column, std::size_t element) const {
    const auto& o = code->values[column];
    return o.where == operand::place::buffer ? buffers[o.index] + (element - buffer_bases[o.index]) : nullptr;
  }

 private:
  float raw(const operand& o, std::size_t element) const {
    return o.where == operand::place::buffer ? buffers[o.index][element - buffer_bases[o.index]]
                                             : uniforms[o.index];
  }
};

/// What one write does to one tile.
struct tile_write {
  std::uint32_t write = 0;
  domain::tile_part part;
};

class merger {
 public:
  /// @param writes in the order of graphs and nodes
  /// @param most_in_a_tile how many elements the writes to one tile have at most
  void install(std::vector<active_write> writes, std::size_t most_in_a_tile);

  /// Once per tick, when all uniform values are known.
  /// @returns whether the order in which writes are applied is another than before
  bool begin();

  /// Before the first tile and whenever `begin` says so: puts the writes of a tile into the order of
  /// priorities.
  void sort(std::span<tile_write> of_one_tile) const;

  /// Merges the writes of a tile. @returns columns that stay until the next tile
  merged_columns run(std::span<const tile_write> of_one_tile, const merge_target& target);

  const std::vector<active_write>& writes() const noexcept { return writes_; }

  /// A write that touches one place.
  struct touch {
    std::uint32_t write = 0;
    std::uint32_t element = 0;
  };
  /// All that touch a place of the tile, in the order in which `run` applies them. For questions, not for
  /// every tick: it allocates.
  std::vector<touch> touching(std::span<const tile_write> of_one_tile, std::uint32_t place) const;

  /// Does to one value what `run` does.
  static void apply_value(merge_mode mode, std::size_t column, float value, float& current);

 private:
  /// One cell of a write whose priority varies.
  struct single {
    std::uint32_t write;
    std::uint32_t element;
  };

  void order_singles(std::span<const tile_write> of_one_tile);
  void run_with_singles(std::span<const tile_write> of_one_tile, const merge_target& target);
  const float* run_column(std::span<const tile_write> of_one_tile, std::size_t column,
                          const merge_target& target) const;

  std::vector<active_write> writes_;
  std::uint8_t written_ = 0;        ///< attribute_bit: by any of them
  std::vector<std::uint32_t> bits_; ///< by write: its priority as bits; of varying ones 0
  std::vector<single> singles_;     ///< scratch of a tile: in the order of writes and elements
  /// The same in the order of application: the bits of the priority (ascending, because it isn't negative),
  /// then the index in `singles_`. Whole numbers sort twice as fast as structures.
  std::vector<std::uint64_t> keys_;
};

} // namespace troupe::engine
