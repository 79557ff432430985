// Section 2 "Settings", and who may call (section 3) as far as settings decide it.
#include "tests/conformance/support/suite.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace troupe::conformance;

namespace {

/// A port that was free a moment ago.
std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  const bool good = bind(fd, raw, size) == 0 && getsockname(fd, raw, &size) == 0;
  close(fd);
  if (!good) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

bool has_ipv6() {
  const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool good = fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (fd >= 0) close(fd);
  return good;
}

std::string show_of(std::uint16_t port) {
  return str(rest_client(port).get("/api/shows/current").data().at("show"));
}

/// Starts with settings that must be refused; returns what it said.
std::string refused_start(const start_options& options) {
  server_process server(options);
  CHECK(server.wait() != 0);
  CHECK(server.first_line().empty());
  return server.log();
}

} // namespace

TEST_CASE("settings: the first line on stdout tells where the server listens", "[conformance][settings]") {
  test_server server;
  const auto line = json::parse(server.process().first_line()).as_object();
  CHECK(line.begin()->key() == "event");
  CHECK(line.at("event") == "listening");
  CHECK(str(line.at("http")) == "http://127.0.0.1:" + std::to_string(server.port()));
  CHECK(server.rest().get("/api/health").status == 200);
}

TEST_CASE("settings: flags override the environment, which overrides the file", "[conformance][settings]") {
  const temp_dir data;
  udp_receiver from_file, from_environment, from_flag;
  const auto port = free_port();
  write_text(data / "settings.yaml",
             fmt::format("show: from-file\ndata: {}\nhttp: {{host: 127.0.0.1, port: {}}}\n"
                         "artnet: {{outputs: [{{destination: \"{}\"}}]}}\n",
                         (data / "shows").string(), port, from_file.address()));
  const auto config = (data / "settings.yaml").string();

  SECTION("the file alone") {
    server_process server({{"serve", "--config", config}, {}});
    server.await_listening();
    CHECK(server.port() == port);
    CHECK(show_of(port) == "from-file");
    CHECK(from_file.next(0).is_dmx());
  }
  SECTION("the environment over the file") {
    server_process server({{"serve", "--config", config},
                           {{"PORT", "0"},
                            {"HOST", "127.0.0.1"},
                            {"SHOW", "from-environment"},
                            {"DATA_DIR", (data / "elsewhere").string()},
                            {"ARTNET_DESTINATION", from_environment.address()}}});
    server.await_listening();
    CHECK(server.port() != port);
    CHECK(show_of(server.port()) == "from-environment");
    CHECK(std::filesystem::exists(data / "elsewhere/from-environment/fixtures.yaml"));
    CHECK(from_environment.next(0).is_dmx());
    CHECK(from_file.take_all().empty());
  }
  SECTION("flags over both") {
    server_process server(
        {{"serve", "--config", config, "--port", "0", "--host", "127.0.0.1", "--show", "from-flag", "--data",
          (data / "flagged").string(), "--artnet", from_flag.address()},
         {{"PORT", "1"},
          {"HOST", "198.51.100.7"},
          {"SHOW", "from-environment"},
          {"DATA_DIR", (data / "elsewhere").string()},
          {"ARTNET_DESTINATION", from_environment.address()}}});
    server.await_listening();
    CHECK(show_of(server.port()) == "from-flag");
    CHECK(std::filesystem::exists(data / "flagged/from-flag/fixtures.yaml"));
    CHECK(from_flag.next(0).is_dmx());
    CHECK(from_environment.take_all().empty());
  }
}

TEST_CASE("settings: localhost, the default, is 127.0.0.1 and ::1", "[conformance][settings]") {
  const temp_dir data;
  server_process server(
      {{"serve", "--port", "0", "--data", data.path().string()}, {{"ARTNET_ENABLED", "false"}}});
  server.await_listening();
  CHECK(rest_client(server.port(), "127.0.0.1").get("/api/health").status == 200);
  if (has_ipv6()) CHECK(rest_client(server.port(), "::1").get("/api/health").status == 200);
  CHECK(show_of(server.port()) == "default");
}

TEST_CASE("settings: ARTNET_ENABLED=false sends nothing while the show runs", "[conformance][settings]") {
  const temp_dir data;
  udp_receiver node;
  server_process server({{"serve", "--port", "0", "--host", "127.0.0.1", "--data", data.path().string()},
                         {{"ARTNET_ENABLED", "false"}, {"ARTNET_DESTINATION", node.address()}}});
  server.await_listening();
  live_client client(server.port());
  client.next("runtime/status", [](const json::object& one) { return num(one.at("frameNumber")) > 20; });
  CHECK(node.take_all().empty());
}

TEST_CASE("settings: the tick rate of the file is the one at the start", "[conformance][settings]") {
  test_server server({.settings = "ticker: {hz: 25}\n"});
  CHECK(num(server.client().next("runtime/status").at("tickHz")) == 25);
  CHECK(num(server.rest().get("/api/runtime/status").data().at("targetHz")) == 25);
}

TEST_CASE("settings: with immediate ticks a fader doesn't wait for the grid, which goes on",
          "[conformance][settings]") {
  test_server server({.settings = "ticker: {hz: 2, immediate: true}\n"});
  auto client = server.client();
  client.subscribe();
  const auto start = client.frame();
  const auto on_grid = [&](const json::object& frame) {
    const auto periods = (num(frame.at("t")) - num(start.at("t"))) * 2;
    return std::abs(periods - std::round(periods)) < 1e-4;
  };
  CHECK(on_grid(client.frame()));
  // One that is moved just before the grid's tick is left to that.
  json::object extra = client.frame();
  double level = 0;
  while (on_grid(extra)) {
    level = level < 0.5 ? level + 0.01 : 0;
    client.send(json::object{{"type", "input/fader"}, {"faderId", "A"}, {"value", level}});
    extra = client.frame();
  }
  const auto next = client.frame();
  CHECK(on_grid(next));
  CHECK(num(next.at("frameNumber")) == num(extra.at("frameNumber")) + 1);
  CHECK(num(next.at("t")) > num(extra.at("t")));
  CHECK(num(server.rest().get("/api/runtime/status").data().at("immediateTicks")) >= 1);
}

TEST_CASE("settings: the limits of the file hold", "[conformance][settings]") {
  test_server server({.settings = "limits: {maxEntities: 13}\nhttp: {limits: {bodyBytes: 2000}}\n"});
  auto rest = server.rest();
  // The demo has 12 inputs.
  CHECK(rest.post("/api/inputs", {{"name", "13th"}, {"type", "fader"}}).status == 201);
  const auto refused = rest.post("/api/inputs", {{"name", "14th"}, {"type", "fader"}});
  CHECK(refused.status >= 400);
  CHECK(refused.status < 500);
  CHECK(rest.get("/api/inputs").data().as_array().size() == 13);
  CHECK(rest.post("/api/inputs", {{"name", "x"}, {"type", "fader"}, {"note", std::string(3000, 'x')}})
            .summary() == "413 PAYLOAD_TOO_LARGE");
}

TEST_CASE("settings: wrong settings are refused with their name", "[conformance][settings]") {
  const temp_dir data;
  const auto settings = [&](std::string_view text) {
    write_text(data / "settings.yaml", text);
    return start_options{{"serve", "--config", (data / "settings.yaml").string(), "--port", "0", "--data",
                          (data / "shows").string()},
                         {}};
  };
  CHECK(refused_start(settings("http: {prot: 3001}\n")).find("prot") != std::string::npos);
  CHECK(refused_start(settings("ticker: {hz: fast}\n")).find("hz") != std::string::npos);
  CHECK(refused_start(settings("ticker: {hz: 1000}\n")).find("hz") != std::string::npos);
  CHECK(refused_start(settings("http: [\n")).find("settings.yaml") != std::string::npos);
  CHECK(refused_start({{"serve", "--data", data.path().string()}, {{"PORT", "many"}}}).find("PORT") !=
        std::string::npos);
  CHECK(refused_start({{"serve", "--port", "70000", "--data", data.path().string()}, {}}).find("port") !=
        std::string::npos);
  CHECK_FALSE(refused_start({{"serve", "--config", (data / "none.yaml").string()}, {}}).empty());
  CHECK_FALSE(refused_start({{"serve", "--no-such-flag"}, {}}).empty());
  CHECK_FALSE(refused_start({{"serve", "--port", "0", "--data", data.path().string(), "--show", "../up"}, {}})
                  .empty());
}

TEST_CASE("settings: a host that isn't loopback needs a token or http.open, else the server refuses to start",
          "[conformance][settings]") {
  const temp_dir data;
  const auto said =
      refused_start({{"serve", "--port", "0", "--host", "0.0.0.0", "--data", data.path().string()}, {}});
  CHECK(said.find("token") != std::string::npos);
}

TEST_CASE("settings: with http.open everybody is let in", "[conformance][settings]") {
  test_server server({.settings = "http: {open: true}\n", .arguments = {"--host", "0.0.0.0"}});
  CHECK(server.rest().get("/api/fixtures").status == 200);
  CHECK(server.client().next("runtime/status").contains("tickHz"));
}

TEST_CASE("settings: with a token, whoever doesn't show it gets 401", "[conformance][settings]") {
  test_server server({.settings = "http: {token: \"sesame\"}\n", .arguments = {"--host", "0.0.0.0"}});
  auto rest = server.rest();
  CHECK(rest.get("/api/fixtures").summary() == "401 UNAUTHORIZED");
  CHECK(rest.get("/api/fixtures", {{"Authorization", "Bearer wrong"}}).summary() == "401 UNAUTHORIZED");
  CHECK(rest.get("/api/fixtures", {{"Authorization", "Bearer sesamee"}}).status == 401);
  CHECK(rest.get("/api/fixtures", {{"Authorization", "Basic sesame"}}).status == 401);
  CHECK(rest.get("/api/fixtures", {{"Authorization", "Bearer sesame"}}).status == 200);
  CHECK(rest.post("/api/inputs", {{"name", "x"}, {"type", "fader"}}).status == 401);
  CHECK(rest.post("/api/inputs", {{"name", "x"}, {"type", "fader"}}, {{"Authorization", "Bearer sesame"}})
            .status == 201);
  CHECK(server.client("?token=sesame").next("runtime/status").contains("tickHz"));
  for (const auto* query : {"", "?token=", "?token=wrong"}) {
    const auto refused = troupe::net::ws_client::connect(
        "ws://127.0.0.1:" + std::to_string(server.port()) + "/ws" + query, patience);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().details.at("status") == 401);
  }
  troupe::net::ws_client_options bearer;
  bearer.headers = {{"Authorization", "Bearer sesame"}};
  CHECK(live_client(server.port(), {}, bearer).next("runtime/status").contains("tickHz"));
}
