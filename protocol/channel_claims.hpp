#pragma once
// Which fixtures are patched to one channel of one universe.

#include "protocol/frame.hpp"
#include "protocol/show_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// A channel of a cell of a fixture that stands there.
struct channel_claim {
  record_ptr fixture;
  std::uint32_t cell = 0; ///< from 0
  std::string channel;    ///< its name in the model
};

/// In the order of the show: the last one has the channel (protocol, section 1). Linear in the number of
/// fixtures.
std::vector<channel_claim> claims_on(const show_state& show, dmx_address where);

} // namespace troupe
