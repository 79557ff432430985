// Section 3: what was answered 2xx survives kill -9, and every later GET sees it.
#include "tests/conformance/support/suite.hpp"

#include <sys/resource.h>

using namespace troupe::conformance;

namespace {

const std::vector<std::string> lists{"/api/fixtures/models", "/api/fixtures", "/api/groups",
                                     "/api/inputs",          "/api/presets",  "/api/graphs"};

std::map<std::string, json::value> everything(rest_client rest) {
  std::map<std::string, json::value> out;
  for (const auto& path : lists) out[path] = rest.get(path).data();
  return out;
}

/// As if the disk were full for that process: it may make no file any longer.
void disk_takes_nothing(pid_t process, bool nothing) {
  rlimit limit{};
  REQUIRE(prlimit(process, RLIMIT_FSIZE, nullptr, &limit) == 0);
  limit.rlim_cur = nothing ? 0 : limit.rlim_max;
  REQUIRE(prlimit(process, RLIMIT_FSIZE, &limit, nullptr) == 0);
}

} // namespace

TEST_CASE("durability: what was acknowledged is there after kill -9, of every kind",
          "[conformance][durability]") {
  test_server server;
  auto rest = server.rest();
  const auto model = str(rest.create("/api/fixtures/models", {{"brand", "B"},
                                                              {"model", "M"},
                                                              {"channels", {{"dimmer", 1}, {"y", 2}}},
                                                              {"defaults", {{"y", 7}, {"dimmer", 0}}}})
                             .at("id"));
  const auto fixture = str(rest.create("/api/fixtures", {{"name", "no"},
                                                         {"modelId", model},
                                                         {"universe", 5},
                                                         {"startChannel", 100},
                                                         {"tags", {"a", 1.5}}})
                               .at("id"));
  rest.create("/api/groups", {{"name", "0123"}, {"fixtureIds", ids({fixture})}});
  rest.create("/api/inputs", {{"name", "1e3"}, {"type", "button"}});
  rest.create("/api/presets",
              {{"name", "P"},
               {"type", "color"},
               {"attributes", {{"intensity", 0.1}, {"color", {{"r", 1}, {"g", 0}, {"b", 0.3}}}}}});
  rest.create("/api/graphs", constant_graph({fixture}, 0.25));
  rest.change("/api/fixtures/front-left", json::object{{"name", "Renamed"}});
  REQUIRE(rest.del("/api/inputs/H").ok());
  REQUIRE(rest.del("/api/fixtures/back-left").ok());
  const auto before = everything(server.rest());

  server.restart_after_kill();
  CHECK(everything(server.rest()) == before);
  CHECK(server.rest().get("/api/health").body.at("status") == "ok");
  // And in the files alone: nothing but them is read by people and other tools.
  const auto groups = read_text(server.file("groups.yaml"));
  CHECK(groups.find("back-left") == std::string::npos);
  CHECK(groups.find("name: \"0123\"") != std::string::npos);
}

TEST_CASE("durability: killed in the middle of many changes, everything acknowledged is there, whole",
          "[conformance][durability]") {
  test_server server;
  std::vector<std::string> acknowledged;
  for (int round = 0; round < 3; ++round) {
    auto rest = server.rest();
    for (int i = 0; i < 15; ++i) {
      const auto id = str(
          rest.create(
                  "/api/fixtures",
                  {{"name", "f"}, {"modelId", "generic-dimmer"}, {"universe", 9}, {"startChannel", i + 1}})
              .at("id"));
      rest.create("/api/groups", {{"name", id}, {"fixtureIds", ids({id, "front-left"})}});
      acknowledged.push_back(id);
    }
    // A change that is on its way while the process dies may be there or not, but never by half.
    auto last = troupe::net::http_client::connect("127.0.0.1", server.port(), patience).value();
    const auto request = "DELETE /api/fixtures/" + acknowledged.back() + " HTTP/1.1\r\nHost: x\r\n\r\n";
    REQUIRE(last.send_raw(request));
    server.restart_after_kill();
    auto again = server.rest();
    const bool there = again.get("/api/fixtures/" + acknowledged.back()).ok();
    bool in_group = false;
    for (const auto& each : again.list("/api/groups"))
      for (const auto& member : each.at("fixtureIds").as_array())
        in_group = in_group || str(member) == acknowledged.back();
    CHECK(there == in_group);
    if (!there) acknowledged.pop_back();
    for (const auto& id : acknowledged) CHECK(again.get("/api/fixtures/" + id).ok());
    CHECK(again.get("/api/health").body.at("status") == "ok");
  }
}

TEST_CASE("durability: every later GET on any connection sees an acknowledged change",
          "[conformance][durability]") {
  live_show show;
  const auto path = "/api/inputs/" + show.fader();
  rest_client other(show.server.port());
  for (int i = 1; i <= 50; ++i) {
    const auto& writer = show.rest.update(path, i, json::object{{"count", i}});
    REQUIRE(writer.ok());
    const auto seen = i % 2 == 0 ? other.read(path) : rest_client(show.server.port()).read(path);
    REQUIRE(seen.at("revision") == i + 1);
    REQUIRE(seen.at("count") == i);
  }
}

TEST_CASE("durability: a clean end and a new start change nothing", "[conformance][durability]") {
  test_server server;
  server.rest().create("/api/inputs", {{"name", "kept"}, {"type", "fader"}});
  const auto before = everything(server.rest());
  eventually([&] { return read_text(server.file("inputs.yaml")).find("name: kept") != std::string::npos; });
  const auto file = read_text(server.file("inputs.yaml"));
  for (int i = 0; i < 2; ++i) {
    CHECK(server.stop() == 0);
    server.start();
    CHECK(everything(server.rest()) == before);
    CHECK(read_text(server.file("inputs.yaml")) == file);
  }
  CHECK(count_files(server.file(""), "inputs.yaml.") == 0);
}

TEST_CASE("durability: run state is saved without an update", "[conformance][durability]") {
  test_server server;
  const auto graph = str(server.rest().get("/api/graphs").data().at(0).at("id"));
  auto client = server.client();
  client.send({{"type", "instance/setEnabled"}, {"instanceId", graph}, {"enabled", false}});
  client.next("runtime/status", [&](const json::object& one) { return enabled_is(one, graph, false); });
  CHECK(server.stop() == 0);
  server.start();
  const auto now = server.rest().read("/api/graphs/" + graph);
  CHECK(now.at("enabled") == false);
  CHECK(now.at("revision") == 1);
}

TEST_CASE("durability: while the disk refuses, changes are 503, the show runs on and run state works",
          "[conformance][durability]") {
  test_server server;
  auto rest = server.rest();
  const auto graph = str(rest.get("/api/graphs").data().at(0).at("id"));
  auto client = server.client();
  client.subscribe();
  disk_takes_nothing(server.process().pid(), true);
  const auto refused = rest.update("/api/inputs/A", 1, json::object{{"name", "x"}});
  CHECK(refused.summary() == "503 STORAGE_UNAVAILABLE");
  CHECK(rest.read("/api/inputs/A").at("revision") == 1);
  CHECK(rest.get("/api/health").body.at("status") == "degraded");
  client.next("frame/full", [](const json::object& one) { return bundle_in(one, "front-left") != nullptr; });
  client.send({{"type", "instance/setEnabled"}, {"instanceId", graph}, {"enabled", false}});
  client.next("frame/full", [](const json::object& one) { return bundle_in(one, "front-left") == nullptr; });
  CHECK(rest.read("/api/graphs/" + graph).at("enabled") == false);

  disk_takes_nothing(server.process().pid(), false);
  CHECK(rest.update("/api/inputs/A", 1, json::object{{"name", "x"}}).status == 200);
  eventually([&] { return rest.get("/api/health").body.at("status") == "ok"; });
  server.restart_after_kill();
  CHECK(server.rest().read("/api/graphs/" + graph).at("enabled") == false);
  CHECK(server.rest().read("/api/inputs/A").at("revision") == 2);
}

TEST_CASE("durability: while only the show's folder refuses, changes are durable in the journal, and the "
          "files follow "
          "later",
          "[conformance][durability]") {
  test_server server;
  auto rest = server.rest();
  std::filesystem::rename(server.file(""), server.data / "moved-away");
  write_text(server.data / "main", "in the way");
  CHECK(rest.update("/api/inputs/A", 1, json::object{{"name", "x"}}).status == 200);
  eventually([&] { return rest.get("/api/health").body.at("status") == "degraded"; });
  CHECK(rest.get("/api/health").body.at("checks").at("files").at("status") == "degraded");
  std::filesystem::remove(server.data / "main");
  std::filesystem::rename(server.data / "moved-away", server.data / "main");
  eventually([&] { return read_text(server.file("inputs.yaml")).find("name: x") != std::string::npos; });
  eventually([&] { return rest.get("/api/health").body.at("status") == "ok"; });
}
