// Section 7 "Ordering".
#include "tests/conformance/support/suite.hpp"

#include <csignal>

using namespace troupe::conformance;

TEST_CASE("ordering: after the compile/result of an update every frame shows the new graph",
          "[conformance][ordering]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  const auto id = show.graph(constant_graph({fixture}, 0));
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0);
  int compiled = 0; // the revision of the newest compile/result
  for (int i = 1; i <= 20; ++i) {
    const auto of = constant_graph({fixture}, i / 100.0);
    REQUIRE(show.rest.update("/api/graphs/" + id, i, {{"nodes", of.at("nodes")}}).ok());
    for (bool seen = false; !seen;) {
      const auto message = viewer.next_of({"compile/result", "frame/full"});
      if (str(message.at("type")) == "compile/result") {
        compiled = message.at("revision").to_number<int>();
      } else {
        const auto level = intensity_in(message, fixture);
        if (compiled > 0) CHECK(level >= (compiled - 1) / 100.0 - 1e-9);
        seen = compiled == i + 1 && level == Approx(i / 100.0);
      }
    }
  }
}

TEST_CASE("ordering: a client that got 2xx for a create sees it in a later frame, and GET sees it before",
          "[conformance][ordering]") {
  live_show show;
  auto viewer = show.viewer();
  for (int i = 0; i < 10; ++i) {
    const auto fixture = show.dimmer(i + 1);
    CHECK(show.rest.get("/api/fixtures/" + fixture).ok());
    const auto graph = show.graph(constant_graph({fixture}, 0.5));
    CHECK(show.rest.get("/api/graphs/" + graph).ok());
    viewer.next("compile/result", [&](const json::object& one) { return str(one.at("graphId")) == graph; });
    CHECK(intensity_in(viewer.frame(), fixture) == 0.5);
  }
}

TEST_CASE("ordering: entity/changed of one entity never goes back", "[conformance][ordering]") {
  live_show show;
  auto client = show.client();
  const auto id = show.fader();
  for (int i = 1; i <= 40; ++i)
    REQUIRE(show.rest.update("/api/inputs/" + id, i, json::object{{"count", i}}).ok());
  std::int64_t before = 0;
  client.next("entity/changed", [&](const json::object& one) {
    const auto revision = one.at("revision").as_int64();
    CHECK(revision > before);
    before = revision;
    return revision == 41;
  });
}

TEST_CASE("ordering: faders moved before and after a press are seen so", "[conformance][ordering]") {
  live_show show;
  const auto level = show.dimmer(1), pressed = show.dimmer(2), fader = show.fader(), button = show.button();
  show.graph(fader_graph({level}, fader));
  show.graph(
      graph("press",
            {node("b", "Button", {{"buttonId", button}}), node("n", "Clamp01"), node("x", "ScalarToBundle"),
             node("s", "SelectFixture", {{"fixtureIds", ids({pressed})}}), node("w", "WriteAttributes")},
            {{"b.pressed", "n.value"},
             {"n.result", "x.value"},
             {"x.bundle", "w.bundle"},
             {"s.selection", "w.selection"}}));
  auto viewer = show.viewer();
  viewer.frame_with(pressed, 0);
  for (int i = 1; i <= 10; ++i) {
    const double value = i / 16.0;
    viewer.send({{"type", "input/fader"}, {"faderId", fader}, {"value", value}});
    viewer.send({{"type", "input/buttonPress"}, {"buttonId", button}});
    // In the frame of the press the fader that was moved before it has arrived.
    CHECK(intensity_in(viewer.frame_with(pressed, 1), level) == value);
  }
}

TEST_CASE("ordering: shutdown closes clients with 1001 and ends with 0", "[conformance][ordering]") {
  test_server server;
  auto client = server.client();
  client.subscribe();
  client.frame();
  server.process().signal(SIGTERM);
  CHECK(client.closed() == 1001);
  CHECK(server.process().wait() == 0);
}

TEST_CASE("ordering: SIGINT ends it as SIGTERM does", "[conformance][ordering]") {
  test_server server;
  server.artnet.next(0, [](const artnet_packet& one) { return !one.dark(); });
  server.process().signal(SIGINT);
  CHECK(server.process().wait() == 0);
  CHECK(server.artnet.take_all().back().dark());
}
