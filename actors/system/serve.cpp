#include "actors/system/serve.hpp"

#include "actors/client/lane.hpp"
#include "actors/client/rest_api.hpp"
#include "actors/input/network_input_options.hpp"
#include "actors/output/artnet_responder.hpp"
#include "actors/run/run_log_options.hpp"
#include "actors/system/clock_source.hpp"
#include "actors/system/error_bridge.hpp"
#include "actors/system/log.hpp"
#include "actors/system/realtime.hpp"
#include "actors/system/stored_show.hpp"
#include "actors/system/supervisor_actor.hpp"
#include "actors/system/system_sources.hpp"
#include "net/server.hpp"
#include "protocol/entity_codec.hpp"
#include "protocol/json_text.hpp"
#include "storage/sacn_id.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <caf/thread_hook.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <future>
#include <sys/prctl.h>
#include <sys/random.h>
#include <thread>
#include <unistd.h>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;

/// Timers of actors fire on one thread of CAF's. Outputs that spread their packets can't be better than it.
class timer_priority : public caf::thread_hook {
 public:
  void init(caf::actor_system&) override {}
  void thread_started() override {
    std::array<char, 16> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    if (std::string_view{name.data()} == "caf.clock") ask_realtime(output_priority);
  }
  void thread_terminates() override {}
};

/// One for each processor; more than that only wait for each other.
std::size_t usual_stages() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
}

struct actor_config : caf::actor_system_config {
  actor_config(std::size_t threads, bool realtime) {
    if (realtime) add_thread_hook<timer_priority>();
    port::register_types<caf::id_block::troupe_types>(*this);
    // Work stealing would poll, and without a bound one busy actor could keep a worker for ever.
    port::set_scheduler(*this, "sharing", threads, 30);
  }
};

std::size_t io_threads(const storage::config& settings) {
  if (settings.http.threads > 0) return settings.http.threads;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency() / 2, 1, 4);
}

log::level as_level(storage::log_level level) {
  return static_cast<log::level>(level);
}

net::server_options as_options(const storage::http_settings& http, bool loopback) {
  net::server_options made;
  made.access.loopback_bound = loopback;
  made.access.open = http.open;
  made.access.token = http.token;
  made.access.allowed_hosts = http.allowed_hosts;
  made.access.allowed_origins = http.allowed_origins;
  made.http.request_line = http.limits.uri_bytes;
  made.http.headers = http.limits.header_bytes;
  made.http.body = http.limits.body_bytes;
  made.http.header_time = http.limits.request_timeout;
  made.http.body_time = 3 * http.limits.request_timeout;
  made.http.idle_time = http.limits.idle_timeout;
  made.http.write_stall = http.limits.write_timeout;
  made.ws.write_stall = http.limits.write_timeout;
  made.max_connections = http.limits.max_connections;
  return made;
}

/// Waits for a signal that ends the server; they are blocked in all threads.
class end_signals {
 public:
  end_signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error like a full disk
  }
  void wait() {
    int received = 0;
    sigwait(&set_, &received);
  }

 private:
  sigset_t set_{};
};

/// Ends a process that can't end by itself: an ordered end is bounded in time.
class watchdog {
 public:
  explicit watchdog(std::chrono::seconds limit)
      : thread_([this, limit] {
          std::unique_lock guard{lock_};
          if (!done_.wait_for(guard, limit, [this] { return finished_; })) {
            std::fputs("troupe: the ordered end took too long\n", stderr);
            std::_Exit(1);
          }
        }) {}
  ~watchdog() {
    {
      const std::lock_guard guard{lock_};
      finished_ = true;
    }
    done_.notify_all();
    thread_.join();
  }

 private:
  std::mutex lock_;
  std::condition_variable done_;
  bool finished_ = false;
  std::thread thread_;
};

/// One running server: everything between the settings and the last packet.
class server_process {
 public:
  server_process(const storage::config& settings, stored_show stored, std::vector<output_options> outputs,
                 std::optional<network_input_options> network, bool preview)
      : settings_(settings), system_config_(std::max(2U, std::thread::hardware_concurrency()),
                                            settings.realtime != storage::realtime_mode::off),
        system_(system_config_), pool_(io_threads(settings)) {
    spawn_lanes();
    spawn_supervisor(std::move(stored), std::move(outputs), std::move(network), preview);
  }

  result<void> start() {
    auto addresses = net::resolve_listen_host(settings_.http.host);
    if (!addresses) return failure{addresses.error()};
    caf::scoped_actor self{system_};
    result<void> outcome;
    self->request(supervisor_, 60s, ready_atom_v)
        .receive([] {}, [&](const caf::error& reason) { outcome = failure{from_caf(reason)}; });
    if (!outcome) return outcome;

    const bool ask_realtime = settings_.realtime != storage::realtime_mode::off;
    clock_.emplace(gauges_->micro_hz.load(), ask_realtime,
                   [this](std::int64_t deadline) { clock_ticks(deadline); });
    gauges_->realtime = !ask_realtime        ? realtime_state::off
                        : clock_->realtime() ? realtime_state::granted
                                             : realtime_state::refused;
    if (ask_realtime && !clock_->realtime()) {
      if (settings_.realtime == storage::realtime_mode::on)
        return fail(ec::internal_error, "realtime: on, but this process may not have a real-time priority");
      log::info("clock", "runs without real-time priority (it needs CAP_SYS_NICE or an rtprio limit)");
    }

    rest_options rest;
    rest.published = published_;
    rest.files = files_standing_;
    rest.gauges = gauges_;
    rest.metrics = metrics_;
    const auto http = std::make_shared<http_metrics>();
    rest.http = http;
    rest.server = [this] { return server_->counters(); };
    rest.serve_metrics = settings_.metrics;
    rest.steady_now_ns = steady_now_ns;
    rest.started_ms = started_ms_;
    rest.lanes = lanes_;
    rest.data_dir = settings_.data.string();
    rest.version = TROUPE_VERSION;
    rest.instance = random_id().substr(0, 8);
    rest.wall_time_ms = wall_time_ms;
    rest.running = [this] { return ticking(); };
    if (recording_) rest.run_log_problem = [recording = recording_] { return recording->problem(); };
    auto routes = rest_api(std::move(rest));
    http->learn(routes.routes());
    auto options = as_options(settings_.http, net::all_loopback(*addresses));
    options.on_answer = [http](const net::answered_request& one) { http->count(one); };
    server_.emplace(pool_, std::move(options), std::move(routes),
                    [this](std::shared_ptr<net::ws_connection> connection, const net::http_request&) {
                      auto& lane = *lanes_.at(connection->lane());
                      lane.welcome(std::move(connection));
                    });
    return server_->listen(*addresses, settings_.http.port);
  }

  /// The line that tools wait for.
  std::string listening_line() const {
    const auto endpoints = server_->endpoints();
    std::string line = R"({"event":"listening","http":)";
    append_json_string(line, "http://" + endpoints.front());
    line += R"(,"ws":)";
    append_json_string(line, "ws://" + endpoints.front() + "/ws");
    line += R"(,"show":)";
    append_json_string(line, published_->now()->state.show());
    line += R"(,"version":")" TROUPE_VERSION R"("})";
    return line;
  }

  /// No more clients, the last facts on disk, outputs dark, threads joined. In this order.
  void stop() {
    if (server_) {
      std::promise<void> done;
      server_->stop([&done] { done.set_value(); });
      done.get_future().wait_for(5s);
    }
    caf::scoped_actor self{system_};
    self->request(supervisor_, 15s, stop_atom_v)
        .receive([] {}, [](const caf::error&) { log::error("serve", "the cast did not end in order"); });
    if (clock_) clock_->stop();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      std::promise<void> ended;
      pool_.post(i, [&, i] {
        lanes_[i]->shut();
        ended.set_value();
      });
      ended.get_future().wait_for(2s);
    }
    {
      const std::lock_guard guard{ticker_lock_};
      ticker_ = ticker_actor{};
    }
    supervisor_ = supervisor_actor{};
  }

  /// After `stop`.
  void join() {
    server_.reset();
    pool_.stop_and_join();
    lanes_.clear();
    lane_handles_.clear();
    system_.await_all_actors_done();
    archive_.reset(); // the one who writes closes last, and leaves one whole file
    if (recording_) recording_->close();
  }

  bool gave_up() const noexcept { return gave_up_; }

 private:
  void spawn_lanes() {
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      lane_options made;
      made.index = i;
      made.max_clients = std::max<std::size_t>(1, settings_.http.limits.max_clients / pool_.size());
      made.max_event_streams =
          std::max<std::size_t>(1, settings_.http.limits.max_event_streams / pool_.size());
      made.wall_time_ms = wall_time_ms;
      auto spawned = system_.spawn<lane>(std::ref(pool_.context(i)), std::move(made));
      lanes_.push_back(static_cast<lane*>(caf::actor_cast<caf::abstract_actor*>(spawned)));
      lane_handles_.push_back(caf::actor_cast<lane_actor>(spawned));
    }
  }

  void spawn_supervisor(stored_show stored, std::vector<output_options> outputs,
                        std::optional<network_input_options> network, bool preview) {
    const auto micro_hz = std::llround(settings_.ticker.hz * 1e6);
    gauges_->micro_hz = gauges_->wanted_micro_hz = micro_hz;
    supervisor_options made;
    made.archive = archive_ = std::move(stored.archive);
    made.files = std::move(stored.files);
    made.files_standing = files_standing_;
    made.loaded = std::move(stored.loaded);
    made.new_correlation = random_id;
    made.rules.max_entities = settings_.max_entities;
    made.rules.new_id = random_id;
    made.rig.release = settings_.release;
    made.rig.parts = settings_.stages.value_or(usual_stages());
    made.realtime = settings_.realtime != storage::realtime_mode::off;
    made.published = published_;
    made.ticker.clock = std::make_shared<tick_clock>();
    made.ticker.gauges = gauges_;
    made.ticker.now_ns = steady_now_ns;
    made.ticker.immediate = settings_.ticker.immediate;
    made.ticker.guard = std::make_shared<overload_guard>(micro_hz);
    made.ticker.set_rate = [this](std::int64_t rate) {
      if (clock_) clock_->rate(rate);
    };
    for (auto& any : outputs) std::visit([this](auto& one) { one.metrics = metrics_; }, any);
    made.metrics = metrics_;
    recording_ = run_recording_of(settings_, TROUPE_VERSION, wall_time_ms, metrics_);
    made.recording = recording_;
    if (recording_) made.recording_gate = std::make_shared<run_gate>(metrics_);
    made.outputs = std::move(outputs);
    made.network = std::move(network);
    made.lanes = lane_handles_;
    made.preview = preview;
    made.ticker_is = [this](const ticker_actor& now) {
      const std::lock_guard guard{ticker_lock_};
      ticker_ = now;
    };
    made.give_up = [this](const std::string& why) {
      log::error("supervisor", why + "; the server ends");
      gave_up_ = true;
      kill(getpid(), SIGTERM);
    };
    supervisor_ = system_.spawn(supervisor, std::move(made));
  }

  void clock_ticks(std::int64_t deadline) {
    const std::lock_guard guard{ticker_lock_}; // taken by others only when an actor is restarted
    if (ticker_) caf::anon_send(ticker_, due{deadline, steady_now_ns()});
    last_deadline_ = deadline;
  }

  /// Whether ticks come at about the rate that is wanted.
  bool ticking() const {
    constexpr std::int64_t patience_ns = 5'000'000'000;
    return steady_now_ns() - last_deadline_.load() < patience_ns;
  }

  const storage::config& settings_;
  actor_config system_config_;
  caf::actor_system system_;
  net::io_pool pool_;
  std::shared_ptr<publication> published_ = std::make_shared<publication>();
  std::shared_ptr<files_report> files_standing_ = std::make_shared<files_report>();
  std::shared_ptr<runtime_gauges> gauges_ = std::make_shared<runtime_gauges>();
  std::shared_ptr<runtime_metrics> metrics_ = std::make_shared<runtime_metrics>();
  std::int64_t started_ms_ = wall_time_ms();
  std::vector<lane*> lanes_;
  std::vector<lane_actor> lane_handles_;
  std::mutex ticker_lock_;
  ticker_actor ticker_;
  std::atomic<std::int64_t> last_deadline_{steady_now_ns()};
  std::atomic<bool> gave_up_{false};
  std::optional<clock_source> clock_;
  std::shared_ptr<run_recording> recording_; // null: runs aren't recorded
  std::shared_ptr<storage::show_archive> archive_;
  supervisor_actor supervisor_;
  std::optional<net::server> server_;
};

int refuse(const std::string& why) {
  fmt::print(stderr, "troupe: {}\n", why);
  return 1;
}

/// Who we are in sACN, if it is sent at all: only then is there a file.
sacn::component_id sacn_id(const storage::config& settings) {
  if (!settings.sacn.enabled) return {};
  const auto kept = storage::keep_sacn_id(settings.data, random_id(), *storage::real_file_system());
  for (const auto& note : kept.notes) log::warn("storage", note);
  return kept.id;
}

} // namespace

int serve(const storage::config& settings, bool preview) {
  preview = preview && isatty(STDOUT_FILENO);
  // Log lines would run through the picture: only what can't wait is said.
  log::configure(preview ? std::max(log::level::error, as_level(settings.log.level))
                         : as_level(settings.log.level),
                 settings.log.format == storage::log_format::json ? log::format::json : log::format::text);
  prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0); // inherited by all threads: timers fire when they are due
  end_signals signals;

  if (const auto why = output_refusal(settings, net::interface_addresses()); !why.empty()) return refuse(why);

  auto stored = open_show(settings);
  if (!stored) return refuse(stored.error().message);

  // One for the process: outputs that look for nodes and inputs hear with it, and it is open only if any
  // does.
  artnet_listener_options artnet_port;
  artnet_port.port = settings.inputs.artnet_port;
  const auto artnet = artnet_listener::make(artnet_port);
  std::optional<artnet_responder> answering;
  if (answers_polls(settings)) answering.emplace(artnet, TROUPE_VERSION);

  server_process process{settings,
                         std::move(*stored),
                         outputs_of(settings, sacn_id(settings), artnet),
                         network_input_of(settings, artnet),
                         preview};
  int code = 0;
  if (const auto started = process.start(); !started) {
    code = refuse(started.error().message);
  } else {
    fmt::print("{}\n", process.listening_line());
    std::fflush(stdout);
    signals.wait();
    log::info("serve", "ending");
  }
  const watchdog bound{20s};
  process.stop();
  process.join();
  return process.gave_up() ? 1 : code;
}

} // namespace troupe::actors
