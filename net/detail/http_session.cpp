#include "net/detail/http_session.hpp"

#include "net/detail/reply_writer.hpp"
#include "net/detail/ws_session.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace troupe::net::detail {

namespace {

constexpr std::size_t read_size = 4 * 1024;
constexpr std::size_t body_read_size = 64 * 1024;
/// A client that pipelines gets its answers in writes of about this size.
constexpr std::size_t output_limit = 64 * 1024;
/// Above this a body isn't copied behind its head, but written from where it is.
constexpr std::size_t copied_body = 16 * 1024;
/// How much a client may send ahead while its request is being answered.
constexpr std::size_t read_ahead = 64 * 1024;

} // namespace

http_session::http_session(std::shared_ptr<server_core> core, lane& on, tcp_socket socket, counted active)
    : core_(std::move(core)), lane_(on), socket_(std::move(socket)), active_(std::move(active)),
      reader_(core_->options.http) {}

void http_session::start() {
  error_code failed;
  const auto endpoint = socket_.remote_endpoint(failed);
  if (failed) return;
  request().peer = describe_peer(endpoint);
  request().lane = lane_.index();
  deadline_ = clock::now() + core_->options.http.header_time;
  lane_.add(shared_from_this());
  start_read();
}

void http_session::start_refused() {
  lane_.add(shared_from_this());
  refuse({ec::too_many_requests, "there are too many connections", {}});
}

/// Alternates between taking requests and writing answers until one of them has to wait.
void http_session::run() {
  if (running_) return;
  running_ = true;
  for (bool more = true; more && phase_ != phase::dead;) {
    more = !blocked_ && parse();
    if (!flush()) break;
    more |= std::exchange(resumed_, false);
  }
  running_ = false;
  start_read();
}

/// @return whether it stopped because there is enough to write
bool http_session::parse() {
  const auto& limits = core_->options.http;
  for (;;) {
    if (phase_ >= phase::answering) return false;
    if (tail_ || out_.size() >= output_limit) return true;
    input_.consume(reader_.feed(input_.view()));
    switch (reader_.now()) {
    case request_reader::state::header:
      if (ended_) {
        phase_ = phase::closing;
      } else if (reader_.begun()) {
        enter(phase::header, limits.header_time);
      }
      return false;
    case request_reader::state::header_ready:
      on_header();
      break;
    case request_reader::state::body:
      if (ended_) {
        phase_ = phase::closing;
      } else {
        enter(phase::body, limits.body_time);
      }
      return false;
    case request_reader::state::complete:
      dispatch();
      break;
    case request_reader::state::failed:
      refuse(reader_.fault());
      return false;
    }
  }
}

void http_session::on_header() {
  if (core_->options.on_answer) header_came_ = clock::now();
  admitted_ = admit(request(), core_->options, core_->routes, core_->on_websocket != nullptr);
  if (!reader_.has_body()) return;
  const bool refused = admitted_.what == admission::verdict::refuse;
  if (refused && (admitted_.hurry || reader_.expects_continue())) {
    return reply(std::move(admitted_.refusal), false);
  }
  if (!reader_.expects_continue()) return;
  if (const auto wrong = check_body_type(request(), admitted_)) return reply(error_response(*wrong), false);
  if (input_.empty()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
}

void http_session::dispatch() {
  if (admitted_.what == admission::verdict::refuse) return reply(std::move(admitted_.refusal));
  if (admitted_.what == admission::verdict::upgrade) {
    if (reader_.has_body()) return refuse({ec::validation_error, "an upgrade has no body", {}});
    phase_ = phase::upgrading;
    return;
  }
  if (reader_.has_body()) {
    if (const auto wrong = check_body_type(request(), admitted_)) return reply(error_response(*wrong));
  }
  call_handler();
}

void http_session::call_handler() {
  enter(phase::answering, core_->options.http.answer_time);
  try {
    (*admitted_.handler)(request(), responder(shared_from_this(), ++ticket_));
  } catch (...) {
    // The responder answered 500 when the exception destroyed it; one that got away still may answer.
  }
}

void http_session::answer(std::uint64_t ticket, http_response response) {
  if (!lane_.here()) {
    asio::post(lane_.context(), [self = shared_from_this(), ticket, moved = std::move(response)]() mutable {
      self->answer(ticket, std::move(moved));
    });
    return;
  }
  if (phase_ != phase::answering || ticket != ticket_) return;
  reply(std::move(response));
  run();
}

void http_session::reply(http_response response, bool may_keep) {
  kept_ = may_keep && reader_.keep_alive() && !lane_.stopping();
  if (append_answer_head(response, false)) {
    if (response.content().size() <= copied_body) {
      out_ += response.content();
    } else if (response.shared_body) {
      tail_ = std::move(response.shared_body);
    } else {
      tail_ = std::make_shared<const std::string>(std::move(response.body));
    }
  }
  answered(response.status);
  next_request();
}

/// @return whether a body follows
bool http_session::append_answer_head(const http_response& response, bool stream) {
  const auto origin = admitted_.cors_allowed ? request().header("Origin") : std::nullopt;
  reply_context context;
  context.method = request().method;
  context.version = reader_.version();
  context.keep_alive = kept_;
  context.stream = stream;
  context.if_none_match = request().header("If-None-Match").value_or(std::string_view{});
  context.server_name = core_->options.name;
  context.date = lane_.date();
  context.cors_origin = origin.value_or(std::string_view{});
  context.preflight_methods = admitted_.preflight_methods;
  context.private_network = request().header("Access-Control-Request-Private-Network").has_value();
  return append_head(out_, response, context);
}

/// Counts the answer and forgets its request.
void http_session::answered(unsigned status) {
  lane_counters::add(lane_.counters.requests);
  if (status >= 500) {
    lane_counters::add(lane_.counters.errors_5xx);
  } else if (status >= 400) {
    lane_counters::add(lane_.counters.errors_4xx);
  }
  tell_observer(status);
  admitted_ = {};
  reader_.next();
}

void http_session::next_request() {
  phase_ = kept_ ? phase::idle : phase::closing;
  deadline_ = clock::now() + core_->options.http.idle_time;
}

/// A request whose header never was whole took no time.
void http_session::tell_observer(unsigned status) {
  const auto& observer = core_->options.on_answer;
  if (!observer) return;
  answered_request told;
  told.method = request().method;
  if (admitted_.handler) told.route = admitted_.route;
  told.status = status;
  const auto since = std::exchange(header_came_, clock::time_point{});
  if (since != clock::time_point{}) told.took = clock::now() - since;
  observer(told);
}

/// Answers an error and ends the connection.
void http_session::refuse(const error& reason) {
  auto response = error_response(reason);
  if (reason.code == ec::too_many_requests) {
    response.status = 503;
    response.headers.emplace_back("Retry-After", "1");
  }
  reply(std::move(response), false);
  run();
}

/// Writes what is there. @return whether all of it is out and the connection goes on
bool http_session::flush() {
  do {
    if (!write_out()) return false;
  } while (next_of_stream());
  if (stream_) stream_->flushed();
  if (phase_ == phase::closing) begin_drain();
  if (phase_ == phase::upgrading) upgrade();
  return phase_ != phase::dead;
}

/// @return whether all of `out_` and `tail_` is out
bool http_session::write_out() {
  while (!blocked_ && output_pending()) {
    std::array<asio::const_buffer, 2> parts{asio::buffer(out_) + written_, asio::const_buffer{}};
    if (tail_) parts[1] = asio::buffer(*tail_) + tail_written_;
    error_code failed;
    const auto n = socket_.write_some(parts, failed);
    if (failed == asio::error::would_block) {
      wait_writable();
      break;
    }
    if (failed) {
      drop();
      return false;
    }
    lane_counters::add(lane_.counters.bytes_out, n);
    progress_ = clock::time_point{};
    const auto head = std::min(n, out_.size() - written_);
    written_ += head;
    tail_written_ += n - head;
    if (tail_ && tail_written_ == tail_->size()) {
      tail_ = nullptr;
      tail_written_ = 0;
    }
  }
  if (output_pending()) return false;
  written_ = 0;
  out_.clear();
  if (out_.capacity() > 2 * output_limit) out_.shrink_to_fit();
  return true;
}

void http_session::wait_writable() {
  blocked_ = true;
  progress_ = clock::now();
  socket_.async_wait(tcp_socket::wait_write, [self = shared_from_this()](error_code failed) {
    self->blocked_ = false;
    if (self->phase_ == phase::dead) return;
    failed ? self->drop() : self->run();
  });
}

void http_session::begin_drain() {
  if (ended_) return drop();
  error_code ignored;
  socket_.shutdown(tcp_socket::shutdown_send, ignored);
  enter(phase::draining, core_->options.drain_time);
  start_read();
}

void http_session::upgrade() {
  if (reading_) {
    // A read that was begun for an earlier request: its end calls again.
    error_code ignored;
    socket_.cancel(ignored);
    return;
  }
  lane_counters::add(lane_.counters.requests);
  tell_observer(101);
  phase_ = phase::dead;
  const auto self = shared_from_this();
  start_websocket(core_, lane_, std::move(socket_), std::move(active_), std::string(input_.view()), self);
  lane_.remove(*this); // afterwards: a lane that stops must not seem empty in between
}

void http_session::start_read() {
  if (reading_ || ended_ || phase_ == phase::dead || phase_ == phase::upgrading || phase_ == phase::closing)
    return;
  const bool busy = phase_ == phase::answering || phase_ == phase::streaming;
  if (blocked_ && !busy) return;
  if (busy && input_.size() >= read_ahead) return;
  if (phase_ == phase::draining) input_.consume(input_.size());
  const bool bulk = phase_ == phase::body || phase_ == phase::draining;
  if (!bulk) input_.shrink(read_size); // here alone: a read that is under way has the buffer
  const auto room = input_.prepare(bulk ? body_read_size : read_size);
  reading_ = true;
  socket_.async_read_some(
      asio::buffer(room.data(), room.size()),
      [self = shared_from_this()](error_code failed, std::size_t n) { self->on_read(failed, n); });
}

void http_session::on_read(error_code failed, std::size_t n) {
  reading_ = false;
  if (phase_ == phase::dead) return;
  input_.commit(n);
  lane_counters::add(lane_.counters.bytes_in, n);
  if (phase_ == phase::upgrading) {
    if (failed && failed != asio::error::operation_aborted) return drop();
    return upgrade();
  }
  if (failed == asio::error::eof) {
    ended_ = true;
    if (phase_ == phase::draining) return drop();
  } else if (failed) {
    return drop();
  }
  // Nothing else tells that the reader of a stream has gone, not even if it sends ahead without end.
  if (phase_ == phase::streaming && (ended_ || input_.size() >= read_ahead)) return drop();
  if (phase_ == phase::answering || phase_ == phase::streaming || phase_ == phase::draining)
    return start_read();
  run();
}

void http_session::enter(phase next, clock::duration limit) {
  if (phase_ == next) return;
  phase_ = next;
  deadline_ = clock::now() + limit;
}

void http_session::sweep(clock::time_point now) {
  if (blocked_ && now - progress_ >= core_->options.http.write_stall) {
    if (stream_) lane_counters::add(lane_.counters.stalled);
    return drop();
  }
  if (stream_) return stream_->sweep(now);
  if (now < deadline_) return;
  switch (phase_) {
  case phase::idle:
    if (!output_pending()) drop();
    return;
  case phase::header:
  case phase::body:
    return refuse({ec::timeout, "the request took too long", {}});
  case phase::answering:
    return refuse({ec::timeout, "the answer took too long", {}});
  case phase::draining:
    return drop();
  case phase::streaming:
  case phase::closing:
  case phase::upgrading:
  case phase::dead:
    return;
  }
}

void http_session::stop() {
  kept_ = false;
  if (stream_) return stream_->close();
  if (phase_ == phase::idle && !output_pending()) drop();
}

void http_session::drop() {
  if (phase_ == phase::dead) return;
  phase_ = phase::dead;
  gone_.store(true, std::memory_order_relaxed);
  error_code ignored;
  socket_.close(ignored);
  tail_ = nullptr;
  if (stream_) std::exchange(stream_, nullptr)->finish();
  active_.release();
  lane_.remove(*this);
}

} // namespace troupe::net::detail
