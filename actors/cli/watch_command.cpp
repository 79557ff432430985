#include "actors/cli/watch_command.hpp"

#include "actors/console/console_view.hpp"
#include "actors/console/server_feed.hpp"
#include "actors/console/stop_signals.hpp"
#include "actors/console/terminal.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <unistd.h>

namespace troupe::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::optional<std::string> environment_variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

console::console_model::time now_ns() {
  return steady_clock::now().time_since_epoch();
}

/// A watcher is one server, its picture, and the wish to go on.
struct watcher {
  explicit watcher(console::server_address where) : feed(std::move(where), model) {}

  console::console_model model;
  console::server_feed feed;
  console::stop_signals signals;
};

int watch_once(watcher& it, const streams& io) {
  constexpr milliseconds patience{5000};
  if (const auto made = it.feed.connect(); !made) {
    report(io, made.error());
    return exit_failed;
  }
  const auto until = steady_clock::now() + patience;
  while (!it.feed.complete() && it.feed.connected() && !it.signals.asked() && steady_clock::now() < until)
    if (const auto fine = it.feed.run_for(milliseconds{20}); !fine) return report(io, fine.error());
  it.feed.settle();
  if (!it.feed.complete()) {
    io.err << fmt::format("troupe: {} didn't tell enough within {} s\n", it.model.connection().where,
                          patience.count() / 1000);
    return exit_failed;
  }
  io.out << draw_plain(it.model, now_ns()) << std::flush;
  return exit_ok;
}

int watch_plain(watcher& it, const streams& io) {
  constexpr milliseconds interval{1000};
  while (!it.signals.asked() && io.out) {
    for (auto next = steady_clock::now() + interval; !it.signals.asked() && steady_clock::now() < next;)
      if (const auto fine = it.feed.run_for(milliseconds{100}); !fine) return report(io, fine.error());
    if (it.signals.asked()) break;
    it.feed.settle();
    io.out << draw_plain(it.model, now_ns()) << '\n' << std::flush;
  }
  return io.out ? exit_ok : exit_failed;
}

/// @returns what ended it
result<void> draw_until_stopped(watcher& it, double fps, int descriptor) {
  const auto depth = console::depth_from(environment_variable);
  const milliseconds interval{static_cast<int>(1000.0 / fps)};
  console::terminal screen(descriptor);
  while (!it.signals.asked()) {
    it.feed.settle();
    if (!screen.show(draw(it.model, screen.size(), depth, now_ns()))) break;
    if (auto fine = it.feed.run_for(interval); !fine) return fine;
  }
  return {};
}

} // namespace

int run_watch(const watch_options& options, const streams& io, int terminal_descriptor) {
  if (!(options.fps >= 1 && options.fps <= 60))
    return report(io, {ec::validation_error, "--fps is 1 to 60", {}});
  auto where = console::server_address_of(options.url, options.token);
  if (!where) return report(io, where.error());
  watcher it(std::move(*where));
  if (options.once) return watch_once(it, io);
  if (!console::terminal::is_terminal(terminal_descriptor)) return watch_plain(it, io);
  const auto ended = draw_until_stopped(it, options.fps, terminal_descriptor);
  return ended ? exit_ok : report(io, ended.error()); // said when the screen is back
}

void add_watch_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<watch_options>();
  auto* command = app.add_subcommand("watch", "See in the terminal what a running server does");
  command->add_option("--url", options->url, "The server")->capture_default_str();
  command->add_option("--token", options->token, "If the server wants one")->envname("TROUPE_TOKEN");
  command->add_flag("--once", options->once, "Print the present state as text, and end");
  command->add_option("--fps", options->fps, "How often the screen is drawn, 1 to 60")->capture_default_str();
  command->footer("Shows every fixture with its colour, intensity and position, and how the ticks go. Comes\n"
                  "back by itself when the server was away. Where the output is no terminal, prints plain\n"
                  "text once a second. Honours NO_COLOR and COLORTERM. Ctrl-C ends it.\n\n"
                  "Examples:\n"
                  "  troupe watch                                   the server on this computer\n"
                  "  troupe watch --url http://desk:3001 --token $TOKEN\n"
                  "  troupe watch --once | grep front-left");
  command->callback([options, io, &exit_code] { exit_code = run_watch(*options, io, STDOUT_FILENO); });
}

} // namespace troupe::cli
