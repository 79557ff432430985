// Who may call, over real sockets: the order of the answers and the CORS headers.

#include "server_support.hpp"

using namespace troupe::net;
using Catch::Contains;

namespace {

server_options reachable() {
  server_options options;
  options.access.loopback_bound = false;
  options.access.token = "s3cret";
  return options;
}

const header_list token{{"Authorization", "Bearer s3cret"}};

} // namespace

TEST_CASE("http access: without Origin everything is allowed on loopback", "[net][socket]") {
  test_server server;
  auto client = server.client();
  CHECK(client.request("POST", "/echo", "{}")->status == 201);
  const auto got = client.request("GET", "/small");
  CHECK(got->status == 200);
  CHECK(got->header("Access-Control-Allow-Origin").empty());
  CHECK(got->header("Vary") == "Origin");
}

TEST_CASE("http access: a foreign page may read nothing and change nothing", "[net][socket]") {
  test_server server;
  auto client = server.client();
  const header_list foreign{{"Origin", "http://evil.example"}};
  const auto got = client.request("GET", "/small", {}, foreign);
  CHECK(got->status == 200);
  CHECK(got->header("Access-Control-Allow-Origin").empty());
  const auto changed = client.request("POST", "/echo", "{}", foreign);
  CHECK(changed->status == 403);
  CHECK_THAT(changed->body, Contains("\"code\":\"FORBIDDEN\""));
  CHECK(client.request("POST", "/nothing", {}, foreign)->status == 403);
  CHECK(client.request("POST", "/echo", "{}", {{"Origin", "null"}})->status == 403);
  CHECK(
      client.request("POST", "/echo", "{}", {{"Origin", "http://localhost"}, {"Origin", "http://localhost"}})
          ->status == 403);
}

TEST_CASE("http access: a page whose name was bound to our address is foreign", "[net][socket]") {
  test_server server;
  auto client = server.client();
  const header_list rebound{{"Host", "evil.example"}, {"Origin", "http://evil.example"}};
  CHECK(client.request("POST", "/echo", "{}", rebound)->status == 403);
}

TEST_CASE("http access: a local page may do all, and is named in the answer", "[net][socket]") {
  test_server server;
  auto client = server.client();
  const auto response = client.request("POST", "/echo", "{}", {{"Origin", "http://localhost:5173"}});
  CHECK(response->status == 201);
  CHECK(response->header("Access-Control-Allow-Origin") == "http://localhost:5173");
  CHECK_THAT(std::string(response->header("Access-Control-Expose-Headers")), Contains("ETag"));
  const auto missing = client.request("POST", "/nothing", {}, {{"Origin", "http://localhost:5173"}});
  CHECK(missing->status == 404);
  CHECK(missing->header("Access-Control-Allow-Origin") == "http://localhost:5173");
}

TEST_CASE("http access: a preflight is granted to an allowed origin only", "[net][socket]") {
  test_server server;
  auto client = server.client();
  const auto ask = [&](const char* origin) {
    return client
        .request("OPTIONS", "/echo", {},
                 {{"Origin", origin},
                  {"Access-Control-Request-Method", "POST"},
                  {"Access-Control-Request-Headers", "content-type"}})
        .value();
  };
  const auto granted = ask("http://127.0.0.1:5173");
  CHECK(granted.status == 204);
  CHECK(granted.header("Access-Control-Allow-Origin") == "http://127.0.0.1:5173");
  CHECK(granted.header("Access-Control-Allow-Methods") == "POST, OPTIONS");
  CHECK_THAT(std::string(granted.header("Access-Control-Allow-Headers")),
             Contains("Content-Type") && Contains("Authorization") && Contains("X-Operator"));
  CHECK_FALSE(granted.header("Access-Control-Max-Age").empty());
  const auto refused = ask("http://evil.example");
  CHECK(refused.status == 204);
  CHECK(refused.header("Access-Control-Allow-Origin").empty());
  CHECK(refused.header("Access-Control-Allow-Methods").empty());
}

TEST_CASE("http access: where a login is needed, nothing goes without the token", "[net][socket]") {
  test_server server(reachable());
  auto client = server.client();
  for (const auto* path : {"/small", "/nothing", "/ws"}) {
    const auto response = client.request("GET", path);
    CHECK(response->status == 401);
    CHECK(response->header("WWW-Authenticate") == "Bearer");
    CHECK_THAT(response->body, Contains("\"code\":\"UNAUTHORIZED\""));
  }
  CHECK(client.request("GET", "/small?token=s3cret")->status == 401);
  CHECK(client.request("GET", "/small", {}, {{"Authorization", "Bearer wrong"}})->status == 401);
  CHECK(client.request("GET", "/small", {}, token)->status == 200);
  CHECK(client.request("GET", "/nothing", {}, token)->status == 404);
}

TEST_CASE("http access: a refused caller's body is not waited for", "[net][socket]") {
  test_server server(reachable());
  CHECK_THAT(server.talk("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"),
             Catch::StartsWith("HTTP/1.1 401"));
}

TEST_CASE("http access: preflights and public pages need no token", "[net][socket]") {
  test_server server(reachable());
  auto client = server.client();
  CHECK(client.request("GET", "/page")->status == 200);
  CHECK(client.request("OPTIONS", "/small")->status == 204);
}

TEST_CASE("http access: a server that is declared open asks for nothing", "[net][socket]") {
  auto options = reachable();
  options.access.open = true;
  test_server server(options);
  CHECK(server.client().request("GET", "/small")->status == 200);
}

TEST_CASE("http access: /ws takes the token in the query or as Bearer, and obeys the origin",
          "[net][socket]") {
  test_server server(reachable());
  const auto status = [&](const std::string& query, header_list headers) {
    ws_client_options options;
    options.headers = std::move(headers);
    const auto client = ws_client::connect(server.ws_url(query), patience, options);
    return client ? 101 : client.error().details.at("status").to_number<int>();
  };
  CHECK(status("", {}) == 401);
  CHECK(status("?token=wrong", {}) == 401);
  CHECK(status("?token=s3cret", {}) == 101);
  CHECK(status("", token) == 101);
  CHECK(status("?token=s3cret", {{"Origin", "http://evil.example"}}) == 403);
  CHECK(status("?token=s3cret", {{"Origin", "null"}}) == 403);
  CHECK(status("?token=s3cret", {{"Origin", "http://localhost:5173"}}) == 101);
  CHECK(status("?token=s3cret", {{"Origin", "http://127.0.0.1:" + std::to_string(server->port())}}) == 101);
}

TEST_CASE("http access: what is no WebSocket handshake is told what is missing", "[net][socket]") {
  test_server server;
  auto client = server.client();
  const auto plain = client.request("GET", "/ws");
  CHECK(plain->status == 426);
  CHECK(plain->header("Upgrade") == "websocket");
  CHECK_THAT(plain->body, Contains("\"code\":\"VALIDATION_ERROR\""));
  const header_list upgrade{{"Upgrade", "websocket"}, {"Connection", "keep-alive, Upgrade"}};
  auto with = [&](std::initializer_list<std::pair<std::string, std::string>> more) {
    auto headers = upgrade;
    headers.insert(headers.end(), more);
    return client.request("GET", "/ws", {}, headers).value();
  };
  CHECK(with({{"Sec-WebSocket-Version", "8"}, {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}})
            .header("Sec-WebSocket-Version") == "13");
  CHECK(with({{"Sec-WebSocket-Version", "13"}}).status == 400);
  CHECK(with({{"Sec-WebSocket-Version", "13"}, {"Sec-WebSocket-Key", "short"}}).status == 400);
  CHECK(client.request("POST", "/ws", "{}", upgrade)->status == 405);
  CHECK(client.request("GET", "/small", {}, upgrade)->status == 400);
  CHECK(client.request("GET", "/nothing", {}, upgrade)->status == 404);
  CHECK(client.request("GET", "/small", {}, {{"Upgrade", "h2c"}, {"Connection", "Upgrade"}})->status == 200);
}
