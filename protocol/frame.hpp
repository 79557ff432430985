#pragma once
// What one tick makes: the attributes of every written fixture, and the DMX of every universe. Both live in
// pooled buffers that are filled once and then shared immutably between actors.

#include "protocol/bundle.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::engine {
struct part_places; // engine/rig.hpp
struct patch_plan;  // engine/patch.hpp
} // namespace troupe::engine

namespace troupe {

/// Show time as it crosses actors and nodes: integers, so that no float is rounded on the way.
struct tick_time {
  std::uint64_t frame_number = 0; ///< from 1; a skipped tick has none
  std::int64_t t_ns = 0;          ///< this deadline minus the deadline of frame 1
  std::int64_t dt_ns = 0;         ///< since the frame before; 0 at frame 1
  std::int64_t deadline_ns = 0;   ///< steady clock, of this process only; for measuring lateness
};

/// Which fixture stands in which slot. A fixture keeps its slot as long as it exists, so columns, node state
/// and caches by slot survive edits of the rig.
struct fixture_layout {
  std::vector<std::string> ids;     ///< by slot; empty for a free slot
  std::vector<std::uint32_t> order; ///< the used slots in the order of the show's fixtures
  /// By slot, and one more for the end: where the colours of its cells begin in frame_data::cell_colors.
  /// Those of a fixture with one cell take no room. Empty if no fixture has more than one.
  std::vector<std::uint32_t> cell_begins;
  std::size_t slots() const noexcept { return ids.size(); }
};

/// One WriteAttributes of one graph, for runtime/status.
struct write_site {
  std::string node_id;
  std::vector<std::string> selection; ///< the fixtures it writes, in order; only those that exist
};

/// One graph of the show, for runtime/status; in the order of the show.
struct instance_site {
  std::string graph_id;
  bool enabled = true;
  std::string last_error; ///< empty while the graph compiles
  std::uint32_t error_count = 0;
  std::vector<write_site> writes; ///< empty while disabled or broken
};

/// What a frame's buffers refer to; the same object for all frames between two edits.
struct frame_layout {
  std::shared_ptr<const fixture_layout> fixtures;
  std::vector<instance_site> instances;
};

/// What one write did in this tick: the bundle of its selection's first fixture (mask 0 when it is empty).
struct write_report {
  std::uint8_t mask = 0; ///< attribute_bit
  bool varying = false;
  bool elsewhere = false; ///< that fixture is in another part of the rig, whose frame tells
  float priority = 0;
  std::array<float, column_count> values{};
};

/// What of a frame somebody wants to see.
struct frame_demand {
  bool attributes = true; ///< the columns of the fixtures
  bool cells = false;     ///< the colours of the cells, too
  friend bool operator==(const frame_demand&, const frame_demand&) = default;
};

/// The attributes of the fixtures at one tick. Columns are indexed by slot and hold finite numbers. Those of
/// a fixture with several cells are the mean over its cells.
struct frame_data {
  tick_time time;
  std::shared_ptr<const frame_layout> layout;
  bool attributes = true;            ///< false: nobody asked for the columns, which are empty
  std::vector<std::uint8_t> written; ///< 1: the fixture is in the frame
  std::vector<std::uint8_t> mask;    ///< attribute_bit: what it holds
  std::array<std::vector<float>, column_count> values; ///< by `column`; 0 where the mask says no
  std::vector<write_report> writes; ///< all writes of the enabled, working graphs, as in layout->instances
  /// Red, green and blue (0..255) of each cell of the fixtures with several, as lit: the colour times the
  /// intensity where that is written, white for an intensity alone. Empty unless asked for.
  std::vector<std::uint8_t> cell_colors;
  /// The part of the rig that this is about, while several stages share it; null: the whole.
  std::shared_ptr<const engine::part_places> part;
};

/// One channel of one universe.
struct dmx_address {
  std::uint16_t universe = 0; ///< Port-Address
  std::uint16_t channel = 1;  ///< 1..512
  friend bool operator==(const dmx_address&, const dmx_address&) = default;
};

/// The DMX of every patched universe at one tick.
struct dmx_data {
  tick_time time;
  std::vector<std::uint16_t> addresses; ///< Port-Addresses in ascending order
  std::vector<std::uint8_t> levels;     ///< 512 for each address, in the same order
  std::vector<std::uint8_t> changed;    ///< by address: 1 if it differs from the tick before, is new, or has
                                     ///< come to another stage with another show
  std::shared_ptr<const engine::patch_plan> made_for; ///< the engine's: whose constant levels are in place
};

} // namespace troupe
