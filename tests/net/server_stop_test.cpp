#include "server_support.hpp"

using namespace troupe::net;

TEST_CASE("server stop: idle connections end, what is in flight is answered, WebSockets get 1001",
          "[net][socket]") {
  test_server server({}, 2);
  auto idle = server.raw();
  auto busy = server.client();
  auto websocket = server.websocket();
  const auto accepted = server.accepted();
  REQUIRE(busy.send_raw("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n", patience));
  auto reply = server.held.take();

  mailbox<bool> stopped;
  server->stop([&] { stopped.put(true); });
  const auto end = websocket.receive(patience);
  REQUIRE(end);
  CHECK(end->close_code == 1001);
  CHECK(accepted->closed.take() == 1001);
  CHECK(idle.receive_all(patience)->empty());
  CHECK(stopped.size() == 0);

  reply.send(json_response(200, std::string("{}")));
  const auto answered = busy.read_response(false, patience);
  REQUIRE(answered);
  CHECK(answered->status == 200);
  CHECK(busy.closing());
  { auto gone = std::move(busy); }
  stopped.take();
  CHECK(server->counters().active == 0);
  CHECK_FALSE(tcp_client::connect("127.0.0.1", server->port(), patience));
}

TEST_CASE("server stop: what doesn't end by itself is dropped after the stop time", "[net][socket]") {
  server_options options;
  options.stop_time = 60ms;
  test_server server(options);
  auto client = server.client();
  REQUIRE(client.send_raw("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n", patience));
  auto reply = server.held.take();
  mailbox<bool> stopped;
  server->stop([&] { stopped.put(true); });
  stopped.take();
  CHECK(reply.peer_gone());
  CHECK_FALSE(client.read_response(false, patience));
}

TEST_CASE("server stop: without connections it is done at once", "[net][socket]") {
  test_server server({}, 3);
  mailbox<bool> stopped;
  server->stop([&] { stopped.put(true); });
  stopped.take();
}

TEST_CASE("server stop: a server destroyed without stop drops all and tells its consumers", "[net][socket]") {
  std::shared_ptr<server_socket> accepted;
  std::optional<ws_client> websocket;
  {
    test_server server({}, 2);
    websocket.emplace(server.websocket());
    accepted = server.accepted();
    accepted->connection.reset(); // no connection may outlive the pool
  }
  CHECK(accepted->closed.take() == 1006);
  CHECK(websocket->receive(patience)->close_code == 1006);
}

TEST_CASE("server stop: a pool joined first is no harm", "[net][socket]") {
  io_pool pool(2);
  auto one = std::make_unique<server>(pool, server_options{}, router{}, websocket_handler{});
  REQUIRE(one->listen({{"127.0.0.1", false}}, 0));
  auto client = tcp_client::connect("127.0.0.1", one->port(), patience);
  REQUIRE(client);
  pool.stop_and_join();
  one.reset();
}
