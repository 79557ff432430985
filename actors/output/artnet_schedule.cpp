#include "actors/output/artnet_schedule.hpp"

namespace troupe::actors {

artnet_schedule::packet artnet_schedule::make(universe& one) {
  const auto address = *artnet::port_address::from(one.address);
  auto& of_net = headers_[address.net()];
  if (!of_net) of_net = std::make_unique<std::array<header, 256>>();
  auto& bytes = (*of_net)[one.address % 256];
  if (bytes[0] == 0) artnet::encode_artdmx_header(bytes, address, 0, 0);
  if (!one.counted) one.sequence = 0; // after a time without it the count begins anew
  one.counted = true;
  one.sequence = artnet::next_sequence(one.sequence);
  artnet::update_sequence(bytes, one.sequence);
  return {bytes, levels(one)};
}

} // namespace troupe::actors
