#pragma once
// The HTTP and WebSocket server.

#include "net/access.hpp"
#include "net/io_pool.hpp"
#include "net/router.hpp"
#include "net/ws_connection.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

struct http_limits {
  std::size_t request_line = 8 * 1024; ///< bytes; beyond it 414
  std::size_t headers = 16 * 1024;     ///< bytes; beyond it 431
  std::size_t header_count = 100;      ///< beyond it 431
  std::size_t body = 4 * 1024 * 1024;  ///< bytes; beyond it 413
  std::chrono::milliseconds header_time{
      10'000};                                 ///< from a request's first byte to the end of its headers; 408
  std::chrono::milliseconds body_time{30'000}; ///< for the body; 408
  std::chrono::milliseconds idle_time{75'000}; ///< between requests; then closed in silence
  std::chrono::milliseconds answer_time{30'000}; ///< for the handler; 408
  std::chrono::milliseconds write_stall{30'000}; ///< an answer of which nothing is taken for so long; dropped
  std::chrono::milliseconds stream_pulse{30'000}; ///< between two signs of life of a streamed answer
  std::size_t stream_queue = 64 * 1024;           ///< bytes of a streamed answer that may wait for the socket
};

struct ws_options {
  std::string path = "/ws";
  std::size_t message_limit = 1024 * 1024; ///< bytes after inflation; beyond it 1009
  std::size_t credit = 64;                 ///< messages received and not acknowledged before reading pauses
  std::chrono::milliseconds ping_period{20'000};
  std::chrono::milliseconds silence_limit{60'000}; ///< nothing heard, no pong either: closed
  std::chrono::milliseconds write_stall{10'000};   ///< nothing taken though something is pending: 1013
  bool deflate = true;                             ///< offer permessage-deflate to peers that aren't loopback
  bool deflate_loopback = false;                   ///< to those too
};

/// A request that was answered.
struct answered_request {
  http_method method = http_method::get;
  std::optional<std::size_t> route; ///< its place in `router::routes`; nothing if no handler was asked
  unsigned status = 200;
  std::chrono::nanoseconds took{0}; ///< from the end of its header to the answer being ready to be written
};

/// Called on the io thread of each answer: several at once. It must neither wait nor throw.
using request_observer = std::function<void(const answered_request&)>;

struct server_options {
  access_rules access;
  http_limits http;
  ws_options ws;
  std::size_t max_connections = 4096;          ///< beyond it a new connection gets 503
  std::chrono::milliseconds drain_time{1'000}; ///< for reading and discarding after the last byte was sent
  std::chrono::milliseconds stop_time{2'000};  ///< for answers in flight when the server stops
  int not_sent_low_water = 16 * 1024;          ///< TCP_NOTSENT_LOWAT in bytes; 0 leaves the kernel's
  int send_buffer = 0;                         ///< SO_SNDBUF in bytes; 0 leaves autotuning on
  std::string name = "Troupe";                 ///< the Server header; empty for none
  request_observer on_answer{};                ///< may be empty
};

/// One address to listen on.
struct listen_address {
  std::string host{};    ///< numeric
  bool optional = false; ///< skipped if this machine has no such address family or address
};

/// What a setting HOST means: `localhost` is 127.0.0.1 and, where it exists, ::1. Blocks while it resolves
/// other names. VALIDATION_ERROR if the name is unknown.
result<std::vector<listen_address>> resolve_listen_host(const std::string& host);

/// Whether all of them are loopback, as `access_rules::loopback_bound` wants to know.
bool all_loopback(const std::vector<listen_address>& addresses) noexcept;

/// Sums over all lanes since the start.
struct server_counters {
  std::uint64_t accepted = 0;
  std::uint64_t active = 0;     ///< connections now
  std::uint64_t websockets = 0; ///< of these
  std::uint64_t streams = 0;    ///< of these: answers that go on
  std::uint64_t refused = 0;    ///< for too many connections
  std::uint64_t accept_errors = 0;
  std::uint64_t requests = 0;
  std::uint64_t errors_4xx = 0;
  std::uint64_t errors_5xx = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t messages_in = 0;  ///< WebSocket
  std::uint64_t messages_out = 0; ///< WebSocket
  std::uint64_t stalled = 0;      ///< WebSockets and streams closed because they took nothing
  std::uint64_t paused = 0; ///< times a WebSocket wasn't read for a while: too much of it was unacknowledged
};

/// Called on the connection's io thread after the 101 went out; the callee calls `start`. The request (its
/// query, headers and peer) holds during the call.
using websocket_handler = std::function<void(std::shared_ptr<ws_connection>, const http_request&)>;

class server {
 public:
  /// @param pool outlives the server. @param on_websocket may be empty: then there is no WebSocket path
  server(io_pool& pool, server_options options, router routes, websocket_handler on_websocket);
  /// Stops hard if `stop` wasn't called. The lanes must be running or joined.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Listens on all addresses with one port and begins to accept. @param port 0 picks one that is free on
  /// all of them. Fails with VALIDATION_ERROR (`details.address`) if an address that isn't optional can't
  /// be bound, or none can.
  result<void> listen(const std::vector<listen_address>& addresses, std::uint16_t port);

  /// After `listen`.
  std::uint16_t port() const noexcept;
  /// What is listened on, as `127.0.0.1:3001` and `[::1]:3001`.
  std::vector<std::string> endpoints() const;

  /// From any thread: stops accepting, lets requests in flight finish (at most `stop_time`), closes idle
  /// connections at once and WebSockets with 1001, then calls `done` on a lane's thread. Once.
  void stop(std::function<void()> done);

  server_counters counters() const noexcept;

 private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace troupe::net
