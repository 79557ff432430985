#pragma once
// What there is to do in every tile: which graphs run, which writes are merged, what is rendered, and which
// fixtures of a frame it fills. Worked out between ticks.

#include "engine/graph_runner.hpp"
#include "engine/merge.hpp"
#include "engine/patch.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace troupe::engine {

/// One pass of one graph.
struct tile_pass {
  graph_runner* graph = nullptr;
  const pass* code = nullptr;
  domain::tile_part part;
};

/// Fixtures that have a cell in the tile: consecutive slots with one cell each in consecutive places, or one
/// fixture with several.
struct tile_fixtures {
  std::uint32_t slot = 0;
  std::uint32_t place = 0;          ///< of the first cell in this tile
  std::uint32_t count = 0;          ///< of cells in this tile
  bool strip = false;               ///< one fixture
  bool first = false, last = false; ///< strip: the tile holds its first, its last cell
};

class tile_plan {
 public:
  struct tile {
    std::uint32_t base = 0; ///< place of its first cell
    std::span<const tile_pass> passes;
    std::span<tile_write> writes;
    std::span<const tile_fixtures> fixtures;
    const patch_tile* patch = nullptr; ///< null: nothing to render
  };

  /// Everything anew. What it is given has to stay until the next call.
  /// @param graphs in the order of the show; only those that run count
  /// @returns the writes of all of them, for the merger
  std::vector<active_write> build(const rig_part* part,
                                  const std::vector<std::unique_ptr<graph_runner>>& graphs);

  std::span<const tile> tiles() const noexcept { return tiles_; }     ///< ascending
  std::size_t most_written() const noexcept { return most_written_; } ///< elements in one tile

 private:
  template <class Item>
  struct list { ///< items of all tiles, tile by tile
    std::vector<std::uint32_t> begins;
    std::vector<Item> items;
  };
  template <class Item, class Each>
  void collect(list<Item>& into, Each&& each) const;
  void collect_passes(const std::vector<std::unique_ptr<graph_runner>>& graphs);
  void collect_writes(const std::vector<active_write>& writes);
  void collect_fixtures(const part_places& of);
  void assemble(const patch_plan* patch);

  std::uint32_t tile_count_ = 0;
  list<tile_pass> passes_;
  list<tile_write> writes_;
  list<tile_fixtures> fixtures_;
  std::vector<tile> tiles_;
  std::size_t most_written_ = 0;
};

} // namespace troupe::engine
