// Section 6: what lighting nodes receive.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

json::object move(const std::string& fader, double value) {
  return {{"type", "input/fader"}, {"faderId", fader}, {"value", value}};
}

} // namespace

TEST_CASE("artnet: a packet is an ArtDmx of 530 bytes", "[conformance][artnet]") {
  live_show show;
  show.graph(constant_graph({show.dimmer(512, 0x1234)}, 1));
  const auto packet =
      show.server.artnet.next(0x1234, [](const artnet_packet& one) { return one.level(512) == 255; });
  REQUIRE(packet.bytes.size() == 530);
  const std::vector<std::uint8_t> head(packet.bytes.begin(), packet.bytes.begin() + 12);
  CHECK(head == std::vector<std::uint8_t>{'A', 'r', 't', '-', 'N', 'e', 't', 0, 0x00, 0x50, 0, 14});
  CHECK(packet.sequence() != 0);
  CHECK(packet.bytes[14] == 0x34); // SubUni
  CHECK(packet.bytes[15] == 0x12); // Net
  CHECK(packet.bytes[16] == 0x02); // length, big-endian
  CHECK(packet.bytes[17] == 0x00);
}

TEST_CASE("artnet: every universe with a patched fixture is sent, also without a graph, and no other",
          "[conformance][artnet]") {
  live_show show;
  show.dimmer(1, 11);
  show.dimmer(1, 32767);
  for (const int universe : {11, 32767}) {
    const auto packet = show.server.artnet.next(static_cast<std::uint16_t>(universe));
    CHECK(packet.dark());
  }
  show.server.artnet.drain();
  std::set<int> seen;
  show.server.artnet.next(11);
  show.server.artnet.next(11);
  for (const auto& each : show.server.artnet.take_all()) seen.insert(each.universe());
  seen.erase(11);
  seen.erase(32767);
  CHECK(seen.empty());
}

TEST_CASE("artnet: the sequence counts 1 to 255 per universe, never 0", "[conformance][artnet]") {
  live_show show;
  const auto a = show.dimmer(1, 21), b = show.dimmer(1, 22);
  show.graph(intensity_graph({a, b}, node("source", "SawLFO", {{"frequency", 9.7}})));
  auto client = show.client();
  client.send({{"type", "runtime/setTickRate"}, {"hz", 240}});
  auto& node = show.server.artnet;
  node.next(21, [](const artnet_packet& one) { return !one.dark(); });
  std::map<int, int> last;
  std::map<int, int> count;
  bool wrapped = false;
  while (count[21] < 400 || count[22] < 400) {
    const auto packet = node.receive(patience);
    REQUIRE(packet);
    const int universe = packet->universe();
    if (universe != 21 && universe != 22) continue;
    const int sequence = packet->sequence();
    REQUIRE(sequence != 0);
    if (last.count(universe)) REQUIRE(sequence == last[universe] % 255 + 1);
    wrapped = wrapped || (last[universe] == 255 && sequence == 1);
    last[universe] = sequence;
    ++count[universe];
  }
  CHECK(wrapped);
  client.send({{"type", "runtime/setTickRate"}, {"hz", 60}});
  client.next("runtime/status", [](const json::object& one) { return num(one.at("tickHz")) == 60; });
}

TEST_CASE("artnet: an unchanged universe is sent again about every 0.8 s, a changed one at once",
          "[conformance][artnet]") {
  live_show show;
  const auto fixture = show.dimmer(1, 31), fader = show.fader();
  show.graph(fader_graph({fixture}, fader));
  auto& node = show.server.artnet;
  auto client = show.client();
  client.send(move(fader, 1));
  auto before = node.next(31, [](const artnet_packet& one) { return one.level(1) == 255; });
  node.next(31);
  node.drain();
  const auto first = node.next(31);
  node.next(31);
  const auto third = node.next(31);
  CHECK(third.levels(1, 1) == first.levels(1, 1));
  const auto span = third.arrival - first.arrival;
  CHECK(span > std::chrono::milliseconds(800));
  CHECK(span < std::chrono::seconds(8));
  for (const double level : {0.5, 0.25, 0.75}) {
    client.send(move(fader, level));
    const int dmx = static_cast<int>(level * 255 + 0.5);
    node.next(31, [&](const artnet_packet& one) { return one.level(1) == dmx; });
  }
}

TEST_CASE("artnet: a universe that loses its last fixture sends one frame of zeros and stops",
          "[conformance][artnet]") {
  live_show show;
  const auto goes = show.dimmer(1, 41), stays = show.dimmer(1, 42);
  show.graph(constant_graph({goes, stays}, 1));
  auto& node = show.server.artnet;
  const auto bright = [](const artnet_packet& one) { return one.level(1) == 255; };
  node.next(41, bright);
  node.next(42, bright);
  SECTION("because it is deleted") {
    REQUIRE(show.rest.del("/api/fixtures/" + goes).ok());
  }
  SECTION("because it is patched elsewhere") {
    show.rest.change("/api/fixtures/" + goes, json::object{{"universe", 42}});
  }
  SECTION("because the show changes") {
    live_show other;
    other.dimmer(1, 42);
  }
  CHECK(node.next(41, [](const artnet_packet& one) { return one.level(1) == 0; }).dark());
  // Two keep-alives of the other universe later nothing more has come.
  std::set<int> seen;
  const auto since = node.next(42).arrival;
  for (auto last = since; last - since < std::chrono::milliseconds(1200);) {
    const auto packet = node.receive(patience);
    REQUIRE(packet);
    seen.insert(packet->universe());
    if (packet->universe() == 42) last = packet->arrival;
  }
  CHECK(seen.count(41) == 0);
}

TEST_CASE("artnet: re-patching a fixture clears its old channels", "[conformance][artnet]") {
  live_show show;
  const auto fixture = show.dimmer(10, 51);
  show.dimmer(100, 51);
  show.graph(constant_graph({fixture}, 1));
  auto& node = show.server.artnet;
  node.next(51, [](const artnet_packet& one) { return one.level(10) == 255; });
  show.rest.change("/api/fixtures/" + fixture, json::object{{"startChannel", 20}});
  node.next(51, [](const artnet_packet& one) { return one.level(20) == 255 && one.level(10) == 0; });
  REQUIRE(show.rest.del("/api/fixtures/" + fixture).ok());
  CHECK(node.next(51, [](const artnet_packet& one) { return one.level(20) == 0; }).dark());
}

TEST_CASE("artnet: attributes become channels by the model", "[conformance][artnet]") {
  live_show show;
  const auto rgbw = show.fixture("generic-rgbw", 1, 61), dimmer = show.fixture("generic-dimmer", 11, 61);
  const auto cmy = str(show.rest
                           .create("/api/fixtures/models",
                                   {{"brand", "B"},
                                    {"model", "CMY"},
                                    {"channels", {{"cyan", 1}, {"magenta", 2}, {"yellow", 3}, {"gobo", 4}}},
                                    {"defaults", json::object{{"gobo", 77}}}})
                           .at("id"));
  const auto wheel = show.fixture(cmy, 21, 61);
  show.graph(graph("colour",
                   {node("c", "ColorConstant", {{"r", 1}, {"g", 0.5}, {"b", 0.2}}),
                    node("s", "SelectFixture", {{"fixtureIds", ids({rgbw, dimmer, wheel})}}),
                    node("w", "WriteAttributes")},
                   {{"c.color", "w.bundle"}, {"s.selection", "w.selection"}}));
  const auto packet =
      show.server.artnet.next(61, [](const artnet_packet& one) { return one.level(1) == 255; });
  CHECK(packet.levels(1, 4) == std::vector<int>{255, 128, 51, 51});
  CHECK(packet.level(11) == 255); // only a dimmer: the brightest component
  CHECK(packet.levels(21, 4) == std::vector<int>{0, 128, 204, 77});
  // Intensity multiplies the colour of a model without dimmer.
  show.graph(constant_graph({rgbw}, 0.5));
  show.server.artnet.next(61, [](const artnet_packet& one) {
    return one.levels(1, 4) == std::vector<int>{128, 64, 26, 26};
  });
}

TEST_CASE("artnet: on shutdown a blackout is the last that is sent", "[conformance][artnet]") {
  test_server server;
  server.artnet.next(0, [](const artnet_packet& one) { return !one.dark(); });
  CHECK(server.stop() == 0);
  const auto rest = server.artnet.take_all();
  REQUIRE_FALSE(rest.empty());
  CHECK(rest.back().universe() == 0);
  CHECK(rest.back().dark());
}

TEST_CASE("artnet: with hold the nodes keep the last frame", "[conformance][artnet]") {
  test_server server({.settings = "artnet: {blackout: hold}\n"});
  auto rest = server.rest();
  const auto pulse = str(rest.get("/api/graphs").data().at(0).at("id"));
  rest.change("/api/graphs/" + pulse, json::object{{"enabled", false}});
  rest.create("/api/graphs", constant_graph({"front-left"}, 1));
  rest.create("/api/graphs", graph("white",
                                   {node("c", "ColorConstant"),
                                    node("s", "SelectFixture", {{"fixtureIds", ids({"front-left"})}}),
                                    node("w", "WriteAttributes")},
                                   {{"c.color", "w.bundle"}, {"s.selection", "w.selection"}}));
  const std::vector<int> white{255, 255, 255, 255};
  server.artnet.next(0, [&](const artnet_packet& one) { return one.levels(1, 4) == white; });
  server.artnet.drain();
  CHECK(server.stop() == 0);
  for (const auto& each : server.artnet.take_all()) CHECK(each.levels(1, 4) == white);
}

TEST_CASE("artnet: after kill -9 a new start lights the show again", "[conformance][artnet]") {
  test_server server;
  server.artnet.next(0, [](const artnet_packet& one) { return !one.dark(); });
  server.kill_hard();
  server.artnet.drain();
  server.start();
  server.artnet.next(0, [](const artnet_packet& one) { return !one.dark(); });
}

TEST_CASE("artnet: every output tells what it has sent, in the order of the settings",
          "[conformance][artnet]") {
  const temp_dir data;
  udp_receiver open;
  const auto closed = std::make_unique<udp_receiver>()->address();
  write_text(data / "settings.yaml",
             fmt::format("artnet:\n  outputs:\n    - destination: \"{}\"\n    - destination: \"{}\"\n",
                         open.address(), closed));
  server_process server({{"serve", "--port", "0", "--host", "127.0.0.1", "--data", (data / "shows").string(),
                          "--config", (data / "settings.yaml").string()},
                         {}});
  server.await_listening();
  rest_client rest(server.port());
  const auto at = [&](const json::value& all, std::size_t index) {
    return all.as_array().at(index).as_object();
  };
  auto told = rest.get("/api/outputs").data();
  for (const deadline end; num(at(told, 1).at("refused")) == 0 && !end.over();) {
    open.next(0);
    told = rest.get("/api/outputs").data();
  }
  REQUIRE(told.as_array().size() == 2);
  CHECK(str(at(told, 0).at("destination")) == open.address());
  CHECK(num(at(told, 0).at("packets")) > 0);
  CHECK(num(at(told, 0).at("bytes")) == num(at(told, 0).at("packets")) * 530);
  CHECK(num(at(told, 0).at("refused")) == 0);
  CHECK(str(at(told, 1).at("destination")) == closed);
  CHECK(num(at(told, 1).at("refused")) > 0); // which is no problem:
  CHECK(str(at(told, 1).at("status")) == "ok");
  CHECK(rest.get("/api/health").body.at("status") == "ok");
  CHECK(rest.post("/api/outputs", json::object{}).status == 405);
}

TEST_CASE("artnet: constantRate sends what doesn't change too, and sync ends each frame with an ArtSync",
          "[conformance][artnet]") {
  const temp_dir data;
  udp_receiver node;
  write_text(
      data / "settings.yaml",
      fmt::format("artnet:\n  outputs:\n    - {{destination: \"{}\", constantRate: true, sync: true}}\n",
                  node.address()));
  server_process server({{"serve", "--port", "0", "--host", "127.0.0.1", "--data", (data / "shows").string(),
                          "--config", (data / "settings.yaml").string()},
                         {}});
  server.await_listening();
  rest_client rest(server.port());
  // Universe 0 pulses, universe 9 is still.
  rest.create("/api/fixtures",
              {{"name", "still"}, {"modelId", "generic-dimmer"}, {"universe", 9}, {"startChannel", 1}});
  node.next(9);
  node.drain();
  std::string order; // which packets came: 0, 9 or s
  for (const deadline end; order.size() < 60 && !end.over();)
    if (const auto packet = node.receive(std::chrono::seconds(1)))
      order += packet->is_dmx() ? static_cast<char>('0' + packet->universe()) : 's';
  const auto first = order.find('s') + 1;
  std::string frames;
  while (frames.size() < 50) frames += "09s";
  CHECK(order.substr(first, 48) == frames.substr(0, 48));
}

TEST_CASE("artnet: maxHz of an output thins its packets, never the newest", "[conformance][artnet]") {
  const temp_dir data;
  udp_receiver fast, slow;
  write_text(
      data / "settings.yaml",
      fmt::format(
          "artnet:\n  outputs:\n    - destination: \"{}\"\n    - destination: \"{}\"\n      maxHz: 10\n",
          fast.address(), slow.address()));
  server_process server({{"serve", "--port", "0", "--host", "127.0.0.1", "--data", (data / "shows").string(),
                          "--config", (data / "settings.yaml").string()},
                         {}});
  server.await_listening();
  const auto lit = [](const artnet_packet& one) { return !one.dark(); };
  slow.next(0, lit), fast.next(0, lit);
  slow.drain(), fast.drain();
  const auto first = slow.next(0);
  for (int i = 0; i < 9; ++i) slow.next(0);
  const auto last = slow.next(0);
  CHECK(last.arrival - first.arrival > std::chrono::milliseconds(500));
  const auto all = fast.take_all();
  CHECK(all.size() > 20);
  rest_client rest(server.port());
  const auto pulse = str(rest.get("/api/graphs").data().at(0).at("id"));
  rest.change("/api/graphs/" + pulse, json::object{{"enabled", false}});
  slow.next(0, [](const artnet_packet& one) { return one.dark(); });
}

TEST_CASE("artnet: a closed port at the destination stops nothing", "[conformance][artnet]") {
  const temp_dir data;
  std::string closed;
  {
    const udp_receiver gone;
    closed = gone.address();
  }
  server_process server(
      {{"serve", "--port", "0", "--host", "127.0.0.1", "--data", data.path().string(), "--artnet", closed},
       {}});
  server.await_listening();
  live_client viewer(server.port());
  viewer.subscribe();
  for (int i = 0; i < 30; ++i) viewer.frame();
  CHECK(rest_client(server.port()).get("/api/health").body.at("status") == "ok");
  CHECK(server.stop() == 0);
}
