#pragma once
// A lighting node: takes Art-Net on a port of its own.

#include "tests/conformance/support/patience.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe::conformance {

/// One datagram.
struct artnet_packet {
  std::vector<std::uint8_t> bytes;
  std::chrono::steady_clock::time_point arrival; ///< when it was taken from the socket

  bool is_dmx() const; ///< long enough, `Art-Net\0`, OpCode 0x5000
  std::uint16_t universe() const { return static_cast<std::uint16_t>(bytes.at(14) | bytes.at(15) << 8); }
  std::uint8_t sequence() const { return bytes.at(12); }
  /// @param channel 1..512
  int level(std::size_t channel) const { return bytes.at(17 + channel); }
  std::vector<int> levels(std::size_t first, std::size_t count) const;
  bool dark() const; ///< all 512 are 0
};

class udp_receiver {
 public:
  udp_receiver();
  ~udp_receiver();
  udp_receiver(const udp_receiver&) = delete;
  udp_receiver& operator=(const udp_receiver&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  /// The next datagram, or nothing.
  std::optional<artnet_packet> receive(std::chrono::milliseconds timeout);
  /// Forgets what has arrived.
  void drain();
  /// The next packet of that universe. Throws when patience ends.
  artnet_packet next(std::uint16_t universe);
  /// The next packet of that universe for which `wanted` holds. Throws when patience ends.
  artnet_packet next(std::uint16_t universe, const std::function<bool(const artnet_packet&)>& wanted);
  /// What is in the socket now.
  std::vector<artnet_packet> take_all();

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

} // namespace troupe::conformance
