#include "actors/cli/replay_output.hpp"

#include "protocol/artnet.hpp"
#include "protocol/entities.hpp"

#include <array>
#include <utility>

namespace troupe::cli {

result<replay_output> replay_output::open(const std::string& destination) {
  const auto where = net::resolve_udp(destination, artnet::udp_port);
  if (!where) return failure{where.error()};
  auto socket = net::udp_sender::open(where->v6());
  if (!socket) return failure{socket.error()};
  return replay_output(*where, std::move(*socket));
}

void replay_output::send_levels(std::uint16_t address, const std::uint8_t* levels) {
  const auto port = artnet::port_address::from(address);
  if (!port) return; // sACN has more universes than Art-Net
  auto& sequence = sequences_[address];
  sequence = artnet::next_sequence(sequence);
  std::array<std::uint8_t, artnet::artdmx_packet_size> packet{};
  artnet::encode_artdmx(packet, *port, sequence, 0, artnet::dmx_levels{levels, dmx_channels});
  socket_->send(packet, destination_);
}

void replay_output::send(const std::shared_ptr<const dmx_data>& dmx) {
  for (std::size_t i = 0; i < dmx->addresses.size(); ++i)
    send_levels(dmx->addresses[i], dmx->levels.data() + i * dmx_channels);
  last_ = dmx;
}

void replay_output::repeat() {
  if (last_) send(std::exchange(last_, nullptr));
}

void replay_output::darken() {
  static constexpr std::array<std::uint8_t, dmx_channels> zeros{};
  for (const auto& [address, sequence] : std::map{sequences_}) send_levels(address, zeros.data());
}

} // namespace troupe::cli
