// The real program with LED strips, as a whole: every cell of every universe moves in every frame, evaluated
// by the stages and sent as Art-Net to a receiver on loopback, a process of its own, which takes every
// packet.
//
//   bench_rig [UNIVERSES, default 4096] [STAGES, default auto] [HZ, default 60] [gro|plain] [SECONDS, default
//   10]
//
// Prints what arrived and what the program tells of itself at /metrics over the same seconds.

#include "tests/bench/strip_files.hpp"
#include "tests/conformance/support/rest_client.hpp"
#include "tests/conformance/support/server_process.hpp"
#include "tests/conformance/support/temp_dir.hpp"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sstream>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace troupe::conformance;
using namespace std::chrono_literals;

constexpr std::size_t artdmx_size = 530, artsync_size = 14;

struct tally {
  std::atomic<std::uint64_t> packets{0}, frames{0};
};

/// Counts ArtDmx packets, and ArtSyncs as frames, in a process of its own.
class receiver {
 public:
  explicit receiver(bool gro) {
    void* shared = mmap(nullptr, sizeof(tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    counts_ = new (shared) tally;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    const int on = 1, room = 64 << 20;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (gro) setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    child_ = fork();
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      setpriority(PRIO_PROCESS, 0, -20); // if granted: what else runs here is not to keep it off
      run(fd);
    }
    close(fd);
  }
  ~receiver() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  receiver(const receiver&) = delete;
  receiver& operator=(const receiver&) = delete;

  const tally& counts() const { return *counts_; }
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return child_; }

 private:
  [[noreturn]] void run(int fd) {
    constexpr std::size_t count = 64, each = 65'536;
    std::vector<char> room(count * each);
    std::vector<iovec> parts(count);
    std::vector<mmsghdr> headers(count);
    for (;;) {
      for (std::size_t i = 0; i < count; ++i) {
        parts[i] = {room.data() + i * each, each};
        headers[i] = {};
        headers[i].msg_hdr.msg_iov = &parts[i];
        headers[i].msg_hdr.msg_iovlen = 1;
      }
      const int got = recvmmsg(fd, headers.data(), count, MSG_WAITFORONE, nullptr);
      for (int i = 0; i < got; ++i) {
        const auto length = headers[static_cast<std::size_t>(i)].msg_len;
        if (length == artsync_size)
          ++counts_->frames;
        else
          counts_->packets += length / artdmx_size;
      }
    }
  }

  tally* counts_ = nullptr;
  std::uint16_t port_ = 0;
  pid_t child_ = -1;
};

double processor_seconds(pid_t pid) {
  std::ifstream in{fmt::format("/proc/{}/stat", pid)};
  std::string text;
  std::getline(in, text);
  std::istringstream rest{text.substr(text.rfind(')') + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i) rest >> skipped;
  double user = 0, kernel = 0;
  rest >> user >> kernel;
  return (user + kernel) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double memory_mib(pid_t pid) {
  std::ifstream in{fmt::format("/proc/{}/status", pid)};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  return 0;
}

/// What /metrics tells: sums over all labels.
class exposition {
 public:
  explicit exposition(rest_client& rest) : text_(rest.get("/metrics").raw.body) {}
  double sum(const std::string& name) const {
    double total = 0;
    std::istringstream lines{text_};
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(name + "{") || line.starts_with(name + " "))
        total += std::strtod(line.c_str() + line.rfind(' '), nullptr);
    return total;
  }

 private:
  std::string text_;
};

} // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int i, const char* otherwise) {
    return std::string{argc > i ? argv[i] : otherwise};
  };
  const auto universes = static_cast<std::uint32_t>(std::atoi(argument(1, "4096").c_str()));
  const auto stages = argument(2, "auto");
  const auto hz = std::atof(argument(3, "60").c_str());
  const bool gro = argument(4, "gro") == "gro";
  const auto seconds = std::atof(argument(5, "10").c_str());

  const temp_dir data, settings;
  troupe::bench::write_strip_show(data.path(), "strips", universes);
  const receiver there{gro};
  write_text(
      settings / "settings.yaml",
      fmt::format("ticker: {{hz: {}}}\nstages: {}\nartnet: {{outputs: [{{destination: '127.0.0.1:{}', fast: "
                  "true, sync: true}}]}}\n",
                  hz, stages, there.port()));
  server_process server{
      start_options{{"serve", "--port", "0", "--host", "127.0.0.1", "--data", data.path().string(), "--show",
                     "strips", "--config", (settings / "settings.yaml").string()},
                    {}}};
  const auto begun = std::chrono::steady_clock::now();
  server.await_listening();
  rest_client rest{server.port()};
  while (rest.read("/api/runtime/status").at("frameNumber").to_number<double>() < 2 * hz)
    std::this_thread::sleep_for(10ms); // there is only asking

  const auto packets = there.counts().packets.load(), frames = there.counts().frames.load();
  const exposition before{rest};
  const auto cpu = processor_seconds(server.pid()), receiving = processor_seconds(there.pid());
  const auto start = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); // what is measured
  const exposition after{rest};
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const auto status = rest.read("/api/runtime/status");
  const auto delta = [&](const std::string& name) { return after.sum(name) - before.sum(name); };
  const auto got = static_cast<double>(there.counts().packets.load() - packets);
  const auto whole = static_cast<double>(there.counts().frames.load() - frames);
  const auto sent = delta("troupe_output_packets_total");

  std::printf("%u universes, %s stages, %g Hz wanted, receiver %s; real time: %s\n", universes,
              stages.c_str(), hz, gro ? "with UDP_GRO" : "plain", str(status.at("realtime")).c_str());
  std::printf("  %.1f frames/s, %.0f packets/s arrived, %.0f ticks skipped, lost %.0f of %.0f packets\n",
              whole / took.count(), got / took.count(), delta("troupe_ticks_skipped_total"),
              std::max(0.0, sent - whole - got), sent - whole);
  const auto mean_ms = [&](const std::string& name) {
    return 1000 * delta(name + "_sum") / std::max(1.0, delta(name + "_count"));
  };
  const auto& late = status.at("latenessMs").as_object();
  std::printf(
      "  tick starts late by p50 %.2f, p99 %.2f, max %.2f ms; busy %.1f %% of the tick, at most %.1f %%\n",
      late.at("p50").to_number<double>(), late.at("p99").to_number<double>(),
      late.at("max").to_number<double>(), 100 * status.at("busyShare").to_number<double>(),
      100 * status.at("busyShareMax").to_number<double>());
  std::printf("  evaluate and render: %.2f ms for a stage's part, %.2f cores; deadline to outputs %.2f ms; "
              "last packet "
              "%.2f ms after the deadline\n",
              mean_ms("troupe_evaluation_seconds"), delta("troupe_evaluation_seconds_sum") / took.count(),
              mean_ms("troupe_tick_to_outputs_seconds"), mean_ms("troupe_output_done_seconds"));
  std::printf("  the whole program %.2f cores, the receiver %.2f; %.0f MiB; up after %.1f s\n",
              (processor_seconds(server.pid()) - cpu) / took.count(),
              (processor_seconds(there.pid()) - receiving) / took.count(), memory_mib(server.pid()),
              std::chrono::duration<double>(start - begun).count());
  return 0;
}
