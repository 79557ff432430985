// Every way a WebSocket ends says why.

#include "server_support.hpp"

using namespace troupe::net;
using namespace std::string_literals;

namespace {

/// Expects the server to close. @return its code
std::uint16_t code_of(ws_client& client) {
  for (;;) {
    const auto got = client.receive(patience);
    REQUIRE(got);
    if (got->what == ws_event::kind::closed) return got->close_code;
  }
}

struct bad_frame {
  const char* what;
  std::uint8_t first;
  std::string payload;
  bool masked;
  std::uint16_t code;
};

} // namespace

TEST_CASE("ws close: one bad frame is answered with its code", "[net][socket]") {
  const auto bad = GENERATE(values<bad_frame>({
      {"binary", 0x82, "data", true, 1003},
      {"empty binary", 0x82, "", true, 1003},
      {"first fragment of a binary", 0x02, "data", true, 1003},
      {"not UTF-8", 0x81, "\xff", true, 1007},
      {"cut UTF-8", 0x81, "\xe2\x82", true, 1007},
      {"overlong UTF-8", 0x81, "\xc0\xaf", true, 1007},
      {"surrogate", 0x81, "\xed\xa0\x80", true, 1007},
      {"above Unicode", 0x81, "\xf5\x80\x80\x80", true, 1007},
      {"not masked", 0x81, "text", false, 1002},
      {"RSV1 without deflate", 0xc1, "text", true, 1002},
      {"RSV2", 0xa1, "text", true, 1002},
      {"RSV3", 0x91, "text", true, 1002},
      {"reserved opcode", 0x83, "text", true, 1002},
      {"reserved control opcode", 0x8b, "", true, 1002},
      {"continuation of nothing", 0x80, "text", true, 1002},
      {"fragmented ping", 0x09, "", true, 1002},
      {"long ping", 0x89, std::string(126, 'p'), true, 1002},
      {"close with one byte", 0x88, "x", true, 1002},
      {"close with a code that may not be sent", 0x88, "\x03\xed", true, 1002},
      {"one byte too much", 0x81, std::string(1'048'577, 'x'), true, 1009},
  }));
  CAPTURE(bad.what);
  server_options options;
  options.drain_time = patience; // however slow this machine, the code must arrive
  test_server server(options);
  auto client = server.websocket();
  const auto accepted = server.accepted();
  REQUIRE(client.send_frame(bad.first, bad.payload, bad.masked));
  CHECK(code_of(client) == bad.code);
  client.socket().shutdown_send();
  CHECK(accepted->closed.take() == bad.code);
  CHECK(accepted->texts.size() == 0);
}

TEST_CASE("ws close: a text fragment before the end of another message is 1002", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  REQUIRE(client.send_frame(0x01, "a"));
  REQUIRE(client.send_frame(0x81, "b"));
  CHECK(code_of(client) == 1002);
}

TEST_CASE("ws close: a length that isn't in its shortest form is 1002", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  REQUIRE(client.socket().send("\x81\xfe\x00\x05\0\0\0\0hello"s, patience));
  CHECK(code_of(client) == 1002);
}

TEST_CASE("ws close: UTF-8 that is cut by an empty last fragment is 1007", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  REQUIRE(client.send_frame(0x01, "\xe2\x82"));
  REQUIRE(client.send_frame(0x80, ""));
  CHECK(code_of(client) == 1007);
}

TEST_CASE("ws close: fragments that add up to too much are 1009", "[net][socket]") {
  server_options options;
  options.drain_time = patience;
  test_server server(options);
  auto client = server.websocket();
  const std::string part(300'000, 'x');
  REQUIRE(client.send_frame(0x01, part));
  for (int i = 0; i < 3; ++i) REQUIRE(client.send_frame(0x00, part));
  CHECK(code_of(client) == 1009);
}

TEST_CASE("ws close: the code arrives though the client goes on sending", "[net][socket]") {
  server_options options;
  options.drain_time = patience;
  test_server server(options);
  auto client = server.websocket();
  SECTION("too large") {
    REQUIRE(client.send_frame(0x81, std::string(16 * 1024 * 1024, 'x')));
    CHECK(code_of(client) == 1009);
  }
  SECTION("binary") {
    for (int i = 0; i < 16; ++i) REQUIRE(client.send_frame(0x82, std::string(1'000'000, 'x')));
    CHECK(code_of(client) == 1003);
  }
  SECTION("out of protocol") {
    REQUIRE(client.send_frame(0x83, "x"));
    for (int i = 0; i < 16; ++i) REQUIRE(client.send_frame(0x81, std::string(1'000'000, 'x')));
    CHECK(code_of(client) == 1002);
  }
}

TEST_CASE("ws close: a huge length is refused by its header alone", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  REQUIRE(client.socket().send("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"s, patience));
  CHECK(code_of(client) == 1009);
}

TEST_CASE("ws close: the client's close is answered in kind", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  const auto accepted = server.accepted();
  REQUIRE(client.send_text("last words"));
  REQUIRE(client.close(4000, "bye"));
  CHECK(code_of(client) == 4000);
  CHECK(accepted->texts.take() == "last words");
  CHECK(accepted->closed.take() == 4000);
}

TEST_CASE("ws close: a close without code is 1005 here and answered", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  const auto accepted = server.accepted();
  REQUIRE(client.send_frame(0x88, ""));
  CHECK(code_of(client) == 1000);
  CHECK(accepted->closed.take() == 1005);
}

TEST_CASE("ws close: a client that vanishes is 1006", "[net][socket]") {
  test_server server;
  std::optional<ws_client> client(server.websocket());
  auto accepted = server.accepted();
  SECTION("with a reset") {
    client->socket().reset();
  }
  SECTION("with an end in the middle of a frame") {
    REQUIRE(client->socket().send("\x81\x85"
                                  "ab"s,
                                  patience));
    client.reset();
  }
  CHECK(accepted->closed.take() == 1006);
  CHECK_FALSE(accepted->connection->open());
}

TEST_CASE("ws close: ours comes after the message being written, and the client's answer ends it",
          "[net][socket]") {
  server_options options;
  options.send_buffer = 4'096;
  options.drain_time = patience;
  test_server server(options);
  auto client = server.websocket();
  const auto accepted = server.accepted();
  const std::string large(500'000, 'l');
  accepted->run(server.pool, [&](ws_connection& connection) {
    connection.source([&] { return make_text(large); });
    connection.kick();
    connection.close(4001, "over");
    CHECK_FALSE(connection.open());
    connection.close(4002, "twice");
    connection.kick();
  });
  const auto message = client.receive(patience);
  CHECK(message->data == large);
  const auto end = client.receive(patience);
  CHECK(end->close_code == 4001);
  CHECK(end->data == "over");
  CHECK(accepted->closed.take() == 4001);
}

TEST_CASE("ws close: what the client still says after our close is not delivered", "[net][socket]") {
  test_server server;
  auto client = server.websocket();
  const auto accepted = server.accepted();
  accepted->run(server.pool, [](ws_connection& connection) { connection.close(4001, ""); });
  (void)client.send_text("too late");
  (void)client.ping("too late");
  CHECK(code_of(client) == 4001);
  CHECK(accepted->closed.take() == 4001);
  CHECK(accepted->texts.size() == 0);
}

TEST_CASE("ws close: a client that never answers our close is dropped after the drain time",
          "[net][socket]") {
  server_options options;
  options.drain_time = 60ms;
  test_server server(options);
  auto client = server.websocket();
  const auto accepted = server.accepted();
  accepted->run(server.pool, [](ws_connection& connection) { connection.close(4001, ""); });
  CHECK(accepted->closed.take() == 4001);
  CHECK(server->counters().websockets == 0);
}
