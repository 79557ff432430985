#pragma once
// Who is heard on the network, for health and GET /api/inputs/network.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

struct network_source_report {
  std::string protocol; ///< "sacn" or "artnet"
  std::string name;     ///< of sACN
  std::string address;  ///< ip:port of its last packet
  std::string id;       ///< of sACN: the CID as a UUID
  std::uint8_t priority = 0;
  bool per_address_priority = false;
  std::int64_t age_ms = 0; ///< since its last packet
  std::uint64_t packets = 0, lost = 0, late = 0;
  std::string state; ///< "live", "synchronised", or "unsynchronised" (no sync packets come)
};

struct network_universe_report {
  std::uint16_t universe = 0; ///< Port-Address
  std::string state;          ///< "silent", "live", "held", "fading" or "lost"
  std::uint64_t sources_exceeded = 0;
  std::vector<network_source_report> sources;
};

struct network_listener_report {
  std::string protocol;
  std::string address; ///< what it listens on
  std::string problem; ///< empty: none
  std::uint64_t packets = 0;
  std::uint64_t kernel_drops = 0; ///< for which the kernel had no room
};

struct network_timecode_report {
  std::int64_t position_ns = 0;
  std::string type; ///< "24", "25", "29.97df" or "30"
  std::string text; ///< hh:mm:ss:ff
  std::string address;
  std::int64_t age_ms = 0;
  bool running = false;
};

struct network_report {
  std::vector<network_listener_report> listeners;
  std::vector<network_universe_report> universes;
  std::vector<std::pair<std::string, std::uint64_t>> dropped; ///< packets, by reason
  std::optional<network_timecode_report> timecode;
};

} // namespace troupe
