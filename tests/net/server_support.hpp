#pragma once
// A server on a free port, with handlers a test can steer, and clients for it.

#include "net/http_stream.hpp"
#include "net/server.hpp"
#include "net/ws_client.hpp"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace troupe::net {

using namespace std::chrono_literals;

/// Nothing a test waits for takes this long unless it is broken.
inline constexpr std::chrono::milliseconds patience{20'000};

/// Whether something becomes true; for counters, which move a moment after what they count was seen.
template <class F>
bool eventually(F condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

/// What happens on other threads, made available to the test's.
template <class T>
class mailbox {
 public:
  void put(T value) {
    {
      const std::lock_guard guard(mutex_);
      values_.push_back(std::move(value));
    }
    changed_.notify_all();
  }

  T take() {
    std::unique_lock guard(mutex_);
    if (!changed_.wait_for(guard, patience, [this] { return !values_.empty(); })) {
      throw std::runtime_error("nothing came");
    }
    auto out = std::move(values_.front());
    values_.pop_front();
    return out;
  }

  std::size_t size() {
    const std::lock_guard guard(mutex_);
    return values_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> values_;
};

/// One WebSocket of the server, with what it received.
struct server_socket {
  std::shared_ptr<ws_connection> connection;
  mailbox<std::string> texts;
  mailbox<std::uint16_t> closed;

  /// Runs a function on the io thread and waits for it.
  template <class F>
  void run(io_pool& pool, F f) {
    mailbox<bool> done;
    pool.post(connection->lane(), [&] {
      f(*connection);
      done.put(true);
    });
    done.take();
  }
};

/// A streamed answer, seen from its handler.
struct server_stream {
  std::shared_ptr<http_stream> stream;
  std::size_t lane = 0;
  mailbox<bool> room, pulses, closed;

  /// Runs a function on the io thread and waits for it.
  template <class F>
  void run(io_pool& pool, F f) {
    mailbox<bool> done;
    pool.post(lane, [&] {
      f(*stream);
      done.put(true);
    });
    done.take();
  }
  bool write(io_pool& pool, std::string text) {
    bool taken = false;
    run(pool, [&](http_stream& to) { taken = to.write(std::make_shared<const std::string>(text)); });
    return taken;
  }
};

/// `acknowledge` false: the test acknowledges itself.
class test_server {
 public:
  explicit test_server(server_options options = {}, std::size_t threads = 1, bool acknowledge = true)
      : pool(threads), acknowledge_(acknowledge) {
    server_ = std::make_unique<server>(
        pool, std::move(options), make_routes(),
        [this](const std::shared_ptr<ws_connection>& connection, const http_request&) { join(connection); });
    const auto listening = server_->listen({{"127.0.0.1", false}, {"::1", true}}, 0);
    if (!listening) throw std::runtime_error(listening.error().message);
  }

  ~test_server() {
    server_.reset();
    pool.stop_and_join();
  }

  server& operator*() noexcept { return *server_; }
  server* operator->() noexcept { return server_.get(); }

  http_client client() { return http_client::connect("127.0.0.1", server_->port(), patience).value(); }
  tcp_client raw(int receive_buffer = 0) {
    return tcp_client::connect("127.0.0.1", server_->port(), patience, receive_buffer).value();
  }
  std::string ws_url(const std::string& query = {}) const {
    return "ws://127.0.0.1:" + std::to_string(server_->port()) + "/ws" + query;
  }
  ws_client websocket(const ws_client_options& options = {}) {
    return ws_client::connect(ws_url(), patience, options).value();
  }
  /// Sends bytes, then reads to the end of the stream.
  std::string talk(std::string_view bytes) {
    auto socket = raw();
    REQUIRE(socket.send(bytes, patience));
    return socket.receive_all(patience).value();
  }

  /// The server's side of a connection that a client opened; in the order of the handshakes.
  std::shared_ptr<server_socket> accepted() { return sockets_.take(); }

  /// The handler's side of a GET `/stream`; in order.
  std::shared_ptr<server_stream> streamed() { return streams_.take(); }

  io_pool pool;
  mailbox<responder> held; ///< what `/hold` has not answered

 private:
  router make_routes() {
    router routes;
    routes.add(http_method::get, "/small", [](http_request&, responder reply) {
      reply.send(json_response(200, std::string(R"({"data":1})")));
    });
    routes.add(http_method::get, "/large", [](http_request&, responder reply) {
      reply.send(json_response(200, std::string(8 * 1024 * 1024, 'x')));
    });
    routes.add(http_method::post, "/echo", [](http_request& request, responder reply) {
      reply.send(json_response(201, std::move(request.body)));
    });
    routes.add(http_method::get, "/who/:name", [](http_request& request, responder reply) {
      std::string text(request.parameter("name"));
      for (const auto& [key, value] : request.query) text.append(";").append(key).append("=").append(value);
      reply.send(json_response(200, text));
    });
    routes.add(http_method::get, "/hold",
               [this](http_request&, responder reply) { held.put(std::move(reply)); });
    routes.add(http_method::get, "/stream",
               [this](http_request& request, responder reply) {
                 http_response head;
                 head.content_type = "text/plain";
                 reply.stream(std::move(head),
                              [this, lane = request.lane](std::shared_ptr<http_stream> stream) {
                                const auto one = std::make_shared<server_stream>();
                                one->stream = std::move(stream);
                                one->lane = lane;
                                one->stream->start({[one = one.get()] { one->room.put(true); },
                                                    [one = one.get()] { one->pulses.put(true); },
                                                    [one] { one->closed.put(true); }});
                                streams_.put(one);
                              });
               },
               {.login = true, .any_body_type = false, .query_token = true});
    routes.add(http_method::get, "/forget", [](http_request&, responder) {});
    routes.add(http_method::get, "/throw",
               [](http_request&, responder) { throw std::runtime_error("a defect"); });
    routes.add(http_method::get, "/page",
               [](http_request&, responder reply) { reply.send(json_response(200, std::string("{}"))); },
               {.login = false, .any_body_type = false, .query_token = false});
    return routes;
  }

  void join(const std::shared_ptr<ws_connection>& connection) {
    const auto one = std::make_shared<server_socket>();
    one->connection = connection;
    connection->start({[this, one = one.get()](std::string text, auto) {
                         if (acknowledge_) one->connection->ack(1);
                         one->texts.put(std::move(text));
                       },
                       [one](std::uint16_t code) { one->closed.put(code); }});
    sockets_.put(one);
  }

  mailbox<std::shared_ptr<server_socket>> sockets_;
  mailbox<std::shared_ptr<server_stream>> streams_;
  bool acknowledge_;
  std::unique_ptr<server> server_;
};

/// How often a text stands in another.
inline std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

} // namespace troupe::net
