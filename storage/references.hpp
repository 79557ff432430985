#pragma once
// References between entities that lead nowhere (protocol, section 2 "Damage never costs work").

#include "protocol/show_state.hpp"
#include "storage/problem.hpp"

#include <vector>

namespace troupe::storage {

/// Fixtures without their model and groups naming missing fixtures, in the order of the show, at the places
/// where the entities stood in their files. References in graphs are none: they are compile warnings.
std::vector<problem> dangling_references(const show_state& state);

} // namespace troupe::storage
