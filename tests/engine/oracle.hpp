#pragma once
// A second interpreter of protocol sections 4, 5 and 6, as simple as it can be, to compare the engine with.
// It walks every graph from every WriteAttributes, for every cell of every fixture of its selection, as if
// every node ran for that cell; it sorts all writes and applies them one by one; it renders one cell after
// the other. It shares with the engine only the scalar functions that define the bits (engine/math.hpp).

#include "protocol/bundle.hpp"
#include "protocol/compile_result.hpp"
#include "protocol/frame.hpp"
#include "tests/engine/plain_show.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace troupe::test {

/// What compiling says, from the specification alone. Messages are left empty.
compile_result expected_compile(const graph& value, const plain_show& show);

/// What one node remembers: for one cell if any of its inputs varies, else for all.
struct node_state {
  double phase = 0; ///< LFO and noise: turns or lattice position; Chase: position in cells
  float level = 0;  ///< Smooth and Envelope: the value
  float from = 0;   ///< Envelope: where attack or release began
  double age = 0;   ///< Flash: since the trigger; Envelope: since the gate turned
  int stage = 0;    ///< Flash: 1 once triggered; Envelope: 1 while the gate is open
};

/// What a chain is evaluated for: one cell of a fixture, or nobody, where it is the same for all.
struct element {
  std::string fixture; ///< empty: nobody
  std::uint32_t cell = 0;
  friend auto operator<=>(const element&, const element&) = default;
};

/// graph, node, node type, element (nobody for a node without varying inputs)
using state_key = std::tuple<std::string, std::string, std::string, element>;
using state_map = std::map<state_key, node_state>;

/// One WriteAttributes as runtime/status tells of it.
struct expected_report {
  std::string graph_id, node_id;
  std::vector<std::string> selection;
  bool may_vary = false; ///< by the shape of the graph
  bool differs = false;  ///< in this tick two cells do get different things
  float priority = 0;
  bundle first; ///< what the first cell of the selection's first fixture gets
};

using universe_levels = std::array<std::uint8_t, 512>;

struct expected_frame {
  std::map<std::string, bundle> written; ///< the fixtures in the frame; of several cells the mean
  std::map<std::string, std::vector<std::uint8_t>>
      cell_colors; ///< of those with several: red, green, blue each
  std::map<std::uint16_t, universe_levels> universes;
  std::set<std::uint16_t> changed; ///< of those: differs from the tick before, or is new
  std::vector<expected_report> reports;
};

class oracle {
 public:
  explicit oracle(release_mode otherwise = release_mode::dark) : release_(otherwise) {}

  /// The show as it is from the next tick on. State stays where graph, node and type stay.
  void install(const plain_show& show);

  /// The same for another show: nothing is remembered but what was sent.
  void switch_to(const plain_show& show);

  expected_frame tick(const tick_time& time, const controls& now);

 private:
  bundle kept(const fixture_model* model, const bundle& b) const;
  bundle effective(const fixture_model* model, const element& id, const bundle* written);
  void render(const fixture& patch, const std::string& id, const std::vector<bundle>* written,
              expected_frame& out);

  release_mode release_;
  plain_show show_;
  std::set<std::string> running_; ///< graphs that are enabled and compile
  state_map state_;
  std::map<std::string, std::uint32_t> cells_; ///< of each fixture
  std::map<element, bundle> held_;             ///< what stays of what its channels showed in the tick before
  std::map<std::uint16_t, universe_levels> sent_;
};

// -- the parts -----------------------------------------------------------------------------------------

/// How many cells a fixture has; one without its model has one.
std::uint32_t cells_of(const plain_show& show, const fixture& patch);

/// One write of one cell at one tick.
struct cell_write {
  element cell;
  float priority = 0;
  std::string merge;
  bundle attributes;
};

/// What an edit leaves of the state of a graph that compiles: the nodes whose id and type stay. Of a node
/// that varies, the cells that are still selected; one that begins to vary starts each of them with what
/// it had; one that ceases to vary starts afresh. Nodes from which no write is reached keep all and stand
/// still.
void settle_state(const named<graph>& g, const plain_show& show, state_map& state);

/// All writes of one graph at one tick, in the order of its nodes. Advances the state of every node behind a
/// write.
std::vector<cell_write> walk_graph(const named<graph>& g, const plain_show& show, const tick_time& time,
                                   const controls& now, state_map& state,
                                   std::vector<expected_report>& reports);

/// Applies a write to what a cell holds so far.
void merge_into(bundle& target, const bundle& from, const std::string& mode);

/// What a frame shows of the cells of one fixture: a single one as it is, of several the mean.
bundle expected_mean(const std::vector<bundle>& cells);

/// Red, green and blue of one cell, as lit.
std::array<std::uint8_t, 3> expected_color(const bundle& cell);

/// The level of every channel of one cell, in the order of the model's channels.
std::vector<std::uint8_t> expected_levels(const fixture_model& model, const bundle& attributes);

} // namespace troupe::test
