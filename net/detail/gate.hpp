#pragma once
// The sole writer of a WebSocket's socket. It stands below Beast's stream: what Beast writes by itself (the
// 101, pongs, closes) passes through here and is put between whole messages, which are written from their
// shared bytes without Beast.

#include "net/detail/tcp.hpp"
#include "net/wire_message.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/role.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::net::detail {

/// Whom the gate asks and tells.
class gate_owner {
 public:
  virtual outgoing next_message() = 0;
  virtual std::string_view bytes_of(const wire_message& message) = 0;
  virtual void wrote(std::size_t bytes, bool message_done) = 0;
  /// A close frame is out, Beast's or ours. Nothing follows it.
  virtual void close_written() = 0;
  /// The socket can't be written any more. Called later, never from within a call to the gate.
  virtual void write_failed() = 0;
  /// Keeps the owner, and so the gate, alive.
  virtual std::shared_ptr<void> keep() = 0;

 protected:
  ~gate_owner() = default;
};

class gate {
 public:
  using executor_type = executor;

  /// @param socket non-blocking. @param leftover read already, behind the upgrade request
  gate(tcp_socket socket, gate_owner& owner, std::string leftover);

  executor_type get_executor() noexcept { return socket_.get_executor(); }
  tcp_socket& socket() noexcept { return socket_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          if (leftover_.empty()) return socket_.async_read_some(into, std::move(handler));
          const auto n = asio::buffer_copy(into, asio::buffer(leftover_));
          leftover_.erase(0, n);
          asio::post(socket_.get_executor(),
                     [moved = std::move(handler), n]() mutable { moved(error_code{}, n); });
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          // std::function wants to copy; Beast's handlers only move.
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          write_for_beast(boost::beast::buffers_to_string(from),
                          [shared](error_code failed, std::size_t n) { std::move (*shared)(failed, n); });
        },
        token, buffers);
  }

  /// The source has something.
  void kick();
  /// Between messages; one that still waits makes another needless.
  void ping();
  /// After the message being written; nothing else will be written.
  void close(std::uint16_t code, std::string_view reason);
  /// Ends everything at once.
  void shut();

  /// Whether a close was handed in, by Beast or by `close`.
  bool closing() const noexcept { return closing_; }
  bool close_is_out() const noexcept { return close_out_; }
  /// Since when the socket has taken nothing although something waits; the far future if it doesn't.
  clock::time_point blocked_since() const noexcept {
    return waiting_ ? blocked_since_ : clock::time_point::max();
  }

 private:
  using completion = std::function<void(error_code, std::size_t)>;
  enum class writing { nothing, message, beast, own };

  void write_for_beast(std::string bytes, completion done);
  void complete_beast(error_code failed);
  void pump();
  bool choose();
  bool choose_message();
  void write_some();
  void finished();
  bool writable() noexcept;
  void wait_writable();
  void yield();
  void fail();

  tcp_socket socket_;
  gate_owner& owner_;
  std::string leftover_;
  std::string_view rest_; ///< of what is being written
  outgoing message_;      ///< owns `rest_` while it is a message
  std::string beast_bytes_;
  completion beast_done_; ///< Beast writes one thing at a time
  std::string own_bytes_; ///< pings and the close
  std::string own_waiting_;
  clock::time_point blocked_since_{};
  writing writing_ = writing::nothing;
  unsigned burst_ = 0;
  bool kicked_ = false;
  bool known_writable_ = false;
  bool waiting_ = false; ///< for the socket, or for our turn
  bool pumping_ = false;
  bool closing_ = false;
  bool close_out_ = false;
  bool failed_ = false;
};

// Beast finds these by argument-dependent lookup. The owner ends the connection itself, after Beast's read
// has returned, so that every way to end is one.
inline void teardown(boost::beast::role_type, gate&, error_code& failed) {
  failed = {};
}

template <class Handler>
void async_teardown(boost::beast::role_type, gate& stream, Handler&& handler) {
  asio::post(stream.get_executor(),
             [moved = std::forward<Handler>(handler)]() mutable { moved(error_code{}); });
}

inline void beast_close_socket(gate& stream) {
  stream.shut();
}

} // namespace troupe::net::detail
