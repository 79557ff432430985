#pragma once
// `troupe watch`: what a running server does, live in the terminal.

#include "actors/cli/streams.hpp"

#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

struct watch_options {
  std::string url = "http://127.0.0.1:3001";
  std::string token;
  bool once = false;
  double fps = 20; ///< how often the screen is drawn, 1 to 60
};

/// Draws on `terminal_descriptor` if that is a terminal and `once` isn't wanted; else prints plain text to
/// `io.out`, one block per second or one in all. Runs until it is asked to stop.
int run_watch(const watch_options& options, const streams& io, int terminal_descriptor);

void add_watch_command(CLI::App& app, const streams& io, int& exit_code);

} // namespace troupe::cli
