#pragma once
// From a checked graph to a program: which nodes vary, over which fixtures, and what each node does.

#include "engine/graph_check.hpp"
#include "engine/program.hpp"
#include "engine/rig.hpp"
#include "protocol/show_state.hpp"

namespace troupe::engine {

/// The program for the whole rig, not bound to a part yet.
graph_program lower(const indexed_graph& graph, const show_state& show, const rig& where);

} // namespace troupe::engine
