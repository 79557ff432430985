// Limits, timeouts and malformed requests over real sockets.

#include "server_support.hpp"

using namespace troupe::net;
using Catch::Contains;
using Catch::StartsWith;

namespace {

/// Every wait is short, so that the server's own deadlines end the tests.
server_options hasty() {
  server_options options;
  options.http.header_time = 60ms;
  options.http.body_time = 60ms;
  options.http.idle_time = 60ms;
  options.http.answer_time = 60ms;
  options.http.write_stall = 60ms;
  options.drain_time = patience;
  return options;
}

/// Only this wait is short.
server_options only(std::chrono::milliseconds http_limits::*limit) {
  server_options options;
  options.http.*limit = 60ms;
  options.drain_time = patience;
  return options;
}

} // namespace

TEST_CASE("http limits: each is answered with its code, and the connection ends", "[net][socket]") {
  test_server server;
  const std::string host = "Host: x\r\n";
  const auto check = [&](const std::string& request, const char* status, const char* code) {
    const auto all = server.talk(request);
    CAPTURE(all);
    CHECK_THAT(all, StartsWith(std::string("HTTP/1.1 ") + status) && Contains(code) &&
                        Contains("Connection: close"));
  };
  check("GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n", "414", "URI_TOO_LONG");
  check("GET / HTTP/1.1\r\n" + host + "A: " + std::string(17'000, 'a') + "\r\n\r\n", "431",
        "HEADERS_TOO_LARGE");
  std::string many = "GET / HTTP/1.1\r\n" + host;
  for (int i = 0; i < 150; ++i) many += "A: b\r\n";
  check(many + "\r\n", "431", "HEADERS_TOO_LARGE");
  check("POST /echo HTTP/1.1\r\n" + host + "Content-Length: 4194305\r\n\r\n", "413", "PAYLOAD_TOO_LARGE");
  check("GET / HTTP/1.1\r\n\r\n", "400", "VALIDATION_ERROR");
  check("nonsense\r\n\r\n", "400", "VALIDATION_ERROR");
  check("POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "400", "VALIDATION_ERROR");
  check("POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", "400", "VALIDATION_ERROR");
  check("GET /%zz HTTP/1.1\r\n" + host + "\r\n", "400", "VALIDATION_ERROR");
}

TEST_CASE("http limits: nothing behind a malformed request is answered", "[net][socket]") {
  test_server server;
  const auto all =
      server.talk("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "0\r\n\r\nGET /small HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(count_of(all, "HTTP/1.1 ") == 1);
  CHECK_THAT(all, !Contains("\"data\""));
}

TEST_CASE("http limits: the refusal of a large body arrives though the client goes on sending",
          "[net][socket]") {
  server_options options;
  options.drain_time = patience;
  test_server server(options);
  auto client = server.client();
  const auto response = client.request("POST", "/echo", std::string(12 * 1024 * 1024, 'x'), {}, patience);
  REQUIRE(response);
  CHECK(response->status == 413);
}

TEST_CASE("http limits: a chunked body ends at the limit", "[net][socket]") {
  server_options options;
  options.drain_time = patience;
  test_server server(options);
  auto socket = server.raw();
  std::string request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: "
                        "application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 5; ++i) request += "100000\r\n" + std::string(0x100000, 'x') + "\r\n";
  (void)socket.send(request, patience);
  CHECK_THAT(socket.receive_all(patience).value(), StartsWith("HTTP/1.1 413"));
}

TEST_CASE("http limits: a header that doesn't end in time is answered 408, also if it keeps trickling",
          "[net][socket]") {
  test_server server(only(&http_limits::header_time));
  auto socket = server.raw();
  REQUIRE(socket.send("GET /small HTTP/1.1\r\nHost: x\r\nX: ", patience));
  std::string answer;
  for (;;) { // slowloris: always a byte more, never the end
    if (!socket.send("a", patience)) break;
    const auto got = socket.receive(1ms);
    if (got && got->empty()) break;
    if (got) answer += *got;
    if (!got && got.error().code != troupe::ec::timeout) break;
  }
  CHECK_THAT(answer, StartsWith("HTTP/1.1 408") && Contains("\"TIMEOUT\"") && Contains("Connection: close"));
}

TEST_CASE("http limits: a body that doesn't end in time is answered 408", "[net][socket]") {
  test_server server(only(&http_limits::body_time));
  CHECK_THAT(
      server.talk(
          "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"),
      StartsWith("HTTP/1.1 408"));
}

TEST_CASE("http limits: an answer that doesn't come in time is 408, and the late one is ignored",
          "[net][socket]") {
  test_server server(only(&http_limits::answer_time));
  CHECK_THAT(server.talk("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 408"));
  auto late = server.held.take();
  late.send(json_response(200, std::string("{}")));
  CHECK(server.client().request("GET", "/small")->status == 200);
}

TEST_CASE("http limits: an idle connection is closed in silence", "[net][socket]") {
  test_server server(only(&http_limits::idle_time));
  auto socket = server.raw();
  REQUIRE(socket.send("GET /small HTTP/1.1\r\nHost: x\r\n\r\n", patience));
  const auto all = socket.receive_all(patience).value();
  CHECK(count_of(all, "HTTP/1.1 ") == 1);
  CHECK_THAT(all, Catch::EndsWith(R"({"data":1})"));
}

TEST_CASE("http limits: a connection that never sends a byte is closed in silence", "[net][socket]") {
  test_server server(only(&http_limits::header_time));
  CHECK(server.talk("").empty());
  CHECK(server.talk("\r\n\r\n").empty());
}

TEST_CASE("http limits: a client that doesn't take its answer is dropped", "[net][socket]") {
  test_server server(only(&http_limits::write_stall));
  auto socket = server.raw(4096);
  REQUIRE(socket.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n", patience));
  REQUIRE(eventually([&] { return server->counters().requests != 0; }));
  REQUIRE(eventually([&] { return server->counters().active == 0; }));
  CHECK(server->counters().bytes_out < 8 * 1024 * 1024);
}

TEST_CASE("http limits: many connections at their limits leave the server answering", "[net][socket]") {
  test_server server(hasty());
  std::vector<tcp_client> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(server.raw());
    REQUIRE(slow.back().send("GET /small HT", patience));
  }
  CHECK(server.client().request("GET", "/small")->status == 200);
  for (auto& one : slow) CHECK_THAT(one.receive_all(patience).value(), StartsWith("HTTP/1.1 408"));
  slow.clear();
  REQUIRE(eventually([&] { return server->counters().active == 0; }));
}

TEST_CASE("http limits: a connection too many is told so with 503 and counted", "[net][socket]") {
  server_options options;
  options.max_connections = 3;
  options.drain_time = patience;
  test_server server(options);
  std::vector<http_client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(server.client());
    REQUIRE(clients.back().request("GET", "/small")->status == 200);
  }
  const auto all = server.talk("GET /small HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK_THAT(all, StartsWith("HTTP/1.1 503") && Contains("TOO_MANY_REQUESTS") && Contains("Retry-After: 1"));
  CHECK(server->counters().refused == 1);
  CHECK(clients[0].request("GET", "/small")->status == 200);
  clients.pop_back();
  REQUIRE(eventually([&] { return server->counters().active == 2; }));
  CHECK(server.client().request("GET", "/small")->status == 200);
}
