#pragma once
// Art-Net to one destination.

#include "actors/output/artnet_schedule.hpp"
#include "net/udp_sender.hpp"
#include "protocol/actors.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

struct artnet_output_options {
  std::string destination; ///< host[:port]; a name is resolved by this actor
  artnet_timing timing;
  bool hold = false; ///< at the end the nodes keep the last frame instead of a black one
};

struct artnet_output_state {
  static constexpr const char* name = "artnet_output";
  artnet_output_state() : schedule({}) {}

  artnet_output_options options;
  artnet_schedule schedule;
  net::udp_endpoint destination;
  std::optional<net::udp_sender> socket;
  std::vector<net::datagram> batch;
  std::string problem;
  caf::actor_clock::time_point retry_at{};
  std::chrono::milliseconds back_off{250};
  bool timer_running = false;
  std::size_t full_batches = 0; ///< in a row, for which the kernel had no room
};

/// Spawn detached: resolving a name blocks.
output_actor::behavior_type artnet_output(output_actor::stateful_pointer<artnet_output_state> self,
                                          artnet_output_options options);

} // namespace troupe::actors
