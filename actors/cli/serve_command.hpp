#pragma once
// `troupe serve`: run a show until it is told to end.

namespace CLI {
class App;
}

namespace troupe::cli {

/// Adds the subcommand. It puts what serving ended with into `exit_code`: 2 for wrong settings, which it says on
/// standard error; else that of actors::serve().
void add_serve_command(CLI::App& app, int& exit_code);

} // namespace troupe::cli
