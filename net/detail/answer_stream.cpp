#include "net/detail/answer_stream.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace troupe::net::detail {

answer_stream::answer_stream(server_core& core, lane& on, bool chunked, std::function<void()> flush)
    : lane_(on), active_(core.streams), pulse_(core.options.http.stream_pulse),
      next_pulse_(clock::now() + pulse_), bytes_(core.options.http.stream_queue, chunked),
      flush_(std::move(flush)) {}

void answer_stream::start(stream_callbacks callbacks) {
  callbacks_ = std::move(callbacks);
}

bool answer_stream::write(std::shared_ptr<const std::string> bytes) {
  if (!flush_) return false;
  if (!bytes_.push(std::move(bytes))) {
    refused_ = true;
    return false;
  }
  flush_soon();
  return true;
}

void answer_stream::close() {
  if (!open()) return;
  bytes_.finish();
  flush_soon();
}

/// Later: so all that one handler writes leaves in one go, and no callback comes from within its calls.
void answer_stream::flush_soon() {
  if (std::exchange(flushing_, true)) return;
  asio::post(lane_.context(), [self = shared_from_this()] {
    self->flushing_ = false;
    if (const auto flush = self->flush_) flush();
  });
}

void answer_stream::flushed() {
  if (!bytes_.empty() || !open() || !std::exchange(refused_, false) || !callbacks_.on_room) return;
  asio::post(lane_.context(), [self = shared_from_this()] {
    if (self->open() && self->callbacks_.on_room) self->callbacks_.on_room();
  });
}

void answer_stream::sweep(clock::time_point now) {
  if (now < next_pulse_ || !open()) return;
  next_pulse_ = now + pulse_;
  if (callbacks_.on_pulse) callbacks_.on_pulse();
}

void answer_stream::finish() {
  const auto keep = shared_from_this(); // `flush_` may hold the last connection to it
  flush_ = nullptr;
  active_.release();
  const auto last = std::exchange(callbacks_, {});
  if (last.on_closed) last.on_closed();
}

} // namespace troupe::net::detail
