#pragma once
// Whether the explanation of a cell is true to the frame that it is about.

#include "engine/explanation.hpp"
#include "engine/rig.hpp"
#include "tests/engine/dice.hpp"

#include <string>
#include <vector>

namespace troupe::test {

/// Questions about some cells of the rig and their first channels, and now and then about cells that there
/// aren't.
std::vector<engine::cell_question> random_questions(dice& roll, const engine::rig& rig,
                                                    const show_state& show);

/// What an answer has wrong; empty: nothing. Bit for bit: the writes in their order give what the merge gave,
/// of a fixture with one cell what the frame has, and each attribute's story gives its value again.
std::string wrong_with(const engine::cell_question& asked, const engine::rig& rig, const frame_data& frame,
                       const dmx_data& levels);

} // namespace troupe::test
