#pragma once
// sACN (E1.31) to the multicast groups of its universes, or to one destination.

#include "actors/metrics/runtime_metrics.hpp"
#include "actors/output/output_link.hpp"
#include "actors/output/output_merge.hpp"
#include "actors/output/output_timer.hpp"
#include "actors/output/packet_pacer.hpp"
#include "actors/output/sacn_schedule.hpp"
#include "protocol/actors.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

struct sacn_output_options {
  sacn_source source;
  std::string
      destination; ///< host[:port], resolved by this actor; empty: multicast, each universe to its group
  std::string interface; ///< for multicast: the IPv4 address of the interface; empty: by the routing table
  unsigned ttl = 0;      ///< for multicast: 1..255; 0: that of the system
  output_timing timing;
  output_merge_options merge;
  pacing_rules pacing;   ///< for one destination; groups are receivers of their own
  bool realtime = false; ///< its thread asks for a real-time priority; only for one of its own
  bool hold = false;     ///< at the end the last levels are those of the last frame instead of zeros
  std::shared_ptr<runtime_metrics> metrics =
      nullptr; ///< where it counts how long it is kept waiting; null: nowhere
};

struct sacn_output_state {
  static constexpr const char* name = "sacn_output";
  sacn_output_state() : schedule({}, {}), pacer({}) {}

  sacn_output_options options;
  output_merge merge;
  sacn_schedule schedule;
  packet_pacer pacer;
  output_link link;
  output_timer timer;
  std::map<std::uint16_t, net::udp_endpoint> groups; ///< by universe, for multicast
  std::vector<net::datagram> batch;
  std::uint64_t frame = 0;        ///< the tick that is being sent
  std::int64_t unfinished_ns = 0; ///< the deadline of a frame of which packets are still to leave
  bool unsynced = false;          ///< levels went out, and no synchronisation after them
  bool asked_realtime = false, not_realtime = false;
};

/// Spawn detached: resolving a name blocks.
output_actor::behavior_type sacn_output(output_actor::stateful_pointer<sacn_output_state> self,
                                        sacn_output_options options);

} // namespace troupe::actors
