#pragma once
// The I/O threads. One io_context per thread: what runs on a lane needs no lock.

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace troupe::net {

/// A fixed number of single-threaded io_contexts. The pool must outlive everything that was built on it:
/// servers, connections and unanswered responders.
class io_pool {
 public:
  /// Starts the threads, named `io-0`, `io-1` and so on. @param threads at least 1
  explicit io_pool(std::size_t threads);
  ~io_pool();
  io_pool(const io_pool&) = delete;
  io_pool& operator=(const io_pool&) = delete;

  std::size_t size() const noexcept;

  /// The context of one lane. @param lane less than `size()`
  boost::asio::io_context& context(std::size_t lane) noexcept;

  /// Runs a function on a lane's thread, later. From any thread.
  void post(std::size_t lane, std::function<void()> task);

  /// Whether the calling thread is that lane's.
  bool on_lane(std::size_t lane) const noexcept;

  /// False once `stop_and_join` has returned.
  bool running() const noexcept { return running_; }

  /// Stops all lanes, whatever is pending, and waits for the threads. Idempotent; not from a lane.
  void stop_and_join();

 private:
  struct lane_thread;
  std::vector<std::unique_ptr<lane_thread>> lanes_;
  std::atomic<bool> running_{true};
};

} // namespace troupe::net
