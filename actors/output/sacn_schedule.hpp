#pragma once
// Which sACN packets are due when (E1.31-2018, sections 4.3, 6.2.6, 6.6 and 11). Pure: time comes in, packets
// come out.

#include "actors/output/output_pace.hpp"
#include "protocol/frame.hpp"
#include "protocol/sacn.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace troupe::actors {

/// What is said in the packets of one output.
struct sacn_source {
  sacn::component_id id{};
  std::string name;                                      ///< UTF-8, up to 63 bytes
  std::uint8_t priority = 100;                           ///< 0..200
  std::uint16_t first_universe = sacn::universe::lowest; ///< which universe Port-Address 0 becomes; 1..63999
  std::optional<sacn::universe> synchronization; ///< absent: receivers show each universe when it comes
};

class sacn_schedule {
 public:
  using packet = std::array<std::uint8_t, sacn::data_packet_size>;
  using sync_packet = std::array<std::uint8_t, sacn::sync_packet_size>;
  using time = std::chrono::nanoseconds; ///< since any fixed moment

  /// One data packet, and where it goes.
  struct outgoing {
    const packet* bytes = nullptr;
    std::uint16_t universe = 0;
  };

  sacn_schedule(sacn_source source, output_timing timing) : source_(std::move(source)), timing_(timing) {}

  /// The newest DMX. A universe that is no longer in it will send one frame of zeros, then say three times
  /// that it ends (6.2.6).
  void offer(const dmx_data& dmx);

  /// The data packets to send now, in ascending order of universe; valid until the next call of anything. A
  /// universe is due when it has changed, three times more after a change (6.6.2), and every 0.8 s.
  std::span<const outgoing> due(time now);

  /// The packet that follows the data packets of one `due` or `last`; null without synchronisation. Valid
  /// until the next call.
  const sync_packet* next_sync();

  /// The pages of universe discovery: every 10 s (E131_UNIVERSE_DISCOVERY_INTERVAL) while there is something
  /// to tell of; else none. Valid until the next call.
  std::span<const std::vector<std::uint8_t>> discovery(time now);

  /// When `due` will have something again if nothing is offered; nothing while no universe is known.
  std::optional<time> next_due() const;

  /// One packet for every universe, as the last levels that are sent. @param zeros whether all levels are 0
  std::span<const outgoing> last(bool zeros);

  /// After `last`: one packet for every universe that says that it ends. To be called `terminations` times.
  std::span<const outgoing> terminate();
  static constexpr unsigned terminations = 3;

  /// How many universes of the newest DMX have no number in sACN, so that they aren't sent.
  std::size_t unsendable() const noexcept { return unsendable_; }
  std::size_t universes() const noexcept { return universes_.size(); }

 private:
  enum class phase : std::uint8_t {
    live,
    blanking, ///< its frame of zeros is due
    ending    ///< says that it ends
  };
  struct entry {
    packet bytes{};
    std::uint8_t sequence = 255; ///< of the packet before: the first one has 0
    phase now = phase::live;
    bool changed = true;
    unsigned repeats = 0; ///< packets that follow at the repeat interval
    std::optional<time> sent;
  };

  void take(std::uint16_t number, sacn::dmx_levels levels, bool maybe_changed);
  time due_at(const entry& one) const;
  void advance(entry& one);
  outgoing stamp(std::uint16_t number, entry& one);

  sacn_source source_;
  output_timing timing_;
  std::map<std::uint16_t, entry> universes_; ///< by sACN number
  std::vector<outgoing> batch_;
  std::vector<std::uint16_t> ended_; ///< whose last packet is in `batch_`
  std::size_t unsendable_ = 0;
  std::uint8_t sync_sequence_ = 255;
  sync_packet sync_{};
  std::optional<time> discovered_;
  std::vector<std::vector<std::uint8_t>> pages_;
};

} // namespace troupe::actors
