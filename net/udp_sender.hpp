#pragma once
// UDP towards lighting nodes: batches, never waiting.

#include "protocol/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace troupe::net {

/// A resolved destination: an IPv4 or IPv6 socket address.
class udp_endpoint {
 public:
  udp_endpoint() = default;

  /// From `127.0.0.1`, `127.0.0.1:6454`, `::1` or `[::1]:6454`; VALIDATION_ERROR if it is no literal.
  static result<udp_endpoint> parse(std::string_view literal, std::uint16_t default_port);

  bool v6() const noexcept;
  std::uint16_t port() const noexcept;
  /// The same address with another port.
  udp_endpoint with_port(std::uint16_t port) const noexcept;
  /// The IPv4 address; zeros for IPv6.
  std::array<std::uint8_t, 4> ipv4() const noexcept;
  static udp_endpoint from_ipv4(const std::array<std::uint8_t, 4>& address, std::uint16_t port) noexcept;
  /// `127.0.0.1:6454` or `[::1]:6454`.
  std::string text() const;
  /// Whether it is 255.255.255.255 (the only broadcast that can be told without the netmask).
  bool limited_broadcast() const noexcept;

  /// A sockaddr, for system calls.
  const void* data() const noexcept { return storage_.data(); }
  std::size_t size() const noexcept { return size_; }
  /// @param bytes a sockaddr_in or sockaddr_in6
  static udp_endpoint from_bytes(const void* bytes, std::size_t size);

  friend bool operator==(const udp_endpoint& a, const udp_endpoint& b) noexcept;

 private:
  alignas(8) std::array<unsigned char, 28> storage_{};
  std::uint32_t size_ = 0;
};

/// Resolves `host[:port]`, a literal or a name; IPv4 is preferred. BLOCKS for as long as the resolver does.
/// VALIDATION_ERROR if the text is malformed or the name is unknown.
result<udp_endpoint> resolve_udp(const std::string& host_port, std::uint16_t default_port);

/// One datagram of a batch: `bytes`, then `rest` if there is any. So a header can go out in front of bytes
/// that many share, without a copy.
struct datagram {
  std::span<const std::uint8_t> bytes;
  const udp_endpoint* destination = nullptr;
  std::span<const std::uint8_t> rest = {};

  std::size_t size() const noexcept { return bytes.size() + rest.size(); }
};

/// What became of a batch, or of all batches so far. Every datagram is in exactly one of `sent`, `dropped`
/// and `errors`; what the network reports about datagrams sent earlier is in `refused` and `unreachable`.
struct udp_counters {
  std::uint64_t sent = 0;
  std::uint64_t bytes = 0;       ///< of those sent
  std::uint64_t dropped = 0;     ///< the kernel had no room (EAGAIN, ENOBUFS)
  std::uint64_t errors = 0;      ///< refused by this machine: no route, no such network, too long
  std::uint64_t refused = 0;     ///< ECONNREFUSED: the destination's port is closed
  std::uint64_t unreachable = 0; ///< the destination can't be reached (EHOSTUNREACH and its like)
  int last_error = 0;            ///< errno of the last of `errors` and `unreachable`

  udp_counters& operator+=(const udp_counters& other) noexcept;
};

struct udp_options {
  bool broadcast = false;      ///< SO_BROADCAST
  std::string bind_address;    ///< numeric; empty for any
  std::uint16_t bind_port = 0; ///< 0 for any
  int send_buffer = 0;         ///< SO_SNDBUF in bytes; 0 leaves the kernel's
  bool reuse_address = false;  ///< share the bound port with other programs
  /// How many datagrams of equal size to one destination may leave as one (UDP_SEGMENT), which costs a small
  /// part of sending them singly; 1: none, at most 64. They are one burst to the receiver.
  unsigned segments = 16;
  /// Whether datagrams of two parts are put together in a small buffer before each system call. That is
  /// faster than to let the kernel gather them (docs/performance.md).
  bool stage = true;
  /// IP_MULTICAST_IF: the numeric IPv4 address of the interface that multicast leaves by; empty: by the
  /// routing table. Refused for IPv6.
  std::string multicast_interface;
  /// IP_MULTICAST_TTL: how many networks multicast may enter, 1..255; 0 leaves the kernel's, which is 1.
  unsigned multicast_ttl = 0;
};

/// A non-blocking socket of one address family. Not thread-safe; movable.
class udp_sender {
 public:
  /// INTERNAL_ERROR with the reason if the socket can't be opened or bound, or has no such interface;
  /// VALIDATION_ERROR for an address in the options that is none, or of the other family. Programs on this
  /// machine hear its multicast, too.
  static result<udp_sender> open(bool v6, const udp_options& options = {});

  udp_sender(udp_sender&& other) noexcept;
  udp_sender& operator=(udp_sender&& other) noexcept;
  ~udp_sender();

  /// Sends in order, as few system calls as possible; never waits. One datagram's failure doesn't stop the
  /// rest, except lack of room, which drops all that is left. @return the counts of this batch
  udp_counters send_batch(std::span<const datagram> batch);
  udp_counters send(std::span<const std::uint8_t> bytes, const udp_endpoint& destination);

  /// All batches so far.
  const udp_counters& totals() const noexcept { return totals_; }
  /// The local port (after the first send, or bound).
  std::uint16_t local_port() const;
  /// For an event loop that also wants to receive.
  int native_handle() const noexcept { return fd_; }

 private:
  udp_sender(int fd, unsigned segments) noexcept : fd_(fd), segments_(segments) {}

  int fd_ = -1;
  using staging = std::array<std::uint8_t, 160 * 1024>; ///< as much as one call carries of DMX

  unsigned segments_ = 1; ///< 1 also once the way to a destination has turned out not to take more
  bool stage_ = true;
  std::unique_ptr<staging> staging_; ///< made by the first batch
  udp_counters totals_;
};

} // namespace troupe::net
