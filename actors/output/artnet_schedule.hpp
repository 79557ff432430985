#pragma once
// Which ArtDmx packets are due when (protocol, section 6 "Art-Net"). Pure: time comes in, packets come out.

#include "actors/output/output_pace.hpp"
#include "protocol/artnet.hpp"
#include "protocol/frame.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace troupe::actors {

class artnet_schedule {
 public:
  using packet = std::array<std::uint8_t, artnet::artdmx_packet_size>;
  using time = std::chrono::nanoseconds; ///< since any fixed moment

  explicit artnet_schedule(output_timing timing) : timing_(timing) {}

  /// The newest DMX. Universes that are no longer in it will send one frame of zeros.
  void offer(const dmx_data& dmx);

  /// The packets to send now, in ascending order of Port-Address; valid until the next call.
  std::span<const packet* const> due(time now);

  /// When `due` will have something again if nothing is offered; nothing while no universe is known.
  std::optional<time> next_due() const;

  /// One packet for every universe, as the last thing that is sent. @param zeros whether all levels are 0
  std::span<const packet* const> last(bool zeros);

  std::size_t universes() const noexcept { return universes_.size(); }

 private:
  struct universe {
    packet bytes{};
    std::uint8_t sequence = 0;
    bool changed = true;
    bool retiring = false;
    std::optional<time> sent;
  };

  void take(std::uint16_t address, artnet::dmx_levels levels, bool maybe_changed);
  time due_at(const universe& one) const;
  const packet* stamp(universe& one);

  output_timing timing_;
  std::map<std::uint16_t, universe> universes_;
  std::vector<const packet*> batch_;
  std::vector<std::uint16_t> retired_; // whose last packet is in `batch_`
};

} // namespace troupe::actors
