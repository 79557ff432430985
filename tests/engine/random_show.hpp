#pragma once
// Seeded shows and edit scripts: everything a rig and its operators may do, including what no careful person
// would. The same seed makes the same show on every platform.

#include "protocol/node_catalogue.hpp"
#include "tests/engine/dice.hpp"
#include "tests/engine/plain_show.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::test {

/// Models of all kinds, fixtures that overlap, overrun or have no model, groups with unknown members, graphs.
/// @param fixtures their number; less than 0: a few
plain_show random_show(dice& roll, int fixtures = -1);

/// Fixtures alone, without graphs.
plain_show random_rig(dice& roll, int fixtures = -1);

/// Whether random models have cells at all.
inline constexpr bool models_have_cells = true;

/// @param most_cells bounds their number
fixture_model random_model(dice& roll, std::uint32_t most_cells = 200);

/// Makes the model one of several cells: mostly few, seldom so many that they cross universes.
void give_cells(dice& roll, fixture_model& m, std::uint32_t most_cells);
fixture random_fixture(dice& roll, const plain_show& show);
bundle random_bundle(dice& roll);

/// Some of the show's fixtures: any, a run of neighbours, or all; in their order or shuffled, at times with
/// an id that doesn't exist.
std::vector<std::string> random_fixture_ids(dice& roll, const plain_show& show);

/// A graph that compiles without errors (warnings may occur): 1..4 writes and what they need, with sharing,
/// dead nodes, and nodes stored in any order.
graph random_graph(dice& roll, const plain_show& show);

/// Makes the graph wrong in one random way, most of which are compile errors.
void break_graph(dice& roll, graph& value);

/// One constant of one node, as JSON within the port's hard range.
/// @param wild prefers the ends of the range and huge numbers
boost::json::value random_constant(dice& roll, const input_spec& port, bool wild);

/// Random edits of a show, as a client or a hand in the files would make them.
class random_editor {
 public:
  explicit random_editor(plain_show& show) : show_(show) {}

  /// One or more edits that are published together. Ids that were deleted in an earlier step may be used
  /// again, those deleted in this one not.
  /// @returns what was done, for the log of a failure
  std::string step(dice& roll);

 private:
  std::string edit(dice& roll);
  std::string edit_graph(dice& roll);
  std::string edit_fixture(dice& roll);
  std::string edit_group(dice& roll);
  std::string edit_model(dice& roll);
  std::string edit_input(dice& roll);
  std::string fresh_id(dice& roll, std::string_view prefix, const std::set<std::string>& taken);

  plain_show& show_;
  std::map<std::string, graph> good_;        ///< what a broken graph was before
  std::map<std::string, graph_edge> pulled_; ///< by graph: an edge to plug again
  std::set<std::string> buried_;             ///< deleted in an earlier step
  std::set<std::string> dying_;              ///< deleted in this step
  int created_ = 100;
};

/// Fader moves and button presses between two ticks; seldom a fader vanishes.
void move_controls(dice& roll, controls& now);

/// Time since the tick before, in nanoseconds; at least 1.
std::int64_t random_dt_ns(dice& roll);

} // namespace troupe::test
