#pragma once
// Replayed frames to a lighting node, as Art-Net.

#include "net/udp_sender.hpp"
#include "protocol/error.hpp"
#include "protocol/frame.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::cli {

class replay_output {
 public:
  /// @param destination host[:port]; the resolver may block
  static result<replay_output> open(const std::string& destination);

  /// Every universe of the frame, changed or not.
  void send(const std::shared_ptr<const dmx_data>& dmx);
  /// The last frame again, for nodes that forget.
  void repeat();
  /// Zeros for all universes that were ever sent.
  void darken();

  const net::udp_counters& totals() const noexcept { return socket_->totals(); }

 private:
  replay_output(net::udp_endpoint destination, net::udp_sender socket)
      : destination_(destination), socket_(std::make_unique<net::udp_sender>(std::move(socket))) {}
  void send_levels(std::uint16_t address, const std::uint8_t* levels);

  net::udp_endpoint destination_;
  std::unique_ptr<net::udp_sender> socket_;
  std::map<std::uint16_t, std::uint8_t> sequences_; // by Port-Address
  std::shared_ptr<const dmx_data> last_;
};

} // namespace troupe::cli
