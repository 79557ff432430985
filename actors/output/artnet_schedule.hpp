#pragma once
// Which ArtDmx packets are due when (protocol, section 6 "Art-Net"). Pure: time comes in, packets come out.

#include "actors/output/universe_schedule.hpp"
#include "protocol/artnet.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace troupe::actors {

class artnet_schedule : public universe_schedule {
 public:
  explicit artnet_schedule(output_timing timing)
      : universe_schedule({timing, 0, {}, 0, artnet::port_address::highest}) {}

  /// A packet in two parts, as it is sent.
  struct packet {
    std::span<const std::uint8_t, artnet::artdmx_header_size> header;
    levels_view levels;
  };

  /// The packet of a universe, with the next sequence number; valid until the next one of it, or `offer`.
  packet make(universe& one);

 private:
  using header = std::array<std::uint8_t, artnet::artdmx_header_size>;

  std::array<std::unique_ptr<std::array<header, 256>>, 128> headers_; ///< by Net
};

} // namespace troupe::actors
