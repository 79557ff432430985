#include "net/interfaces.hpp"

#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>

namespace troupe::net {

namespace {

std::array<std::uint8_t, 4> ipv4(const sockaddr* from) {
  std::array<std::uint8_t, 4> out{};
  if (from == nullptr || from->sa_family != AF_INET) return out;
  sockaddr_in address;
  std::memcpy(&address, from, sizeof address);
  std::memcpy(out.data(), &address.sin_addr, out.size());
  return out;
}

} // namespace

bool interface_address::holds(const std::array<std::uint8_t, 4>& other) const noexcept {
  for (std::size_t i = 0; i < other.size(); ++i)
    if (((address[i] ^ other[i]) & netmask[i]) != 0) return false;
  return true;
}

std::array<std::uint8_t, 4> interface_address::broadcast() const noexcept {
  auto out = address;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(out[i] | ~netmask[i]);
  return out;
}

std::vector<interface_address> interface_addresses() {
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(raw, &freeifaddrs);
  std::vector<interface_address> out;
  for (const auto* at = all.get(); at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET || (at->ifa_flags & IFF_UP) == 0)
      continue;
    auto& one = out.emplace_back();
    one.interface = at->ifa_name;
    one.address = ipv4(at->ifa_addr);
    one.netmask = ipv4(at->ifa_netmask);
    one.loopback = (at->ifa_flags & IFF_LOOPBACK) != 0;
  }
  for (const auto* at = all.get(); at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_PACKET) continue;
    sockaddr_ll link;
    std::memcpy(&link, at->ifa_addr, sizeof link);
    for (auto& one : out)
      if (one.interface == at->ifa_name && link.sll_halen == one.mac.size())
        std::memcpy(one.mac.data(), link.sll_addr, one.mac.size());
  }
  return out;
}

} // namespace troupe::net
