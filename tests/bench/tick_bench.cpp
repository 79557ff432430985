// How late a tick is on its way: a bare thread that sleeps to absolute deadlines, beside the clock of a show
// and the DMX that its cast makes of every deadline. All in one process at the same time. Prints figures;
// judges nothing.
//
//   bench_tick [ticks, default 600]

#include "actors/client/frame_hub_actor.hpp"
#include "actors/input/input_state_actor.hpp"
#include "actors/show/compile_book.hpp"
#include "actors/stage/stage_actor.hpp"
#include "actors/system/clock_source.hpp"
#include "actors/system/ticker_actor.hpp"
#include "protocol/entity_codec.hpp"
#include "tests/bench/bare_clock.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <thread>
#include <vector>

namespace {

using namespace troupe;
using actors::steady_now_ns;
using bench::latenesses;
namespace json = boost::json;

constexpr std::int64_t micro_hz = 60'000'000;
constexpr std::int64_t period_ns = 1'000'000'000 / 60;

// -- the show
// --------------------------------------------------------------------------------------------------

void put(show_state& show, entity_kind kind, std::string id, const json::object& members) {
  auto made = parse_entity(kind, std::move(id), 1, members, entity_source::network);
  if (!made) throw std::logic_error(made.error().message);
  show.put(*made);
}

json::object node(const char* id, const char* type, json::object params = {}) {
  return {{"id", id}, {"type", type}, {"position", {{"x", 0}, {"y", 0}}}, {"params", std::move(params)}};
}

json::object edge(const char* id, const char* from, const char* from_port, const char* to,
                  const char* to_port) {
  return {{"id", id},
          {"from", {{"nodeId", from}, {"port", from_port}}},
          {"to", {{"nodeId", to}, {"port", to_port}}}};
}

/// An oscillator mixes and dims two colours for a group.
json::object graph_of(int g) {
  json::array nodes{
      node("lfo", "SineLFO", {{"frequency", 0.2 + g % 10 * 0.1}, {"phase", g % 16 / 16.0}, {"speed", 1}}),
      node("map", "MapRange", {{"inMin", 0}, {"inMax", 1}, {"outMin", 0.1}, {"outMax", 1}}),
      node("cl", "Clamp01"),
      node("ca", "ColorConstant", {{"r", 1}, {"g", 0.2}, {"b", g % 7 / 7.0}}),
      node("cb", "ColorConstant", {{"r", 0.1}, {"g", 0.8}, {"b", 1}}),
      node("mix", "MixColor"),
      node("sc", "ScaleColor"),
      node("sel", "SelectGroup", {{"groupIds", json::array{fmt::format("grp-{}", g)}}}),
      node("out", "WriteAttributes", {{"priority", g % 100}})};
  json::array edges{
      edge("e1", "lfo", "value", "map", "value"), edge("e2", "map", "result", "cl", "value"),
      edge("e3", "ca", "color", "mix", "a"),      edge("e4", "cb", "color", "mix", "b"),
      edge("e5", "cl", "result", "mix", "mix"),   edge("e6", "mix", "result", "sc", "color"),
      edge("e7", "cl", "result", "sc", "scale"),  edge("e8", "sel", "selection", "out", "selection"),
      edge("e9", "sc", "result", "out", "bundle")};
  return {{"name", "wave"}, {"nodes", std::move(nodes)}, {"edges", std::move(edges)}, {"enabled", true}};
}

/// Fixtures of four channels, patched one behind the other, shared out among the graphs.
show_state make_show(int fixtures, int graphs) {
  constexpr int footprint = 4, fit = 512 / footprint;
  show_state show{"bench"};
  put(show, entity_kind::model, "rgbw",
      {{"brand", "Generic"},
       {"model", "RGBW"},
       {"channels", {{"red", 1}, {"green", 2}, {"blue", 3}, {"white", 4}}}});
  const auto fixture_id = [](int i) { return fmt::format("fx-{:05}", i); };
  for (int i = 0; i < fixtures; ++i)
    put(show, entity_kind::fixture, fixture_id(i),
        {{"name", "fixture"},
         {"modelId", "rgbw"},
         {"universe", i / fit},
         {"startChannel", i % fit * footprint + 1}});
  for (int g = 0; g < graphs; ++g) {
    json::array members;
    for (int i = g * fixtures / graphs; i < (g + 1) * fixtures / graphs; ++i)
      members.emplace_back(fixture_id(i));
    put(show, entity_kind::group, fmt::format("grp-{}", g),
        {{"name", "group"}, {"fixtureIds", std::move(members)}});
    put(show, entity_kind::graph, fmt::format("gr-{}", g), graph_of(g));
  }
  return show;
}

// -- the cast
// --------------------------------------------------------------------------------------------------

struct probe_state {
  static constexpr const char* name = "probe";
  probe_state() {}
};

/// An output that only looks at the clock. @param done called once, when there is enough
output_actor::behavior_type probe(output_actor::stateful_pointer<probe_state> self, latenesses* into,
                                  std::function<void()> done) {
  return {
      [into, done](const universes_made& made) {
        const bool before = into->full();
        into->add(steady_now_ns() - made.dmx->time.deadline_ns);
        if (into->full() && !before) done();
      },
      [self](go_dark) { self->quit(); },
      [](ask_output_report) { return output_report{}; },
      [](keep_alive_atom) {},
  };
}

struct bench_config : caf::actor_system_config {
  bench_config() {
    port::register_types<caf::id_block::troupe_types>(*this);
    port::set_scheduler(*this, "sharing", std::max(2U, std::thread::hardware_concurrency()),
                        30); // as a server's
  }
};

struct figures {
  explicit figures(std::size_t ticks) : bare(ticks), clock(ticks), dmx(ticks) {}
  latenesses bare, clock, dmx;
  std::uint64_t skipped = 0;
  bool realtime = false;
};

/// A server's way of a tick, from the clock to an output; without disk and clients.
class theatre {
 public:
  theatre(const show_state& show, figures& found) : found_(found) {
    clock_ = std::make_shared<actors::tick_clock>();
    actors::ticker_options options;
    options.clock = clock_;
    options.gauges = std::make_shared<actors::runtime_gauges>();
    options.now_ns = steady_now_ns;
    options.set_rate = [](std::int64_t) {};
    parts_.input_state = system_.spawn(actors::input_state, false);
    parts_.stages = {system_.spawn<caf::detached>(actors::stage, std::uint16_t{0}, false)};
    parts_.frame_hub = system_.spawn(actors::frame_hub);
    parts_.outputs = {system_.spawn<caf::detached>(probe, &found.dmx,
                                                   std::function<void()>([this] { enough_.set_value(); }))};
    parts_.ticker = system_.spawn(actors::ticker, options);
    tell_cast();
    install(show);
  }

  /// Plays until all that is wanted has been measured, then ends the cast.
  void play() {
    {
      actors::clock_source source{micro_hz, true, [this](std::int64_t deadline) {
                                    found_.clock.add(steady_now_ns() - deadline);
                                    caf::anon_send(parts_.ticker, due{deadline});
                                  }};
      found_.realtime = source.realtime();
      const bench::bare_clock bare{found_.bare, period_ns};
      enough_.get_future().wait();
    }
    found_.skipped = clock_->skipped();
    leave();
  }

 private:
  void tell_cast() {
    const cast_change change{std::make_shared<const cast>(parts_)};
    caf::anon_send(parts_.frame_hub, change);
    caf::anon_send(parts_.stages.front(), change);
    caf::anon_send(parts_.input_state, change);
    caf::anon_send(parts_.ticker, change);
  }

  void install(const show_state& show) {
    actors::compile_book book{{}};
    caf::anon_send(parts_.input_state, std::make_shared<const show_update>(book.load(show, false)));
    show.each(entity_kind::graph, [&](const record_ptr& one) {
      const auto* outcome = book.result_of(one->id);
      if (!outcome || !outcome->ok) throw std::logic_error("graph " + one->id + " doesn't compile");
    });
  }

  void leave() {
    for (const auto& one : parts_.outputs) caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    for (const auto& one : parts_.stages) caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(parts_.ticker, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(parts_.input_state, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(parts_.frame_hub, caf::exit_reason::user_shutdown);
    parts_ = cast{};
    system_.await_all_actors_done(); // only then may anyone read what the probe wrote
  }

  figures& found_;
  std::promise<void> enough_;
  bench_config config_;
  caf::actor_system system_{config_};
  std::shared_ptr<actors::tick_clock> clock_;
  cast parts_;
};

// -- the table
// -------------------------------------------------------------------------------------------------

void print(const char* what, const latenesses& one, const latenesses& bare) {
  const auto p50 = one.quantile_us(0.5), p99 = one.quantile_us(0.99), max = one.quantile_us(1);
  std::printf("  %-28s %9.1f %9.1f %9.1f %9.2f %9.2f %9.2f\n", what, p50, p99, max,
              p50 / bare.quantile_us(0.5), p99 / bare.quantile_us(0.99), max / bare.quantile_us(1));
}

void measure(int fixtures, int graphs, std::size_t ticks) {
  figures found{ticks};
  theatre{make_show(fixtures, graphs), found}.play();
  std::printf("%d fixtures, %d graphs: %zu ticks at 60 Hz, %llu skipped, %s\n", fixtures, graphs, ticks,
              static_cast<unsigned long long>(found.skipped),
              found.realtime ? "SCHED_FIFO" : "without real-time priority");
  std::printf("  %-28s %9s %9s %9s %29s\n", "us after the deadline", "p50", "p99", "max",
              "ratio to the bare clock");
  print("bare clock_nanosleep", found.bare, found.bare);
  print("clock_source", found.clock, found.bare);
  print("DMX at the output", found.dmx, found.bare);
}

} // namespace

int main(int argc, char** argv) {
  try {
    const std::size_t ticks = argc > 1 ? std::max(1UL, std::strtoul(argv[1], nullptr, 10)) : 600;
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0); // as in a server: inherited by all threads
    measure(100, 10, ticks);
    measure(8'000, 100, ticks);
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench_tick: %s\n", problem.what());
    return 1;
  }
}
