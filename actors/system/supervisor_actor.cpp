#include "actors/system/supervisor_actor.hpp"

#include "actors/client/frame_hub_actor.hpp"
#include "actors/console/console_preview_actor.hpp"
#include "actors/input/input_state_actor.hpp"
#include "actors/run/run_recorder_actor.hpp"
#include "actors/show/archivist_actor.hpp"
#include "actors/show/file_keeper_actor.hpp"
#include "actors/show/graph_compiler_actor.hpp"
#include "actors/show/journal_actor.hpp"
#include "actors/show/show_store_actor.hpp"
#include "actors/stage/stage_actor.hpp"
#include "actors/system/log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;
using pointer = supervisor_actor::stateful_pointer<supervisor_state>;

constexpr std::size_t restart_budget = 5;
constexpr auto budget_window = 10s;
constexpr auto start_timeout = 60s;
constexpr auto settle_timeout = 5s;
constexpr auto files_timeout = 5s;
constexpr auto dark_timeout = 2s;

const char* name_of(const artnet_output_options&) {
  return artnet_output_state::name;
}
const char* name_of(const sacn_output_options&) {
  return sacn_output_state::name;
}
const char* name_of(const output_options& any) {
  return std::visit([](const auto& one) { return name_of(one); }, any);
}

/// The cast as the supervisor sees it; lives in its handlers only.
class theatre {
 public:
  explicit theatre(pointer self) : self_(self), st_(port::state(self)) {}

  void open() {
    spawn_journal();
    spawn_archivist();
    spawn_file_keeper();
    spawn_store();
    st_.parts.graph_compiler = self_->spawn<caf::monitored>(graph_compiler, st_.options.rig);
    spawn_input_state();
    if (st_.options.network) spawn_network_input();
    spawn_stages();
    st_.parts.frame_hub = self_->spawn<caf::monitored>(frame_hub);
    for (const auto& one : st_.options.outputs) st_.parts.outputs.push_back(spawn_output(one));
    st_.parts.lanes = st_.options.lanes;
    st_.parts.metrics = st_.options.metrics;
    if (st_.options.preview) spawn_preview();
    if (st_.options.recording) spawn_run_recorder();
    spawn_ticker();
    tell_cast();
  }

  void fallen(const caf::down_msg& down) {
    const auto name = restart(down.source);
    if (name.empty() || st_.stopping) return;
    log::error("supervisor",
               name + " failed (" + port::render(self_->system(), down.reason) + "), restarted");
    const auto now = self_->clock().now();
    st_.falls.push_back(now);
    std::erase_if(st_.falls, [now](auto at) { return at + budget_window < now; });
    if (st_.falls.size() > restart_budget) {
      st_.options.give_up(name + " keeps failing");
      return;
    }
    tell_cast();
  }

  /// The order of the end: what is decided goes to disk, the outputs go dark, the rest is let go.
  void close(port::void_promise done) {
    st_.stopping = true;
    self_->send_exit(st_.parts.ticker, caf::exit_reason::user_shutdown);
    self_->request(st_.parts.show_store, settle_timeout, stop_atom_v)
        .then([this_ = *this, done]() mutable { this_.write_files(done); },
              [this_ = *this, done](const caf::error&) mutable {
                log::error("supervisor", "the last changes of run state could not be saved");
                this_.write_files(done);
              });
  }

 private:
  void write_files(port::void_promise done) {
    self_->request(st_.parts.file_keeper, files_timeout, stop_atom_v)
        .then([this_ = *this, done]() mutable { this_.darken(done); },
              [this_ = *this, done](const caf::error&) mutable {
                log::error("supervisor", "the show files lag behind the journal; the next start mends that");
                this_.darken(done);
              });
  }

  void darken(port::void_promise done) {
    auto missing = std::make_shared<std::size_t>(st_.parts.outputs.size());
    auto next = [this_ = *this, done, missing]() mutable {
      if (*missing > 0 && --*missing > 0) return;
      this_.release();
      port::fulfil(done);
      this_.self_->quit();
    };
    if (*missing == 0) return next();
    for (const auto& output : st_.parts.outputs)
      self_->request(output, dark_timeout, go_dark{}).then(next, [next](const caf::error&) mutable {
        next();
      });
  }

  void release() {
    const auto& who = st_.parts;
    auto leave = [this](const auto& one) { self_->send_exit(one, caf::exit_reason::user_shutdown); };
    for (const auto& one : who.outputs) leave(one);
    for (const auto& one : who.stages) leave(one);
    if (who.network_input) leave(who.network_input);
    leave(who.input_state);
    leave(who.graph_compiler);
    leave(who.show_store);
    leave(who.frame_hub);
    leave(who.journal);
    leave(who.archivist);
    leave(who.file_keeper);
    if (who.console_preview) leave(who.console_preview);
    if (who.run_recorder) leave(who.run_recorder);
    st_.parts = cast{};
  }

  void tell_cast() {
    st_.options.ticker_is(st_.parts.ticker);
    const cast_change change{std::make_shared<const cast>(st_.parts)};
    const auto& who = st_.parts;
    // Those behind first, so that nobody is sent anything before knowing where it goes.
    for (const auto& one : who.lanes) self_->send(one, change);
    self_->send(who.file_keeper, change);
    self_->send(who.archivist, change);
    self_->send(who.journal, change);
    if (who.run_recorder) self_->send(who.run_recorder, change);
    self_->send(who.frame_hub, change);
    for (const auto& one : who.stages) self_->send(one, change);
    self_->send(who.input_state, change);
    if (who.network_input) self_->send(who.network_input, change);
    self_->send(who.graph_compiler, change);
    self_->send(who.show_store, change);
    self_->send(who.ticker, change);
    if (who.console_preview) self_->send(who.console_preview, change);
  }

  template <class Fun, class... Args>
  auto spawn_apart(Fun fun, Args&&... args) {
    return st_.options.detach ? self_->spawn<caf::monitored + caf::detached>(fun, std::forward<Args>(args)...)
                              : self_->spawn<caf::monitored>(fun, std::forward<Args>(args)...);
  }

  void spawn_archivist() {
    st_.parts.archivist =
        spawn_apart(archivist, archivist_options{st_.options.archive->reader(), st_.options.published});
  }

  void spawn_journal() { st_.parts.journal = spawn_apart(journal, st_.options.archive); }

  void spawn_file_keeper() {
    st_.parts.file_keeper =
        spawn_apart(file_keeper, file_keeper_options{st_.options.files, st_.options.files_standing});
  }

  void spawn_store() {
    show_store_options made;
    made.show = st_.show;
    made.loaded = std::exchange(st_.options.loaded, nullptr);
    made.rules = st_.options.rules;
    made.new_correlation = st_.options.new_correlation;
    made.published = st_.options.published;
    st_.parts.show_store = self_->spawn<caf::monitored>(show_store, std::move(made));
  }

  void spawn_network_input() {
    st_.parts.network_input = self_->spawn<caf::monitored>(network_input, *st_.options.network);
  }
  void spawn_stages() {
    st_.parts.stages.clear();
    for (std::uint16_t part = 0; part < std::max<std::size_t>(st_.options.rig.parts, 1); ++part)
      st_.parts.stages.push_back(spawn_apart(stage, part, realtime()));
  }

  /// They all begin anew, or what is uniform would differ between them.
  const char* replace_stages() {
    for (const auto& one : st_.parts.stages) self_->send_exit(one, caf::exit_reason::user_shutdown);
    spawn_stages();
    return "stage";
  }
  output_actor spawn_one(const artnet_output_options& one) { return spawn_apart(artnet_output, one); }
  output_actor spawn_one(const sacn_output_options& one) { return spawn_apart(sacn_output, one); }
  output_actor spawn_output(const output_options& any) {
    return std::visit([this](const auto& one) { return spawn_one(one); }, any);
  }
  void spawn_preview() {
    st_.parts.console_preview =
        spawn_apart(console_preview, st_.options.published, st_.options.ticker.gauges);
  }
  void spawn_run_recorder() {
    st_.parts.run_gate = st_.options.recording_gate;
    st_.parts.run_recorder = spawn_apart(run_recorder, st_.options.recording);
  }
  bool realtime() const { return st_.options.realtime && st_.options.detach; }
  // These two begin every tick: among the others they would wait for a worker.
  void spawn_ticker() {
    auto options = st_.options.ticker;
    options.realtime = realtime();
    st_.parts.ticker = spawn_apart(ticker, std::move(options));
  }
  void spawn_input_state() { st_.parts.input_state = spawn_apart(input_state, realtime()); }

  /// @returns the name of who was restarted; empty if it was nobody of the cast
  std::string restart(const caf::actor_addr& fallen) {
    if (st_.stopping) return {};
    auto& who = st_.parts;
    if (who.ticker.address() == fallen) return spawn_ticker(), "ticker";
    if (who.input_state.address() == fallen) return spawn_input_state(), "input_state";
    if (who.network_input && who.network_input.address() == fallen)
      return spawn_network_input(), "network_input";
    if (who.graph_compiler.address() == fallen) {
      who.graph_compiler = self_->spawn<caf::monitored>(graph_compiler, st_.options.rig);
      return "graph_compiler";
    }
    if (who.show_store.address() == fallen) {
      st_.show = st_.options.published->now()->state.show();
      return spawn_store(), "show_store";
    }
    if (who.journal.address() == fallen) return spawn_journal(), "journal";
    if (who.archivist.address() == fallen) return spawn_archivist(), "archivist";
    if (who.file_keeper.address() == fallen) return spawn_file_keeper(), "file_keeper";
    if (who.frame_hub.address() == fallen)
      return who.frame_hub = self_->spawn<caf::monitored>(frame_hub), "frame_hub";
    if (who.console_preview && who.console_preview.address() == fallen)
      return spawn_preview(), "console_preview";
    if (who.run_recorder && who.run_recorder.address() == fallen) return spawn_run_recorder(), "run_recorder";
    for (const auto& one : who.stages)
      if (one.address() == fallen) return replace_stages();
    for (std::size_t i = 0; i < who.outputs.size(); ++i)
      if (who.outputs[i].address() == fallen)
        return who.outputs[i] = spawn_output(st_.options.outputs[i]), name_of(st_.options.outputs[i]);
    return {};
  }

  pointer self_;
  supervisor_state& st_;
};

} // namespace

supervisor_actor::behavior_type supervisor(pointer self, supervisor_options options) {
  auto& st = port::state(self);
  if (options.loaded) st.show = options.loaded->state.show();
  st.options = std::move(options);
  self->set_down_handler([self](const caf::down_msg& down) { theatre{self}.fallen(down); });
  theatre{self}.open();
  return {
      [self](ready_atom) -> caf::result<void> {
        auto promise = port::promise_nothing(self);
        self->request(port::state(self).parts.show_store, start_timeout, stop_atom_v)
            .then([promise]() mutable { port::fulfil(promise); },
                  [promise](const caf::error& reason) mutable { promise.deliver(reason); });
        return promise;
      },
      [self](stop_atom) -> caf::result<void> {
        auto promise = port::promise_nothing(self);
        theatre{self}.close(promise);
        return promise;
      },
  };
}

} // namespace troupe::actors
