// The part of a connection that writes an answer which goes on.

#include "net/detail/http_session.hpp"

#include <boost/asio/post.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace troupe::net::detail {

namespace {

/// Bytes that are framed and written at a time.
constexpr std::size_t portion = 64 * 1024;

/// A client that vanishes without a word never makes the socket full of signs of life: its silence must
/// count.
void limit_silence(tcp_socket& socket, std::chrono::milliseconds limit) {
  const auto value = static_cast<unsigned>(limit.count());
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &value, sizeof value);
}

} // namespace

void http_session::stream(std::uint64_t ticket, http_response head, stream_opener opened) {
  if (!lane_.here()) {
    asio::post(lane_.context(), [self = shared_from_this(), ticket, moved = std::move(head),
                                 then = std::move(opened)]() mutable {
      self->stream(ticket, std::move(moved), std::move(then));
    });
    return;
  }
  if (phase_ != phase::answering || ticket != ticket_) return;
  const bool chunked = reader_.version() >= 11;
  const bool has_end = chunked || request().method == http_method::head;
  kept_ = has_end && reader_.keep_alive() && !lane_.stopping();
  const bool flows = append_answer_head(head, true);
  answered(head.status);
  if (!flows || ended_) { // who has said goodbye doesn't wait for what is to come
    if (flows && chunked) out_ += "0\r\n\r\n";
    next_request();
    return run();
  }
  phase_ = phase::streaming;
  limit_silence(socket_, core_->options.http.write_stall);
  stream_ =
      std::make_shared<answer_stream>(*core_, lane_, chunked, [self = shared_from_this()] { self->run(); });
  const auto begun = stream_;
  if (lane_.stopping()) begun->close();
  try {
    opened(begun);
  } catch (...) {
    begun->close(); // a defect of the opener's: nobody would ever write
  }
  run();
}

/// @return whether more of the stream is to be written
bool http_session::next_of_stream() {
  if (!stream_) return false;
  if (stream_->take(out_, portion)) return true;
  if (!stream_->ended()) return false;
  std::exchange(stream_, nullptr)->finish();
  next_request();
  resumed_ = phase_ == phase::idle;
  return false;
}

} // namespace troupe::net::detail
