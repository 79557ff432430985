#include "tests/bench/fanout_audience.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <netinet/in.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace troupe::bench {

namespace {

/// Times in steps of a tenth of a millisecond, up to a second and more.
class gap_histogram {
 public:
  void add(clock_type::duration gap) {
    const auto steps = static_cast<std::size_t>(gap / step);
    ++counts_[std::min(steps, counts_.size() - 1)];
    ++total_;
    max_ = std::max(max_, gap);
  }
  double quantile_ms(double q) const {
    auto left = static_cast<std::uint64_t>(q * static_cast<double>(total_));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > left) return static_cast<double>(i) / 10;
      left -= counts_[i];
    }
    return max_ms();
  }
  double max_ms() const { return std::chrono::duration<double, std::milli>(max_).count(); }

 private:
  static constexpr std::chrono::microseconds step{100};
  std::array<std::uint64_t, 10'001> counts_{};
  std::uint64_t total_ = 0;
  clock_type::duration max_{};
};

class audience {
 public:
  /// @param control the server's end of the talk: a port, then `start`, then `stop`, each an int
  audience(int control, std::size_t clients, bool websocket, std::size_t frame_bytes)
      : control_(control), frame_bytes_(frame_bytes), listeners_(clients) {
    const int port = heard();
    for (auto& one : listeners_) join(one, port, websocket);
    missing_heads_ = websocket ? clients : 0;
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    watch(control_, clients);
    for (std::size_t i = 0; i < clients; ++i) watch(listeners_[i].socket, i);
    if (missing_heads_ == 0) say_ready();
  }

  void run() {
    std::array<epoll_event, 256> events;
    while (!ended_) {
      const int n = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) {
        const auto who = events[static_cast<std::size_t>(i)].data.u64;
        who == listeners_.size() ? obey() : read(listeners_[who]);
      }
    }
  }

 private:
  struct listener {
    int socket = -1;
    std::string head; ///< of the 101, while it isn't complete
    bool open = false;
    std::uint64_t bytes = 0, frames = 0, frames_before = 0;
    clock_type::time_point last{};
  };

  int heard() const {
    int word = 0;
    if (::read(control_, &word, sizeof word) != sizeof word) _exit(1); // the server has gone
    return word;
  }

  void say_ready() const {
    const int ready = 1;
    if (write(control_, &ready, sizeof ready) < 0) _exit(1);
  }

  static void join(listener& one, int port, bool websocket) {
    one.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (one.socket < 0) give_up("socket");
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(one.socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) give_up("connect");
    one.open = !websocket;
    if (websocket) {
      const auto request = "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                           "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
      if (send(one.socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) give_up("send");
    }
    fcntl(one.socket, F_SETFL, O_NONBLOCK);
  }

  void watch(int file, std::uint64_t who) const {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.u64 = who;
    if (epoll_ctl(poll_, EPOLL_CTL_ADD, file, &wanted) != 0) give_up("epoll_ctl");
  }

  void obey() {
    (void)heard();
    measuring_ = !measuring_;
    if (measuring_) {
      started_ = clock_type::now();
      for (auto& one : listeners_) one.frames_before = one.frames;
      return;
    }
    const auto told = report();
    if (write(control_, &told, sizeof told) < 0) _exit(1);
    ended_ = true;
  }

  void read(listener& one) {
    if (!one.open) return read_head(one);
    // With MSG_TRUNC the kernel drops the bytes without copying them: here nobody wants them.
    const auto n = recv(one.socket, nullptr, 1 << 20, MSG_TRUNC);
    if (n > 0) return count(one, static_cast<std::uint64_t>(n));
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) lose(one);
  }

  void read_head(listener& one) {
    std::array<char, 4096> part;
    const auto n = recv(one.socket, part.data(), part.size(), 0);
    if (n <= 0) return lose(one);
    one.head.append(part.data(), static_cast<std::size_t>(n));
    const auto end = one.head.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (!one.head.starts_with("HTTP/1.1 101")) return lose(one);
    one.open = true;
    count(one, one.head.size() - end - 4);
    if (--missing_heads_ == 0) say_ready();
  }

  void count(listener& one, std::uint64_t bytes) {
    one.bytes += bytes;
    const auto frames = one.bytes / frame_bytes_;
    if (frames == one.frames) return;
    const auto now = clock_type::now();
    if (measuring_ && one.frames > 0) gaps_.add(now - one.last);
    one.frames = frames;
    one.last = now;
  }

  void lose(listener& one) {
    ++lost_;
    epoll_ctl(poll_, EPOLL_CTL_DEL, one.socket, nullptr);
    if (!one.open && --missing_heads_ == 0) say_ready();
  }

  audience_report report() const {
    const std::chrono::duration<double> took = clock_type::now() - started_;
    audience_report told;
    auto fewest = ~std::uint64_t{0};
    for (const auto& one : listeners_) {
      const auto frames = one.frames - one.frames_before;
      told.frames += frames;
      fewest = std::min(fewest, frames);
    }
    told.mean_hz = static_cast<double>(told.frames) / static_cast<double>(listeners_.size()) / took.count();
    told.min_hz = static_cast<double>(fewest) / took.count();
    told.gap_p50_ms = gaps_.quantile_ms(0.5);
    told.gap_p99_ms = gaps_.quantile_ms(0.99);
    told.gap_max_ms = gaps_.max_ms();
    told.lost = lost_;
    return told;
  }

  int control_;
  int poll_ = -1;
  std::size_t frame_bytes_;
  std::vector<listener> listeners_;
  std::size_t missing_heads_ = 0;
  bool measuring_ = false, ended_ = false;
  clock_type::time_point started_{};
  gap_histogram gaps_;
  std::uint64_t lost_ = 0;
};

[[noreturn]] void play(int control, std::size_t clients, bool websocket, std::size_t frame_bytes) {
  try {
    audience(control, clients, websocket, frame_bytes).run();
    _exit(0);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "audience: %s\n", problem.what());
    _exit(1);
  }
}

} // namespace

audience_process::audience_process(std::size_t clients, bool websocket, std::size_t frame_bytes) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) give_up("socketpair");
  pid_ = fork();
  if (pid_ < 0) give_up("fork");
  if (pid_ == 0) {
    close(ends[0]);
    play(ends[1], clients, websocket, frame_bytes);
  }
  close(ends[1]);
  control_ = ends[0];
}

audience_process::~audience_process() {
  close(control_);
  waitpid(pid_, nullptr, 0);
}

void audience_process::wait_until_seated() const {
  int ready = 0;
  hear(&ready, sizeof ready);
}

audience_report audience_process::stop_measuring() const {
  say(0);
  audience_report told;
  hear(&told, sizeof told);
  return told;
}

void audience_process::say(int word) const {
  if (send(control_, &word, sizeof word, MSG_NOSIGNAL) < 0) give_up("the audience has gone");
}

void audience_process::hear(void* into, std::size_t size) const {
  if (recv(control_, into, size, MSG_WAITALL) != static_cast<ssize_t>(size)) give_up("the audience has gone");
}

} // namespace troupe::bench
