#pragma once
// Graph -> program (protocol, section 4).

#include "engine/program.hpp"
#include "engine/rig.hpp"
#include "protocol/compile_result.hpp"
#include "protocol/entities.hpp"
#include "protocol/show_state.hpp"

#include <memory>

namespace troupe::engine {

struct compiled {
  compile_result result;
  std::shared_ptr<const graph_program> program; ///< null unless `result.ok`
};

/// Compiles one graph. Never throws on a damaged graph; time and memory grow linearly with nodes and edges.
/// The program is bound to the slots of `rig` and to the groups, fixtures and presets that `show` has now:
/// compile again when one of `result.dependencies` changes, or when `rig->same_slots` says no.
/// @param graph a record of kind graph
compiled compile_graph(const entity_record& graph, const show_state& show, const rig& rig);

/// Only the result: what the REST endpoint answers. Cheaper than `compile_graph`.
compile_result check_graph(const entity_record& graph, const show_state& show);

} // namespace troupe::engine
