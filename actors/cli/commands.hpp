#pragma once
// The subcommands of the binary besides `serve`.

#include "actors/cli/streams.hpp"

namespace CLI {
class App;
}

namespace troupe::cli {

/// Adds all subcommands but `serve` to the CLI11 app; sets `exit_code` when one ran. Both must outlive `app`.
void add_commands(CLI::App& app, int& exit_code);

/// The same with other streams, for tests.
void add_commands(CLI::App& app, int& exit_code, const streams& io);

} // namespace troupe::cli
