#include "net/detail/lane.hpp"

#include "net/detail/reply_writer.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace troupe::net::detail {

lane::lane(asio::io_context& context, std::size_t index, clock::duration sweep_period)
    : context_(context), index_(index), sweep_period_(sweep_period) {}

void lane::start(std::shared_ptr<void> owner) {
  timer_ = std::make_unique<lane_timer>(context_);
  arm(std::move(owner));
}

void lane::arm(std::shared_ptr<void> owner) {
  timer_->expires_after(sweep_period_);
  timer_->async_wait([this, keep = std::move(owner)](error_code failed) mutable {
    if (failed || !timer_) return;
    sweep();
    if (timer_) arm(std::move(keep));
  });
}

void lane::add(std::shared_ptr<connection> one) {
  one->slot_ = connections_.size();
  connections_.push_back(std::move(one));
}

void lane::remove(connection& one) {
  const auto slot = one.slot_;
  if (slot >= connections_.size() || connections_[slot].get() != &one) return;
  const auto keep = std::move(connections_[slot]);
  if (slot + 1 != connections_.size()) {
    connections_[slot] = std::move(connections_.back());
    connections_[slot]->slot_ = slot;
  }
  connections_.pop_back();
  check_done();
}

void lane::sweep() {
  const auto now = clock::now();
  const bool late = stopping_ && now >= stop_deadline_;
  // Backwards: a connection that leaves is replaced by one that was seen already.
  for (auto i = connections_.size(); i-- > 0;) {
    if (i >= connections_.size()) continue;
    const auto one = connections_[i];
    late ? one->drop() : one->sweep(now);
  }
}

void lane::stop(clock::time_point deadline, std::function<void()> done) {
  stopping_ = true;
  stop_deadline_ = deadline;
  done_ = std::move(done);
  for (const auto& one : std::vector(connections_)) one->stop();
  check_done();
}

void lane::drop() {
  stopping_ = true;
  for (const auto& one : std::exchange(connections_, {})) one->drop();
  timer_.reset();
  check_done();
}

void lane::check_done() {
  if (!connections_.empty() || !done_) return;
  asio::post(context_, std::exchange(done_, nullptr));
}

std::string_view lane::date() {
  const auto now = std::time(nullptr);
  if (now != date_second_) {
    date_second_ = now;
    date_ = http_date(now);
  }
  return date_;
}

} // namespace troupe::net::detail
