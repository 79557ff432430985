#pragma once
// UDP that comes in: one socket with a thread of its own, taken in batches, handed on by a callback.

#include "net/udp_sender.hpp"
#include "protocol/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace troupe::net {

/// One datagram that has come in; its bytes are there during the callback only.
struct udp_arrival {
  std::span<const std::uint8_t> bytes;
  udp_endpoint source;
  std::int64_t arrival_ns = 0; ///< steady clock, when the batch was taken from the kernel
};

/// All so far. Every datagram the kernel kept is in `received` or `truncated`.
struct udp_arrivals {
  std::uint64_t received = 0;     ///< handed to the callback
  std::uint64_t bytes = 0;        ///< of those
  std::uint64_t truncated = 0;    ///< longer than `largest`: dropped
  std::uint64_t kernel_drops = 0; ///< the kernel had no room (SO_RXQ_OVFL)
  std::uint64_t pauses = 0;       ///< how often `most_per_second` was reached
};

struct udp_receiver_options {
  std::string bind_address = "0.0.0.0"; ///< numeric, IPv4 or IPv6
  std::uint16_t port = 0;               ///< 0 for any free one
  bool reuse_address = true;            ///< share the port with other programs that do so, too
  bool broadcast = false;               ///< SO_BROADCAST, for `send`
  /// SO_RCVBUF in bytes; 0 leaves the kernel's. The kernel grants at most net.core.rmem_max.
  int receive_buffer = 0;
  std::size_t largest = 1'500; ///< bytes of a datagram
  /// Datagrams a second before the thread rests and lets the kernel drop what doesn't fit in its buffer, so
  /// that a flood costs a bounded share of a core; 0: no bound.
  std::uint32_t most_per_second = 0;
};

/// Starts with `open`, ends with the destructor, which waits for the callback that runs. `send`, `join`,
/// `leave` and the counters may be used from any thread.
class udp_receiver {
 public:
  static constexpr std::size_t batch = 64; ///< datagrams of one callback, at most

  /// Called on the receiver's thread. What it throws ends the process.
  using callback = std::function<void(std::span<const udp_arrival>)>;

  /// VALIDATION_ERROR if the address is none; INTERNAL_ERROR with the reason if the port can't be bound.
  static result<std::unique_ptr<udp_receiver>> open(const udp_receiver_options& options, callback on_batch);

  udp_receiver(const udp_receiver&) = delete;
  udp_receiver& operator=(const udp_receiver&) = delete;
  ~udp_receiver();

  /// @param group an IPv4 multicast address @param interface the IPv4 address of the interface it is heard
  /// on; empty: by the routing table. The kernel refuses more than net.ipv4.igmp_max_memberships groups.
  result<void> join(const std::string& group, const std::string& interface = {});
  result<void> leave(const std::string& group, const std::string& interface = {});

  /// One datagram from this port; never waits. @returns whether the kernel took it
  bool send(std::span<const std::uint8_t> bytes, const udp_endpoint& destination) const noexcept;

  udp_arrivals totals() const noexcept;
  std::uint16_t local_port() const noexcept { return port_; }
  /// What the kernel granted, in bytes.
  int receive_buffer() const noexcept;

 private:
  struct state; // sockets, buffers and thread

  explicit udp_receiver(std::unique_ptr<state> made);

  std::unique_ptr<state> state_;
  std::uint16_t port_ = 0;
};

} // namespace troupe::net
