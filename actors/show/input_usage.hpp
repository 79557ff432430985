#pragma once
// Which graphs name an input.

#include "protocol/show_state.hpp"

#include <string_view>
#include <vector>

namespace troupe::actors {

/// Whether a Fader or Button node of the graph names the input.
bool uses_input(const graph& value, std::string_view input_id);

/// The graphs that name the input, in the order of the show.
std::vector<record_ptr> graphs_using_input(const show_state& state, std::string_view input_id);

} // namespace troupe::actors
