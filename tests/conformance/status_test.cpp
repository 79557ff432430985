// Section 7: runtime/status and run state.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

json::object enable(const std::string& graph, bool enabled) {
  return {{"type", "instance/setEnabled"}, {"instanceId", graph}, {"enabled", enabled}};
}

json::object rate(const json::value& hz) {
  return {{"type", "runtime/setTickRate"}, {"hz", hz}};
}

/// Puts the rate back, whatever becomes of the test.
struct usual_rate {
  live_show& show;
  ~usual_rate() {
    try {
      auto client = show.client();
      client.send(rate(60));
      client.next("runtime/status", [](const json::object& one) { return num(one.at("tickHz")) == 60; });
    } catch (const std::exception&) {
      show.server.kill_hard();
    }
  }
};

} // namespace

TEST_CASE("status: one instance per graph, also disabled and broken ones, with what they write",
          "[conformance][status]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2);
  const auto runs = show.graph(constant_graph({a, b}, 0.5, {{"priority", 7.5}}));
  auto disabled = constant_graph({a}, 1);
  disabled["enabled"] = false;
  const auto off = show.graph(disabled);
  const auto broken = show.graph(constant_graph({a}, 1, {{"priority", -5}}));
  auto client = show.client();
  const auto status = client.next("runtime/status", [&](const json::object& one) {
    return one.at("instances").as_array().size() == 3 && instance_in(one, broken).contains("lastError") &&
           instance_in(one, runs).at("writes").as_array().size() == 1;
  });
  CHECK(num(status.at("tickHz")) == 60);
  CHECK(num(status.at("frameNumber")) > 0);
  CHECK(status.at("t").is_number());
  for (const auto& each : status.at("instances").as_array()) CHECK(each.at("id") == each.at("graphId"));
  const auto& good = instance_in(status, runs);
  CHECK(good.at("enabled") == true);
  CHECK(good.at("errorCount") == 0);
  CHECK_FALSE(good.contains("lastError"));
  CHECK(good.at("writes") == json::array{json::object{{"nodeId", "write"},
                                                      {"selection", ids({a, b})},
                                                      {"bundle", json::object{{"intensity", 0.5}}},
                                                      {"priority", 7.5}}});
  CHECK(enabled_is(status, off, false));
  CHECK(instance_in(status, off).at("writes") == json::array{});
  CHECK(enabled_is(status, broken, true));
  CHECK(instance_in(status, broken).at("errorCount") == 1);
  CHECK(instance_in(status, broken).at("writes") == json::array{});
}

TEST_CASE("status: the first one a client gets names every graph, from the start on",
          "[conformance][status]") {
  test_server server;
  const auto status = server.client().next("runtime/status");
  CHECK(status.at("instances").as_array().size() == 1);
}

TEST_CASE("status: a varying write tells the bundle of its first fixture", "[conformance][status]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2);
  const auto id = show.graph(graph("spread",
                                   {node("select", "SelectFixture", {{"fixtureIds", ids({a, b})}}),
                                    node("spread", "Spread", {{"from", 0.25}, {"to", 0.75}}),
                                    node("bundle", "ScalarToBundle"), node("write", "WriteAttributes")},
                                   {{"select.selection", "spread.selection"},
                                    {"spread.value", "bundle.value"},
                                    {"bundle.bundle", "write.bundle"},
                                    {"select.selection", "write.selection"}}));
  auto client = show.client();
  const auto status = client.next("runtime/status", [&](const json::object& one) {
    const auto& instance = instance_in(one, id);
    return !instance.empty() && !instance.at("writes").as_array().empty() &&
           !instance.at("writes").at(0).at("bundle").as_object().empty();
  });
  const auto& write = instance_in(status, id).at("writes").at(0).as_object();
  CHECK(write.at("varying") == true);
  CHECK(write.at("bundle") == json::object{{"intensity", 0.25}});
}

TEST_CASE("status: it comes again and again", "[conformance][status]") {
  live_show show;
  auto client = show.client();
  client.next("runtime/status");
  const auto first = client.next("runtime/status");
  json::object last;
  for (int i = 0; i < 10; ++i) last = client.next("runtime/status");
  CHECK(num(last.at("t")) > num(first.at("t")));
}

TEST_CASE("status: above 64 KiB it still comes, and tells of setEnabled", "[conformance][status]") {
  live_show show;
  std::string fixtures,
      graph_yaml = "- id: big\n  name: Big\n  nodes:\n"
                   "    - {id: v, type: Scalar, position: {x: 0, y: 0}, params: {value: 1}}\n"
                   "    - {id: s, type: SelectFixture, position: {x: 0, y: 0}, params: {fixtureIds: [";
  for (int i = 0; i < 2500; ++i) {
    const auto id = fmt::format("a-fixture-with-a-rather-long-name-{:05}", i);
    fixtures +=
        fmt::format("- {{id: {}, name: F, modelId: generic-dimmer, universe: {}, startChannel: {}}}\n", id,
                    i / 500, i % 500 + 1);
    graph_yaml += id + ", ";
  }
  graph_yaml += "]}}\n    - {id: w, type: WriteAttributes, position: {x: 0, y: 0}, params: {}}\n  edges:\n"
                "    - {id: e, from: {nodeId: v, port: value}, to: {nodeId: w, port: bundle}}\n"
                "    - {id: f, from: {nodeId: s, port: selection}, to: {nodeId: w, port: selection}}\n";
  write_text(show.server.data / show.name / "fixtures.yaml", fixtures);
  write_text(show.server.data / show.name / "graphs.yaml", graph_yaml);
  REQUIRE(show.rest.post("/api/shows/" + show.name + "/activate", json::object{}).ok());
  auto client = show.client();
  const auto big = [](const json::object& one) { return json::serialize(one).size() > 64 * 1024; };
  client.next("runtime/status", big);
  client.next("runtime/status", big);
  client.send(enable("big", false));
  client.next("runtime/status", [](const json::object& one) { return enabled_is(one, "big", false); });
}

TEST_CASE("status: setEnabled acts on frames and shows in GET, without a revision but with a new ETag",
          "[conformance][status]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  const auto id = show.graph(constant_graph({fixture}, 0.5));
  const auto path = "/api/graphs/" + id;
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0.5);
  const auto tag = show.rest.get(path).header("ETag");
  viewer.send(enable(id, false));
  viewer.next("frame/full", [&](const json::object& one) { return !bundle_in(one, fixture); });
  const auto now = show.rest.get(path, {{"If-None-Match", tag}});
  CHECK(now.status == 200);
  CHECK(now.data().at("enabled") == false);
  CHECK(now.data().at("revision") == 1);
  viewer.send(enable(id, true));
  viewer.frame_with(fixture, 0.5);
  CHECK(show.rest.read(path).at("enabled") == true);
  CHECK(viewer.refusal(enable("no-such-graph", true)) == "NOT_FOUND");
  CHECK(viewer.refusal({{"type", "instance/setEnabled"}, {"instanceId", id}}) == "VALIDATION_ERROR");
  CHECK(viewer.refusal({{"type", "instance/setEnabled"}, {"instanceId", id}, {"enabled", 1}}) ==
        "VALIDATION_ERROR");
}

TEST_CASE("status: a PUT of enabled is an ordinary update with the same effect", "[conformance][status]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  const auto id = show.graph(constant_graph({fixture}, 0.5));
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0.5);
  CHECK(show.rest.change("/api/graphs/" + id, json::object{{"enabled", false}}).at("revision") == 2);
  viewer.next("frame/full", [&](const json::object& one) { return !bundle_in(one, fixture); });
  CHECK(show.rest.change("/api/graphs/" + id, json::object{{"enabled", true}}).at("revision") == 3);
  viewer.frame_with(fixture, 0.5);
}

TEST_CASE("status: a setEnabled of one client shows in the status of all", "[conformance][status][ws]") {
  live_show show;
  const auto id = show.graph(constant_graph({}, 0.5));
  auto watcher = show.client(), hand = show.client();
  watcher.next("runtime/status", [&](const json::object& one) { return !instance_in(one, id).empty(); });
  hand.send(enable(id, false));
  watcher.next("runtime/status", [&](const json::object& one) { return enabled_is(one, id, false); });
}

TEST_CASE("status: setTickRate acts from the next tick on, is told, and stays over a show switch",
          "[conformance][status]") {
  live_show show;
  const usual_rate guard{show};
  auto viewer = show.viewer();
  viewer.send(rate(20));
  viewer.next("runtime/status", [](const json::object& one) { return num(one.at("tickHz")) == 20; });
  CHECK(num(show.rest.read("/api/runtime/status").at("targetHz")) == 20);
  auto before = viewer.frame();
  for (int i = 0; i < 10; ++i) {
    const auto next = viewer.frame();
    const auto ticks = (num(next.at("t")) - num(before.at("t"))) * 20;
    CHECK(ticks == Approx(std::round(ticks)).margin(0.01));
    CHECK(ticks > 0.5);
    before = next;
  }
  REQUIRE(show.rest.post("/api/shows/" + show.name + "/activate", json::object{}).ok());
  viewer.next("show/changed");
  CHECK(num(viewer.next("runtime/status").at("tickHz")) == 20);
  for (const json::value& wrong : {json::value(0), json::value(0.5), json::value(241), json::value(-60),
                                   json::value("60"), json::value(nullptr), json::value(1e300)}) {
    INFO(wrong);
    CHECK(viewer.refusal(rate(wrong)) == "VALIDATION_ERROR");
  }
  CHECK(num(viewer.next("runtime/status").at("tickHz")) == 20);
}
