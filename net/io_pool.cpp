#include "net/io_pool.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <thread>

namespace troupe::net {

namespace asio = boost::asio;

struct io_pool::lane_thread {
  // One thread runs the context, but others post to it: the hint spares the locks of waking a second runner.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
};

io_pool::io_pool(std::size_t threads) {
  if (threads == 0) throw std::invalid_argument("an io_pool needs a thread");
  for (std::size_t i = 0; i < threads; ++i) {
    auto lane = std::make_unique<lane_thread>();
    lane->thread = std::thread([context = &lane->context] { context->run(); });
    pthread_setname_np(lane->thread.native_handle(), ("io-" + std::to_string(i)).c_str());
    lanes_.push_back(std::move(lane));
  }
}

io_pool::~io_pool() {
  stop_and_join();
}

std::size_t io_pool::size() const noexcept {
  return lanes_.size();
}

asio::io_context& io_pool::context(std::size_t lane) noexcept {
  return lanes_[lane]->context;
}

void io_pool::post(std::size_t lane, std::function<void()> task) {
  asio::post(lanes_[lane]->context, std::move(task));
}

bool io_pool::on_lane(std::size_t lane) const noexcept {
  return lanes_[lane]->context.get_executor().running_in_this_thread();
}

void io_pool::stop_and_join() {
  for (auto& lane : lanes_) lane->context.stop();
  for (auto& lane : lanes_) {
    if (lane->thread.joinable()) lane->thread.join();
  }
  running_ = false;
}

} // namespace troupe::net
