#pragma once
// Receives DMX and timecode from the network, and hands what comes of it to input_state.

#include "actors/input/dmx_source_table.hpp"
#include "actors/input/packet_intake.hpp"
#include "actors/input/sacn_listener.hpp"
#include "actors/output/artnet_listener.hpp"
#include "protocol/actors.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace troupe::actors {

struct network_input_options {
  std::vector<universe_rules> universes; ///< by Port-Address
  intake_universes listened;
  sacn_listener_options sacn;              ///< without groups nothing is opened
  std::shared_ptr<artnet_listener> artnet; ///< null: no Art-Net; shared with the outputs
  bool timecode = false;
  /// Tells where packets may be handed in directly; for tests, which have no sockets.
  std::function<void(std::shared_ptr<packet_intake>)> intake_is;
};

struct network_input_state {
  static constexpr const char* name = "network_input";
  network_input_state() : table({}) {}

  std::shared_ptr<const cast> peers;
  dmx_source_table table;
  std::shared_ptr<packet_intake> intake;
  std::optional<sacn_listener> sacn;
  std::shared_ptr<artnet_listener> artnet;
  artnet_listener::subscription heard;
  std::vector<network_packet> packets; // of one turn
  std::optional<packet_intake::timecode_packet> timecode;

  dmx_inputs_ptr told; // what input_state was last sent
  bool timecode_told = true;
  bool on_the_way = false; // a network_moved that isn't answered
  std::int64_t told_at_ns = 0;
  std::optional<std::int64_t> planned_ns; // when the timer wakes us
};

network_input_actor::behavior_type
network_input(network_input_actor::stateful_pointer<network_input_state> self, network_input_options options);

} // namespace troupe::actors
