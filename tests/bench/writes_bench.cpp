// Durable changes through the real program: PUTs of fixtures over many connections, each waiting for its
// answer before the next, and how late the ticks start meanwhile. One epoll thread plays all the clients.
// Prints figures; judges nothing.
//
//   bench_writes [CONNECTIONS, default 64] [FIXTURES, default 2000] [SECONDS, default 10]
//                [EVENTS to have in the journal first, default 0]

#include "tests/conformance/support/rest_client.hpp"
#include "tests/conformance/support/server_process.hpp"
#include "tests/conformance/support/udp_receiver.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace troupe::conformance;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

std::int64_t now_ns() {
  return clock_type::now().time_since_epoch() / 1ns;
}

/// Connections that change fixtures of their own, in turn.
class writers {
 public:
  writers(std::uint16_t port, int connections, int fixtures)
      : port_(port), epoll_(epoll_create1(EPOLL_CLOEXEC)), all_(connections), revisions_(fixtures, 1) {
    for (int i = 0; i < connections; ++i) all_[i].fixture = i;
  }
  ~writers() { close(epoll_); }
  writers(const writers&) = delete;
  writers& operator=(const writers&) = delete;

  /// Changes until the time is up or so many are done. @returns how long each took, in ns
  std::vector<std::int64_t> run(std::chrono::nanoseconds time, std::size_t most) {
    std::vector<std::int64_t> took;
    took.reserve(std::min<std::size_t>(most, 4'000'000));
    const auto end = now_ns() + time.count();
    std::size_t asked = 0, open = 0;
    connect_all();
    for (auto& one : all_) {
      if (asked++ >= most) break;
      ask(one), ++open;
    }
    while (open > 0) {
      std::array<epoll_event, 256> ready{};
      const int count = epoll_wait(epoll_, ready.data(), ready.size(), 10'000);
      if (count == 0) throw std::runtime_error("no answer in 10 s");
      for (int i = 0; i < count; ++i) {
        auto& one = all_[ready[i].data.u32];
        if (!answered(one)) continue;
        const auto now = now_ns();
        took.push_back(now - one.begun);
        if (now < end && asked++ < most)
          ask(one);
        else
          --open;
      }
    }
    for (auto& one : all_) close(std::exchange(one.fd, -1)); // the server closes what is idle
    return took;
  }

 private:
  struct connection {
    int fd = -1;
    int fixture = 0; ///< the one it changes next
    std::int64_t begun = 0;
    std::string buffer;
  };

  void connect_all() {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port_);
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw std::runtime_error("can't connect");
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u32 = static_cast<std::uint32_t>(i);
      epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
      all_[i].fd = fd;
    }
  }

  void ask(connection& one) {
    auto& revision = revisions_[one.fixture];
    const auto body = fmt::format(R"({{"data":{{"name":"lamp {0}"}},"revision":{0}}})", revision);
    const auto text = fmt::format(
        "PUT /api/fixtures/fx-{:06} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n{}",
        one.fixture, body.size(), body);
    one.begun = now_ns();
    if (write(one.fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("can't write");
    ++revision;
    const auto next = one.fixture + static_cast<int>(all_.size());
    one.fixture = next < static_cast<int>(revisions_.size()) ? next : next % static_cast<int>(all_.size());
  }

  bool answered(connection& one) {
    std::array<char, 8'192> bytes;
    const auto got = read(one.fd, bytes.data(), bytes.size());
    if (got <= 0) throw std::runtime_error("the server closed");
    one.buffer.append(bytes.data(), static_cast<std::size_t>(got));
    const auto head = one.buffer.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const auto field = one.buffer.find("Content-Length: ");
    const auto length = std::strtoul(one.buffer.c_str() + field + 16, nullptr, 10);
    if (field == std::string::npos || one.buffer.size() < head + 4 + length) return false;
    if (!one.buffer.starts_with("HTTP/1.1 200")) throw std::runtime_error(one.buffer);
    one.buffer.clear();
    return true;
  }

  std::uint16_t port_;
  int epoll_;
  std::vector<connection> all_;
  std::vector<std::uint64_t> revisions_; // by fixture
};

double quantile_ms(std::vector<std::int64_t>& sorted, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[at]) / 1e6;
}

void report_ticks(const char* when, std::uint16_t port) {
  rest_client rest{port}; // the server closes what is idle
  const auto status = rest.read("/api/runtime/status");
  const auto& late = status.at("latenessMs").as_object();
  std::printf("  ticks %-7s %.1f Hz, late p50 %.3f p99 %.3f max %.3f ms, skipped %.0f\n", when,
              status.at("tickHz").to_number<double>(), late.at("p50").to_number<double>(),
              late.at("p99").to_number<double>(), late.at("max").to_number<double>(),
              status.at("ticksSkipped").to_number<double>());
}

/// What the program tells of its own journal.
double metric(const std::string& text, const std::string& name) {
  const auto at = text.find("\n" + name + " ");
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + 1 + name.size(), nullptr);
}

void run(int connections, int fixtures, int seconds, std::size_t events) {
  temp_dir data;
  udp_receiver node;
  std::string text;
  for (int i = 0; i < fixtures; ++i)
    text += fmt::format("- id: fx-{:06}\n  name: lamp\n  modelId: generic-rgbw\n  universe: {}\n"
                        "  startChannel: {}\n  revision: 1\n",
                        i, i / 128, i % 128 * 4 + 1);
  write_text(data / "bench" / "fixtures.yaml", text);
  server_process process{start_options{{"serve", "--port", "0", "--host", "127.0.0.1", "--data",
                                        data.path().string(), "--show", "bench", "--artnet", node.address()},
                                       {}}};
  process.await_listening();
  std::printf("%d connections, %d fixtures, 60 Hz\n", connections, fixtures);
  writers writing{process.port(), connections, fixtures};
  if (events > 0) {
    const auto begun = now_ns();
    writing.run(3'600s, events);
    std::printf("  %zu events first, in %.1f s\n", events, static_cast<double>(now_ns() - begun) / 1e9);
  }
  std::this_thread::sleep_for(11s); // the server tells of its last ten seconds: all of them idle
  report_ticks("idle", process.port());
  const auto before = rest_client{process.port()}.get("/metrics").raw.body;
  const auto begun = now_ns();
  auto took = writing.run(std::chrono::seconds{seconds}, static_cast<std::size_t>(-1));
  const auto elapsed = static_cast<double>(now_ns() - begun) / 1e9;
  report_ticks("loaded", process.port());
  const auto after = rest_client{process.port()}.get("/metrics").raw.body;
  std::sort(took.begin(), took.end());
  const auto rise = [&](const std::string& name) { return metric(after, name) - metric(before, name); };
  std::printf("  %.0f PUTs/s, p50 %.2f p99 %.2f max %.2f ms\n", static_cast<double>(took.size()) / elapsed,
              quantile_ms(took, 0.5), quantile_ms(took, 0.99), quantile_ms(took, 1));
  const auto batches = rise("troupe_journal_append_seconds_count");
  std::printf(
      "  %.1f events a batch, %.2f ms to be durable, %.2f ms to be seen; CPU of the server %.2f cores\n",
      rise("troupe_journal_batch_events_sum") / batches,
      rise("troupe_journal_append_seconds_sum") / batches * 1e3,
      rise("troupe_view_seconds_sum") / batches * 1e3, rise("process_cpu_seconds_total") / elapsed);
}

} // namespace

int main(int argc, char** argv) {
  try {
    const auto number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
    const int connections = std::max(1, number(1, 64));
    run(connections, std::max(connections, number(2, 2'000)), std::max(1, number(3, 10)),
        static_cast<std::size_t>(std::max(0, number(4, 0))));
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench_writes: %s\n", problem.what());
    return 1;
  }
}
