#pragma once
// The connections of one I/O thread, and what they share.

#include "net/detail/tcp.hpp"

#include <atomic>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::net::detail {

/// What a lane keeps of a connection, HTTP or WebSocket. All calls on the lane's thread.
class connection {
 public:
  virtual ~connection() = default;
  /// Now and then: the connection checks its deadlines.
  virtual void sweep(clock::time_point now) = 0;
  /// The server stops: end as soon as is polite.
  virtual void stop() = 0;
  /// End now.
  virtual void drop() = 0;

 private:
  friend class lane;
  std::size_t slot_ = 0;
};

/// Written by one thread, read by any.
struct lane_counters {
  using counter = std::atomic<std::uint64_t>;
  counter requests{0}, errors_4xx{0}, errors_5xx{0}, bytes_in{0}, bytes_out{0}, messages_in{0},
      messages_out{0}, stalled{0}, paused{0};

  static void add(counter& to, std::uint64_t n = 1) noexcept {
    // One writer: no locked instruction is needed.
    to.store(to.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
};

/// One timer per lane looks after all deadlines: they are checked `sweep_period` apart instead of arming a
/// timer for every request.
class lane {
 public:
  lane(asio::io_context& context, std::size_t index, clock::duration sweep_period);

  asio::io_context& context() noexcept { return context_; }
  std::size_t index() const noexcept { return index_; }
  bool stopping() const noexcept { return stopping_; }
  bool here() const noexcept { return context_.get_executor().running_in_this_thread(); }

  /// @param owner keeps this lane alive while its timer runs
  void start(std::shared_ptr<void> owner);
  void add(std::shared_ptr<connection> one);
  void remove(connection& one);

  /// Stops all connections; those that are left at the deadline are dropped. `done` when none is left.
  void stop(clock::time_point deadline, std::function<void()> done);
  /// Drops all connections and the timer.
  void drop();

  /// For the Date header; made once a second.
  std::string_view date();

  lane_counters counters;

 private:
  void arm(std::shared_ptr<void> owner);
  void sweep();
  void check_done();

  asio::io_context& context_;
  std::size_t index_;
  clock::duration sweep_period_;
  std::unique_ptr<lane_timer> timer_;
  std::vector<std::shared_ptr<connection>> connections_;
  std::function<void()> done_;
  clock::time_point stop_deadline_{};
  std::time_t date_second_ = 0;
  std::string date_;
  bool stopping_ = false;
};

} // namespace troupe::net::detail
