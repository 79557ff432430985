#pragma once
// One program for the whole rig -> one for each part of it.

#include "engine/program.hpp"
#include "engine/rig.hpp"

#include <memory>
#include <vector>

namespace troupe::engine {

/// Programs by part. All compute the same uniform values; each has the varying ones of its own cells, with
/// the indices they have in the whole rig, so that the division can't be seen in the results.
std::vector<std::shared_ptr<const graph_program>> divide_program(graph_program whole, const rig& where);

} // namespace troupe::engine
