// HTTP over real sockets: connections, pipelining, answers from other threads.

#include "server_support.hpp"

using namespace troupe::net;
using Catch::Contains;

namespace {

std::string get(const std::string& path, const std::string& more = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

std::string post(const std::string& body, const std::string& more = "Content-Type: application/json\r\n") {
  return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

} // namespace

TEST_CASE("http: a connection is kept alive over many requests", "[net][socket]") {
  test_server server;
  auto client = server.client();
  for (int i = 0; i < 200; ++i) {
    const auto response = client.request("GET", "/small");
    REQUIRE(response);
    REQUIRE(response->status == 200);
    REQUIRE(response->body == R"({"data":1})");
    REQUIRE_FALSE(client.closing());
  }
  const auto counts = server->counters();
  CHECK(counts.requests == 200);
  CHECK(counts.accepted == 1);
  CHECK(counts.active == 1);
}

TEST_CASE("http: both addresses of localhost share the port", "[net][socket]") {
  test_server server;
  CHECK(server->endpoints().size() == 2);
  auto v6 = http_client::connect("::1", server->port(), patience);
  REQUIRE(v6);
  CHECK(v6->request("GET", "/small")->status == 200);
}

TEST_CASE("http: a port that is taken is an error value that names the address", "[net][socket]") {
  test_server first;
  io_pool pool(1);
  server second(pool, {}, {}, {});
  const auto outcome = second.listen({{"127.0.0.1", false}}, first->port());
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == troupe::ec::validation_error);
  CHECK(outcome.error().details.at("address") == "127.0.0.1");
  CHECK_FALSE(second.listen({{"192.0.2.77", false}}, 0));
  CHECK_FALSE(second.listen({{"nonsense", false}}, 0));
  CHECK_FALSE(second.listen({{"192.0.2.77", true}}, 0));
  CHECK(second.listen({{"192.0.2.77", true}, {"127.0.0.1", false}}, 0));
}

TEST_CASE("http: HOST means what an operator expects", "[net][socket]") {
  const auto localhost = resolve_listen_host("localhost").value();
  REQUIRE(localhost.size() == 2);
  CHECK(localhost[0].host == "127.0.0.1");
  CHECK(localhost[1].host == "::1");
  CHECK(localhost[1].optional);
  CHECK(all_loopback(localhost));
  CHECK(resolve_listen_host("0.0.0.0").value()[0].host == "0.0.0.0");
  CHECK_FALSE(all_loopback(resolve_listen_host("0.0.0.0").value()));
  CHECK_FALSE(resolve_listen_host("no.such.name.invalid"));
  CHECK_FALSE(resolve_listen_host(""));
}

TEST_CASE("http: pipelined requests are answered in order, one by one", "[net][socket]") {
  test_server server;
  auto client = server.client();
  std::string all;
  for (int i = 0; i < 500; ++i) all += get("/who/n" + std::to_string(i));
  REQUIRE(client.send_raw(all, patience));
  for (int i = 0; i < 500; ++i)
    REQUIRE(client.read_response(false, patience)->body == "n" + std::to_string(i));
}

TEST_CASE("http: a request behind one that waits is not begun before that is answered", "[net][socket]") {
  test_server server;
  auto client = server.client();
  REQUIRE(client.send_raw(get("/hold") + get("/hold") + get("/small"), patience));
  auto first = server.held.take();
  CHECK(server.held.size() == 0);
  first.send(json_response(200, std::string("1")));
  auto second = server.held.take();
  second.send(json_response(200, std::string("2")));
  CHECK(client.read_response(false, patience)->body == "1");
  CHECK(client.read_response(false, patience)->body == "2");
  CHECK(client.read_response(false, patience)->body == R"({"data":1})");
}

TEST_CASE("http: a request that comes in single bytes is answered", "[net][socket]") {
  test_server server;
  auto client = server.client();
  for (const char c : post("{\"a\":1}")) REQUIRE(client.send_raw(std::string_view(&c, 1), patience));
  CHECK(client.read_response(false, patience)->body == "{\"a\":1}");
}

TEST_CASE("http: a large answer arrives whole at a slow reader, with others behind it", "[net][socket]") {
  test_server server;
  auto client = http_client::connect("127.0.0.1", server->port(), patience).value();
  REQUIRE(client.send_raw(get("/large") + get("/large") + get("/small"), patience));
  for (int i = 0; i < 2; ++i) {
    const auto large = client.read_response(false, patience);
    REQUIRE(large);
    CHECK(large->body == std::string(8 * 1024 * 1024, 'x'));
  }
  CHECK(client.read_response(false, patience)->body == R"({"data":1})");
}

TEST_CASE("http: a body of the limit's size goes through", "[net][socket]") {
  test_server server;
  auto client = server.client();
  const std::string body(4 * 1024 * 1024, 'b');
  const auto response = client.request("POST", "/echo", body, {}, patience);
  REQUIRE(response);
  CHECK(response->status == 201);
  CHECK(response->body == body);
}

TEST_CASE("http: parameters and query reach the handler decoded", "[net][socket]") {
  test_server server;
  auto client = server.client();
  CHECK(client.request("GET", "/who/a%2Fb%20c?x=1&y=a+b")->body == "a/b c;x=1;y=a b");
  CHECK(client.request("GET", "http://localhost/who/abs?x=1")->body == "abs;x=1");
}

TEST_CASE("http: an answer may come from another thread, and 500 from a handler that forgets or throws",
          "[net][socket]") {
  test_server server;
  auto client = server.client();
  REQUIRE(client.send_raw(get("/hold"), patience));
  server.held.take().send(json_response(202, std::string("{}")));
  CHECK(client.read_response(false, patience)->status == 202);

  for (const auto* path : {"/forget", "/throw"}) {
    const auto response = client.request("GET", path);
    REQUIRE(response);
    CHECK(response->status == 500);
    CHECK_THAT(response->body, Contains("\"INTERNAL_ERROR\""));
    CHECK_FALSE(client.closing());
  }
  CHECK(server->counters().errors_5xx == 2);
}

TEST_CASE("http: a responder knows that its peer has gone, and answering it then is harmless",
          "[net][socket]") {
  test_server server;
  auto socket = server.raw();
  REQUIRE(socket.send(get("/hold"), patience));
  auto reply = server.held.take();
  CHECK_FALSE(reply.peer_gone());
  socket.reset();
  REQUIRE(eventually([&] { return server->counters().active == 0; }));
  CHECK(reply.peer_gone());
  reply.send(json_response(200, std::string("{}")));
  CHECK(server.client().request("GET", "/small")->status == 200);
}

TEST_CASE("http: a client that has ended its side still gets its answers", "[net][socket]") {
  test_server server;
  auto socket = server.raw();
  REQUIRE(socket.send(get("/hold") + get("/small"), patience));
  socket.shutdown_send();
  server.held.take().send(json_response(200, std::string("{\"late\":1}")));
  const auto all = socket.receive_all(patience).value();
  CHECK_THAT(all, Contains("{\"late\":1}") && Catch::EndsWith(R"({"data":1})"));
}

TEST_CASE("http: 404, 405 with Allow, OPTIONS and HEAD", "[net][socket]") {
  test_server server;
  auto client = server.client();
  const auto nothing = client.request("GET", "/nothing");
  CHECK(nothing->status == 404);
  CHECK_THAT(nothing->body, Contains("\"code\":\"NOT_FOUND\""));
  const auto wrong = client.request("DELETE", "/small");
  CHECK(wrong->status == 405);
  CHECK(wrong->header("Allow") == "GET, HEAD, OPTIONS");
  CHECK_THAT(wrong->body, Contains("\"code\":\"METHOD_NOT_ALLOWED\""));
  CHECK(client.request("BREW", "/small")->status == 405);
  const auto options = client.request("OPTIONS", "/echo");
  CHECK(options->status == 204);
  CHECK(options->header("Allow") == "POST, OPTIONS");
  CHECK(client.request("OPTIONS", "*")->status == 204);
  CHECK(client.request("OPTIONS", "/nothing")->status == 404);
  const auto head = client.request("HEAD", "/small");
  CHECK(head->status == 200);
  CHECK(head->header("Content-Length") == "10");
  CHECK(head->body.empty());
  CHECK(client.request("GET", "/small")->status == 200);
  CHECK(server->counters().accepted == 1);
}

TEST_CASE("http: a known ETag is answered 304", "[net][socket]") {
  test_server server;
  auto client = server.client();
  const auto first = client.request("GET", "/small");
  const std::string etag(first->header("ETag"));
  REQUIRE_FALSE(etag.empty());
  const auto again = client.request("GET", "/small", {}, {{"If-None-Match", etag}});
  CHECK(again->status == 304);
  CHECK(again->header("ETag") == etag);
  CHECK(client.request("GET", "/small", {}, {{"If-None-Match", "\"other\""}})->status == 200);
}

TEST_CASE("http: a body needs application/json, in any case and with parameters", "[net][socket]") {
  test_server server;
  auto client = server.client();
  for (const auto* good : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                           "application/json;charset=utf-8"}) {
    CAPTURE(good);
    CHECK(client.request("POST", "/echo", "{}", {{"Content-Type", good}})->status == 201);
  }
  for (const auto* bad :
       {"text/plain", "application/jsonp", "application/x-www-form-urlencoded", "json", ""}) {
    CAPTURE(bad);
    const auto response = client.request("POST", "/echo", "{}", {{"Content-Type", bad}});
    CHECK(response->status == 415);
    CHECK_THAT(response->body, Contains("UNSUPPORTED_MEDIA_TYPE"));
  }
  CHECK(client.request("POST", "/echo", "{}", {{"Content-Encoding", "gzip"}})->status == 415);
  CHECK(client.request("POST", "/echo")->status == 201);
  REQUIRE(client.send_raw(post("{}", ""), patience));
  CHECK(client.read_response(false, patience)->status == 415);
  CHECK(server->counters().accepted == 1);
}

TEST_CASE("http: Connection: close and HTTP/1.0 are honoured", "[net][socket]") {
  test_server server;
  const auto closed = server.talk(get("/small", "Connection: close\r\n") + get("/small"));
  CHECK_THAT(closed, Contains("Connection: close\r\n") && Catch::EndsWith(R"({"data":1})"));
  CHECK(count_of(closed, "HTTP/1.1 200") == 1);
  CHECK_THAT(server.talk("GET /small HTTP/1.0\r\n\r\n"), Catch::EndsWith(R"({"data":1})"));
  const auto two =
      server.talk("GET /small HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /small HTTP/1.0\r\n\r\n");
  CHECK(count_of(two, "HTTP/1.1 200") == 2);
  CHECK_THAT(two, Contains("Connection: keep-alive"));
}

TEST_CASE("http: a client that waits for 100 gets it, or its refusal at once", "[net][socket]") {
  test_server server;
  const std::string waiting = "Expect: 100-continue\r\nContent-Type: application/json\r\n";
  auto socket = server.raw();
  REQUIRE(
      socket.send("POST /echo HTTP/1.1\r\nHost: x\r\n" + waiting + "Content-Length: 2\r\n\r\n", patience));
  CHECK(socket.receive(patience) == "HTTP/1.1 100 Continue\r\n\r\n");
  REQUIRE(socket.send("{}", patience));
  CHECK_THAT(socket.receive(patience).value(), Catch::StartsWith("HTTP/1.1 201"));

  const auto refused = [&](const std::string& line, const std::string& more) {
    return server.talk(line + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + more + "\r\n");
  };
  CHECK_THAT(refused("POST /nothing", "Content-Length: 2\r\n"), Catch::StartsWith("HTTP/1.1 404"));
  CHECK_THAT(refused("POST /echo", "Content-Length: 2\r\nContent-Type: text/plain\r\n"),
             Catch::StartsWith("HTTP/1.1 415"));
  CHECK_THAT(refused("POST /echo", "Content-Length: 99999999\r\n"), Catch::StartsWith("HTTP/1.1 413"));
}

TEST_CASE("http: a body that is there already needs no 100", "[net][socket]") {
  test_server server;
  const auto all = server.talk(
      post("{}", "Expect: 100-continue\r\nContent-Type: application/json\r\nConnection: close\r\n"));
  CHECK_THAT(all, Catch::StartsWith("HTTP/1.1 201"));
}

TEST_CASE("http: several lanes share the connections", "[net][socket]") {
  test_server server({}, 3);
  std::vector<http_client> clients;
  for (int i = 0; i < 9; ++i) clients.push_back(server.client());
  for (auto& client : clients) CHECK(client.request("GET", "/small")->status == 200);
  CHECK(server->counters().active == 9);
  CHECK(server->counters().requests == 9);
}

TEST_CASE("http: an observer hears of every answer, by route and never by path", "[net][socket]") {
  mailbox<answered_request> answered;
  server_options options;
  options.on_answer = [&](const answered_request& one) { answered.put(one); };
  test_server server{options};
  auto client = server.client();
  REQUIRE(client.request("GET", "/small"));
  const auto good = answered.take();
  CHECK(good.method == http_method::get);
  CHECK(good.status == 200);
  CHECK(good.route.has_value());
  CHECK(good.took.count() > 0);
  REQUIRE(client.request("GET", "/nowhere/at/all"));
  const auto bad = answered.take();
  CHECK(bad.status == 404);
  CHECK_FALSE(bad.route.has_value());
  const auto socket = server.websocket();
  const auto upgraded = answered.take();
  CHECK(upgraded.status == 101);
  CHECK_FALSE(upgraded.route.has_value());
  server.talk("NONSENSE\r\n\r\n");
  CHECK(answered.take().status == 400);
}
