#include "actors/cli/commands.hpp"

#include "actors/cli/check_command.hpp"
#include "actors/cli/new_command.hpp"
#include "actors/cli/nodes_command.hpp"
#include "actors/cli/render_command.hpp"
#include "actors/cli/watch_command.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace troupe::cli {

void add_commands(CLI::App& app, int& exit_code) {
  add_commands(app, exit_code, {std::cout, std::cerr});
}

void add_commands(CLI::App& app, int& exit_code, const streams& io) {
  add_watch_command(app, io, exit_code);
  add_check_command(app, io, exit_code);
  add_render_command(app, io, exit_code);
  add_new_command(app, io, exit_code);
  add_nodes_command(app, io, exit_code);
}

} // namespace troupe::cli
