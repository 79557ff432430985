#pragma once
// The IPv4 addresses of this machine.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::net {

struct interface_address {
  std::string interface; ///< `eth0`
  std::array<std::uint8_t, 4> address{};
  std::array<std::uint8_t, 4> netmask{};
  std::array<std::uint8_t, 6> mac{}; ///< zeros if it has none
  bool loopback = false;

  bool holds(const std::array<std::uint8_t, 4>& other) const noexcept; ///< in the same network
  std::array<std::uint8_t, 4> broadcast() const noexcept;              ///< of the network
};

/// Those of the interfaces that are up, as they are now; empty if the system doesn't tell.
std::vector<interface_address> interface_addresses();

} // namespace troupe::net
