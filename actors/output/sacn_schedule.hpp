#pragma once
// Which sACN packets are due when (E1.31-2018, sections 4.3, 6.2.6, 6.6 and 11). Pure: time comes in, packets
// come out.

#include "actors/output/universe_schedule.hpp"
#include "protocol/sacn.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace troupe::actors {

/// A priority for each slot of a universe, beside the universe's own.
struct sacn_slot_priorities {
  std::uint16_t universe = 0; ///< the number in sACN
  std::array<std::uint8_t, universe_levels> slots{};
};

/// What is said in the packets of one output.
struct sacn_source {
  sacn::component_id id{};
  std::string name;                                      ///< UTF-8, up to 63 bytes
  std::uint8_t priority = 100;                           ///< 0..200
  std::uint16_t first_universe = sacn::universe::lowest; ///< which universe Port-Address 0 becomes; 1..63999
  std::optional<sacn::universe> synchronization; ///< absent: receivers show each universe when it comes
  bool force_synchronization = false; ///< receivers go on without synchronisation packets (6.2.6, bit 5)
  std::vector<sacn_slot_priorities> priorities; ///< by universe, ascending; each once
};

class sacn_schedule : public universe_schedule {
 public:
  using sync_packet = std::array<std::uint8_t, sacn::sync_packet_size>;
  using header = std::array<std::uint8_t, sacn::data_header_size>;

  /// One data packet in two parts, as it is sent, and the universe it is for.
  struct packet {
    std::span<const std::uint8_t, sacn::data_header_size> header;
    levels_view levels;
    std::uint16_t universe = 0;
  };

  sacn_schedule(sacn_source source, output_timing timing);

  /// The packet of a universe, with the next sequence number; valid until the next one of it, or `offer`.
  packet make(universe& one, phase as);

  /// The packets of START Code 0xdd to send now, after those of `due`: each universe that has priorities by
  /// slot tells them when it begins, three times more, and every 0.8 s. Valid until the next call.
  std::span<const packet> priorities(time now);

  /// The packet that follows the data packets of one frame; null without synchronisation. Valid until the
  /// next call.
  const sync_packet* next_sync();

  /// The pages of universe discovery: every 10 s (E131_UNIVERSE_DISCOVERY_INTERVAL) while there is something
  /// to tell of; else none. Valid until the next call.
  std::span<const std::vector<std::uint8_t>> discovery(time now);

  /// How often `terminate` is to be called after `last`.
  static constexpr unsigned terminations = 3;

 private:
  struct told_priorities {
    universe* which = nullptr;
    header bytes{};
    std::optional<time> sent;
    unsigned repeats = 0;
  };

  header first_header(std::uint16_t number, sacn::start_code code) const;
  std::uint8_t next_sequence(universe& one) const;
  std::uint8_t options() const;

  sacn_source source_;
  output_timing timing_;
  std::array<std::unique_ptr<std::array<header, 256>>, 256> headers_; ///< by the high byte of the address
  std::vector<told_priorities> told_;                                 ///< in step with source_.priorities
  std::vector<packet> priority_batch_;
  std::uint8_t sync_sequence_ = 255;
  sync_packet sync_{};
  std::optional<time> discovered_;
  std::vector<std::vector<std::uint8_t>> pages_;
};

} // namespace troupe::actors
