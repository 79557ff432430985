// permessage-deflate: made once, shared, and read back with limits.

#include "server_support.hpp"

using namespace troupe::net;

namespace {

server_options forced() {
  server_options options;
  options.ws.deflate_loopback = true;
  return options;
}

ws_client_options offering() {
  ws_client_options options;
  options.deflate = true;
  return options;
}

std::string json_text(std::size_t n) {
  std::string out;
  for (std::size_t i = 0; out.size() < n; ++i) out += "{\"fixture\":" + std::to_string(i * 31) + "},";
  return out;
}

/// The payload of the compressed form of a text.
std::string deflated(const std::string& text) {
  const auto message = make_text(text);
  const auto frame = message->deflated_frame();
  REQUIRE(static_cast<unsigned char>(frame[0]) == 0xc1);
  const auto length = static_cast<unsigned char>(frame[1]);
  return std::string(frame.substr(length < 126 ? 2 : length == 126 ? 4 : 10));
}

} // namespace

TEST_CASE("ws deflate: it isn't offered to a loopback peer unless asked for", "[net][socket]") {
  test_server server;
  CHECK_FALSE(server.websocket(offering()).deflates());
  CHECK_FALSE(server.accepted()->connection->deflates());
}

TEST_CASE("ws deflate: a client that doesn't offer it gets plain messages", "[net][socket]") {
  test_server server(forced());
  CHECK_FALSE(server.websocket().deflates());
  CHECK_FALSE(server.accepted()->connection->deflates());
}

TEST_CASE("ws deflate: compressed and plain clients share one message", "[net][socket]") {
  test_server server(forced());
  const auto text = json_text(20'000);
  const auto message = make_text(text);
  const auto tiny = make_text("tiny");
  std::vector<ws_client> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(server.websocket(i % 2 == 0 ? offering() : ws_client_options{}));
    const auto accepted = server.accepted();
    CHECK(accepted->connection->deflates() == (i % 2 == 0));
    accepted->connection->post([message, tiny](ws_connection& one) {
      one.source([=, n = 0]() mutable -> outgoing { return ++n > 3 ? nullptr : n == 2 ? tiny : message; });
      one.kick();
    });
  }
  for (std::size_t i = 0; i < clients.size(); ++i) {
    for (int n = 1; n <= 3; ++n) {
      const auto got = clients[i].receive(patience);
      REQUIRE(got);
      CHECK(got->data == (n == 2 ? "tiny" : text));
      CHECK(got->compressed == (i % 2 == 0 && n != 2));
    }
  }
}

TEST_CASE("ws deflate: what was negotiated forbids context takeover", "[net][socket]") {
  test_server server(forced());
  const auto client = server.websocket(offering());
  std::string extensions;
  for (const auto& [name, value] : client.handshake_headers()) {
    if (name == "Sec-WebSocket-Extensions") extensions = value;
  }
  CHECK_THAT(extensions,
             Catch::Contains("server_no_context_takeover") && Catch::Contains("client_no_context_takeover"));
}

TEST_CASE("ws deflate: a client that wants a small window gets plain messages", "[net][socket]") {
  test_server server(forced());
  ws_client_options options;
  options.headers = {{"Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=10"}};
  auto client = server.websocket(options);
  const auto accepted = server.accepted();
  CHECK_FALSE(accepted->connection->deflates());
  accepted->connection->post([](ws_connection& one) {
    one.source([n = 0]() mutable { return n++ == 0 ? make_text(json_text(5'000)) : nullptr; });
    one.kick();
  });
  CHECK_FALSE(client.receive(patience)->compressed);
}

TEST_CASE("ws deflate: compressed messages from the client are inflated, fragmented or not",
          "[net][socket]") {
  test_server server(forced());
  auto client = server.websocket(offering());
  const auto accepted = server.accepted();
  for (const std::size_t n : {100U, 5'000U, 300'000U}) {
    const auto text = json_text(n);
    const auto packed = deflated(text);
    REQUIRE(client.send_frame(0xc1, packed));
    CHECK(accepted->texts.take() == text);
    REQUIRE(client.send_frame(0x41, packed.substr(0, packed.size() / 2)));
    REQUIRE(client.send_frame(0x80, packed.substr(packed.size() / 2)));
    CHECK(accepted->texts.take() == text);
    REQUIRE(client.send_text("plain"));
    CHECK(accepted->texts.take() == "plain");
  }
}

TEST_CASE("ws deflate: the limit holds after inflation", "[net][socket]") {
  auto options = forced();
  options.drain_time = patience;
  test_server server(options);
  auto client = server.websocket(offering());
  const auto accepted = server.accepted();
  REQUIRE(client.send_frame(0xc1, deflated(std::string(1'048'576, 'x'))));
  CHECK(accepted->texts.take().size() == 1'048'576);
  REQUIRE(client.send_frame(0xc1, deflated(std::string(5'000'000, 'x'))));
  CHECK(client.receive(patience)->close_code == 1009);
  client.socket().shutdown_send();
  CHECK(accepted->closed.take() == 1009);
}

TEST_CASE("ws deflate: damaged compression is 1002, bad UTF-8 inside 1007, binary 1003", "[net][socket]") {
  test_server server(forced());
  auto client = server.websocket(offering());
  const auto accepted = server.accepted();
  SECTION("damaged") {
    REQUIRE(client.send_frame(0xc1, "\xff\xff\xff\xff\xff"));
    CHECK(client.receive(patience)->close_code == 1002);
  }
  SECTION("not UTF-8") {
    REQUIRE(client.send_frame(0xc1, deflated(std::string(300, '\xff'))));
    CHECK(client.receive(patience)->close_code == 1007);
  }
  SECTION("binary") {
    REQUIRE(client.send_frame(0xc2, deflated(json_text(300))));
    CHECK(client.receive(patience)->close_code == 1003);
  }
  CHECK(accepted->texts.size() == 0);
}
