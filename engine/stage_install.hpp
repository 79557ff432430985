#pragma once
// What a stage's engine is to be from the next tick on.

#include "engine/program.hpp"
#include "engine/rig.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::engine {

/// One graph as it is to be from the next tick on.
struct graph_install {
  std::string graph_id;
  std::uint64_t revision = 0;
  bool enabled = true;
  std::string last_error;                       ///< empty while the graph compiles
  std::uint32_t error_count = 0;                ///< without warnings
  std::shared_ptr<const graph_program> program; ///< null: the graph doesn't compile and stands still
};

/// What changes at one moment between two ticks, as one step.
struct stage_install {
  bool new_show = false;                   ///< drop all graphs, node state and held attributes first
  std::shared_ptr<const engine::rig> rig;  ///< null: keep. With other places every program must come anew
  std::size_t part = 0;                    ///< of the rig: whose programs these are
  std::vector<graph_install> graphs;       ///< added, or replacing the one with that id
  std::vector<std::string> removed_graphs; ///< their state is dropped
  std::vector<std::string> graph_order;    ///< all ids in the order of the show; empty: keep, new ones last
};

} // namespace troupe::engine
