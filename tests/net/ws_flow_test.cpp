// Neither a slow reader nor a fast sender makes anything grow.

#include "server_support.hpp"
#include "socket_support.hpp"

using namespace troupe::net;

namespace {

/// Numbered messages of one size; always the newest number, each at most once.
struct numbered_source {
  explicit numbered_source(std::size_t bytes) : size(bytes) {}

  outgoing next() {
    if (sent == newest) return nullptr;
    sent = newest;
    ++asked;
    auto text = std::to_string(newest);
    text.resize(size, ' ');
    return make_text(text);
  }

  std::size_t size;
  long newest = 0;
  long sent = 0;
  long asked = 0;
};

/// Offers one more message as long as the socket takes it. On the lane.
void fill(ws_connection& connection, numbered_source& from, int fd) {
  while (takes_more(fd)) {
    ++from.newest;
    connection.kick();
  }
}

/// Fills until the kernel takes nothing even after its own threads had their turns.
void fill_up(test_server& server, server_socket& accepted, numbered_source& from, int fd) {
  for (int quiet = 0; quiet < 20;) {
    long before = 0;
    accepted.run(server.pool, [&](ws_connection& connection) {
      before = from.asked;
      fill(connection, from, fd);
    });
    quiet = before == from.asked ? quiet + 1 : 0;
  }
}

} // namespace

TEST_CASE("ws flow: a slow reader gets what is newest when its socket takes something, and never goes back",
          "[net][socket]") {
  const auto size = GENERATE(500U, 9'400U, 300'000U);
  test_server server;
  auto client = server.websocket({.headers = {}, .deflate = false, .receive_buffer = 8'192});
  const auto accepted = server.accepted();
  const int fd = other_end(client.socket().native_handle());
  numbered_source from(size);
  accepted->run(server.pool,
                [&](ws_connection& connection) { connection.source([&] { return from.next(); }); });
  fill_up(server, *accepted, from, fd);

  long blocked_at = 0;
  long asked = 0;
  accepted->run(server.pool, [&](ws_connection& connection) {
    blocked_at = from.sent;
    for (int i = 0; i < 1'000; ++i) {
      ++from.newest;
      connection.kick();
    }
    asked = from.asked;
    from.newest = 1'000'000;
    connection.kick();
  });
  CHECK(from.sent == blocked_at); // a blocked socket asks for nothing
  long last = 0;
  while (last != 1'000'000) {
    const auto got = client.receive(patience);
    REQUIRE(got);
    const long number = std::stol(got->data);
    REQUIRE(number > last);
    REQUIRE((number <= blocked_at || number == 1'000'000)); // nothing that got old in between
    last = number;
  }
  accepted->run(server.pool, [&](ws_connection&) { CHECK(from.asked == asked + 1); });
}

TEST_CASE("ws flow: a client that never reads costs less than 0.2 MiB of kernel memory", "[net][socket]") {
  test_server server;
  std::vector<ws_client> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(server.websocket());
  for (auto& client : clients) {
    const auto accepted = server.accepted();
    const int fd = other_end(client.socket().native_handle());
    numbered_source from(9'400);
    accepted->run(server.pool,
                  [&](ws_connection& connection) { connection.source([&] { return from.next(); }); });
    fill_up(server, *accepted, from, fd);
    const auto here = kernel_memory_of(fd);
    const auto there = kernel_memory_of(client.socket().native_handle());
    CAPTURE(here.to_send, there.received);
    CHECK(here.to_send > 0);
    CHECK(here.to_send + there.received < 200 * 1024);
    accepted->run(server.pool, [](ws_connection& connection) { connection.source({}); });
  }
}

TEST_CASE("ws flow: other clients are served while one doesn't read", "[net][socket]") {
  test_server server;
  auto dead = server.websocket({.headers = {}, .deflate = false, .receive_buffer = 8'192});
  const auto blocked = server.accepted();
  numbered_source endless(100'000);
  blocked->run(server.pool,
               [&](ws_connection& connection) { connection.source([&] { return endless.next(); }); });
  fill_up(server, *blocked, endless, other_end(dead.socket().native_handle()));
  auto live = server.websocket();
  server.accepted()->connection->post([](ws_connection& one) {
    one.source([left = 1'000]() mutable { return left-- > 0 ? make_text("live") : nullptr; });
    one.kick();
  });
  for (int i = 0; i < 1'000; ++i) REQUIRE(live.receive(patience)->data == "live");
}

TEST_CASE("ws flow: reading pauses at 64 messages that aren't acknowledged, and goes on by credit",
          "[net][socket]") {
  test_server server({}, 1, false);
  auto client = server.websocket();
  const auto accepted = server.accepted();
  for (int i = 0; i < 300; ++i) REQUIRE(client.send_text(std::to_string(i)));
  const auto expect = [&](int from, int to) {
    for (int i = from; i < to; ++i) REQUIRE(accepted->texts.take() == std::to_string(i));
    for (int i = 0; i < 20; ++i) accepted->run(server.pool, [](ws_connection&) {});
    CHECK(accepted->texts.size() == 0);
  };
  expect(0, 64);
  CHECK(server->counters().paused == 1);
  accepted->run(server.pool, [](ws_connection& connection) { connection.ack(10); });
  expect(64, 74);
  CHECK(server->counters().paused == 2);
  accepted->run(server.pool, [](ws_connection& connection) { connection.ack(64); });
  expect(74, 138);
  for (int i = 138; i < 300;) {
    accepted->run(server.pool, [](ws_connection& connection) { connection.ack(1); });
    REQUIRE(accepted->texts.take() == std::to_string(i++));
  }
}

TEST_CASE("ws flow: reading pauses at 1 MiB that isn't acknowledged", "[net][socket]") {
  test_server server({}, 1, false);
  auto client = server.websocket();
  const auto accepted = server.accepted();
  std::thread sender([&] {
    for (int i = 0; i < 6; ++i)
      (void)client.send_text(std::string(600'000, static_cast<char>('a' + i)), patience);
  });
  accepted->texts.take();
  accepted->texts.take();
  for (int i = 0; i < 20; ++i) accepted->run(server.pool, [](ws_connection&) {});
  CHECK(accepted->texts.size() == 0);
  for (int i = 2; i < 6; ++i) {
    accepted->run(server.pool, [](ws_connection& connection) { connection.ack(1); });
    CHECK(accepted->texts.take().front() == static_cast<char>('a' + i));
  }
  sender.join();
}

TEST_CASE("ws flow: acknowledging too much is no credit for later", "[net][socket]") {
  test_server server({}, 1, false);
  auto client = server.websocket();
  const auto accepted = server.accepted();
  accepted->run(server.pool, [](ws_connection& connection) { connection.ack(1'000); });
  for (int i = 0; i < 100; ++i) REQUIRE(client.send_text("x"));
  for (int i = 0; i < 64; ++i) accepted->texts.take();
  for (int i = 0; i < 20; ++i) accepted->run(server.pool, [](ws_connection&) {});
  CHECK(accepted->texts.size() == 0);
}

TEST_CASE("ws flow: a paused connection can still be closed from here", "[net][socket]") {
  test_server server({}, 1, false);
  auto client = server.websocket();
  const auto accepted = server.accepted();
  for (int i = 0; i < 200; ++i) REQUIRE(client.send_text("x"));
  for (int i = 0; i < 64; ++i) accepted->texts.take();
  accepted->run(server.pool, [](ws_connection& connection) { connection.close(4001, ""); });
  CHECK(client.receive(patience)->close_code == 4001);
  CHECK(accepted->closed.take() == 4001);
  CHECK(accepted->texts.size() == 0);
}

TEST_CASE("ws flow: a socket that takes nothing is closed with 1013, which a reader that wakes up sees",
          "[net][socket]") {
  server_options options;
  options.ws.write_stall = 60ms;
  options.drain_time = patience;
  test_server server(options);
  auto client = server.websocket({.headers = {}, .deflate = false, .receive_buffer = 8'192});
  const auto accepted = server.accepted();
  accepted->run(server.pool, [&](ws_connection& connection) {
    connection.source([] { return make_text(std::string(50'000, 'x')); });
    connection.kick();
  });
  REQUIRE(eventually([&] { return server->counters().stalled != 0; }));
  for (;;) {
    const auto got = client.receive(patience);
    REQUIRE(got);
    if (got->what != ws_event::kind::closed) continue;
    CHECK(got->close_code == 1013);
    break;
  }
  CHECK(accepted->closed.take() == 1013);
}

TEST_CASE("ws flow: a stalled client that never wakes up is dropped", "[net][socket]") {
  server_options options;
  options.ws.write_stall = 60ms;
  options.drain_time = 60ms;
  test_server server(options);
  auto client = server.websocket({.headers = {}, .deflate = false, .receive_buffer = 8'192});
  const auto accepted = server.accepted();
  accepted->run(server.pool, [&](ws_connection& connection) {
    connection.source([] { return make_text(std::string(50'000, 'x')); });
    connection.kick();
  });
  CHECK(accepted->closed.take() == 1013);
  CHECK(server->counters().stalled == 1);
  CHECK(server->counters().active == 0);
}

TEST_CASE("ws flow: an idle client that answers pings stays", "[net][socket]") {
  server_options options;
  options.ws.ping_period = 10ms;
  options.ws.silence_limit = 10'000ms;
  test_server server(options);
  auto client = server.websocket();
  const auto accepted = server.accepted();
  for (int i = 0; i < 10; ++i) CHECK(client.receive(patience, true)->what == ws_event::kind::ping);
  CHECK(accepted->connection->open());
}

TEST_CASE("ws flow: a peer that answers no ping is closed", "[net][socket]") {
  server_options options;
  options.ws.ping_period = 10ms;
  options.ws.silence_limit = 60ms;
  test_server server(options);
  ws_client_options silent;
  silent.answer_pings = false;
  auto client = server.websocket(silent);
  const auto accepted = server.accepted();
  CHECK(client.receive(patience)->close_code == 1001);
  CHECK(accepted->closed.take() == 1001);
}
