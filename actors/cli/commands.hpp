#pragma once
// The command line as a whole.

#include "actors/cli/streams.hpp"

namespace CLI {
class App;
}

namespace troupe::cli {

/// Adds all subcommands but `serve` to the CLI11 app; sets `exit_code` when one ran. Both must outlive `app`.
void add_commands(CLI::App& app, int& exit_code, const streams& io);

/// Does what the command line says.
/// @returns the exit code of the process: 2 for a wrong command line
int run(int argc, char** argv);

} // namespace troupe::cli
