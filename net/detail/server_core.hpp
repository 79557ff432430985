#pragma once
// What all connections of a server share.

#include "net/detail/lane.hpp"
#include "net/router.hpp"
#include "net/server.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace troupe::net::detail {

struct server_core {
  server_core(io_pool& io, server_options settings, router handlers, websocket_handler upgraded)
      : pool(io), options(std::move(settings)), routes(std::move(handlers)),
        on_websocket(std::move(upgraded)) {}

  io_pool& pool;
  const server_options options;
  const router routes;
  const websocket_handler on_websocket;
  std::vector<std::unique_ptr<lane>> lanes;

  std::atomic<std::uint64_t> accepted{0}, active{0}, websockets{0}, streams{0}, refused{0}, accept_errors{0};
  std::atomic<std::uint64_t> refusing{0}; ///< connections that are being told so
  std::atomic<std::uint64_t> next_websocket{1};
};

/// A count that falls with its holder, whatever way the connection ends.
class counted {
 public:
  explicit counted(std::atomic<std::uint64_t>& count) : count_(&count) { ++*count_; }
  counted(counted&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  counted& operator=(counted&& other) noexcept {
    std::swap(count_, other.count_);
    return *this;
  }
  ~counted() { release(); }
  void release() noexcept {
    if (count_) --*std::exchange(count_, nullptr);
  }

 private:
  std::atomic<std::uint64_t>* count_;
};

} // namespace troupe::net::detail
