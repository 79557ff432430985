#pragma once
// sACN that comes in: the port, and the multicast groups of the universes that are wanted. What fails is
// tried again ever less often, and told in words meanwhile. For one thread; packets are handed on from
// threads of its own.

#include "net/udp_receiver.hpp"
#include "protocol/network_report.hpp"
#include "protocol/sacn.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

struct sacn_listener_options {
  struct group {
    std::uint16_t universe = 0; ///< its sACN number
    std::string interface;      ///< the interface's IPv4 address; empty: by the routing table
    friend bool operator==(const group&, const group&) = default;
  };
  std::vector<group> groups;
  std::uint16_t port = sacn::udp_port;
};

class sacn_listener {
 public:
  using time = std::chrono::nanoseconds; ///< since any fixed moment
  /// Synchronisation addresses that aren't universes of the settings, at most: each is a group more.
  static constexpr std::size_t max_sync_groups = 16;

  sacn_listener(sacn_listener_options options, net::udp_receiver::callback on_batch)
      : options_(std::move(options)), on_batch_(std::move(on_batch)) {}

  /// Opens what isn't open, unless the last failure was too short ago: 0.25 s at first, doubled with each
  /// failure up to 8 s.
  void tend(time now);
  /// When `tend` will try again; nothing while all is well.
  std::optional<time> retry_at() const noexcept { return retry_at_; }

  /// Sync packets come to a group of their own; it is joined wherever universes are.
  void want_sync(std::uint16_t address, time now);

  network_listener_report report() const;

 private:
  struct wanted_group {
    sacn_listener_options::group what;
    bool joined = false;
  };

  result<void> open_receiver();
  result<void> join(const sacn_listener_options::group& group);
  result<void> try_all();

  sacn_listener_options options_;
  net::udp_receiver::callback on_batch_;
  /// The kernel lets one socket join 20 groups (net.ipv4.igmp_max_memberships), so there may be several.
  std::vector<std::unique_ptr<net::udp_receiver>> receivers_;
  std::vector<wanted_group> groups_;
  std::vector<std::uint16_t> sync_addresses_;
  bool started_ = false;
  std::string problem_;
  std::optional<time> retry_at_;
  std::chrono::milliseconds back_off_{250};
};

} // namespace troupe::actors
