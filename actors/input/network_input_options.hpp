#pragma once
// From the settings to what network_input is made of.

#include "actors/input/network_input_actor.hpp"
#include "storage/config.hpp"

#include <optional>

namespace troupe::actors {

/// @param listener that of the process @returns nothing if the settings receive nothing
std::optional<network_input_options> network_input_of(const storage::config& settings,
                                                      const std::shared_ptr<artnet_listener>& listener);

} // namespace troupe::actors
