#pragma once
// Every kind of output there is, as what it is made of. A new kind is one more alternative here.

#include "actors/output/artnet_output_actor.hpp"
#include "actors/output/sacn_output_actor.hpp"
#include "storage/config.hpp"

#include <variant>
#include <vector>

namespace troupe::actors {

using output_options = std::variant<artnet_output_options, sacn_output_options>;

/// The outputs that the settings ask for. @param id under which sACN is sent; of no meaning without sACN
std::vector<output_options> outputs_of(const storage::config& settings, const sacn::component_id& id);

} // namespace troupe::actors
