#pragma once
// Every kind of output there is, as what it is made of. A new kind is one more alternative here.

#include "actors/output/artnet_listener.hpp"
#include "actors/output/artnet_output_actor.hpp"
#include "actors/output/sacn_output_actor.hpp"
#include "net/interfaces.hpp"
#include "storage/config.hpp"

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace troupe::actors {

using output_options = std::variant<artnet_output_options, sacn_output_options>;

/// The outputs that the settings ask for. @param id under which sACN is sent; of no meaning without sACN
/// @param listener which outputs that look for nodes hear with
std::vector<output_options> outputs_of(const storage::config& settings, const sacn::component_id& id,
                                       const std::shared_ptr<artnet_listener>& listener);

/// Why these outputs may not be started on a machine with these addresses; empty: they may. A destination
/// that is the broadcast address of a network, or of all, has to be asked for.
std::string output_refusal(const storage::config& settings, std::span<const net::interface_address> here);

/// Whether Art-Net polls of others are to be answered.
bool answers_polls(const storage::config& settings);

} // namespace troupe::actors
