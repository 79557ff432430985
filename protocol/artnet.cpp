#include "protocol/artnet.hpp"

#include <cstring>

namespace troupe::artnet {

namespace {

constexpr std::array<std::uint8_t, id_size> id{'A', 'r', 't', '-', 'N', 'e', 't', 0};
constexpr std::size_t op_code_end = 10;
constexpr std::size_t version_end = 12;
constexpr std::size_t artpoll_min_size = 14;         // receivers "shall accept" this and anything longer
constexpr std::size_t artpoll_targeted_size = 18;    // up to TargetPortAddressBottom
constexpr std::size_t artpollreply_min_size = 207;   // up to MAC: what Art-Net 1 nodes send
constexpr std::size_t artpollreply_known_size = 218; // up to Status3

using bytes_view = std::span<const std::uint8_t>;

std::uint16_t big_endian(bytes_view bytes, std::size_t at) noexcept {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint16_t little_endian(bytes_view bytes, std::size_t at) noexcept {
  return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8);
}

/// A field of a fixed size, which should end with a zero; some nodes forget it.
std::string_view text_field(bytes_view bytes, std::size_t at, std::size_t size) noexcept {
  const auto field = bytes.subspan(at, size - 1);
  const auto end = std::find(field.begin(), field.end(), std::uint8_t{0});
  return {reinterpret_cast<const char*>(field.data()), static_cast<std::size_t>(end - field.begin())};
}

using parsed = tl::expected<packet, parse_error>;

parsed failed(parse_error what) noexcept {
  return tl::unexpected<parse_error>{what};
}

parsed parse_artdmx(bytes_view bytes, std::uint16_t version) noexcept {
  if (bytes.size() < artdmx_header_size) return failed(parse_error::too_short);
  const auto length = big_endian(bytes, 16);
  if (length == 0 || length % 2 != 0 || length > artdmx_max_levels) return failed(parse_error::bad_length);
  if (length > bytes.size() - artdmx_header_size) return failed(parse_error::bad_length);
  const auto address = port_address::from(little_endian(bytes, 14));
  if (!address) return failed(parse_error::bad_address);
  return artdmx{version, bytes[12], bytes[13], *address, bytes.subspan(artdmx_header_size, length)};
}

parsed parse_artpoll(bytes_view bytes, std::uint16_t version) noexcept {
  if (bytes.size() < artpoll_min_size) return failed(parse_error::too_short);
  artpoll poll;
  poll.version = version;
  poll.flags = bytes[12];
  poll.diagnostic_priority = bytes[13];
  if (poll.targeted() && bytes.size() >= artpoll_targeted_size) {
    const auto top = port_address::from(big_endian(bytes, 14));
    const auto bottom = port_address::from(big_endian(bytes, 16));
    if (!top || !bottom || *bottom > *top) return failed(parse_error::bad_address);
    poll.top = *top;
    poll.bottom = *bottom;
  }
  return poll;
}

/// The reply of a node in all its fields; `bytes` has artpollreply_known_size.
artpollreply read_reply(bytes_view bytes, bytes_view texts) noexcept {
  artpollreply reply;
  std::copy_n(bytes.begin() + 10, 4, reply.ip.begin());
  reply.udp_port = little_endian(bytes, 14);
  reply.firmware_version = big_endian(bytes, 16);
  reply.oem = big_endian(bytes, 20);
  reply.status1 = bytes[23];
  reply.esta_manufacturer = little_endian(bytes, 24);
  reply.port_name = text_field(texts, 26, 18);
  reply.long_name = text_field(texts, 44, 64);
  reply.node_report = text_field(texts, 108, 64);
  reply.port_count = static_cast<std::uint8_t>(std::min<std::uint16_t>(big_endian(bytes, 172), 4));
  const unsigned net = bytes[18] & 0x7fU, sub_net = bytes[19] & 0xfU;
  for (std::size_t i = 0; i < reply.ports.size(); ++i) {
    auto& port = reply.ports[i];
    port.type = bytes[174 + i];
    port.good_input = bytes[178 + i];
    port.good_output = bytes[182 + i];
    port.input = *port_address::from(net, sub_net, bytes[186 + i] & 0xfU);
    port.output = *port_address::from(net, sub_net, bytes[190 + i] & 0xfU);
  }
  reply.style = bytes[200];
  std::copy_n(bytes.begin() + 201, 6, reply.mac.begin());
  std::copy_n(bytes.begin() + 207, 4, reply.bind_ip.begin());
  reply.bind_index = bytes[211];
  reply.status2 = bytes[212];
  reply.status3 = bytes[217];
  return reply;
}

parsed parse_artpollreply(bytes_view bytes) noexcept {
  if (bytes.size() < artpollreply_min_size) return failed(parse_error::too_short);
  // Older nodes send less: what is missing counts as 0.
  std::array<std::uint8_t, artpollreply_known_size> whole{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), whole.size()), whole.begin());
  return read_reply(whole, bytes);
}

} // namespace

std::string_view parse_error_name(parse_error what) noexcept {
  switch (what) {
  case parse_error::too_short:
    return "too_short";
  case parse_error::wrong_id:
    return "wrong_id";
  case parse_error::wrong_version:
    return "wrong_version";
  case parse_error::bad_length:
    return "bad_length";
  case parse_error::bad_address:
    return "bad_address";
  }
  return "unknown";
}

artsync_packet encode_artsync() noexcept {
  artsync_packet out{};
  std::copy(id.begin(), id.end(), out.begin());
  constexpr auto op = static_cast<std::uint16_t>(op_code::sync);
  out[8] = op & 0xff;
  out[9] = op >> 8;
  out[10] = protocol_version >> 8;
  out[11] = protocol_version & 0xff;
  return out; // Aux1 and Aux2 are zero
}

void encode_artdmx(artdmx_out out, port_address address, std::uint8_t sequence, std::uint8_t physical,
                   dmx_levels levels) noexcept {
  std::copy(id.begin(), id.end(), out.begin());
  constexpr auto op = static_cast<std::uint16_t>(op_code::dmx);
  out[8] = op & 0xff;
  out[9] = op >> 8;
  out[10] = protocol_version >> 8;
  out[11] = protocol_version & 0xff;
  update_sequence(out, sequence);
  out[13] = physical;
  out[14] = static_cast<std::uint8_t>(address.number() & 0xff); // SubUni
  out[15] = address.net();
  out[16] = artdmx_max_levels >> 8; // LengthHi
  out[17] = artdmx_max_levels & 0xff;
  update_levels(out, levels);
}

parsed parse(std::span<const std::uint8_t> bytes) noexcept {
  if (bytes.size() < op_code_end) return failed(parse_error::too_short);
  if (!std::equal(id.begin(), id.end(), bytes.begin())) return failed(parse_error::wrong_id);
  const auto op = little_endian(bytes, id_size);
  if (op == static_cast<std::uint16_t>(op_code::poll_reply)) return parse_artpollreply(bytes); // no ProtVer

  const bool known = op == static_cast<std::uint16_t>(op_code::dmx) ||
                     op == static_cast<std::uint16_t>(op_code::poll) ||
                     op == static_cast<std::uint16_t>(op_code::sync);
  if (!known) return other_packet{op, bytes.subspan(op_code_end)};
  if (bytes.size() < version_end) return failed(parse_error::too_short);
  const auto version = big_endian(bytes, op_code_end);
  if (version < protocol_version) return failed(parse_error::wrong_version);
  switch (static_cast<op_code>(op)) {
  case op_code::dmx:
    return parse_artdmx(bytes, version);
  case op_code::poll:
    return parse_artpoll(bytes, version);
  default:
    break;
  }
  if (bytes.size() < artsync_packet_size) return failed(parse_error::too_short);
  return artsync{version};
}

} // namespace troupe::artnet
