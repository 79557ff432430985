#include "net/detail/gate.hpp"

#include <array>
#include <poll.h>
#include <utility>

namespace troupe::net::detail {

namespace {

constexpr char close_first_byte = '\x88';
constexpr std::string_view ping_frame{"\x89\x00", 2};
/// After so many messages in a row the other connections of the lane have their turn.
constexpr unsigned max_burst = 32;

} // namespace

gate::gate(tcp_socket socket, gate_owner& owner, std::string leftover)
    : socket_(std::move(socket)), owner_(owner), leftover_(std::move(leftover)) {}

void gate::kick() {
  kicked_ = true;
  pump();
}

void gate::ping() {
  if (closing_ || !own_waiting_.empty()) return;
  own_waiting_ = ping_frame;
  pump();
}

void gate::close(std::uint16_t code, std::string_view reason) {
  if (closing_) return;
  closing_ = true;
  reason = reason.substr(0, 123);
  own_waiting_ = {close_first_byte, static_cast<char>(reason.size() + 2), static_cast<char>(code >> 8),
                  static_cast<char>(code & 0xff)};
  own_waiting_ += reason;
  pump();
}

void gate::shut() {
  failed_ = true;
  closing_ = true;
  error_code ignored;
  socket_.close(ignored);
  message_ = nullptr;
  rest_ = {};
  complete_beast(asio::error::operation_aborted);
}

void gate::write_for_beast(std::string bytes, completion done) {
  beast_done_ = std::move(done);
  beast_bytes_ = std::move(bytes);
  if (failed_) return complete_beast(asio::error::operation_aborted);
  // After a close nothing may follow; Beast needn't know that its pong, or second close, stays here.
  if (closing_) return complete_beast({});
  if (beast_bytes_.front() == close_first_byte) closing_ = true;
  pump();
}

/// Later, so that Beast is never entered from within its own call.
void gate::complete_beast(error_code failed) {
  if (!beast_done_) return;
  asio::post(socket_.get_executor(), [done = std::exchange(beast_done_, nullptr), failed,
                                      n = failed ? 0 : beast_bytes_.size()] { done(failed, n); });
}

void gate::pump() {
  if (pumping_) return;
  pumping_ = true;
  burst_ = 0;
  while (!waiting_ && !failed_ && (!rest_.empty() || choose())) write_some();
  pumping_ = false;
}

/// What comes next: Beast's control frame, then ours, then a message.
bool gate::choose() {
  if (close_out_) {
    complete_beast({});
    return false;
  }
  if (beast_done_ && (!closing_ || beast_bytes_.front() == close_first_byte)) {
    writing_ = writing::beast;
    rest_ = beast_bytes_;
    return true;
  }
  if (beast_done_) complete_beast({});
  if (!own_waiting_.empty()) {
    own_bytes_ = std::exchange(own_waiting_, {});
    writing_ = writing::own;
    rest_ = own_bytes_;
    return true;
  }
  return kicked_ && !closing_ && choose_message();
}

/// The source is asked only when the socket takes bytes now, so that what it chooses can't get old here.
bool gate::choose_message() {
  if (++burst_ > max_burst) {
    yield();
    return false;
  }
  if (!std::exchange(known_writable_, false) && !writable()) {
    wait_writable();
    return false;
  }
  message_ = owner_.next_message();
  if (!message_) {
    kicked_ = false;
    return false;
  }
  if (closing_ || failed_) { // the source closed the connection instead
    message_ = nullptr;
    return choose();
  }
  writing_ = writing::message;
  rest_ = owner_.bytes_of(*message_);
  return true;
}

void gate::write_some() {
  error_code failed;
  const auto n = socket_.write_some(asio::buffer(rest_.data(), rest_.size()), failed);
  if (failed == asio::error::would_block) return wait_writable();
  if (failed) return fail();
  known_writable_ = false;
  rest_.remove_prefix(n);
  const bool done = rest_.empty();
  owner_.wrote(n, done && writing_ == writing::message);
  if (done && !failed_) finished();
}

void gate::finished() {
  const auto what = std::exchange(writing_, writing::nothing);
  message_ = nullptr;
  const bool close = (what == writing::beast && beast_bytes_.front() == close_first_byte) ||
                     (what == writing::own && own_bytes_.front() == close_first_byte);
  if (what == writing::beast) complete_beast({});
  if (!close) return;
  close_out_ = true;
  owner_.close_written();
}

bool gate::writable() noexcept {
  pollfd one{socket_.native_handle(), POLLOUT, 0};
  return ::poll(&one, 1, 0) == 1;
}

void gate::wait_writable() {
  waiting_ = true;
  blocked_since_ = clock::now();
  socket_.async_wait(tcp_socket::wait_write, [this, keep = owner_.keep()](error_code failed) {
    waiting_ = false;
    if (failed_) return;
    if (failed) return fail();
    known_writable_ = true;
    pump();
  });
}

void gate::yield() {
  waiting_ = true;
  blocked_since_ = clock::now();
  asio::post(socket_.get_executor(), [this, keep = owner_.keep()] {
    waiting_ = false;
    pump();
  });
}

void gate::fail() {
  failed_ = true;
  message_ = nullptr;
  rest_ = {};
  complete_beast(asio::error::broken_pipe);
  asio::post(socket_.get_executor(), [this, keep = owner_.keep()] { owner_.write_failed(); });
}

} // namespace troupe::net::detail
