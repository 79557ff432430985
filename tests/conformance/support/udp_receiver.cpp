#include "tests/conformance/support/udp_receiver.hpp"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::conformance {

bool artnet_packet::is_dmx() const {
  static constexpr std::array<std::uint8_t, 10> begin{'A', 'r', 't', '-', 'N', 'e', 't', 0, 0x00, 0x50};
  return bytes.size() >= 18 && std::equal(begin.begin(), begin.end(), bytes.begin());
}

std::vector<int> artnet_packet::levels(std::size_t first, std::size_t count) const {
  std::vector<int> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(level(first + i));
  return out;
}

bool artnet_packet::dark() const {
  return bytes.size() == 530 && std::all_of(bytes.begin() + 18, bytes.end(), [](auto b) { return b == 0; });
}

udp_receiver::udp_receiver() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  // Nothing may be lost while a test looks elsewhere; the kernel grants what it allows.
  const int room = 8 * 1024 * 1024;
  if (setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd_, raw, size) != 0 || getsockname(fd_, raw, &size) != 0)
    throw std::runtime_error("no UDP port: " + std::string(std::strerror(errno)));
  port_ = ntohs(address.sin_port);
}

udp_receiver::~udp_receiver() {
  close(fd_);
}

std::optional<artnet_packet> udp_receiver::receive(std::chrono::milliseconds timeout) {
  pollfd ready{fd_, POLLIN, 0};
  if (poll(&ready, 1, static_cast<int>(timeout.count())) <= 0) return std::nullopt;
  artnet_packet out;
  out.bytes.resize(65536);
  const auto size = recv(fd_, out.bytes.data(), out.bytes.size(), 0);
  if (size < 0) return std::nullopt;
  out.bytes.resize(static_cast<std::size_t>(size));
  out.arrival = std::chrono::steady_clock::now();
  return out;
}

void udp_receiver::drain() {
  take_all();
}

artnet_packet udp_receiver::next(std::uint16_t universe) {
  return next(universe, [](const artnet_packet&) { return true; });
}

artnet_packet udp_receiver::next(std::uint16_t universe,
                                 const std::function<bool(const artnet_packet&)>& wanted) {
  const deadline end;
  std::string last = "nothing";
  while (!end.over()) {
    const auto packet = receive(end.left());
    if (!packet || !packet->is_dmx() || packet->universe() != universe) continue;
    if (wanted(*packet)) return *packet;
    last.clear();
    for (const int level : packet->levels(1, 16)) last += std::to_string(level) + ' ';
  }
  throw std::runtime_error("universe " + std::to_string(universe) + ": no such packet; the last began " +
                           last);
}

std::vector<artnet_packet> udp_receiver::take_all() {
  std::vector<artnet_packet> out;
  while (auto packet = receive(std::chrono::milliseconds{0})) out.push_back(std::move(*packet));
  return out;
}

} // namespace troupe::conformance
