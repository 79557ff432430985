#include "protocol/sacn.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

using namespace troupe::sacn;

namespace {

using bytes = std::vector<std::uint8_t>;

const component_id someone{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                           0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe};
const bytes preamble{0x00, 0x10, 0x00, 0x00, 'A', 'S', 'C', '-', 'E', '1', '.', '1', '7', 0, 0, 0};

bytes operator+(bytes a, const bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

bytes part(const bytes& of, std::size_t first, std::size_t count) {
  const auto begin = of.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

void set16(bytes& in, std::size_t at, std::size_t value) {
  in.at(at) = static_cast<std::uint8_t>(value >> 8);
  in.at(at + 1) = static_cast<std::uint8_t>(value);
}

const bytes id_bytes(someone.begin(), someone.end());

bytes data(const source& from = {someone, "Troupe", 100, 0}, std::uint32_t where = 1,
           std::uint8_t sequence = 0, std::uint8_t options = 0, start_code code = start_code::levels) {
  bytes out(data_packet_size, 0xee);
  std::array<std::uint8_t, 512> levels{};
  levels[0] = 11, levels[511] = 22;
  encode_data(data_out{out.data(), out.size()}, from, *universe::from(where), sequence, options, code,
              levels);
  return out;
}

/// A well-formed data packet with fewer slots; all three lengths are right.
bytes shorter(std::size_t slots) {
  auto out = data();
  out.resize(data_header_size + slots);
  for (const std::size_t layer : {16, 38, 115}) set16(out, layer, 0x7000 | (out.size() - layer));
  set16(out, 123, slots + 1);
  return out;
}

bytes sync_bytes(std::uint8_t sequence = 7, std::uint32_t address = 0x1234) {
  bytes out(sync_packet_size, 0xee);
  encode_sync(sync_out{out.data(), out.size()}, someone, sequence, *universe::from(address));
  return out;
}

bytes discovery(const std::vector<std::uint16_t>& universes, std::uint8_t page = 0) {
  bytes out(discovery_max_size, 0xee);
  out.resize(
      encode_discovery(discovery_out{out.data(), discovery_max_size}, someone, "Troupe", universes, page));
  return out;
}

parse_error refusal(const bytes& of) {
  const auto parsed = parse_packet(of);
  REQUIRE_FALSE(parsed);
  return parsed.error();
}

template <class T>
T accepted(const bytes& of) {
  const auto parsed = parse_packet(of);
  REQUIRE(parsed);
  REQUIRE(std::holds_alternative<T>(*parsed));
  return std::get<T>(*parsed);
}

} // namespace

TEST_CASE("sacn: universes are 1 to 63999, each with a multicast group", "[protocol][sacn]") {
  CHECK_FALSE(universe::from(0));
  CHECK(universe::from(1)->number() == 1);
  CHECK(universe::from(63'999)->number() == 63'999);
  CHECK_FALSE(universe::from(64'000));
  CHECK_FALSE(universe::from(discovery_universe));
  CHECK_FALSE(universe::from(65'537));
  CHECK(multicast_group(1) == std::array<std::uint8_t, 4>{239, 255, 0, 1});
  CHECK(multicast_group(63'999) == std::array<std::uint8_t, 4>{239, 255, 0xf9, 0xff});
  CHECK(multicast_group(discovery_universe) == std::array<std::uint8_t, 4>{239, 255, 250, 214});
}

TEST_CASE("sacn: sequences run from 0 to 255 and again from 0", "[protocol][sacn]") {
  CHECK(next_sequence(0) == 1);
  CHECK(next_sequence(254) == 255);
  CHECK(next_sequence(255) == 0);
}

TEST_CASE("sacn: a component identifier is a UUID", "[protocol][sacn]") {
  CHECK(component_id_from("01234567-89ab-cdef-1032-547698badcfe") == someone);
  CHECK(component_id_from("01234567-89AB-CDEF-1032-547698BADCFE") == someone);
  for (const auto* text : {"", "0", "01234567-89ab-cdef-1032-547698badcf",
                           "01234567-89ab-cdef-1032-547698badcfe0", "0123456789ab-cdef-1032-547698badcfe00-",
                           "01234567-89ab-cdef-1032-547698badcfg", "01234567-89ab-cdef-1032+547698badcfe",
                           "00000000-0000-0000-0000-000000000000", "{1234567-89ab-cdef-1032-547698badcf}"}) {
    CAPTURE(text);
    CHECK_FALSE(component_id_from(text));
  }
}

TEST_CASE("sacn: a data packet has the bytes of the standard", "[protocol][sacn]") {
  const auto packet = data({someone, "Troupe", 150, 0x4321}, 0x1234, 200, option::preview);
  CHECK(packet.size() == 638);
  CHECK(part(packet, 0, 38) == preamble + bytes{0x72, 0x6e, 0, 0, 0, 4} + id_bytes);
  CHECK(part(packet, 38, 6) == bytes{0x72, 0x58, 0, 0, 0, 2});
  bytes name(64, 0);
  std::copy_n("Troupe", 6, name.begin());
  CHECK(part(packet, 44, 64) == name);
  CHECK(part(packet, 108, 7) == bytes{150, 0x43, 0x21, 200, 0x80, 0x12, 0x34});
  CHECK(part(packet, 115, 11) == bytes{0x72, 0x0b, 0x02, 0xa1, 0, 0, 0, 1, 0x02, 0x01, 0x00});
  CHECK(packet[126] == 11);
  CHECK(packet[637] == 22);
}

TEST_CASE("sacn: sequence, options and levels of an encoded packet change in place", "[protocol][sacn]") {
  auto packet = data();
  const auto before = packet;
  const data_out view{packet.data(), packet.size()};
  std::array<std::uint8_t, 512> levels{};
  levels[1] = 33;
  update_levels(view, levels);
  CHECK(std::equal(levels.begin(), levels.end(), levels_of(view).begin()));
  update_sequence(view.first<data_header_size>(), 9);
  update_options(view.first<data_header_size>(), option::stream_terminated);
  CHECK(packet[111] == 9);
  CHECK(packet[112] == 0x40);
  CHECK(part(packet, 0, 111) == part(before, 0, 111));
  CHECK(part(packet, 113, 13) == part(before, 113, 13));
}

TEST_CASE("sacn: a source name ends with a zero and cuts no character", "[protocol][sacn]") {
  const auto name_in = [](const std::string& name) {
    return std::string(accepted<data_packet>(data({someone, name, 100, 0})).name);
  };
  const std::string longest(63, 'n');
  CHECK(name_in("") == "");
  CHECK(name_in(longest) == longest);
  CHECK(name_in(longest + "n") == longest);
  CHECK(name_in("Bühne") == "Bühne");
  CHECK(name_in(std::string(62, 'n') + "ü") == std::string(62, 'n'));
  CHECK(name_in(std::string(61, 'n') + "üü") == std::string(61, 'n') + "ü");
  CHECK(name_in(std::string(60, 'n') + "\U0001F3AD") == std::string(60, 'n'));
  CHECK(data({someone, longest + "nnn", 100, 0})[107] == 0);
}

TEST_CASE("sacn: a synchronisation packet has the bytes of the standard", "[protocol][sacn]") {
  CHECK(sync_bytes() == preamble + bytes{0x70, 0x21, 0, 0, 0, 8} + id_bytes + bytes{0x70, 0x0b, 0, 0, 0, 1} +
                            bytes{7, 0x12, 0x34, 0, 0});
}

TEST_CASE("sacn: a universe discovery packet has the bytes of the standard", "[protocol][sacn]") {
  const auto packet = discovery({1, 0x1234});
  CHECK(packet.size() == 124);
  CHECK(part(packet, 0, 38) == preamble + bytes{0x70, 0x6c, 0, 0, 0, 8} + id_bytes);
  CHECK(part(packet, 38, 6) == bytes{0x70, 0x56, 0, 0, 0, 2});
  CHECK(part(packet, 44, 7) == bytes{'T', 'r', 'o', 'u', 'p', 'e', 0});
  CHECK(part(packet, 108, 16) ==
        bytes{0, 0, 0, 0, 0x70, 0x0c, 0, 0, 0, 1, /*page*/ 0, /*last*/ 0, 0, 1, 0x12, 0x34});
  CHECK(discovery({}).size() == 120);
}

TEST_CASE("sacn: many universes are told of in pages of 512", "[protocol][sacn]") {
  CHECK(discovery_pages(0) == 1);
  CHECK(discovery_pages(512) == 1);
  CHECK(discovery_pages(513) == 2);
  CHECK(discovery_pages(63'999) == 125);
  std::vector<std::uint16_t> all;
  for (std::uint16_t i = 1; i <= 1'100; ++i) all.push_back(static_cast<std::uint16_t>(3 * i));
  std::vector<std::uint16_t> told;
  for (std::uint8_t page = 0; page < 3; ++page) {
    const auto packet = discovery(all, page);
    CHECK(packet.size() == (page < 2 ? 1144u : 120u + 2 * 76));
    const auto one = accepted<discovery_packet>(packet);
    CHECK(one.id == someone);
    CHECK(one.name == "Troupe");
    CHECK(one.page == page);
    CHECK(one.last_page == 2);
    for (std::size_t i = 0; i < one.size(); ++i) told.push_back(one[i]);
  }
  CHECK(told == all);
}

TEST_CASE("sacn: what is encoded is parsed again", "[protocol][sacn]") {
  std::mt19937 random{9};
  for (int i = 0; i < 200; ++i) {
    bytes packet(data_packet_size);
    std::array<std::uint8_t, 512> levels;
    for (auto& each : levels) each = static_cast<std::uint8_t>(random());
    source from;
    for (auto& each : from.id) each = static_cast<std::uint8_t>(random());
    from.name = "a name";
    from.priority = static_cast<std::uint8_t>(random() % 201);
    from.synchronization = static_cast<std::uint16_t>(random() % 64'000);
    const auto where = *universe::from(static_cast<std::uint32_t>(1 + random() % 63'999));
    const auto sequence = static_cast<std::uint8_t>(random()), options = static_cast<std::uint8_t>(random());
    encode_data(data_out{packet.data(), packet.size()}, from, where, sequence, options,
                start_code::per_address_priority, levels);
    const auto back = accepted<data_packet>(packet);
    CHECK(back.id == from.id);
    CHECK(back.name == from.name);
    CHECK(back.priority == from.priority);
    CHECK(back.synchronization == from.synchronization);
    CHECK(back.sequence == sequence);
    CHECK(back.options == options);
    CHECK(back.universe_number == where.number());
    CHECK(back.start_code == 0xdd);
    CHECK(std::equal(back.levels.begin(), back.levels.end(), levels.begin(), levels.end()));
  }
  const auto back = accepted<sync_packet>(sync_bytes(255, 63'999));
  CHECK(back.id == someone);
  CHECK(back.sequence == 255);
  CHECK(back.synchronization == 63'999);
}

TEST_CASE("sacn: short universes, foreign START Codes and trailing bytes are fine", "[protocol][sacn]") {
  CHECK(accepted<data_packet>(shorter(0)).levels.empty());
  CHECK(accepted<data_packet>(shorter(3)).levels.size() == 3);
  auto packet = data();
  packet[125] = 0x17;
  CHECK(accepted<data_packet>(packet).start_code == 0x17);
  CHECK(accepted<data_packet>(data() + bytes(100, 1)).levels.size() == 512);
  CHECK(accepted<sync_packet>(sync_bytes() + bytes(3, 1)).sequence == 7);
  packet = data({someone, "x", 100, 0});
  std::fill(packet.begin() + 44, packet.begin() + 108, 'n'); // no zero anywhere
  CHECK(accepted<data_packet>(packet).name == std::string(63, 'n'));
  packet[112] = 0xc0;
  CHECK(accepted<data_packet>(packet).preview());
  CHECK(accepted<data_packet>(packet).terminated());
}

TEST_CASE("sacn: what is no sACN is refused", "[protocol][sacn]") {
  CHECK(refusal({}) == parse_error::too_short);
  CHECK(refusal(part(preamble, 0, 15)) == parse_error::too_short);
  CHECK(refusal(preamble) == parse_error::too_short);
  for (std::size_t i = 0; i < 16; ++i) {
    auto packet = data();
    packet[i] ^= 1;
    CHECK(refusal(packet) == parse_error::wrong_id);
  }
  for (const std::size_t at : {18, 21, 40, 43}) {
    auto packet = data();
    packet[at] ^= 0x10;
    CHECK(refusal(packet) == parse_error::unknown_vector);
    packet = sync_bytes();
    packet[at] ^= 0x10;
    CHECK(refusal(packet) == parse_error::unknown_vector);
  }
  auto packet = discovery({1});
  packet[117] = 2;
  CHECK(refusal(packet) == parse_error::unknown_vector);
}

TEST_CASE("sacn: a length that lies is refused", "[protocol][sacn]") {
  for (const std::size_t layer : {16, 38, 115})
    for (const int by : {-1, 1, 0x100, 0x1000, -0x1000}) {
      auto packet = data();
      set16(packet, layer, static_cast<std::size_t>((packet[layer] << 8 | packet[layer + 1]) + by));
      CAPTURE(layer, by);
      CHECK(refusal(packet) == parse_error::bad_length);
      CHECK_FALSE(parse_packet(packet + bytes(5000, 0)));
    }
  for (const std::size_t layer : {38, 112}) {
    auto packet = discovery({1, 2});
    ++packet[layer + 1];
    CHECK(refusal(packet) == parse_error::bad_length);
  }
  auto longer = sync_bytes() + bytes(2, 0);
  for (const std::size_t layer : {16, 38}) set16(longer, layer, 0x7000 | (longer.size() - layer));
  CHECK(refusal(longer) == parse_error::bad_length);
  auto odd = discovery({1, 2}) + bytes(1, 0);
  for (const std::size_t layer : {16, 38, 112}) set16(odd, layer, 0x7000 | (odd.size() - layer));
  CHECK(refusal(odd) == parse_error::bad_length);
  auto huge = discovery({}) + bytes(2 * 513, 0);
  for (const std::size_t layer : {16, 38, 112}) set16(huge, layer, 0x7000 | (huge.size() - layer));
  CHECK(refusal(huge) == parse_error::bad_length);
}

TEST_CASE("sacn: a property that isn't that of section 7 is refused", "[protocol][sacn]") {
  for (std::size_t at = 117; at < 125; ++at) {
    auto packet = data();
    packet[at] ^= 4;
    CAPTURE(at);
    CHECK(refusal(packet) == parse_error::bad_property);
  }
  auto packet = shorter(512) + bytes(1, 0); // 513 slots
  for (const std::size_t layer : {16, 38, 115}) set16(packet, layer, 0x7000 | (packet.size() - layer));
  set16(packet, 123, 514);
  CHECK(refusal(packet) == parse_error::bad_property);
}

TEST_CASE("sacn: a value out of range is refused", "[protocol][sacn]") {
  const auto with16 = [](bytes packet, std::size_t at, std::size_t value) {
    set16(packet, at, value);
    return packet;
  };
  auto packet = data();
  packet[108] = 201;
  CHECK(refusal(packet) == parse_error::bad_value);
  CHECK(refusal(with16(data(), 109, 64'000)) == parse_error::bad_value);
  CHECK(refusal(with16(data(), 113, 0)) == parse_error::bad_value);
  CHECK(refusal(with16(data(), 113, discovery_universe)) == parse_error::bad_value);
  CHECK(refusal(with16(sync_bytes(), 45, 0)) == parse_error::bad_value);
  CHECK(refusal(with16(sync_bytes(), 45, 64'000)) == parse_error::bad_value);
  packet = discovery({1});
  packet[118] = 1;
  CHECK(refusal(packet) == parse_error::bad_value);
}

TEST_CASE("sacn: every way to cut or spoil a packet is an error or a packet", "[protocol][sacn]") {
  std::mt19937 random{13};
  for (const auto& packet : {data(), shorter(4), sync_bytes(), discovery({1, 2, 3}), discovery({})}) {
    for (std::size_t size = 0; size < packet.size(); ++size) CHECK_FALSE(parse_packet(part(packet, 0, size)));
    for (int i = 0; i < 5000; ++i) {
      auto spoilt = packet;
      for (auto n = 1 + random() % 4; n > 0; --n)
        spoilt[random() % std::min<std::size_t>(spoilt.size(), 126)] = static_cast<std::uint8_t>(random());
      if (const auto parsed = parse_packet(spoilt); parsed && std::holds_alternative<data_packet>(*parsed)) {
        const auto& one = std::get<data_packet>(*parsed);
        REQUIRE(one.levels.data() == spoilt.data() + data_header_size);
        REQUIRE(one.levels.size() <= spoilt.size() - data_header_size);
        REQUIRE(one.priority <= 200);
      }
    }
  }
}

TEST_CASE("sacn: errors have names", "[protocol][sacn]") {
  CHECK(parse_error_name(parse_error::too_short) == "too_short");
  CHECK(parse_error_name(parse_error::bad_value) == "bad_value");
}
