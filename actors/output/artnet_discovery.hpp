#pragma once
// Finds the nodes of one output: polls, and keeps the table of those that answer. The table is filled on the
// listener's thread and read by the output, so nothing grows in a mailbox.

#include "actors/output/artnet_listener.hpp"
#include "actors/output/artnet_nodes.hpp"
#include "protocol/local_messages.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace troupe::actors {

class artnet_discovery {
 public:
  using time = std::chrono::nanoseconds;
  static constexpr time poll_interval = std::chrono::milliseconds{2'500}; ///< Art-Net 4, "ArtPoll"

  /// @param poll_to a node, or the directed broadcast of a network: nothing else is ever polled
  artnet_discovery(std::shared_ptr<artnet_listener> listener, net::udp_endpoint poll_to);

  /// Sends a poll if one is due, and lets the silent nodes go. For the output's timer.
  void tend(time now);

  /// The routes if they have changed since the last call.
  std::optional<artnet_routes> changes();

  std::vector<output_node> nodes() const;
  /// What isn't as it should be, for people; empty: nothing.
  std::vector<std::string> notes() const;

 private:
  std::shared_ptr<artnet_listener> listener_;
  net::udp_endpoint poll_to_;
  std::optional<time> polled_at_;
  bool unsent_ = false; ///< the last poll couldn't be sent

  mutable std::mutex lock_; ///< of the table, held for one reply or one look
  artnet_nodes table_;
  bool changed_ = false;
  artnet_listener::subscription hearing_; // last: ends before what its hook needs
};

} // namespace troupe::actors
