// What it costs to send one frame to very many WebSockets, beside a bare loop of send(): the same bytes to as
// many sockets, 60 times a second. Prints figures; judges nothing.
//
//   bench_fanout [clients, default 1000] [seconds, default 5]

#include "net/server.hpp"
#include "tests/bench/fanout_audience.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

namespace net = troupe::net;
using namespace troupe::bench;

constexpr int rate_hz = 60;
constexpr std::size_t payload_size = 9'400; // a frame of a hundred fixtures as JSON
constexpr auto period = std::chrono::nanoseconds(1'000'000'000 / rate_hz);
constexpr auto warm_up = std::chrono::seconds(1);

net::outgoing make_frame() {
  return net::make_text(std::string(payload_size, 'f'));
}

// -- measuring -------------------------------------------------------------------------------------------

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

// -- the baseline ----------------------------------------------------------------------------------------

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

// -- the server ------------------------------------------------------------------------------------------

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
