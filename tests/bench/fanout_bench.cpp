// What it costs to send one frame to very many WebSockets, beside a bare loop of send(): the same bytes to as
// many sockets, 60 times a second. Prints figures; judges nothing.
//
//   bench_fanout [clients, default 1000] [seconds, default 5]

#include "net/server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

namespace net = troupe::net;
using clock_type = std::chrono::steady_clock;

constexpr int rate_hz = 60;
constexpr std::size_t payload_size = 9'400; // a frame of a hundred fixtures as JSON
constexpr auto period = std::chrono::nanoseconds(1'000'000'000 / rate_hz);
constexpr auto warm_up = std::chrono::seconds(1);

[[noreturn]] void give_up(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

net::outgoing make_frame() {
  return net::make_text(std::string(payload_size, 'f'));
}

// -- the audience: a process of its own, which reads and discards
// ----------------------------------------------

struct audience_report {
  double mean_hz = 0, min_hz = 0;                        ///< frames of one client
  double gap_p50_ms = 0, gap_p99_ms = 0, gap_max_ms = 0; ///< between two frames of one client
  std::uint64_t frames = 0;                              ///< of all clients
  std::uint64_t lost = 0;                                ///< clients whose connection ended
};

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

/// The audience as the server's process sees it. Made before there are threads: it forks.
class audience_process {
 public:
  audience_process(std::size_t clients, bool websocket, std::size_t frame_bytes) {
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
  ~audience_process() {
    close(control_);
    waitpid(pid_, nullptr, 0);
  }
  audience_process(const audience_process&) = delete;
  audience_process& operator=(const audience_process&) = delete;

  void invite(int port) const { say(port); }
  void wait_until_seated() const {
    int ready = 0;
    hear(&ready, sizeof ready);
  }
  void start_measuring() const { say(1); }
  audience_report stop_measuring() const {
    say(0);
    audience_report told;
    hear(&told, sizeof told);
    return told;
  }

 private:
  [[noreturn]] static void play(int control, std::size_t clients, bool websocket, std::size_t frame_bytes) {
    try {
      audience(control, clients, websocket, frame_bytes).run();
      _exit(0);
    } catch (const std::exception& problem) {
      std::fprintf(stderr, "audience: %s\n", problem.what());
      _exit(1);
    }
  }
  void say(int word) const {
    if (send(control_, &word, sizeof word, MSG_NOSIGNAL) < 0) give_up("the audience has gone");
  }
  void hear(void* into, std::size_t size) const {
    if (recv(control_, into, size, MSG_WAITALL) != static_cast<ssize_t>(size))
      give_up("the audience has gone");
  }

  pid_t pid_ = -1;
  int control_ = -1;
};

// -- measuring
// -----------------------------------------------------------------------------------------------

struct outcome {
  audience_report seen;
  double cores = 0;        ///< of the sending process
  double us_per_frame = 0; ///< CPU for one frame to one client
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Sends a frame every period, and measures after a while of it. @param send_one called once per period
template <class Send>
outcome measure(const audience_process& people, int seconds, Send send_one) {
  auto due = clock_type::now();
  const auto play_until = [&](clock_type::time_point end) {
    while (due < end) {
      due += period;
      std::this_thread::sleep_until(due);
      send_one();
    }
  };
  play_until(due + warm_up);
  people.start_measuring();
  const auto started = clock_type::now();
  const auto used = cpu_seconds();
  play_until(due + std::chrono::seconds(seconds));
  outcome found;
  const auto cpu = cpu_seconds() - used;
  found.cores = cpu / std::chrono::duration<double>(clock_type::now() - started).count();
  found.seen = people.stop_measuring();
  found.us_per_frame = cpu * 1e6 / static_cast<double>(std::max<std::uint64_t>(1, found.seen.frames));
  return found;
}

// -- the baseline
// ----------------------------------------------------------------------------------------------

/// A client of the bare loop. What doesn't fit into its socket is finished first at the next tick.
struct bare_client {
  int socket = -1;
  std::size_t offset = 0;
};

void send_bare(bare_client& to, std::string_view frame) {
  const auto n =
      send(to.socket, frame.data() + to.offset, frame.size() - to.offset, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n > 0) to.offset = (to.offset + static_cast<std::size_t>(n)) % frame.size();
}

int listen_anywhere(int& port) {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (bind(made, reinterpret_cast<const sockaddr*>(&at), size) != 0 || listen(made, SOMAXCONN) != 0 ||
      getsockname(made, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    give_up("listen");
  port = ntohs(at.sin_port);
  return made;
}

outcome run_bare(std::size_t count, int seconds) {
  const auto frame = make_frame();
  const audience_process people(count, false, frame->frame().size());
  int port = 0;
  const int door = listen_anywhere(port);
  people.invite(port);
  std::vector<bare_client> clients(count);
  for (auto& one : clients) {
    one.socket = accept4(door, nullptr, nullptr, SOCK_CLOEXEC);
    if (one.socket < 0) give_up("accept");
    const int on = 1;
    setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  people.wait_until_seated();
  const auto found = measure(people, seconds, [&] {
    for (auto& one : clients) send_bare(one, frame->frame());
  });
  for (const auto& one : clients) close(one.socket);
  close(door);
  return found;
}

// -- the server
// ------------------------------------------------------------------------------------------------

/// The WebSockets of the only lane, and the frame they are to get: the newest, as often as their sockets let
/// them. On the lane's thread.
struct hall {
  std::vector<std::shared_ptr<net::ws_connection>> members;
  net::outgoing newest;
  std::uint64_t number = 0;

  void enter(std::shared_ptr<net::ws_connection> one) {
    one->source([this, seen = std::uint64_t{0}]() mutable -> net::outgoing {
      if (seen == number) return nullptr;
      seen = number;
      return newest;
    });
    one->start({[raw = one.get()](std::string, auto) { raw->ack(1); },
                [this, raw = one.get()](std::uint16_t) {
                  std::erase_if(members, [raw](const auto& member) { return member.get() == raw; });
                }});
    members.push_back(std::move(one));
  }

  void offer(net::outgoing frame) {
    newest = std::move(frame);
    ++number;
    for (std::size_t i = 0; i < members.size(); ++i) members[i]->kick();
  }
};

outcome run_server(std::size_t count, int seconds) {
  const audience_process people(count, true, make_frame()->frame().size());
  net::io_pool pool(1);
  hall room;
  net::server_options options;
  options.max_connections = count + 16;
  options.ws.ping_period = options.ws.silence_limit = std::chrono::hours(1); // the audience never answers
  net::server server(pool, options, {},
                     [&](auto connection, const net::http_request&) { room.enter(std::move(connection)); });
  if (const auto listening = server.listen({{"127.0.0.1"}}, 0); !listening)
    throw std::runtime_error(listening.error().message);
  people.invite(server.port());
  people.wait_until_seated();
  const auto found =
      measure(people, seconds, [&] { pool.post(0, [&room, frame = make_frame()] { room.offer(frame); }); });
  pool.stop_and_join();
  return found;
}

void print(const char* who, const outcome& one) {
  std::printf("%-12s %7.2f %7.2f %8.1f %% %9.2f %9.1f %7.1f %7.1f", who, one.seen.mean_hz, one.seen.min_hz,
              one.cores * 100, one.us_per_frame, one.seen.gap_p50_ms, one.seen.gap_p99_ms,
              one.seen.gap_max_ms);
  if (one.seen.lost) std::printf("  %llu clients lost", static_cast<unsigned long long>(one.seen.lost));
  std::puts("");
}

void allow_sockets(std::size_t clients) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  const rlim_t wanted = clients + 64;
  if (files.rlim_cur >= wanted) return;
  files.rlim_cur = wanted;
  files.rlim_max = std::max(files.rlim_max, wanted); // more than the limit only root may have
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) give_up("too many clients for this process's limit of files");
}

} // namespace

int main(int argc, char** argv) {
  try {
    const std::size_t clients = argc > 1 ? std::max(1UL, std::strtoul(argv[1], nullptr, 10)) : 1000;
    const int seconds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
    allow_sockets(clients);
    std::printf("%zu clients, %zu bytes at %d Hz, %d s\n", clients, make_frame()->frame().size(), rate_hz,
                seconds);
    const auto bare = run_bare(clients, seconds);
    const auto server = run_server(clients, seconds);
    std::printf("%-12s %15s %10s %9s %25s\n", "", "frames/s/client", "CPU,", "us per",
                "gap between frames, ms");
    std::printf("%-12s %7s %7s %10s %9s %9s %7s %7s\n", "", "mean", "min", "one core", "frame", "p50", "p99",
                "max");
    print("bare send()", bare);
    print("net::server", server);
    std::printf("%-12s %7.3f %7.3f %10.3f %9.3f %9.3f %7.3f %7.3f\n", "ratio",
                server.seen.mean_hz / bare.seen.mean_hz, server.seen.min_hz / bare.seen.min_hz,
                server.cores / bare.cores, server.us_per_frame / bare.us_per_frame,
                server.seen.gap_p50_ms / bare.seen.gap_p50_ms, server.seen.gap_p99_ms / bare.seen.gap_p99_ms,
                server.seen.gap_max_ms / bare.seen.gap_max_ms);
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench_fanout: %s\n", problem.what());
    return 1;
  }
}
