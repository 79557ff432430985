// Answers that go on, over real sockets.

#include "server_support.hpp"

using namespace troupe::net;
using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;

namespace {

const std::string wanted = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";

/// Reads until a text has come. @returns all that came
std::string read_until(tcp_client& socket, const std::string& what, std::string came = {}) {
  while (came.find(what) == std::string::npos) {
    const auto more = socket.receive(patience);
    if (!more || more->empty()) throw std::runtime_error("the stream ended: " + came);
    came += *more;
  }
  return came;
}

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

/// Writes until nothing more is taken: the client doesn't read. @returns the bytes taken
std::size_t fill(test_server& server, server_stream& stream) {
  const auto piece = std::make_shared<const std::string>(16 * 1024, 'x');
  std::size_t taken = 0;
  for (int refused = 0; refused < 50;) { // the kernel takes a little more now and then
    stream.run(server.pool, [&](http_stream& to) {
      if (to.write(piece)) {
        taken += piece->size();
        refused = 0;
      } else {
        ++refused;
      }
    });
  }
  return taken;
}

} // namespace

TEST_CASE("http stream: what is written comes at once, in chunks, and the connection goes on after the end",
          "[net][socket]") {
  test_server server;
  auto socket = server.raw();
  REQUIRE(socket.send(wanted, patience));
  const auto one = server.streamed();
  const auto head = read_until(socket, "\r\n\r\n");
  CHECK_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n") && Contains("Transfer-Encoding: chunked\r\n") &&
                       Contains("Content-Type: text/plain\r\n") && Contains("Cache-Control: no-cache\r\n"));
  CHECK_THAT(head, !Contains("Content-Length") && !Contains("ETag") && !Contains("Connection: close"));
  CHECK(one->write(server.pool, "first"));
  CHECK(body_of(read_until(socket, "first\r\n", head)) == "5\r\nfirst\r\n");
  one->run(server.pool, [](http_stream& to) { // what is written in a row leaves together
    for (const char* text : {"a", "b", "c"}) to.write(std::make_shared<const std::string>(text));
  });
  CHECK(read_until(socket, "\r\nabc\r\n") == "3\r\nabc\r\n");
  CHECK(server->counters().streams == 1);

  one->run(server.pool, [](http_stream& to) {
    to.write(std::make_shared<const std::string>("last"));
    to.close();
    CHECK_FALSE(to.open());
    CHECK_FALSE(to.write(std::make_shared<const std::string>("late")));
  });
  CHECK(read_until(socket, "0\r\n\r\n") == "4\r\nlast\r\n0\r\n\r\n");
  one->closed.take();
  CHECK(server->counters().streams == 0);
  REQUIRE(socket.send("GET /small HTTP/1.1\r\nHost: x\r\n\r\n", patience));
  CHECK_THAT(read_until(socket, "{\"data\":1}"), StartsWith("HTTP/1.1 200 OK"));
  CHECK(server->counters().requests == 2);
}

TEST_CASE("http stream: a request that was sent behind is answered when the stream has ended",
          "[net][socket]") {
  test_server server;
  auto client = server.client();
  REQUIRE(client.send_raw(wanted + wanted + "GET /small HTTP/1.1\r\nHost: x\r\n\r\n", patience));
  const auto first = server.streamed();
  CHECK(first->write(server.pool, "1"));
  first->run(server.pool, [](http_stream& to) { to.close(); });
  CHECK(client.read_response(false, patience)->body == "1");
  const auto second = server.streamed();
  second->run(server.pool, [](http_stream& to) { to.close(); }); // an answer without a byte
  CHECK(client.read_response(false, patience)->body.empty());
  CHECK(client.read_response(false, patience)->body == R"({"data":1})");
}

TEST_CASE("http stream: to HTTP/1.0 the end of the connection is the end", "[net][socket]") {
  test_server server;
  auto socket = server.raw();
  REQUIRE(socket.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", patience));
  const auto one = server.streamed();
  CHECK(one->write(server.pool, "bare "));
  CHECK(one->write(server.pool, "bytes"));
  one->run(server.pool, [](http_stream& to) { to.close(); });
  const auto all = socket.receive_all(patience).value();
  CHECK_THAT(all, Contains("Connection: close\r\n") && !Contains("Transfer-Encoding"));
  CHECK(body_of(all) == "bare bytes");
}

TEST_CASE("http stream: Connection: close is kept to", "[net][socket]") {
  test_server server;
  auto socket = server.raw();
  REQUIRE(socket.send("GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", patience));
  const auto one = server.streamed();
  one->run(server.pool, [](http_stream& to) { to.close(); });
  const auto all = socket.receive_all(patience).value();
  CHECK_THAT(all, Contains("Connection: close\r\n"));
  CHECK(body_of(all) == "0\r\n\r\n");
}

TEST_CASE("http stream: HEAD is answered with the head alone, and no stream begins", "[net][socket]") {
  test_server server;
  auto client = server.client();
  const auto head = client.request("HEAD", "/stream");
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->header("Content-Type") == "text/plain");
  CHECK(head->header("Content-Length").empty());
  CHECK_FALSE(client.closing());
  CHECK(client.request("GET", "/small")->status == 200);
  CHECK(server->counters().streams == 0);
}

TEST_CASE("http stream: If-None-Match doesn't make it 304", "[net][socket]") {
  test_server server;
  auto socket = server.raw();
  REQUIRE(socket.send("GET /stream HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n\r\n", patience));
  CHECK_THAT(read_until(socket, "\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_CASE("http stream: the handler hears at once that the client has gone", "[net][socket]") {
  test_server server;
  SECTION("in order") {
    auto socket = server.raw();
    REQUIRE(socket.send(wanted, patience));
    const auto one = server.streamed();
    { const auto gone = std::move(socket); }
    one->closed.take();
    one->run(server.pool, [](http_stream& to) {
      CHECK_FALSE(to.open());
      CHECK_FALSE(to.write(std::make_shared<const std::string>("late")));
      to.close(); // harmless
    });
  }
  SECTION("with a reset") {
    auto socket = server.raw();
    REQUIRE(socket.send(wanted, patience));
    const auto one = server.streamed();
    socket.reset();
    one->closed.take();
  }
  SECTION("though it had sent ahead") {
    auto socket = server.raw();
    REQUIRE(socket.send(wanted + wanted, patience));
    const auto one = server.streamed();
    { const auto gone = std::move(socket); }
    one->closed.take();
  }
  CHECK(eventually([&] { return server->counters().active == 0; }));
  CHECK(server->counters().streams == 0);
}

TEST_CASE("http stream: who has said that nothing more comes before the stream begins isn't waited for",
          "[net][socket]") {
  test_server server;
  auto socket = server.raw();
  REQUIRE(socket.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n" + wanted, patience));
  auto first = server.held.take();
  socket.shutdown_send();
  // What the client sends is read while its request is answered: the end of it is known then.
  for (int i = 0; i < 100; ++i) {
    mailbox<bool> turn;
    server.pool.post(0, [&] { turn.put(true); });
    turn.take();
  }
  first.send(json_response(200, std::string("{}")));
  const auto all = socket.receive_all(patience).value();
  CHECK(count_of(all, "HTTP/1.1 200 OK") == 2);
  CHECK_THAT(all, EndsWith("\r\n\r\n0\r\n\r\n"));
  CHECK(eventually([&] { return server->counters().active == 0; }));
}

TEST_CASE("http stream: who sends without end behind the request is dropped", "[net][socket]") {
  test_server server;
  auto socket = server.raw();
  REQUIRE(socket.send(wanted, patience));
  const auto one = server.streamed();
  while (one->closed.size() == 0 && socket.send(std::string(16 * 1024, 'x'), patience)) {
  }
  one->closed.take();
}

TEST_CASE("http stream: what waits for a client that doesn't read is bounded, and room is told",
          "[net][socket]") {
  test_server server;
  auto socket = server.raw(8'192);
  REQUIRE(socket.send(wanted, patience));
  const auto one = server.streamed();
  const auto taken = fill(server, *one);
  CHECK(taken < 8 * 1024 * 1024);
  std::string came = body_of(read_until(socket, "\r\n\r\n"));
  while (count_of(came, "x") < taken) came += socket.receive(patience).value();
  one->room.take();
  one->run(server.pool, [](http_stream& to) {
    to.write(std::make_shared<const std::string>("!"));
    to.close();
  });
  came = read_until(socket, "0\r\n\r\n", std::move(came));
  CHECK(count_of(came, "x") == taken);
  CHECK_THAT(came, EndsWith("\r\n1\r\n!\r\n0\r\n\r\n"));
  one->closed.take();
}

TEST_CASE("http stream: other clients of the thread are served while one doesn't read", "[net][socket]") {
  test_server server;
  auto dead = server.raw(8'192);
  REQUIRE(dead.send(wanted, patience));
  fill(server, *server.streamed());
  auto client = server.client();
  for (int i = 0; i < 100; ++i) REQUIRE(client.request("GET", "/small")->status == 200);
}

TEST_CASE("http stream: a client that takes nothing for too long is dropped and counted", "[net][socket]") {
  server_options options;
  options.http.write_stall = 60ms;
  test_server server(options);
  auto socket = server.raw(8'192);
  REQUIRE(socket.send(wanted, patience));
  const auto one = server.streamed();
  const auto piece = std::make_shared<const std::string>(64 * 1024, 'x');
  while (one->closed.size() == 0) one->run(server.pool, [&](http_stream& to) { to.write(piece); });
  one->closed.take();
  CHECK(server->counters().stalled == 1);
}

TEST_CASE("http stream: no deadline ends it, and it is asked for signs of life", "[net][socket]") {
  server_options options;
  options.http.answer_time = options.http.idle_time = options.http.header_time = 40ms;
  options.http.stream_pulse = 60ms;
  test_server server(options);
  auto socket = server.raw();
  REQUIRE(socket.send(wanted, patience));
  const auto one = server.streamed();
  for (int i = 0; i < 4; ++i) one->pulses.take();
  CHECK(one->write(server.pool, "still here"));
  read_until(socket, "still here");
  CHECK(one->closed.size() == 0);
}

TEST_CASE("http stream: the server's stop ends it in order", "[net][socket]") {
  test_server server({}, 2);
  auto socket = server.raw();
  REQUIRE(socket.send(wanted, patience));
  const auto one = server.streamed();
  CHECK(one->write(server.pool, "all of it"));
  mailbox<bool> stopped;
  server->stop([&] { stopped.put(true); });
  const auto all = socket.receive_all(patience).value();
  CHECK_THAT(all, EndsWith("all of it\r\n0\r\n\r\n"));
  one->closed.take();
  { const auto gone = std::move(socket); }
  stopped.take();
}

TEST_CASE("http stream: a server destroyed without stop tells the handlers", "[net][socket]") {
  std::shared_ptr<server_stream> one;
  {
    test_server server;
    auto socket = server.raw();
    REQUIRE(socket.send(wanted, patience));
    one = server.streamed();
  }
  CHECK(one->closed.size() == 1);
  CHECK_FALSE(one->stream->open());
}

TEST_CASE("http stream: it may be begun from another thread", "[net][socket]") {
  test_server server;
  auto client = server.client();
  REQUIRE(client.send_raw("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n", patience));
  auto reply = server.held.take();
  reply.stream({}, [](std::shared_ptr<http_stream> stream) {
    stream->write(std::make_shared<const std::string>("here"));
    stream->close();
  });
  CHECK(client.read_response(false, patience)->body == "here");
}

TEST_CASE("http stream: an opener that throws ends the answer", "[net][socket]") {
  test_server server;
  auto client = server.client();
  REQUIRE(client.send_raw("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n", patience));
  server.held.take().stream({}, [](std::shared_ptr<http_stream>) { throw std::runtime_error("a defect"); });
  CHECK(client.read_response(false, patience)->body.empty());
}

TEST_CASE("http stream: the token may come in the query where the route allows it", "[net][socket]") {
  server_options options;
  options.access.loopback_bound = false;
  options.access.token = "s3cret";
  test_server server(options);
  auto client = server.client();
  CHECK(client.request("HEAD", "/stream")->status == 401);
  CHECK(client.request("HEAD", "/stream?token=wrong")->status == 401);
  CHECK(client.request("HEAD", "/stream?token=s3cret")->status == 200);
  CHECK(client.request("GET", "/small?token=s3cret")->status == 401);
}
