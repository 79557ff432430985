#pragma once
// One HTTP connection: requests in order, one at a time, answers in the same order.

#include "net/detail/admission.hpp"
#include "net/detail/answer_stream.hpp"
#include "net/detail/byte_buffer.hpp"
#include "net/detail/request_reader.hpp"
#include "net/detail/server_core.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace troupe::net::detail {

class http_session final : public connection,
                           public reply_sink,
                           public std::enable_shared_from_this<http_session> {
 public:
  http_session(std::shared_ptr<server_core> core, lane& on, tcp_socket socket, counted active);

  /// Begins to read. On the lane's thread, like everything but `answer` and `peer_gone`.
  void start();
  /// Says that there are too many connections, and ends.
  void start_refused();

  void sweep(clock::time_point now) override;
  void stop() override;
  void drop() override;

  void answer(std::uint64_t ticket, http_response response) override;
  void stream(std::uint64_t ticket, http_response head, stream_opener opened) override;
  bool peer_gone() const noexcept override { return gone_.load(std::memory_order_relaxed); }

  http_request& request() noexcept { return reader_.request(); }

 private:
  enum class phase {
    idle,      ///< nothing of the next request has come
    header,    ///< a part of its header
    body,      ///< its header, and a part of its body
    answering, ///< a handler has it
    streaming, ///< its answer goes on until one side has enough
    closing,   ///< what was answered goes out, then `draining`
    upgrading, ///< what was answered goes out, then a WebSocket takes the socket
    draining,  ///< all is sent; what still comes is discarded, so that no reset overtakes the answer
    dead
  };

  void run();
  bool parse();
  void on_header();
  void dispatch();
  void call_handler();
  void reply(http_response response, bool may_keep = true);
  bool append_answer_head(const http_response& response, bool stream);
  void answered(unsigned status);
  void next_request();
  void refuse(const error& reason);
  void tell_observer(unsigned status);
  bool flush();
  bool write_out();
  bool next_of_stream();
  void wait_writable();
  void begin_drain();
  void upgrade();
  void start_read();
  void on_read(error_code failed, std::size_t n);
  void enter(phase next, clock::duration limit);
  bool output_pending() const noexcept { return written_ < out_.size() || tail_ != nullptr; }

  std::shared_ptr<server_core> core_;
  lane& lane_;
  tcp_socket socket_;
  counted active_;
  byte_buffer input_;
  request_reader reader_;
  admission admitted_;
  std::string out_;                         ///< heads, and bodies that are small
  std::shared_ptr<const std::string> tail_; ///< one large body behind `out_`
  std::shared_ptr<answer_stream> stream_;   ///< while `streaming`
  std::size_t written_ = 0;                 ///< of `out_`
  std::size_t tail_written_ = 0;
  clock::time_point deadline_{};
  clock::time_point header_came_{}; ///< of the request that is being answered; only with an observer
  clock::time_point progress_{};    ///< of the write that is blocked
  std::uint64_t ticket_ = 0;
  phase phase_ = phase::idle;
  bool running_ = false;
  bool reading_ = false;
  bool kept_ = true;     ///< whether the connection goes on after the answer
  bool resumed_ = false; ///< a stream has ended: what was sent behind its request is due
  bool blocked_ = false; ///< waiting for the socket to take more
  bool ended_ = false;   ///< the client has sent all it will
  std::atomic<bool> gone_{false};
};

} // namespace troupe::net::detail
