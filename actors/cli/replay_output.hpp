#pragma once
// Replayed frames to lighting nodes: what the outputs of a server send, without their actors.

#include "actors/output/output_options.hpp"
#include "net/udp_sender.hpp"
#include "protocol/error.hpp"
#include "protocol/frame.hpp"

#include <cstdint>
#include <memory>

namespace troupe::cli {

/// One way out. Times are of any clock that goes on.
class replay_output {
 public:
  virtual ~replay_output() = default;

  virtual void send(const std::shared_ptr<const dmx_data>& dmx, std::int64_t now_ns) = 0;
  /// What is due without a frame, for receivers that forget.
  virtual void repeat(std::int64_t now_ns) = 0;
  /// The end: zeros for all universes unless the last levels are to be held.
  virtual void darken() = 0;

  virtual const net::udp_counters& totals() const noexcept = 0;
};

/// The resolver may block. Packets aren't spread, and nothing of the network is merged.
/// @pre an output of Art-Net has a destination
result<std::unique_ptr<replay_output>> open_replay_output(const actors::output_options& options);

} // namespace troupe::cli
