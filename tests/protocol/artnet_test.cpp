#include "protocol/artnet.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <string>
#include <vector>

using namespace troupe::artnet;

namespace {

using bytes = std::vector<std::uint8_t>;

bytes operator+(bytes a, const bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const bytes id{'A', 'r', 't', '-', 'N', 'e', 't', 0};

/// A header up to and with ProtVer 14.
bytes header(std::uint16_t op) {
  return id + bytes{static_cast<std::uint8_t>(op), static_cast<std::uint8_t>(op >> 8), 0, 14};
}

bytes dmx(std::uint16_t length, std::size_t levels, std::uint8_t net = 0) {
  return header(0x5000) +
         bytes{1, 0, 5, net, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)} +
         bytes(levels, 7);
}

parse_error refusal(const bytes& packet) {
  const auto parsed = parse(packet);
  REQUIRE_FALSE(parsed);
  return parsed.error();
}

template <class T>
T accepted(const bytes& packet) {
  const auto parsed = parse(packet);
  REQUIRE(parsed);
  REQUIRE(std::holds_alternative<T>(*parsed));
  return std::get<T>(*parsed);
}

/// A reply of a node with two outputs, in full length.
bytes reply() {
  bytes out(239, 0);
  std::copy(id.begin(), id.end(), out.begin());
  out[9] = 0x21;
  const bytes ip{10, 0, 0, 7};
  std::copy(ip.begin(), ip.end(), out.begin() + 10);
  out[14] = 0x36, out[15] = 0x19; // port 6454, low byte first
  out[16] = 1, out[17] = 2;       // VersInfo
  out[18] = 3, out[19] = 4;       // NetSwitch, SubSwitch
  out[20] = 0x12, out[21] = 0x34; // Oem
  out[23] = 0xd2;                 // Status1
  out[24] = 'Q', out[25] = 'A';   // EstaMan, low byte first
  std::memcpy(out.data() + 26, "short", 5);
  std::memcpy(out.data() + 44, "a longer name", 13);
  std::memcpy(out.data() + 108, "#0001 [0000] fine", 17);
  out[173] = 2;
  out[174] = 0x80, out[175] = 0xc0;
  out[178] = 0x08, out[182] = 0x80;
  out[186] = 9, out[187] = 10; // SwIn
  out[190] = 1, out[191] = 15; // SwOut
  out[201] = 0xde, out[206] = 0xad;
  out[207] = 192, out[210] = 1; // BindIp
  out[211] = 2, out[212] = 0x0e, out[217] = 0x20;
  return out;
}

} // namespace

TEST_CASE("artnet: a Port-Address has 15 bits in three parts", "[protocol][artnet]") {
  constexpr auto address = port_address::from(0x12, 0x3, 0x4);
  static_assert(address && address->number() == 0x1234);
  CHECK(address->net() == 0x12);
  CHECK(address->sub_net() == 3);
  CHECK(address->universe() == 4);
  CHECK(port_address::from(32767)->net() == 127);
  CHECK_FALSE(port_address::from(32768));
  CHECK_FALSE(port_address::from(128, 0, 0));
  CHECK_FALSE(port_address::from(0, 16, 0));
  CHECK_FALSE(port_address::from(0, 0, 16));
  CHECK(port_address::from(1) < port_address::from(256));
  for (std::uint32_t number = 0; number <= port_address::highest; ++number) {
    const auto each = *port_address::from(number);
    if (port_address::from(each.net(), each.sub_net(), each.universe()) != each) FAIL(number);
  }
}

TEST_CASE("artnet: sequences run from 1 to 255 and skip 0", "[protocol][artnet]") {
  CHECK(next_sequence(0) == 1);
  CHECK(next_sequence(1) == 2);
  CHECK(next_sequence(254) == 255);
  CHECK(next_sequence(255) == 1);
}

TEST_CASE("artnet: ArtDmx has the bytes of the specification", "[protocol][artnet]") {
  std::array<std::uint8_t, artdmx_packet_size> packet;
  packet.fill(0xee);
  std::array<std::uint8_t, 512> levels{};
  levels[0] = 11;
  levels[511] = 22;
  encode_artdmx(packet, *port_address::from(0x7f21), 200, 3, levels);
  const bytes expected = id + bytes{0x00, 0x50, // OpDmx, low byte first
                                    0,    14,   // ProtVer
                                    200,  3,    // Sequence, Physical
                                    0x21, 0x7f, // SubUni, Net
                                    2,    0};   // Length 512, high byte first
  CHECK(bytes(packet.begin(), packet.begin() + 18) == expected);
  CHECK(packet[18] == 11);
  CHECK(packet[529] == 22);

  update_sequence(std::span{packet}.first<artdmx_header_size>(), 201);
  CHECK(packet[12] == 201);
}

TEST_CASE("artnet: what is encoded is parsed again", "[protocol][artnet]") {
  std::mt19937 random{9};
  for (int i = 0; i < 200; ++i) {
    bytes packet(artdmx_packet_size);
    std::array<std::uint8_t, 512> levels;
    for (auto& each : levels) each = static_cast<std::uint8_t>(random());
    const auto address = *port_address::from(random() % 32768);
    const auto sequence = static_cast<std::uint8_t>(1 + random() % 255);
    encode_artdmx(artdmx_out{packet.data(), packet.size()}, address, sequence, 4, levels);
    const auto back = accepted<artdmx>(packet);
    CHECK(back.address == address);
    CHECK(back.sequence == sequence);
    CHECK(back.physical == 4);
    CHECK(back.version == 14);
    CHECK(std::equal(back.levels.begin(), back.levels.end(), levels.begin(), levels.end()));
  }
}

TEST_CASE("artnet: short universes and trailing bytes are fine", "[protocol][artnet]") {
  CHECK(accepted<artdmx>(dmx(2, 2)).levels.size() == 2);
  CHECK(accepted<artdmx>(dmx(510, 600)).levels.size() == 510);
  auto later = dmx(512, 512);
  later[11] = 15; // a later protocol version
  CHECK(accepted<artdmx>(later).version == 15);
}

TEST_CASE("artnet: an ArtDmx whose length is no length is refused", "[protocol][artnet]") {
  CHECK(refusal(dmx(0, 512)) == parse_error::bad_length);
  CHECK(refusal(dmx(511, 512)) == parse_error::bad_length);
  CHECK(refusal(dmx(514, 514)) == parse_error::bad_length);
  CHECK(refusal(dmx(0xfffe, 512)) == parse_error::bad_length);
  CHECK(refusal(dmx(512, 511)) == parse_error::bad_length);
  CHECK(refusal(dmx(2, 0)) == parse_error::bad_length);
  CHECK(refusal(dmx(512, 512, 0x80)) == parse_error::bad_address);
}

TEST_CASE("artnet: what is no Art-Net is refused", "[protocol][artnet]") {
  CHECK(refusal({}) == parse_error::too_short);
  CHECK(refusal(id) == parse_error::too_short);
  auto other = dmx(2, 2);
  other[7] = ' ';
  CHECK(refusal(other) == parse_error::wrong_id);
  other = dmx(2, 2);
  other[0] = 'a';
  CHECK(refusal(other) == parse_error::wrong_id);
  other = dmx(2, 2);
  other[11] = 13;
  CHECK(refusal(other) == parse_error::wrong_version);
  CHECK(refusal(id + bytes{0x00, 0x50, 0}) == parse_error::too_short);
  CHECK(refusal(header(0x5000) + bytes(5, 0)) == parse_error::too_short);
}

TEST_CASE("artnet: ArtPoll says what it wants to hear of", "[protocol][artnet]") {
  const auto plain = accepted<artpoll>(header(0x2000) + bytes{0x02, 0x10});
  CHECK(plain.reply_on_change());
  CHECK_FALSE(plain.targeted());
  CHECK(plain.diagnostic_priority == 0x10);
  CHECK(plain.bottom.number() == 0);
  CHECK(plain.top.number() == 0x7fff);

  const auto targeted =
      accepted<artpoll>(header(0x2000) + bytes{0x20, 0, 0x01, 0x0f, 0x01, 0x00, 0, 0, 0, 0});
  CHECK(targeted.targeted());
  CHECK(targeted.bottom.number() == 0x100);
  CHECK(targeted.top.number() == 0x10f);

  const bytes garbage{0xff, 0xff, 0xff, 0xff};
  CHECK(accepted<artpoll>(header(0x2000) + bytes{0, 0} + garbage).top.number() == 0x7fff);
  CHECK(refusal(header(0x2000) + bytes{0x20, 0} + garbage) == parse_error::bad_address);
  CHECK(refusal(header(0x2000) + bytes{0x20, 0, 0, 1, 0, 2}) == parse_error::bad_address);
  CHECK(refusal(header(0x2000) + bytes{0}) == parse_error::too_short);
}

TEST_CASE("artnet: ArtPollReply describes a node and its ports", "[protocol][artnet]") {
  const auto packet = reply();
  const auto node = accepted<artpollreply>(packet);
  CHECK(node.ip == std::array<std::uint8_t, 4>{10, 0, 0, 7});
  CHECK(node.udp_port == 6454);
  CHECK(node.firmware_version == 0x0102);
  CHECK(node.oem == 0x1234);
  CHECK(node.esta_manufacturer == ('A' << 8 | 'Q'));
  CHECK(node.status1 == 0xd2);
  CHECK(node.port_name == "short");
  CHECK(node.long_name == "a longer name");
  CHECK(node.node_report == "#0001 [0000] fine");
  CHECK(node.port_count == 2);
  CHECK(node.ports[0].can_output());
  CHECK_FALSE(node.ports[0].can_input());
  CHECK(node.ports[1].can_input());
  CHECK(node.ports[0].good_input == 0x08);
  CHECK(node.ports[0].good_output == 0x80);
  CHECK(node.ports[0].output == port_address::from(3, 4, 1));
  CHECK(node.ports[1].output == port_address::from(3, 4, 15));
  CHECK(node.ports[1].input == port_address::from(3, 4, 10));
  CHECK(node.mac == std::array<std::uint8_t, 6>{0xde, 0, 0, 0, 0, 0xad});
  CHECK(node.bind_ip == std::array<std::uint8_t, 4>{192, 0, 0, 1});
  CHECK(node.bind_index == 2);
  CHECK(node.status2 == 0x0e);
  CHECK(node.status3 == 0x20);
}

TEST_CASE("artnet: old, short and careless ArtPollReplies are understood", "[protocol][artnet]") {
  auto packet = reply();
  packet.resize(207);
  auto node = accepted<artpollreply>(packet);
  CHECK(node.mac[5] == 0xad);
  CHECK(node.bind_index == 0);
  CHECK(node.bind_ip == std::array<std::uint8_t, 4>{});
  packet.resize(206);
  CHECK(refusal(packet) == parse_error::too_short);

  packet = reply();
  std::fill(packet.begin() + 26, packet.begin() + 172, 'x'); // no zero anywhere
  std::fill(packet.begin() + 186, packet.begin() + 194, 0xff);
  packet[18] = packet[19] = 0xff;
  packet[172] = 0xff;
  node = accepted<artpollreply>(packet);
  CHECK(node.port_name.size() == 17);
  CHECK(node.long_name.size() == 63);
  CHECK(node.node_report.size() == 63);
  CHECK(node.port_count == 4);
  CHECK(node.ports[3].output.number() == 0x7fff);
}

TEST_CASE("artnet: an ArtSync out is 14 bytes that are read back", "[protocol][artnet]") {
  const auto packet = encode_artsync();
  CHECK(packet == artsync_packet{'A', 'r', 't', '-', 'N', 'e', 't', 0, 0x00, 0x52, 0, 14, 0, 0});
  const auto read = parse(packet);
  REQUIRE(read);
  CHECK(std::holds_alternative<artsync>(*read));
}

TEST_CASE("artnet: ArtSync and unknown OpCodes", "[protocol][artnet]") {
  CHECK(accepted<artsync>(header(0x5200) + bytes{0, 0}).version == 14);
  CHECK(refusal(header(0x5200) + bytes{0}) == parse_error::too_short);
  const auto other = accepted<other_packet>(header(0x9900) + bytes{1, 2, 3}); // OpTrigger
  CHECK(other.op == 0x9900);
  CHECK(other.body.size() == 5);
  CHECK(accepted<other_packet>(id + bytes{0x34, 0x12}).body.empty());
}

TEST_CASE("artnet: every way to cut or spoil a packet is an error or a packet", "[protocol][artnet]") {
  std::mt19937 random{13};
  const std::vector<bytes> whole{dmx(512, 512), reply(), header(0x2000) + bytes(10, 0x20),
                                 header(0x5200) + bytes(2, 0)};
  for (const auto& packet : whole) {
    for (std::size_t size = 0; size < packet.size(); ++size) {
      const bytes cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
      const auto parsed = parse(cut);
      if (size < 14) CHECK_FALSE(parsed);
    }
    for (int i = 0; i < 5000; ++i) {
      auto spoilt = packet;
      for (auto n = 1 + random() % 4; n > 0; --n)
        spoilt[random() % std::min<std::size_t>(spoilt.size(), 32)] = static_cast<std::uint8_t>(random());
      if (const auto parsed = parse(spoilt); parsed && std::holds_alternative<artdmx>(*parsed)) {
        const auto levels = std::get<artdmx>(*parsed).levels;
        REQUIRE(levels.data() == spoilt.data() + artdmx_header_size);
        REQUIRE(levels.size() <= spoilt.size() - artdmx_header_size);
        REQUIRE(levels.size() % 2 == 0);
        REQUIRE(!levels.empty());
      }
    }
  }
}

TEST_CASE("artnet: errors have names", "[protocol][artnet]") {
  CHECK(parse_error_name(parse_error::too_short) == "too_short");
  CHECK(parse_error_name(parse_error::bad_address) == "bad_address");
}

TEST_CASE("artnet: an ArtPoll out has 22 bytes that are read back", "[protocol][artnet]") {
  artpoll poll;
  poll.flags = artpoll::flag_targeted | artpoll::flag_reply_on_change;
  poll.diagnostic_priority = 0x10;
  poll.bottom = *port_address::from(0x0123);
  poll.top = *port_address::from(0x0456);
  poll.esta_manufacturer = 0x7ff0;
  poll.oem = 0x00ff;
  const auto out = encode_artpoll(poll);
  const bytes wanted = header(0x2000) + bytes{0x22, 0x10, 0x04, 0x56, 0x01, 0x23, 0x7f, 0xf0, 0x00, 0xff};
  CHECK(bytes(out.begin(), out.end()) == wanted);
  const auto again = accepted<artpoll>(wanted);
  CHECK(again.bottom == poll.bottom);
  CHECK(again.top == poll.top);
  CHECK(again.esta_manufacturer == 0x7ff0);
  CHECK(again.oem == 0x00ff);
  CHECK(encode_artpoll({}) == encode_artpoll(accepted<artpoll>(header(0x2000) + bytes{0, 0})));
}

TEST_CASE("artnet: an ArtPollReply out has 239 bytes, each field in its place", "[protocol][artnet]") {
  artpollreply reply;
  reply.ip = {10, 0, 0, 9};
  reply.firmware_version = 0x0102;
  reply.oem = 0x0304;
  reply.ubea_version = 5;
  reply.status1 = 6;
  reply.esta_manufacturer = 0x7ff0;
  reply.port_name = "a name with more than seventeen letters";
  reply.long_name = "long";
  reply.node_report = "#0001 [0001] fine";
  reply.port_count = 4;
  for (unsigned i = 0; i < 4; ++i) {
    auto& port = reply.ports[i];
    port.type = static_cast<std::uint8_t>(0x80 + i);
    port.good_input = static_cast<std::uint8_t>(10 + i);
    port.good_output = static_cast<std::uint8_t>(20 + i);
    port.good_output_b = static_cast<std::uint8_t>(30 + i);
    port.input = *port_address::from(2, 3, i);
    port.output = *port_address::from(2, 3, 15 - i);
  }
  reply.acn_priority = 7, reply.macros = 8, reply.remotes = 9;
  reply.style = static_cast<std::uint8_t>(style_code::controller);
  reply.mac = {1, 2, 3, 4, 5, 6};
  reply.bind_ip = {10, 0, 0, 8};
  reply.bind_index = 2;
  reply.status2 = 11, reply.status3 = 12;
  reply.default_responder = {6, 5, 4, 3, 2, 1};
  reply.user = 0x1314, reply.refresh_rate = 44, reply.background_queue_policy = 15;
  const auto out = encode_artpollreply(reply);
  CHECK(out.size() == 239);
  CHECK(bytes(out.begin(), out.begin() + 26) ==
        id + bytes{0, 0x21, 10, 0, 0, 9, 0x36, 0x19, 1, 2, 2, 3, 3, 4, 5, 6, 0xf0, 0x7f});
  CHECK(out[41] == 'e'); // of "more"
  CHECK(out[42] == ' '); // the 17th letter; then the zero
  CHECK(out[43] == 0);
  CHECK(bytes(out.begin() + 172, out.begin() + 201) == bytes{0,  4,  0x80, 0x81, 0x82, 0x83, 10, 11, 12, 13,
                                                             20, 21, 22,   23,   0,    1,    2,  3,  15, 14,
                                                             13, 12, 7,    8,    9,    0,    0,  0,  1});
  CHECK(bytes(out.begin() + 201, out.end()) == bytes{1,  2,  3,  4,  5, 6, 10, 0, 0, 8, 2,    11,   30,
                                                     31, 32, 33, 12, 6, 5, 4,  3, 2, 1, 0x13, 0x14, 0,
                                                     44, 15, 0,  0,  0, 0, 0,  0, 0, 0, 0,    0});
  const bytes kept(out.begin(), out.end());
  const auto again = accepted<artpollreply>(kept);
  CHECK(encode_artpollreply(again) == out);
  CHECK(again.ports[1].output.number() == 0x23e);
  CHECK(again.refresh_rate == 44);
}

TEST_CASE("artnet: ArtTimeCode tells a time, or is refused", "[protocol][artnet]") {
  const auto time = [](std::uint8_t frames, std::uint8_t seconds, std::uint8_t minutes, std::uint8_t hours,
                       std::uint8_t type) {
    return header(0x9700) + bytes{0, 3, frames, seconds, minutes, hours, type};
  };
  const auto told = accepted<arttimecode>(time(24, 59, 58, 23, 1));
  CHECK(told.stream == 3);
  CHECK(told.frames == 24);
  CHECK(told.seconds == 59);
  CHECK(told.minutes == 58);
  CHECK(told.hours == 23);
  CHECK(told.type == arttimecode::rate::ebu);
  CHECK(refusal(time(24, 0, 0, 0, 0)) == parse_error::bad_value);
  CHECK(refusal(time(30, 0, 0, 0, 3)) == parse_error::bad_value);
  CHECK(refusal(time(0, 60, 0, 0, 0)) == parse_error::bad_value);
  CHECK(refusal(time(0, 0, 60, 0, 0)) == parse_error::bad_value);
  CHECK(refusal(time(0, 0, 0, 24, 0)) == parse_error::bad_value);
  CHECK(refusal(time(0, 0, 0, 0, 4)) == parse_error::bad_value);
  auto cut = time(0, 0, 0, 0, 0);
  cut.pop_back();
  CHECK(refusal(cut) == parse_error::too_short);
}
