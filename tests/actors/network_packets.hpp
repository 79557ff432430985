#pragma once
// Packets as the network inputs take them, for tests.

#include "actors/input/network_packet.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace troupe::test {

inline constexpr std::int64_t ms = 1'000'000, second = 1'000 * ms;

inline sacn::component_id cid(std::uint8_t number) {
  sacn::component_id made{};
  made.fill(number);
  return made;
}

/// From 10.0.0.`host`, port 6454.
inline net::udp_endpoint host(unsigned number) {
  return *net::udp_endpoint::parse("10.0.0." + std::to_string(number), 6454);
}

/// sACN levels of universe 1: the first channels, the rest 0.
inline actors::network_packet sacn_from(std::uint8_t source, std::uint8_t sequence,
                                        std::vector<std::uint8_t> levels, std::int64_t at_ns,
                                        std::uint8_t priority = 100) {
  actors::network_packet made;
  made.what = actors::network_packet::kind::sacn_levels;
  made.sender = actors::sender_id::of(cid(source));
  made.from = host(source);
  made.universe = 1;
  made.priority = priority;
  made.sequence = sequence;
  levels.resize(512);
  made.fill(levels);
  made.arrival_ns = at_ns;
  return made;
}

/// Per-address priorities, for the first channels.
inline actors::network_packet priorities_from(std::uint8_t source, std::uint8_t sequence,
                                              std::vector<std::uint8_t> priorities, std::int64_t at_ns) {
  auto made = sacn_from(source, sequence, {}, at_ns);
  made.what = actors::network_packet::kind::sacn_priorities;
  made.fill(priorities);
  return made;
}

inline actors::network_packet artnet_from(unsigned source, std::uint8_t sequence,
                                          std::vector<std::uint8_t> levels, std::int64_t at_ns) {
  auto made = sacn_from(0, sequence, std::move(levels), at_ns);
  made.what = actors::network_packet::kind::artnet_levels;
  made.sender = actors::sender_id::of(host(source));
  made.from = host(source);
  return made;
}

inline actors::network_packet sync_from(std::uint8_t source, std::uint16_t address, std::int64_t at_ns) {
  actors::network_packet made;
  made.what = actors::network_packet::kind::sacn_sync;
  made.sender = actors::sender_id::of(cid(source));
  made.universe = address;
  made.arrival_ns = at_ns;
  return made;
}

} // namespace troupe::test
