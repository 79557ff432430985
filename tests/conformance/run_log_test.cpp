// What a server did is done again by `troupe replay`, to the same bytes.
#include "tests/conformance/support/suite.hpp"
#include "tests/e2e/process.hpp"

#include <algorithm>
#include <filesystem>

using namespace troupe::conformance;
using Catch::Matchers::Contains;
using troupe::test::run_troupe;

namespace {

std::string log_of(const test_server& server) {
  return (server.data.path() / ".troupe/runlog").string();
}

std::size_t bytes_of(const std::string& folder) {
  std::size_t bytes = 0;
  for (const auto& one : std::filesystem::directory_iterator(folder)) bytes += one.file_size();
  return bytes;
}

json::object move(std::string_view fader, double value) {
  return {{"type", "input/fader"}, {"faderId", fader}, {"value", value}};
}

/// Faders, edits, run state, another show: what operators do.
void operate(test_server& server) {
  auto rest = server.rest();
  auto client = server.client();
  client.subscribe();
  for (int i = 1; i <= 5; ++i) {
    client.send(move("A", i / 5.0));
    client.frame();
  }
  rest.change("/api/fixtures/front-left", json::object{{"startChannel", 400}});
  const auto graph = str(rest.create("/api/graphs", fader_graph({"back-left"}, "B")).at("id"));
  client.send(move("B", 0.625));
  client.frame_with("back-left", 0.625);
  client.send({{"type", "instance/setEnabled"}, {"instanceId", graph}, {"enabled", false}});
  client.sync();
  rest.create("/api/shows", {{"name", "second"}});
  REQUIRE(rest.post("/api/shows/second/activate", json::object{}).ok());
  client.next("show/changed");
  client.frame();
  client.frame();
}

} // namespace

TEST_CASE("run log: what a server did is replayed to the same frames", "[conformance][runlog]") {
  test_server server({.settings = "stages: 2\n"});
  operate(server);
  CHECK(server.rest().get("/api/health").body.at("checks").at("runLog") == "ok");
  REQUIRE(server.stop() == 0);
  const auto made = run_troupe({"replay", log_of(server), "--verify"});
  INFO(made.out << made.err);
  CHECK(made.code == 0);
  CHECK(made.err.empty());
  CHECK_THAT(made.out, Contains(", different 0\n") && !Contains("not comparable") && !Contains("gaps"));
  CHECK(run_troupe({"replay", log_of(server)}).out == made.out);
  CHECK_THAT(run_troupe({"replay", log_of(server), "--list"}).out, Contains("2 segments"));
}

TEST_CASE("run log: of a server that was killed what had been written is replayed", "[conformance][runlog]") {
  test_server server({.settings = "ticker: {hz: 200}\n"});
  operate(server);
  const auto before = bytes_of(log_of(server));
  auto client = server.client();
  client.subscribe();
  for (const deadline end; bytes_of(log_of(server)) < before + 1'000 && !end.over();) client.frame();
  server.kill_hard();
  const auto made = run_troupe({"replay", log_of(server), "--verify"});
  INFO(made.out << made.err);
  CHECK(made.code == 0);
  CHECK_THAT(made.out, Contains(", different 0\n"));
}

TEST_CASE("run log: a replay is sent to a node, and goes dark at its end", "[conformance][runlog]") {
  test_server server;
  operate(server);
  REQUIRE(server.stop() == 0);
  udp_receiver node;
  const auto to = "127.0.0.1:" + std::to_string(node.port());
  const auto made = run_troupe(
      {"replay", log_of(server), "--from", "0.01", "--to", "0.2", "--speed", "1000", "--artnet", to});
  CHECK(made.code == 0);
  const auto packets = node.take_all();
  REQUIRE(packets.size() > 3);
  CHECK(packets.back().dark());
  CHECK(std::any_of(packets.begin(), packets.end(), [](const auto& one) { return !one.dark(); }));
}

TEST_CASE("run log: it can be switched off", "[conformance][runlog]") {
  test_server server({.settings = "runLog: {enabled: false}\n"});
  auto client = server.client();
  client.subscribe();
  client.frame();
  CHECK_FALSE(server.rest().get("/api/health").body.at("checks").as_object().contains("runLog"));
  CHECK_FALSE(std::filesystem::exists(log_of(server)));
}
