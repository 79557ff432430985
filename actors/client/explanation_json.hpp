#pragma once
// Why a light is as it is, in the form of the REST interface (docs/http.md). Pure.

#include "engine/explanation.hpp"
#include "protocol/channel_claims.hpp"
#include "protocol/show_state.hpp"

#include <boost/json/object.hpp>
#include <cstdint>
#include <vector>

namespace troupe::actors {

/// One cell of a fixture. @param show for the names, which the engine doesn't know
boost::json::object fixture_explanation(const show_state& show, const channel_claim& where,
                                        const engine::explained_cell& cell);

/// One channel, whose claims are those of `claims_on`. @param cell of the last claim; null without claims
boost::json::object channel_explanation(const show_state& show, dmx_address where,
                                        const std::vector<channel_claim>& claims,
                                        const engine::explained_cell* cell);

} // namespace troupe::actors
