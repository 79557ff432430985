#pragma once
// Art-Net to one destination.

#include "actors/metrics/runtime_metrics.hpp"
#include "actors/output/artnet_schedule.hpp"
#include "actors/output/output_link.hpp"
#include "protocol/actors.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

struct artnet_output_options {
  std::string destination; ///< host[:port]; a name is resolved by this actor
  output_timing timing;
  bool sync = false; ///< an ArtSync follows the last packet of a tick
  bool hold = false; ///< at the end the nodes keep the last frame instead of a black one
  std::shared_ptr<runtime_metrics> metrics =
      nullptr; ///< where it counts how long it is kept waiting; null: nowhere
};

struct artnet_output_state {
  static constexpr const char* name = "artnet_output";
  artnet_output_state() : schedule({}) {}

  artnet_output_options options;
  artnet_schedule schedule;
  output_link link;
  std::vector<net::datagram> batch;
  bool timer_running = false;
};

/// Spawn detached: resolving a name blocks.
output_actor::behavior_type artnet_output(output_actor::stateful_pointer<artnet_output_state> self,
                                          artnet_output_options options);

} // namespace troupe::actors
