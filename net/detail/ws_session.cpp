#include "net/detail/ws_session.hpp"

#include "net/detail/gate.hpp"
#include "net/detail/http_session.hpp"
#include "protocol/utf8.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <utility>

namespace troupe::net::detail {

namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

constexpr std::size_t first_chunk = 512;
constexpr std::size_t largest_chunk = 64 * 1024;

class ws_session final : public ws_connection,
                         public connection,
                         private gate_owner,
                         public std::enable_shared_from_this<ws_session> {
 public:
  ws_session(std::shared_ptr<server_core> core, detail::lane& on, tcp_socket socket, counted active,
             std::string leftover, std::shared_ptr<http_session> origin);

  void accept();

  std::uint64_t id() const noexcept override { return id_; }
  std::size_t lane() const noexcept override { return lane_.index(); }
  const peer_address& peer() const noexcept override { return peer_; }
  bool deflates() const noexcept override { return deflates_; }
  bool open() const noexcept override { return phase_ == phase::open; }
  void start(ws_callbacks callbacks) override;
  void source(std::function<outgoing()> next) override { source_ = std::move(next); }
  void kick() override;
  void ack(std::size_t n) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void post(std::function<void(ws_connection&)> task) override;

  void sweep(clock::time_point now) override;
  void stop() override { close(close_code::going_away, "the server stops"); }
  void drop() override { finish(); }

 private:
  enum class phase {
    accepting,
    open,
    closing,  ///< a close was handed in; messages are read and discarded until the peer's comes
    draining, ///< Beast is done; bytes are read and discarded
    finished
  };

  gate& out() noexcept { return stream_.next_layer(); }
  void on_accepted(error_code failed);
  void read();
  void on_read(error_code failed, std::size_t n);
  void deliver();
  void read_ended(error_code failed);
  void begin_closing(std::uint16_t code);
  void drain();
  void discard();
  void finish();
  bool paused() const noexcept;

  // gate_owner
  outgoing next_message() override { return source_ && open() ? source_() : nullptr; }
  std::string_view bytes_of(const wire_message& message) override {
    return deflates_ ? message.deflated_frame() : message.frame();
  }
  void wrote(std::size_t bytes, bool message_done) override;
  void close_written() override;
  void write_failed() override { finish(); }
  std::shared_ptr<void> keep() override { return shared_from_this(); }

  std::shared_ptr<server_core> core_;
  detail::lane& lane_;
  counted active_;
  counted websocket_;
  std::shared_ptr<http_session> origin_; ///< holds the upgrade request until `on_websocket` was called
  websocket::stream<gate> stream_;
  beast::http::request<beast::http::empty_body> handshake_;
  peer_address peer_;
  std::uint64_t id_;
  ws_callbacks callbacks_;
  std::function<outgoing()> source_;
  std::string text_;
  std::size_t received_ = 0;        ///< of `text_`
  std::deque<std::size_t> unacked_; ///< sizes of the messages delivered
  std::size_t unacked_bytes_ = 0;
  clock::time_point heard_{};
  clock::time_point pinged_{};
  clock::time_point deadline_{}; ///< of accepting, closing and draining
  std::uint16_t code_ = close_code::abnormal;
  phase phase_ = phase::accepting;
  bool started_ = false;
  bool reading_ = false;
  bool deflates_ = false;
};

ws_session::ws_session(std::shared_ptr<server_core> core, detail::lane& on, tcp_socket socket, counted active,
                       std::string leftover, std::shared_ptr<http_session> origin)
    : core_(std::move(core)), lane_(on), active_(std::move(active)), websocket_(core_->websockets),
      origin_(std::move(origin)),
      stream_(std::move(socket), static_cast<gate_owner&>(*this), std::move(leftover)),
      peer_(origin_->request().peer), id_(core_->next_websocket++) {}

void ws_session::accept() {
  const auto& options = core_->options.ws;
  lane_.add(shared_from_this());
  deadline_ = clock::now() + core_->options.http.header_time;

  const auto& request = origin_->request();
  handshake_.method(beast::http::verb::get);
  handshake_.target(request.target);
  handshake_.version(11);
  for (const auto& [name, value] : request.headers) handshake_.insert(name, value);
  handshake_.erase(beast::http::field::expect);

  websocket::permessage_deflate deflate;
  deflate.server_enable = options.deflate_loopback || (options.deflate && !peer_.loopback);
  deflate.server_no_context_takeover = true;
  deflate.client_no_context_takeover = true;
  stream_.set_option(deflate);
  stream_.set_option(websocket::stream_base::decorator([this](websocket::response_type& response) {
    response.set(beast::http::field::server, core_->options.name);
    // Beast doesn't tell what it negotiated. Our shared bytes are made with the full window.
    const auto extensions = response[beast::http::field::sec_websocket_extensions];
    deflates_ = extensions.find("permessage-deflate") != beast::string_view::npos &&
                extensions.find("server_max_window_bits") == beast::string_view::npos;
  }));
  stream_.read_message_max(options.message_limit);
  stream_.control_callback([this](websocket::frame_type, beast::string_view) { heard_ = clock::now(); });
  stream_.async_accept(handshake_,
                       [self = shared_from_this()](error_code failed) { self->on_accepted(failed); });
}

void ws_session::on_accepted(error_code failed) {
  if (phase_ == phase::finished) return;
  if (failed) return finish();
  heard_ = pinged_ = clock::now();
  phase_ = phase::open;
  handshake_ = {};
  const auto origin = std::exchange(origin_, nullptr);
  if (lane_.stopping()) return stop();
  core_->on_websocket(shared_from_this(), origin->request());
}

void ws_session::start(ws_callbacks callbacks) {
  if (started_ || phase_ == phase::finished) return;
  started_ = true;
  callbacks_ = std::move(callbacks);
  read();
}

void ws_session::kick() {
  if (open()) out().kick();
}

bool ws_session::paused() const noexcept {
  const auto& options = core_->options.ws;
  return unacked_.size() >= options.credit || unacked_bytes_ >= options.message_limit;
}

void ws_session::ack(std::size_t n) {
  const bool was_paused = paused();
  for (; n > 0 && !unacked_.empty(); --n) {
    unacked_bytes_ -= unacked_.front();
    unacked_.pop_front();
  }
  if (!was_paused || paused()) return;
  heard_ = clock::now(); // it couldn't be heard while nobody listened
  read();
}

void ws_session::read() {
  if (reading_ || phase_ > phase::closing || (open() && (paused() || !started_))) return;
  reading_ = true;
  const auto chunk = std::clamp(received_, first_chunk, largest_chunk);
  text_.resize(received_ + chunk);
  stream_.async_read_some(
      asio::buffer(text_) + received_,
      [self = shared_from_this()](error_code failed, std::size_t n) { self->on_read(failed, n); });
}

void ws_session::on_read(error_code failed, std::size_t n) {
  reading_ = false;
  if (phase_ == phase::finished) return;
  if (failed) return read_ended(failed);
  heard_ = clock::now();
  lane_counters::add(lane_.counters.bytes_in, n);
  received_ += n;
  if (open() && !stream_.got_text()) {
    close(close_code::unsupported_data, "only text messages are understood");
  } else if (open() && stream_.is_message_done()) {
    deliver();
  }
  if (!open()) received_ = 0;
  read();
}

void ws_session::deliver() {
  text_.resize(std::exchange(received_, 0));
  auto text = std::exchange(text_, {});
  // Beast leaves a sequence unfinished that is cut by an empty last fragment.
  if (!is_utf8(text)) return close(close_code::bad_payload, "not UTF-8");
  lane_counters::add(lane_.counters.messages_in);
  unacked_.push_back(text.size());
  unacked_bytes_ += text.size();
  if (paused()) lane_counters::add(lane_.counters.paused); // it was read, so it wasn't before
  if (callbacks_.on_text) callbacks_.on_text(std::move(text), heard_);
}

/// Beast reads no further: the peer closed, broke the protocol, or is gone.
void ws_session::read_ended(error_code failed) {
  const auto reason = stream_.reason();
  if (failed == websocket::error::closed) {
    if (open()) begin_closing(reason.code == 0 ? close_code::none : static_cast<std::uint16_t>(reason.code));
    // Both closes are through and nothing is unread: the end can't become a reset.
    return out().close_is_out() ? finish() : drain();
  }
  if (failed.category() == asio::error::get_system_category() ||
      failed.category() == asio::error::get_misc_category()) {
    return finish();
  }
  auto code = close_code::protocol_error;
  if (failed == websocket::error::message_too_big) code = close_code::too_big;
  if (failed == websocket::error::bad_frame_payload) code = close_code::bad_payload;
  if (open()) begin_closing(code);
  out().close(code, {}); // unless Beast has sent its own, which says the same
  drain();
}

void ws_session::close(std::uint16_t code, std::string_view reason) {
  if (phase_ == phase::accepting) return finish();
  if (!open()) return;
  begin_closing(code);
  out().close(code, reason);
  read();
}

void ws_session::begin_closing(std::uint16_t code) {
  phase_ = phase::closing;
  code_ = code;
  deadline_ = clock::now() + core_->options.drain_time;
  source_ = nullptr;
}

void ws_session::drain() {
  if (phase_ == phase::finished) return;
  phase_ = phase::draining;
  if (out().close_is_out()) close_written();
  discard();
}

/// Nothing more will be sent: the end of our side tells the peer that it may hang up.
void ws_session::close_written() {
  if (phase_ != phase::draining) return;
  error_code ignored;
  out().socket().shutdown(tcp_socket::shutdown_send, ignored);
}

void ws_session::discard() {
  thread_local std::array<char, 16 * 1024> nowhere; // of all connections of the lane: nobody looks at it
  out().socket().async_read_some(asio::buffer(nowhere),
                                 [self = shared_from_this()](error_code failed, std::size_t) {
                                   if (self->phase_ == phase::finished) return;
                                   failed ? self->finish() : self->discard();
                                 });
}

void ws_session::finish() {
  if (phase_ == phase::finished) return;
  phase_ = phase::finished;
  const auto self = shared_from_this();
  out().shut();
  source_ = nullptr;
  origin_ = nullptr;
  websocket_.release();
  active_.release();
  lane_.remove(*this);
  const auto callbacks = std::exchange(callbacks_, {});
  if (callbacks.on_closed) callbacks.on_closed(code_);
}

void ws_session::wrote(std::size_t bytes, bool message_done) {
  lane_counters::add(lane_.counters.bytes_out, bytes);
  if (message_done) lane_counters::add(lane_.counters.messages_out);
}

void ws_session::post(std::function<void(ws_connection&)> task) {
  asio::post(lane_.context(), [weak = weak_from_this(), moved = std::move(task)] {
    const auto self = weak.lock();
    if (self && self->phase_ != phase::finished) moved(*self);
  });
}

void ws_session::sweep(clock::time_point now) {
  const auto& options = core_->options.ws;
  if (!open()) {
    if (now >= deadline_) finish();
    return;
  }
  if (now > out().blocked_since() && now - out().blocked_since() >= options.write_stall) {
    lane_counters::add(lane_.counters.stalled);
    return close(close_code::try_again_later, "nothing was taken for too long");
  }
  if (!reading_) {
    heard_ = now; // nobody listens
  } else if (now - heard_ >= options.silence_limit) {
    return close(close_code::going_away, "nothing was heard for too long");
  }
  if (now - pinged_ >= options.ping_period) {
    pinged_ = now;
    out().ping();
  }
}

} // namespace

void start_websocket(std::shared_ptr<server_core> core, lane& on, tcp_socket socket, counted active,
                     std::string leftover, std::shared_ptr<http_session> origin) {
  std::make_shared<ws_session>(std::move(core), on, std::move(socket), std::move(active), std::move(leftover),
                               std::move(origin))
      ->accept();
}

} // namespace troupe::net::detail
