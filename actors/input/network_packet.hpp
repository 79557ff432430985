#pragma once
// A packet of the network as the source table takes it: parsed, and copied out of its datagram.

#include "net/udp_sender.hpp"
#include "protocol/sacn.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace troupe::actors {

/// Who sends: in sACN the component identifier, in Art-Net address and port.
struct sender_id {
  bool artnet = false;
  std::array<std::uint8_t, 16> bytes{};

  static sender_id of(const sacn::component_id& id) noexcept { return {false, id}; }
  static sender_id of(const net::udp_endpoint& from) noexcept {
    sender_id made;
    made.artnet = true;
    // Of both families the first bytes are family and port; then comes (with IPv4) the address.
    std::memcpy(made.bytes.data(), from.data(), std::min(from.size(), std::size_t{8}));
    return made;
  }
  friend auto operator<=>(const sender_id&, const sender_id&) = default;
};

struct network_packet {
  enum class kind : std::uint8_t { sacn_levels, sacn_priorities, sacn_sync, artnet_levels };

  kind what = kind::sacn_levels;
  sender_id sender;
  net::udp_endpoint from;
  std::uint16_t universe = 0;        ///< Port-Address; of sacn_sync: the synchronisation address
  std::uint16_t synchronization = 0; ///< of sACN: 0, or the universe whose sync packets it waits for
  std::uint8_t priority = 100;       ///< of sACN
  std::uint8_t sequence = 0;
  std::uint8_t options = 0;                 ///< of sACN
  std::array<char, sacn::name_size> name{}; ///< of sACN; ends with a zero
  std::uint16_t size = 0;                   ///< how many levels, or priorities
  std::array<std::uint8_t, 512> levels{};
  std::int64_t arrival_ns = 0; ///< steady clock
  std::uint32_t conflated = 0; ///< packets that this one has replaced before anybody saw them
  std::uint32_t late = 0;      ///< packets that came out of order behind a newer one that waited

  void fill(std::span<const std::uint8_t> values) noexcept {
    size = static_cast<std::uint16_t>(std::min(values.size(), levels.size()));
    std::copy_n(values.begin(), size, levels.begin());
  }
  void call(std::string_view text) noexcept {
    name = {};
    std::copy_n(text.begin(), std::min(text.size(), name.size() - 1), name.begin());
  }
  bool preview() const noexcept { return (options & sacn::option::preview) != 0; }
  bool terminated() const noexcept { return (options & sacn::option::stream_terminated) != 0; }
};

/// The rule of E1.31, 6.7.2, which serves Art-Net as well: a packet that is a little behind the newest one is
/// late, one that is far behind begins a new count.
inline bool out_of_order(std::uint8_t newest, std::uint8_t next) noexcept {
  const auto step = static_cast<std::int8_t>(next - newest);
  return step <= 0 && step > -20;
}

} // namespace troupe::actors
