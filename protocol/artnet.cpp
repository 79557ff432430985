#include "protocol/artnet.hpp"

#include <cstring>

namespace troupe::artnet {

namespace {

constexpr std::array<std::uint8_t, id_size> id{'A', 'r', 't', '-', 'N', 'e', 't', 0};
constexpr std::size_t op_code_end = 10;
constexpr std::size_t version_end = 12;
constexpr std::size_t artpoll_min_size = 14;       // receivers "shall accept" this and anything longer
constexpr std::size_t artpoll_targeted_size = 18;  // up to TargetPortAddressBottom
constexpr std::size_t artpollreply_min_size = 207; // up to MAC: what Art-Net 1 nodes send
constexpr std::size_t arttimecode_min_size = 19;

using bytes_view = std::span<const std::uint8_t>;

std::uint16_t big_endian(bytes_view bytes, std::size_t at) noexcept {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void put_big_endian(std::span<std::uint8_t> out, std::size_t at, std::uint16_t value) noexcept {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

void put_little_endian(std::span<std::uint8_t> out, std::size_t at, std::uint16_t value) noexcept {
  out[at] = static_cast<std::uint8_t>(value);
  out[at + 1] = static_cast<std::uint8_t>(value >> 8);
}

void put_text(std::span<std::uint8_t> out, std::size_t at, std::size_t size, std::string_view text) noexcept {
  std::copy_n(text.begin(), std::min(text.size(), size - 1), out.begin() + static_cast<std::ptrdiff_t>(at));
}

void put_op_code(std::span<std::uint8_t> out, op_code op) noexcept {
  std::copy(id.begin(), id.end(), out.begin());
  put_little_endian(out, id_size, static_cast<std::uint16_t>(op));
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
  if (bytes.size() >= artpoll_packet_size) {
    poll.esta_manufacturer = big_endian(bytes, 18);
    poll.oem = big_endian(bytes, 20);
  }
  return poll;
}

/// The reply of a node in all its fields; `bytes` has artpollreply_packet_size.
artpollreply read_reply(bytes_view bytes, bytes_view texts) noexcept {
  artpollreply reply;
  std::copy_n(bytes.begin() + 10, 4, reply.ip.begin());
  reply.udp_port = little_endian(bytes, 14);
  reply.firmware_version = big_endian(bytes, 16);
  reply.oem = big_endian(bytes, 20);
  reply.ubea_version = bytes[22];
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
    port.good_output_b = bytes[213 + i];
    port.input = *port_address::from(net, sub_net, bytes[186 + i] & 0xfU);
    port.output = *port_address::from(net, sub_net, bytes[190 + i] & 0xfU);
  }
  reply.acn_priority = bytes[194];
  reply.macros = bytes[195];
  reply.remotes = bytes[196];
  reply.style = bytes[200];
  std::copy_n(bytes.begin() + 201, 6, reply.mac.begin());
  std::copy_n(bytes.begin() + 207, 4, reply.bind_ip.begin());
  reply.bind_index = bytes[211];
  reply.status2 = bytes[212];
  reply.status3 = bytes[217];
  std::copy_n(bytes.begin() + 218, 6, reply.default_responder.begin());
  reply.user = big_endian(bytes, 224);
  reply.refresh_rate = big_endian(bytes, 226);
  reply.background_queue_policy = bytes[228];
  return reply;
}

parsed parse_artpollreply(bytes_view bytes) noexcept {
  if (bytes.size() < artpollreply_min_size) return failed(parse_error::too_short);
  // Older nodes send less: what is missing counts as 0.
  std::array<std::uint8_t, artpollreply_packet_size> whole{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), whole.size()), whole.begin());
  return read_reply(whole, bytes);
}

parsed parse_arttimecode(bytes_view bytes, std::uint16_t version) noexcept {
  if (bytes.size() < arttimecode_min_size) return failed(parse_error::too_short);
  constexpr std::array<std::uint8_t, 4> frames_per_second{24, 25, 30, 30};
  arttimecode time;
  time.version = version;
  time.stream = bytes[13];
  time.frames = bytes[14];
  time.seconds = bytes[15];
  time.minutes = bytes[16];
  time.hours = bytes[17];
  if (bytes[18] >= frames_per_second.size() || time.frames >= frames_per_second[bytes[18]] ||
      time.seconds > 59 || time.minutes > 59 || time.hours > 23)
    return failed(parse_error::bad_value);
  time.type = static_cast<arttimecode::rate>(bytes[18]);
  return time;
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
  case parse_error::bad_value:
    return "bad_value";
  }
  return "unknown";
}

artsync_packet encode_artsync() noexcept {
  artsync_packet out{};
  put_op_code(out, op_code::sync);
  put_big_endian(out, 10, protocol_version);
  return out; // Aux1 and Aux2 are zero
}

void encode_artdmx_header(artdmx_header_out out, port_address address, std::uint8_t sequence,
                          std::uint8_t physical) noexcept {
  put_op_code(out, op_code::dmx);
  put_big_endian(out, 10, protocol_version);
  update_sequence(out, sequence);
  out[13] = physical;
  out[14] = static_cast<std::uint8_t>(address.number() & 0xff); // SubUni
  out[15] = address.net();
  put_big_endian(out, 16, artdmx_max_levels);
}

void encode_artdmx(artdmx_out out, port_address address, std::uint8_t sequence, std::uint8_t physical,
                   dmx_levels levels) noexcept {
  encode_artdmx_header(out.first<artdmx_header_size>(), address, sequence, physical);
  std::copy(levels.begin(), levels.end(), out.begin() + artdmx_header_size);
}

artpoll_packet encode_artpoll(const artpoll& poll) noexcept {
  artpoll_packet out{};
  put_op_code(out, op_code::poll);
  put_big_endian(out, 10, protocol_version);
  out[12] = poll.flags;
  out[13] = poll.diagnostic_priority;
  if (poll.targeted()) {
    put_big_endian(out, 14, poll.top.number());
    put_big_endian(out, 16, poll.bottom.number());
  }
  put_big_endian(out, 18, poll.esta_manufacturer);
  put_big_endian(out, 20, poll.oem);
  return out;
}

artpollreply_packet encode_artpollreply(const artpollreply& reply) noexcept {
  artpollreply_packet out{};
  put_op_code(out, op_code::poll_reply);
  std::copy(reply.ip.begin(), reply.ip.end(), out.begin() + 10);
  put_little_endian(out, 14, reply.udp_port);
  put_big_endian(out, 16, reply.firmware_version);
  out[18] = reply.ports[0].output.net();
  out[19] = reply.ports[0].output.sub_net();
  put_big_endian(out, 20, reply.oem);
  out[22] = reply.ubea_version;
  out[23] = reply.status1;
  put_little_endian(out, 24, reply.esta_manufacturer);
  put_text(out, 26, 18, reply.port_name);
  put_text(out, 44, 64, reply.long_name);
  put_text(out, 108, 64, reply.node_report);
  put_big_endian(out, 172, reply.port_count);
  for (std::size_t i = 0; i < reply.ports.size(); ++i) {
    const auto& port = reply.ports[i];
    out[174 + i] = port.type;
    out[178 + i] = port.good_input;
    out[182 + i] = port.good_output;
    out[186 + i] = port.input.universe();
    out[190 + i] = port.output.universe();
    out[213 + i] = port.good_output_b;
  }
  out[194] = reply.acn_priority;
  out[195] = reply.macros;
  out[196] = reply.remotes;
  out[200] = reply.style;
  std::copy(reply.mac.begin(), reply.mac.end(), out.begin() + 201);
  std::copy(reply.bind_ip.begin(), reply.bind_ip.end(), out.begin() + 207);
  out[211] = reply.bind_index;
  out[212] = reply.status2;
  out[217] = reply.status3;
  std::copy(reply.default_responder.begin(), reply.default_responder.end(), out.begin() + 218);
  put_big_endian(out, 224, reply.user);
  put_big_endian(out, 226, reply.refresh_rate);
  out[228] = reply.background_queue_policy;
  return out;
}

parsed parse(std::span<const std::uint8_t> bytes) noexcept {
  if (bytes.size() < op_code_end) return failed(parse_error::too_short);
  if (!std::equal(id.begin(), id.end(), bytes.begin())) return failed(parse_error::wrong_id);
  const auto op = little_endian(bytes, id_size);
  if (op == static_cast<std::uint16_t>(op_code::poll_reply)) return parse_artpollreply(bytes); // no ProtVer

  const bool known =
      op == static_cast<std::uint16_t>(op_code::dmx) || op == static_cast<std::uint16_t>(op_code::poll) ||
      op == static_cast<std::uint16_t>(op_code::sync) || op == static_cast<std::uint16_t>(op_code::time_code);
  if (!known) return other_packet{op, bytes.subspan(op_code_end)};
  if (bytes.size() < version_end) return failed(parse_error::too_short);
  const auto version = big_endian(bytes, op_code_end);
  if (version < protocol_version) return failed(parse_error::wrong_version);
  switch (static_cast<op_code>(op)) {
  case op_code::dmx:
    return parse_artdmx(bytes, version);
  case op_code::poll:
    return parse_artpoll(bytes, version);
  case op_code::time_code:
    return parse_arttimecode(bytes, version);
  default:
    break;
  }
  if (bytes.size() < artsync_packet_size) return failed(parse_error::too_short);
  return artsync{version};
}

} // namespace troupe::artnet
