#pragma once
// Graph -> program (protocol, section 4).

#include "engine/program.hpp"
#include "engine/rig.hpp"
#include "protocol/compile_result.hpp"
#include "protocol/entities.hpp"
#include "protocol/show_state.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace troupe::engine {

struct compiled {
  compile_result result;
  std::vector<std::shared_ptr<const graph_program>>
      programs; ///< by part of the rig; empty unless `result.ok`

  /// @returns null unless `result.ok`
  std::shared_ptr<const graph_program> program(std::size_t part = 0) const {
    return part < programs.size() ? programs[part] : nullptr;
  }
};

/// Compiles one graph. Never throws on a damaged graph; time and memory grow linearly with nodes and edges.
/// The programs are bound to the places of `rig` and to the groups, fixtures and presets that `show` has now:
/// compile again when one of `result.dependencies` changes, or when `rig->same_places` says no.
/// @param graph a record of kind graph
compiled compile_graph(const entity_record& graph, const show_state& show, const rig& rig);

/// Only the result: what the REST endpoint answers. Cheaper than `compile_graph`.
compile_result check_graph(const entity_record& graph, const show_state& show);

} // namespace troupe::engine
