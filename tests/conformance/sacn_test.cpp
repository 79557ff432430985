// sACN (E1.31-2018) as a receiver sees it: unicast, on a port of its own.
#include "tests/conformance/support/suite.hpp"

#include <cctype>

using namespace troupe::conformance;

namespace {

using bytes = std::vector<std::uint8_t>;

std::uint16_t number(const bytes& in, std::size_t at) {
  return static_cast<std::uint16_t>(in.at(at) << 8 | in.at(at + 1));
}

bytes part(const bytes& of, std::size_t first, std::size_t count) {
  const auto begin = of.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

/// One datagram, by the offsets of tables 4-1 to 4-3.
struct sacn_packet {
  bytes raw;

  bool data() const { return raw.size() == 638 && raw[21] == 4; }
  bool synchronisation() const { return raw.size() == 49 && raw[21] == 8 && raw[43] == 1; }
  bool discovery() const { return raw.size() >= 120 && raw[21] == 8 && raw[43] == 2; }
  bytes id() const { return part(raw, 22, 16); }
  std::string name() const { return reinterpret_cast<const char*>(raw.data() + 44); }
  int sequence() const { return raw.at(111); }
  bool terminated() const { return (raw.at(112) & 0x40) != 0; }
  int universe() const { return number(raw, 113); }
  int level(std::size_t channel) const { return raw.at(125 + channel); }
  bool dark() const {
    return std::all_of(raw.begin() + 126, raw.end(), [](auto each) { return each == 0; });
  }
};

/// A server that sends its demo show as sACN, and nothing else, to a receiver.
struct sacn_show {
  explicit sacn_show(const std::string& output_settings = {}, const std::string& settings = {}) {
    write_text(folder / "settings.yaml",
               fmt::format("artnet: {{enabled: false}}\nsacn:\n  enabled: true\n{}  outputs:\n"
                           "    - destination: \"{}\"\n{}",
                           settings, receiver.address(), output_settings));
    start();
  }
  void start() {
    server.reset();
    server = std::make_unique<server_process>(
        start_options{{"serve", "--port", "0", "--host", "127.0.0.1", "--data", (folder / "shows").string(),
                       "--config", (folder / "settings.yaml").string()},
                      {}});
    server->await_listening();
  }
  std::filesystem::path id_file() const { return folder / "shows" / ".troupe" / "sacn-cid"; }

  sacn_packet next() {
    auto packet = receiver.receive(patience);
    REQUIRE(packet);
    return {std::move(packet->bytes)};
  }
  sacn_packet next(const std::function<bool(const sacn_packet&)>& wanted) {
    const deadline end;
    while (!end.over())
      if (auto packet = next(); wanted(packet)) return packet;
    throw std::runtime_error("no such packet");
  }
  std::vector<sacn_packet> rest() {
    std::vector<sacn_packet> all;
    for (auto& each : receiver.take_all()) all.push_back({std::move(each.bytes)});
    return all;
  }

  temp_dir folder;
  udp_receiver receiver;
  std::unique_ptr<server_process> server;
};

bool lit(const sacn_packet& one) {
  return one.data() && !one.dark();
}

/// The UUID in a text as bytes.
bytes id_of(const std::string& text) {
  bytes out;
  std::string digits;
  for (const char c : text)
    if (std::isxdigit(static_cast<unsigned char>(c))) digits += c;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return out;
}

} // namespace

TEST_CASE("sacn: a packet is a data packet of 638 bytes", "[conformance][sacn]") {
  sacn_show show("      priority: 150\n", "  sourceName: Große Bühne\n");
  const auto packet = show.next(lit);
  CHECK(part(packet.raw, 0, 22) ==
        bytes{0, 0x10, 0, 0, 'A', 'S', 'C', '-', 'E', '1', '.', '1', '7', 0, 0, 0, 0x72, 0x6e, 0, 0, 0, 4});
  CHECK(packet.id() == id_of(read_text(show.id_file())));
  CHECK(part(packet.raw, 38, 6) == bytes{0x72, 0x58, 0, 0, 0, 2});
  CHECK(packet.name() == "Große Bühne");
  CHECK(part(packet.raw, 108, 3) == bytes{150, 0, 0}); // no synchronisation
  CHECK(packet.raw[112] == 0);
  CHECK(packet.universe() == 1);
  CHECK(part(packet.raw, 115, 11) == bytes{0x72, 0x0b, 0x02, 0xa1, 0, 0, 0, 1, 0x02, 0x01, 0});
}

TEST_CASE("sacn: levels follow the show, and sequences leave nothing out", "[conformance][sacn]") {
  sacn_show show("      firstUniverse: 100\n");
  rest_client rest(show.server->port());
  const auto far = str(
      rest.create("/api/fixtures",
                  {{"name", "far"}, {"modelId", "generic-dimmer"}, {"universe", 7}, {"startChannel", 512}})
          .at("id"));
  rest.create("/api/graphs", constant_graph({far}, 1));
  std::map<int, int> last, count;
  bool wrapped = false, seen = false;
  while (!wrapped || !seen) {
    const auto packet = show.next();
    if (!packet.data()) continue;
    const int universe = packet.universe();
    if (last.count(universe)) REQUIRE(packet.sequence() == (last[universe] + 1) % 256);
    wrapped = wrapped || (last.count(universe) && packet.sequence() == 0);
    last[universe] = packet.sequence();
    REQUIRE((universe == 100 || universe == 107));
    seen = seen || (universe == 107 && packet.level(512) == 255);
    REQUIRE_FALSE(packet.terminated());
  }
}

TEST_CASE("sacn: a universe that loses its last fixture goes dark and ends", "[conformance][sacn]") {
  sacn_show show;
  rest_client rest(show.server->port());
  const auto made =
      rest.create("/api/fixtures",
                  {{"name", "gone"}, {"modelId", "generic-dimmer"}, {"universe", 7}, {"startChannel", 1}});
  const auto id = str(made.at("id"));
  rest.create("/api/graphs", constant_graph({id}, 1));
  const auto eighth = [](const sacn_packet& one) { return one.data() && one.universe() == 8; };
  show.next([&](const sacn_packet& one) { return eighth(one) && one.level(1) == 255; });
  REQUIRE(rest.del("/api/fixtures/" + id).ok());
  auto packet = show.next([&](const sacn_packet& one) { return eighth(one) && one.dark(); });
  while (!packet.terminated()) packet = show.next(eighth);
  for (int i = 0; i < 2; ++i) CHECK(show.next(eighth).terminated());
}

TEST_CASE("sacn: on shutdown zeros are sent, then three times that the universe ends",
          "[conformance][sacn]") {
  const bool hold = GENERATE(false, true);
  sacn_show show({}, hold ? "  blackout: hold\n" : "");
  show.next(lit);
  CHECK(show.server->stop() == 0);
  std::vector<sacn_packet> all;
  for (auto& each : show.rest())
    if (each.data()) all.push_back(std::move(each));
  REQUIRE(all.size() >= 4);
  const auto end = all.size();
  for (std::size_t i = end - 3; i < end; ++i) {
    CHECK(all[i].terminated());
    CHECK(all[i].sequence() == (all[i - 1].sequence() + 1) % 256);
  }
  CHECK_FALSE(all[end - 4].terminated());
  if (!hold) CHECK(all[end - 4].dark());
}

TEST_CASE("sacn: with a syncUniverse every frame ends with a synchronisation packet", "[conformance][sacn]") {
  sacn_show show("      syncUniverse: 7962\n");
  show.next(lit);
  std::optional<int> last;
  for (int frames = 0; frames < 50;) {
    const auto packet = show.next();
    if (packet.discovery()) continue;
    if (packet.data()) {
      CHECK(number(packet.raw, 109) == 7962);
      continue;
    }
    REQUIRE(packet.synchronisation());
    CHECK(number(packet.raw, 45) == 7962);
    const int sequence = packet.raw[44];
    if (last) CHECK(sequence == (*last + 1) % 256);
    last = sequence;
    ++frames;
  }
}

TEST_CASE("sacn: the universes are told of", "[conformance][sacn]") {
  sacn_show show("      syncUniverse: 7962\n");
  const auto packet = show.next([](const sacn_packet& one) { return one.discovery(); });
  CHECK(packet.name() == "Troupe");
  CHECK(part(packet.raw, 118, 2) == bytes{0, 0});
  CHECK(number(packet.raw, 120) == 1);
  CHECK(number(packet.raw, packet.raw.size() - 2) == 7962);
}

TEST_CASE("sacn: the identifier outlives a restart, and a broken one is replaced", "[conformance][sacn]") {
  sacn_show show;
  const auto id = show.next(lit).id();
  show.server->kill_hard();
  show.receiver.drain();
  show.start();
  CHECK(show.next(lit).id() == id);
  CHECK(show.server->stop() == 0);
  show.receiver.drain();
  write_text(show.id_file(), "nonsense\n");
  show.start();
  const auto fresh = show.next(lit).id();
  CHECK(fresh != id);
  CHECK(fresh == id_of(read_text(show.id_file())));
  CHECK(show.server->log().find("sacn-cid") != std::string::npos);
}

TEST_CASE("sacn: health tells what is sent, and which universes can't be", "[conformance][sacn]") {
  sacn_show show("      firstUniverse: 63999\n");
  show.next(lit);
  rest_client rest(show.server->port());
  const auto checks = rest.get("/api/health").body.at("checks").as_object();
  const auto& output = checks.at("outputs").as_array().at(0).as_object();
  CHECK(str(output.at("name")) == "sacn");
  CHECK(str(output.at("destination")) == show.receiver.address());
  CHECK(str(output.at("status")) == "ok");
  CHECK(num(output.at("packets")) > 0);
  rest.create("/api/fixtures",
              {{"name", "far"}, {"modelId", "generic-dimmer"}, {"universe", 1}, {"startChannel", 1}});
  const deadline end;
  std::string reason;
  while (reason.empty() && !end.over()) {
    show.next();
    const auto health = rest.get("/api/health").body;
    if (str(health.at("status")) == "degraded")
      reason = str(health.at("problems").as_array().at(0).as_object().at("reason"));
  }
  CHECK(reason.find("1 universe isn't sent") != std::string::npos);
}
