#pragma once
// Between the threads that receive and the actor that decides: packets are parsed where they come in, the
// newest of each source and universe waits, and the actor is woken once. However much comes in, there is one
// wake-up on the way and a bounded number of packets; strangers can't push out a known source. Thread-safe.

#include "actors/input/network_packet.hpp"
#include "protocol/artnet.hpp"
#include "protocol/timecode.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace troupe::actors {

/// Why a packet went no further. What the source table ignores is counted there.
enum class packet_drop : std::uint8_t {
  malformed,        ///< no sACN, or no valid one
  other_universe,   ///< of a universe that isn't listened to
  other_start_code, ///< neither levels nor priorities
  discovery,        ///< universe discovery, which isn't used
  preview,          ///< sACN that isn't meant for live output
  bad_timecode,     ///< an ArtTimeCode that no clock shows
  strangers,        ///< too many unknown sources at once
  count_
};
std::string_view packet_drop_name(packet_drop why) noexcept;
using packet_drops = std::array<std::uint64_t, static_cast<std::size_t>(packet_drop::count_)>;

/// Which universes are listened to. Both by Port-Address, ascending.
struct intake_universes {
  std::vector<std::pair<std::uint16_t, std::uint16_t>> sacn; ///< sACN number, Port-Address; by sACN number
  std::vector<std::uint16_t> artnet;
};

class packet_intake {
 public:
  /// New sources between two calls of `drain`, at most.
  static constexpr std::size_t max_strangers = 64;

  /// @param wake called on a receiving thread when something waits, and not again before `drain`
  packet_intake(intake_universes wanted, std::function<void()> wake);

  // -- on the receiving threads --

  /// One UDP payload that should be sACN.
  void take_sacn(std::span<const std::uint8_t> bytes, const net::udp_endpoint& from, std::int64_t arrival_ns);
  void take_artnet(const artnet::artdmx& packet, const net::udp_endpoint& from, std::int64_t arrival_ns);
  void take_timecode(const timecode& at, const net::udp_endpoint& from, std::int64_t arrival_ns);

  // -- for the actor --

  struct timecode_packet {
    timecode at;
    net::udp_endpoint from;
    std::int64_t arrival_ns = 0;
  };

  /// What waits, in the order of arrival; packets of former calls are overwritten.
  void drain(std::vector<network_packet>& packets, std::optional<timecode_packet>& newest);

  /// A source that isn't known, or no longer: its place is free. Without this it keeps it.
  void release(const sender_id& sender, std::uint16_t universe);

  packet_drops drops() const noexcept;
  /// Sources and universes that have a place.
  std::size_t places() const;

 private:
  using key = std::tuple<sender_id, std::uint16_t, network_packet::kind>;
  struct place {
    network_packet packet;
    std::uint64_t arrival = 0; ///< its number
    bool waits = false;
  };

  void count(packet_drop why) noexcept;
  void offer(network_packet&& packet);
  void wake_up(std::unique_lock<std::mutex>& held);

  const intake_universes wanted_;
  const std::function<void()> wake_;
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(packet_drop::count_)> drops_{};
  mutable std::mutex lock_; ///< for microseconds only
  std::map<key, place> places_;
  std::optional<timecode_packet> timecode_;
  std::vector<std::pair<std::uint64_t, const place*>> order_; ///< of one `drain`
  std::uint64_t arrivals_ = 0;
  std::size_t strangers_ = 0;
  bool woken_ = false;
};

} // namespace troupe::actors
