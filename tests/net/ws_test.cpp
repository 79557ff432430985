// Messages in both directions, and control frames between them.

#include "server_support.hpp"

#include "socket_support.hpp"

using namespace troupe::net;

TEST_CASE("ws: text goes both ways, of every length form", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  const auto accepted = server.accepted();
  for (const std::size_t n : {0U, 1U, 125U, 126U, 65'535U, 65'536U, 1'048'576U}) {
    CAPTURE(n);
    const std::string text(n, 'a');
    REQUIRE(client.send_text(text, patience));
    CHECK(accepted->texts.take() == text);
    accepted->run(server.pool, [&](ws_connection& connection) {
      connection.source([message = make_text(text)]() mutable { return std::exchange(message, nullptr); });
      connection.kick();
    });
    const auto got = client.receive(patience);
    REQUIRE(got);
    CHECK(got->what == ws_event::kind::text);
    CHECK(got->data == text);
  }
  CHECK(server->counters().messages_in == 7);
  CHECK(eventually([&] { return server->counters().messages_out == 7; }));
  CHECK(server->counters().websockets == 1);
}

TEST_CASE("ws: a binary message is sent as such", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  const auto accepted = server.accepted();
  accepted->run(server.pool, [&](ws_connection& connection) {
    connection.source([message = make_binary("TRF1")]() mutable { return std::exchange(message, nullptr); });
    connection.kick();
  });
  const auto got = client.receive(patience);
  CHECK(got->what == ws_event::kind::binary);
  CHECK(got->data == "TRF1");
}

TEST_CASE("ws: fragments are joined, control frames between them answered", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  const auto accepted = server.accepted();
  REQUIRE(client.send_frame(0x01, "one \xc3"));
  REQUIRE(client.ping("between"));
  REQUIRE(client.send_frame(0x00, "\xb6 two"));
  REQUIRE(client.send_frame(0x00, ""));
  REQUIRE(client.send_frame(0x80, " three"));
  CHECK(accepted->texts.take() == "one \xc3\xb6 two three");
  const auto pong = client.receive(patience, true);
  CHECK(pong->what == ws_event::kind::pong);
  CHECK(pong->data == "between");
}

TEST_CASE("ws: what was sent behind the handshake before its answer is not lost", "[net][socket]") {
  test_server server;
  auto socket = server.raw();
  const std::string frame("\x81\x82\0\0\0\0hi", 8);
  REQUIRE(socket.send(
      "GET /small HTTP/1.1\r\nHost: x\r\n\r\nGET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
          frame + frame,
      patience));
  const auto accepted = server.accepted();
  CHECK(accepted->texts.take() == "hi");
  CHECK(accepted->texts.take() == "hi");
  std::string all;
  while (all.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == std::string::npos)
    all += socket.receive(patience).value();
  CHECK_THAT(all, Catch::Contains("HTTP/1.1 200 OK") && Catch::Contains("HTTP/1.1 101"));
}

TEST_CASE("ws: an upgrade behind a request that is answered late works", "[net][socket]") {
  test_server server;
  auto socket = server.raw();
  REQUIRE(
      socket.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\nGET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                  patience));
  auto reply = server.held.take();
  reply.send(json_response(200, std::string("{}")));
  const auto accepted = server.accepted();
  REQUIRE(socket.send(std::string("\x81\x82\0\0\0\0hi", 8), patience));
  CHECK(accepted->texts.take() == "hi");
}

TEST_CASE("ws: a connection has its own id, knows its peer, and takes tasks from any thread",
          "[net][socket]") {
  test_server server({}, 2);
  auto first = server.websocket();
  const auto a = server.accepted()->connection;
  auto second = server.websocket();
  const auto b = server.accepted()->connection;
  CHECK(a->id() != b->id());
  CHECK(a->lane() != b->lane());
  CHECK(a->peer().host == "127.0.0.1");
  CHECK(a->peer().loopback);
  CHECK_FALSE(a->deflates());
  mailbox<bool> open;
  a->post([&](ws_connection& one) { open.put(one.open() && server.pool.on_lane(one.lane())); });
  CHECK(open.take());
}

TEST_CASE("ws: messages and pongs stay whole on a socket that always blocks", "[net][socket]") {
  server_options options;
  options.send_buffer = 4'096;
  test_server server(options);
  auto client = server.websocket();
  const auto accepted = server.accepted();
  accepted->run(server.pool, [&](ws_connection& connection) {
    connection.source([i = 0]() mutable -> outgoing {
      if (++i > 100) return nullptr;
      return make_text(std::string(static_cast<std::size_t>(i * 1'000), static_cast<char>('a' + i % 26)));
    });
    connection.kick();
  });
  constexpr int pings = 400;
  int pongs = 0;
  int messages = 0;
  const auto payload = [](int i) { return std::string(110, 'p') + std::to_string(i); };
  int sent = 0;
  while (pongs < pings || messages < 100) {
    for (int burst = 0; burst < 4 && sent < pings; ++burst) REQUIRE(client.ping(payload(sent++), patience));
    const auto got = client.receive(patience, true);
    REQUIRE(got);
    if (got->what == ws_event::kind::pong) {
      REQUIRE(got->data == payload(pongs++));
    } else {
      REQUIRE(got->what == ws_event::kind::text);
      ++messages;
      REQUIRE(got->data == std::string(static_cast<std::size_t>(messages * 1'000),
                                       static_cast<char>('a' + messages % 26)));
    }
  }
  REQUIRE(client.close(1000));
  CHECK(client.receive(patience)->close_code == 1000);
  CHECK(accepted->closed.take() == 1000);
}

TEST_CASE("ws: one message serves many connections on several lanes", "[net][socket]") {
  test_server server({}, 2);
  const auto message = make_text(std::string(50'000, 'm'));
  std::vector<ws_client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(server.websocket());
    server.accepted()->connection->post([message](ws_connection& one) {
      one.source([message, left = 10]() mutable { return left-- > 0 ? message : nullptr; });
      one.kick();
    });
  }
  for (auto& client : clients) {
    for (int i = 0; i < 10; ++i) REQUIRE(client.receive(patience)->data == message->payload());
  }
  CHECK(message.use_count() >= 1);
}

TEST_CASE("ws: a source that closes the connection sends nothing after it", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  const auto accepted = server.accepted();
  accepted->run(server.pool, [&](ws_connection& connection) {
    connection.source([&connection]() -> outgoing {
      connection.close(close_code::normal, "enough");
      return make_text("never");
    });
    connection.kick();
  });
  const auto got = client.receive(patience);
  CHECK(got->what == ws_event::kind::closed);
  CHECK(got->close_code == 1000);
  CHECK(got->data == "enough");
}
