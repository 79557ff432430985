#pragma once
// Art-Net to one destination, or to the nodes that it finds.

#include "actors/metrics/runtime_metrics.hpp"
#include "actors/output/artnet_discovery.hpp"
#include "actors/output/artnet_schedule.hpp"
#include "actors/output/output_link.hpp"
#include "actors/output/output_merge.hpp"
#include "actors/output/output_timer.hpp"
#include "actors/output/packet_pacer.hpp"
#include "protocol/actors.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

struct artnet_output_options {
  std::string destination; ///< host[:port]; a name is resolved by this actor. Empty: the nodes it finds
  std::string poll_to;     ///< host[:port] that is asked for nodes; for an output without destination
  std::shared_ptr<artnet_listener> listener; ///< knows which packets are ours; hears the answers to `poll_to`
  output_timing timing;
  output_merge_options merge;
  pacing_rules pacing;
  bool broadcast = false; ///< the destination is that of a network
  bool sync = false;      ///< an ArtSync follows the last packet of a tick
  bool hold = false;      ///< at the end the nodes keep the last frame instead of a black one
  bool realtime = false;  ///< its thread asks for a real-time priority; only for one of its own
  std::shared_ptr<runtime_metrics> metrics =
      nullptr; ///< where it counts how long it is kept waiting; null: nowhere

  /// What it is called in log and reports.
  std::string name() const { return destination.empty() ? "nodes at " + poll_to : destination; }
};

struct artnet_output_state {
  static constexpr const char* name = "artnet_output";
  artnet_output_state() : schedule({}), pacer({}) {}

  artnet_output_options options;
  output_merge merge;
  artnet_schedule schedule;
  packet_pacer pacer;
  output_link link;
  output_timer timer;

  std::unique_ptr<artnet_discovery> discovery; ///< null with a destination
  artnet_routes routes;
  std::vector<net::udp_endpoint> nodes;             ///< in step with routes.nodes()
  std::vector<std::vector<net::datagram>> per_node; ///< what is about to be sent to each
  std::vector<std::size_t> in_tick;                 ///< packets to each in this tick

  std::vector<net::datagram> batch;
  std::uint64_t frame = 0;        ///< the tick that is being sent
  std::int64_t unfinished_ns = 0; ///< the deadline of a frame of which packets are still to leave
  bool unsynced = false;          ///< levels went out, and no ArtSync after them
  bool known_as_own = false;      ///< the listener knows the port of our socket
  bool asked_realtime = false, not_realtime = false;
};

/// Spawn detached: resolving a name blocks.
output_actor::behavior_type artnet_output(output_actor::stateful_pointer<artnet_output_state> self,
                                          artnet_output_options options);

} // namespace troupe::actors
