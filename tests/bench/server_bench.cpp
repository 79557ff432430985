// The real program from outside: how late its ticks start beside a bare clock in the same run, without
// clients and with many; and how long it takes to start with a very large show. Prints figures; judges
// nothing.
//
//   bench_server ticks [subscribers, default 1000] [writers, default 64]
//   bench_server start [fixtures, default 500000]

#include "tests/bench/bare_clock.hpp"
#include "tests/bench/silent_clients.hpp"
#include "tests/conformance/support/rest_client.hpp"
#include "tests/conformance/support/server_process.hpp"
#include "tests/conformance/support/udp_receiver.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

namespace {

using namespace troupe::conformance;
using namespace std::chrono_literals;
using troupe::bench::bare_clock;
using troupe::bench::latenesses;
using troupe::bench::silent_clients;
using clock_type = std::chrono::steady_clock;

constexpr std::int64_t period_ns = 1'000'000'000 / 60;
constexpr std::size_t window_ticks = 600; // as long as the server's own window, 10 s

double seconds_since(clock_type::time_point start) {
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

// -- shows ------------------------------------------------------------------------------------------------

/// RGBW fixtures one behind the other, in groups of equal size with a moving graph each.
void write_show(const std::filesystem::path& folder, int fixtures, int graphs) {
  constexpr int footprint = 4, fit = 512 / footprint;
  std::string text;
  for (int i = 0; i < fixtures; ++i)
    text += fmt::format("- id: fx-{:06}\n  name: fixture\n  modelId: generic-rgbw\n  universe: {}\n"
                        "  startChannel: {}\n  revision: 1\n",
                        i, i / fit, i % fit * footprint + 1);
  write_text(folder / "fixtures.yaml", text);
  std::string groups, all;
  for (int g = 0; g < graphs; ++g) {
    groups += fmt::format("- id: grp-{}\n  name: group\n  fixtureIds:\n", g);
    for (long i = static_cast<long>(g) * fixtures / graphs; i < static_cast<long>(g + 1) * fixtures / graphs;
         ++i)
      groups += fmt::format("    - fx-{:06}\n", i);
    groups += "  revision: 1\n";
    all += fmt::format(
        "- id: gr-{0}\n  name: wave\n  enabled: true\n  revision: 1\n  nodes:\n"
        "    - {{id: lfo, type: SineLFO, position: {{x: 0, y: 0}}, params: {{frequency: 0.5}}}}\n"
        "    - {{id: sel, type: SelectGroup, position: {{x: 0, y: 0}}, params: {{groupIds: [grp-{0}]}}}}\n"
        "    - {{id: b, type: ScalarToBundle, position: {{x: 0, y: 0}}, params: {{}}}}\n"
        "    - {{id: w, type: WriteAttributes, position: {{x: 0, y: 0}}, params: {{}}}}\n  edges:\n"
        "    - {{id: e1, from: {{nodeId: lfo, port: value}}, to: {{nodeId: b, port: value}}}}\n"
        "    - {{id: e2, from: {{nodeId: sel, port: selection}}, to: {{nodeId: w, port: selection}}}}\n"
        "    - {{id: e3, from: {{nodeId: b, port: bundle}}, to: {{nodeId: w, port: bundle}}}}\n",
        g);
  }
  write_text(folder / "groups.yaml", groups);
  write_text(folder / "graphs.yaml", all);
}

struct show_server {
  temp_dir data, settings;
  udp_receiver node;
  std::optional<server_process> process;

  show_server(int fixtures, int graphs) {
    write_show(data / "bench", fixtures, graphs);
    write_text(settings / "settings.yaml",
               "limits: {maxEntities: 2000000}\nhttp: {limits: {maxClients: 4000}}\n");
  }
  void launch() {
    process.emplace(start_options{{"serve", "--port", "0", "--host", "127.0.0.1", "--data",
                                   data.path().string(), "--show", "bench", "--artnet", node.address(),
                                   "--config", (settings / "settings.yaml").string()},
                                  {}});
  }
};

/// A size from /proc/PID/status in MiB.
double memory_mib(pid_t pid, const std::string& key) {
  std::ifstream in{fmt::format("/proc/{}/status", pid)};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key + ":")) return std::strtod(line.c_str() + key.size() + 1, nullptr) / 1024;
  return 0;
}

// -- ticks ------------------------------------------------------------------------------------------------

/// Connections that change an input each, as fast as they are answered.
class writers {
 public:
  writers(std::uint16_t port, int count) {
    for (int i = 0; i < count; ++i)
      threads_.emplace_back([this, port] {
        rest_client rest{port};
        auto entity = rest.create("/api/inputs", {{"name", "0"}, {"type", "fader"}});
        const auto path = "/api/inputs/" + str(entity.at("id"));
        for (std::int64_t revision = 1; !stop_; ++revision, ++done_)
          if (!rest.update(path, revision, {{"name", std::to_string(revision)}}).ok())
            throw std::runtime_error("a change was refused");
      });
  }
  ~writers() {
    stop_ = true;
    for (auto& one : threads_) one.join();
  }
  writers(const writers&) = delete;
  writers& operator=(const writers&) = delete;
  std::uint64_t done() const noexcept { return done_; }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> done_{0};
  std::vector<std::thread> threads_;
};

/// Both clocks for ten seconds; the server's figures are those that it tells of itself.
void measure_ticks(const char* what, std::uint16_t port, const std::function<std::string()>& load) {
  latenesses bare{window_ticks};
  rest_client rest{port};
  double p50 = 0, p99 = 0, max = 0, skipped = 0, busy = 0;
  {
    const auto before = rest.read("/api/runtime/status").at("ticksSkipped").to_number<double>();
    const bare_clock clock{bare, period_ns};
    std::this_thread::sleep_for(10'500ms); // the server tells of its last ten seconds
    const auto status = rest.read("/api/runtime/status");
    const auto& late = status.at("latenessMs").as_object();
    p50 = late.at("p50").to_number<double>() * 1e3;
    p99 = late.at("p99").to_number<double>() * 1e3;
    max = late.at("max").to_number<double>() * 1e3;
    busy = status.at("busyShare").to_number<double>() * 100;
    skipped = status.at("ticksSkipped").to_number<double>() - before;
  }
  std::printf("%s: %s; %.0f ticks skipped, %.1f %% of the tick busy\n", what, load().c_str(), skipped, busy);
  std::printf("  %-28s %9s %9s %9s\n", "us after the deadline", "p50", "p99", "max");
  std::printf("  %-28s %9.1f %9.1f %9.1f\n", "bare clock_nanosleep", bare.quantile_us(0.5),
              bare.quantile_us(0.99), bare.quantile_us(1));
  std::printf("  %-28s %9.1f %9.1f %9.1f\n", "start of the server's tick", p50, p99, max);
  std::printf("  %-28s %9.2f %9.2f %9.2f\n", "ratio", p50 / bare.quantile_us(0.5),
              p99 / bare.quantile_us(0.99), max / bare.quantile_us(1));
  std::fflush(stdout);
}

void ticks(int subscribers, int writing) {
  show_server server{100, 10};
  server.launch();
  server.process->await_listening();
  const auto port = server.process->port();
  rest_client rest{port};
  const auto realtime = str(rest.read("/api/runtime/status").at("realtime"));
  std::printf("100 fixtures, 10 graphs, 60 Hz; real-time priority of the server's clock: %s\n",
              realtime.c_str());
  measure_ticks("idle", port, [] { return std::string{"no clients"}; });
  const silent_clients watching{port, subscribers, R"({"type":"runtime/subscribeFrames","mode":"full"})"};
  const writers changing{port, writing};
  std::this_thread::sleep_for(1s); // until all of them are at work
  const auto frames = watching.bytes(), changes = changing.done();
  const auto start = clock_type::now();
  measure_ticks("loaded", port, [&] {
    const auto took = seconds_since(start);
    return fmt::format("{} clients take {:.1f} MB/s of frames, {} connections make {:.0f} changes/s",
                       subscribers, static_cast<double>(watching.bytes() - frames) / took / 1e6, writing,
                       static_cast<double>(changing.done() - changes) / took);
  });
}

// -- start ------------------------------------------------------------------------------------------------

void start(int fixtures) {
  show_server server{fixtures, 10};
  const auto begun = clock_type::now();
  server.launch();
  server.process->await_listening();
  const auto listening = seconds_since(begun);
  while (server.node.receive(10s) == std::nullopt) std::printf("  no packet yet\n");
  const auto light = seconds_since(begun);
  rest_client rest{server.process->port()};
  while (rest.read("/api/runtime/status").at("frameNumber").to_number<double>() < 60)
    std::this_thread::sleep_for(10ms); // there is only asking
  const auto status = rest.read("/api/runtime/status");
  std::printf("%d fixtures, 10 graphs: listening after %.2f s, first Art-Net packet after %.2f s\n", fixtures,
              listening, light);
  std::printf("  memory %.0f MiB, at most %.0f MiB; %.0f %% of the tick busy at %g Hz\n",
              memory_mib(server.process->pid(), "VmRSS"), memory_mib(server.process->pid(), "VmHWM"),
              status.at("busyShare").to_number<double>() * 100, status.at("tickHz").to_number<double>());
}

} // namespace

int main(int argc, char** argv) {
  try {
    const auto number = [&](int at, int otherwise) {
      return argc > at ? std::max(1, std::atoi(argv[at])) : otherwise;
    };
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max; // inherited by the server
    setrlimit(RLIMIT_NOFILE, &files);
    if (argc > 1 && std::strcmp(argv[1], "start") == 0)
      start(number(2, 500'000));
    else
      ticks(number(2, 1'000), number(3, 64));
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench_server: %s\n", problem.what());
    return 1;
  }
}
