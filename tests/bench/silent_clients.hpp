#pragma once
// Many WebSocket clients for the price of few: they let the kernel throw away what they are sent.

#include "net/tcp_client.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace troupe::bench {

class silent_clients {
 public:
  /// @param hello what each says once it is connected; at most 125 bytes
  silent_clients(std::uint16_t port, int count, std::string_view hello)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (int i = 0; i < count; ++i) {
      auto socket = net::tcp_client::connect("127.0.0.1", port, patience);
      if (!socket) throw std::runtime_error(socket.error().message);
      greet(*socket, hello);
      epoll_event wanted{};
      wanted.events = EPOLLIN;
      wanted.data.fd = socket->native_handle();
      epoll_ctl(epoll_, EPOLL_CTL_ADD, wanted.data.fd, &wanted);
      sockets_.push_back(std::move(*socket));
    }
    drain_ = std::thread{[this] { drain(); }};
  }
  ~silent_clients() {
    stop_ = true;
    drain_.join();
    close(epoll_);
  }
  silent_clients(const silent_clients&) = delete;
  silent_clients& operator=(const silent_clients&) = delete;

  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr std::chrono::milliseconds patience{10'000};

  static void must(const result<void>& outcome) {
    if (!outcome) throw std::runtime_error(outcome.error().message);
  }

  static void greet(net::tcp_client& socket, std::string_view hello) {
    must(socket.send("GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                     patience));
    std::string frame{static_cast<char>(0x81), static_cast<char>(0x80 | hello.size()), 0, 0, 0, 0};
    frame += hello; // masked with zeros
    must(socket.send(frame, patience));
  }

  void drain() {
    std::array<epoll_event, 256> ready{};
    while (!stop_) {
      const int n = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 100);
      for (int i = 0; i < n; ++i) {
        const auto got =
            recv(ready[static_cast<std::size_t>(i)].data.fd, nullptr, 1 << 20, MSG_TRUNC | MSG_DONTWAIT);
        if (got > 0)
          bytes_ += static_cast<std::uint64_t>(got);
        else if (got == 0)
          epoll_ctl(epoll_, EPOLL_CTL_DEL, ready[static_cast<std::size_t>(i)].data.fd, nullptr);
      }
    }
  }

  int epoll_;
  std::vector<net::tcp_client> sockets_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> bytes_{0};
  std::thread drain_;
};

} // namespace troupe::bench
