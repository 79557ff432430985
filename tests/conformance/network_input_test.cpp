// DMX and timecode that come in: sACN by multicast on the loopback interface, Art-Net by unicast.
#include "tests/conformance/support/suite.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace troupe::conformance;

namespace {

using bytes = std::vector<std::uint8_t>;

/// A UDP port that was free a moment ago.
std::uint16_t free_udp_port() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  const bool good = bind(fd, raw, size) == 0 && getsockname(fd, raw, &size) == 0;
  close(fd);
  if (!good) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

/// A desk or player on this machine.
class sender {
 public:
  sender() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    in_addr loopback{};
    loopback.s_addr = htonl(INADDR_LOOPBACK);
    if (setsockopt(fd_, SOL_IP, IP_MULTICAST_IF, &loopback, sizeof loopback) != 0)
      throw std::runtime_error("no multicast on the loopback interface");
  }
  ~sender() { close(fd_); }
  sender(const sender&) = delete;
  sender& operator=(const sender&) = delete;

  void send(const bytes& packet, const std::string& address, std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    inet_pton(AF_INET, address.c_str(), &to.sin_addr);
    sendto(fd_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }

 private:
  int fd_;
};

void put16(bytes& out, std::size_t at, unsigned value) {
  out.at(at) = static_cast<std::uint8_t>(value >> 8);
  out.at(at + 1) = static_cast<std::uint8_t>(value);
}

/// A data packet of E1.31 with 512 levels, by the offsets of table 4-1.
bytes sacn(std::uint8_t cid, unsigned universe, std::uint8_t sequence, const bytes& levels,
           std::uint8_t priority = 100) {
  bytes out(638);
  put16(out, 0, 0x10);
  const std::string id = "ASC-E1.17";
  std::copy(id.begin(), id.end(), out.begin() + 4);
  put16(out, 16, 0x726e);
  out[21] = 4;
  std::fill_n(out.begin() + 22, 16, cid);
  put16(out, 38, 0x7258);
  out[43] = 2;
  const std::string name = "desk";
  std::copy(name.begin(), name.end(), out.begin() + 44);
  out[108] = priority;
  out[111] = sequence;
  put16(out, 113, universe);
  put16(out, 115, 0x720b);
  out[117] = 2;
  out[118] = 0xa1;
  out[122] = 1;
  put16(out, 123, 513);
  std::copy(levels.begin(), levels.end(), out.begin() + 126);
  return out;
}

bytes artnet_packet_of(unsigned op, std::size_t size) {
  bytes out(size);
  const std::string id = "Art-Net";
  std::copy(id.begin(), id.end(), out.begin());
  out[8] = static_cast<std::uint8_t>(op);
  out[9] = static_cast<std::uint8_t>(op >> 8);
  out[11] = 14;
  return out;
}

bytes artdmx(unsigned universe, std::uint8_t sequence, const bytes& levels) {
  auto out = artnet_packet_of(0x5000, 18 + 512);
  out[12] = sequence;
  out[14] = static_cast<std::uint8_t>(universe);
  out[15] = static_cast<std::uint8_t>(universe >> 8);
  put16(out, 16, 512);
  std::copy(levels.begin(), levels.end(), out.begin() + 18);
  return out;
}

bytes arttimecode(unsigned hours, unsigned minutes, unsigned seconds, unsigned frames, unsigned type) {
  auto out = artnet_packet_of(0x9700, 19);
  unsigned at = 14;
  for (const auto part : {frames, seconds, minutes, hours, type}) out[at++] = static_cast<std::uint8_t>(part);
  return out;
}

constexpr const char* group_of_universe_1 = "239.255.0.1";

/// A server that listens, with one dimmer at channel 1 of universe 0, and a desk.
struct listening_show {
  explicit listening_show(const std::string& inputs, const std::string& merge = {})
      : sacn_port(free_udp_port()), artnet_port(free_udp_port()) {
    write_text(
        folder / "settings.yaml",
        fmt::format(
            "inputs:\n  sacnPort: {}\n  artnetPort: {}\n{}artnet:\n  outputs:\n    - destination: \"{}\"\n{}",
            sacn_port, artnet_port, inputs, node.address(), merge));
    server = std::make_unique<server_process>(
        start_options{{"serve", "--port", "0", "--host", "127.0.0.1", "--data", (folder / "shows").string(),
                       "--config", (folder / "settings.yaml").string()},
                      {}});
    server->await_listening();
    rest_client rest(server->port());
    const auto graphs = rest.get("/api/graphs");
    for (const auto& each : graphs.data().as_array())
      rest.del("/api/graphs/" + str(each.as_object().at("id")));
    lamp = str(
        rest.create("/api/fixtures",
                    {{"name", "lamp"}, {"modelId", "generic-dimmer"}, {"universe", 9}, {"startChannel", 1}})
            .at("id"));
  }
  void follow(json::object source, std::string_view port = "value") {
    rest_client(server->port()).create("/api/graphs", intensity_graph({lamp}, std::move(source), port));
  }
  /// Sends until the lamp, or another channel, has that level.
  void until(const std::function<void(std::uint8_t)>& send, int level, std::uint16_t universe = 9,
             std::size_t channel = 1) {
    const deadline end;
    while (!end.over()) {
      send(++sequence == 0 ? sequence = 1 : sequence);
      const auto packet = node.receive(std::chrono::milliseconds(50));
      if (packet && packet->is_dmx() && packet->universe() == universe && packet->level(channel) == level)
        return;
    }
    FAIL("the level didn't come");
  }
  json::object network() { return rest_client(server->port()).get("/api/inputs/network").data().as_object(); }

  std::uint16_t sacn_port, artnet_port;
  temp_dir folder;
  udp_receiver node;
  std::unique_ptr<server_process> server;
  std::string lamp;
  sender desk;
  std::uint8_t sequence = 0;
};

const std::string sacn_on_loopback =
    "  sacn:\n    - {universes: [1-3], interface: 127.0.0.1, onLoss: zero}\n";

} // namespace

TEST_CASE("network inputs: a fixture follows a channel of sACN by multicast", "[conformance][network]") {
  listening_show on(sacn_on_loopback);
  on.follow(node("source", "DmxIn", {{"universe", 0}, {"channel", 2}}));
  const auto send = [&](std::uint8_t sequence) {
    on.desk.send(sacn(1, 1, sequence, {0, 200}), group_of_universe_1, on.sacn_port);
  };
  on.until(send, 200);
  const auto told = on.network();
  const auto& universe = told.at("universes").as_array().at(0).as_object();
  CHECK(num(universe.at("universe")) == 0);
  CHECK(str(universe.at("state")) == "live");
  const auto& source = universe.at("sources").as_array().at(0).as_object();
  CHECK(str(source.at("name")) == "desk");
  CHECK(str(source.at("cid")) == "01010101-0101-0101-0101-010101010101");
  CHECK(num(source.at("priority")) == 100);
  CHECK(num(source.at("packets")) > 0);
  // The desk falls silent: after 2.5 s the universe goes to zero.
  on.until([](std::uint8_t) {}, 0);
  CHECK(str(on.network().at("universes").as_array().at(0).as_object().at("state")) == "lost");
}

TEST_CASE("network inputs: sACN comes by unicast, too, and the higher priority wins",
          "[conformance][network]") {
  listening_show on(sacn_on_loopback);
  on.follow(node("source", "DmxIn", {{"universe", 2}}));
  on.until(
      [&](std::uint8_t sequence) {
        on.desk.send(sacn(1, 3, sequence, {200}, 100), "127.0.0.1", on.sacn_port);
        on.desk.send(sacn(2, 3, sequence, {50}, 110), "127.0.0.1", on.sacn_port);
      },
      50);
}

TEST_CASE("network inputs: more groups than one socket may join are heard", "[conformance][network]") {
  listening_show on("  sacn:\n    - {universes: [1-60], interface: 127.0.0.1}\n");
  on.follow(node("source", "DmxIn", {{"universe", 59}}));
  on.until(
      [&](std::uint8_t sequence) { on.desk.send(sacn(1, 60, sequence, {90}), "239.255.0.60", on.sacn_port); },
      90);
}

TEST_CASE("network inputs: a fixture follows a channel of Art-Net", "[conformance][network]") {
  listening_show on("  artnet:\n    - {universes: [300]}\n");
  on.follow(node("source", "DmxIn", {{"universe", 300}, {"channel", 512}}));
  bytes levels(512);
  levels[511] = 77;
  on.until(
      [&](std::uint8_t sequence) {
        on.desk.send(artdmx(300, sequence, levels), "127.0.0.1", on.artnet_port);
      },
      77);
  on.desk.send(artdmx(301, 1, levels), "127.0.0.1", on.artnet_port);
  on.desk.send({1, 2, 3}, "127.0.0.1", on.artnet_port);
  const deadline end;
  while (num(on.network().at("dropped").as_object().at("otherUniverse")) == 0 && !end.over()) {
  }
  CHECK(num(on.network().at("dropped").as_object().at("otherUniverse")) == 1);
}

TEST_CASE("network inputs: timecode is told, and runs in graphs", "[conformance][network]") {
  listening_show on("  timecode: true\n");
  CHECK(on.network().at("timecode").is_null());
  on.follow(node("source", "Timecode"), "running");
  on.until([&](std::uint8_t) { on.desk.send(arttimecode(1, 2, 3, 4, 1), "127.0.0.1", on.artnet_port); }, 255);
  const auto told = on.network().at("timecode").as_object();
  CHECK(str(told.at("time")) == "01:02:03:04");
  CHECK(str(told.at("type")) == "25");
  CHECK(num(told.at("seconds")) == Approx(3'723.16));
  on.until([](std::uint8_t) {}, 0);
}

TEST_CASE("network inputs: an output merges them, and sends what only the network has",
          "[conformance][network]") {
  listening_show on("  artnet:\n    - {universes: [9, 12]}\n",
                    "      merge: {universes: [9, 12], mode: htp}\n");
  on.follow(node("source", "Scalar", {{"value", 0.5}}));
  const auto send = [&](std::uint8_t sequence) {
    on.desk.send(artdmx(9, sequence, {100, 33}), "127.0.0.1", on.artnet_port);
    on.desk.send(artdmx(12, sequence, {44}), "127.0.0.1", on.artnet_port);
  };
  on.until(send, 33, 9, 2);
  on.until(send, 128, 9, 1); // the show's is higher
  on.until(send, 44, 12, 1);
  rest_client rest(on.server->port());
  const auto both = rest.read("/api/universes/9/channels/1/why");
  CHECK(str(both.at("fixtureId")) == on.lamp);
  CHECK(both.at("level") == 128); // the show's alone
  CHECK(both.at("networkLevel") == 100);
  CHECK(both.at("network").at("sources").at(0).at("protocol") == "artnet");
  const auto theirs = rest.read("/api/universes/12/channels/1/why");
  CHECK(theirs.at("state") == "unpatched");
  CHECK(theirs.at("network").at("state") == "live");
}

TEST_CASE("network inputs: a port or interface that isn't there is a problem, and the show goes on",
          "[conformance][network]") {
  listening_show on("  sacn:\n    - {universes: [1], interface: 192.0.2.77}\n");
  rest_client rest(on.server->port());
  const deadline end;
  json::object health;
  do health = rest.get("/api/health").body.as_object();
  while (str(health.at("status")) != "degraded" && !end.over());
  CHECK(str(health.at("checks").as_object().at("networkInput")) == "degraded");
  CHECK(str(health.at("problems").as_array().at(0).as_object().at("check")) == "networkInput");
  on.follow(node("source", "Scalar", {{"value", 1}}));
  on.until([](std::uint8_t) {}, 255);
}

TEST_CASE("network inputs: without settings nothing is received, and that is no problem",
          "[conformance][network]") {
  test_server server;
  const auto told = server.rest().get("/api/inputs/network").data().as_object();
  CHECK(told.at("listeners").as_array().empty());
  CHECK(told.at("universes").as_array().empty());
  CHECK_FALSE(server.rest().get("/api/health").body.at("checks").as_object().contains("networkInput"));
}
