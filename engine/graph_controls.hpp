#pragma once
// Which faders, buttons and other sources from outside a write of a graph depends on.

#include "engine/dmx_place.hpp"
#include "engine/graph_check.hpp"
#include "protocol/show_state.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::engine {

struct outside_source {
  enum class kind : std::uint8_t { fader, button, dmx, timecode, time };
  kind what = kind::fader;
  std::string id;    ///< of a fader or button
  dmx_place channel; ///< of dmx
};

/// What an attribute of a write depends on, each source once, in the order of the graph's nodes. Of two
/// bundles that are merged only the one that the attribute is taken from counts. `time` stands for what moves
/// by itself: Time, the LFOs, Noise and Chase. Selections and priorities aren't followed.
/// @param attribute one attribute_bit @pre the graph passed its checks
/// @returns nothing without such a node
std::vector<outside_source> sources_behind(const indexed_graph& graph, const show_state& show,
                                           std::string_view write_node, std::uint8_t attribute);

} // namespace troupe::engine
