#include "actors/cli/commands.hpp"

#include "actors/cli/backup_command.hpp"
#include "actors/cli/check_command.hpp"
#include "actors/cli/export_command.hpp"
#include "actors/cli/new_command.hpp"
#include "actors/cli/nodes_command.hpp"
#include "actors/cli/recover_command.hpp"
#include "actors/cli/render_command.hpp"
#include "actors/cli/replay_command.hpp"
#include "actors/cli/serve_command.hpp"
#include "actors/cli/verify_command.hpp"
#include "actors/cli/watch_command.hpp"

#include <CLI/CLI.hpp>
#include <exception>
#include <fmt/format.h>
#include <iostream>

namespace troupe::cli {

void add_commands(CLI::App& app, int& exit_code, const streams& io) {
  add_watch_command(app, io, exit_code);
  add_check_command(app, io, exit_code);
  add_render_command(app, io, exit_code);
  add_replay_command(app, io, exit_code);
  add_new_command(app, io, exit_code);
  add_nodes_command(app, io, exit_code);
  add_verify_command(app, io, exit_code);
  add_recover_command(app, io, exit_code);
  add_backup_command(app, io, exit_code);
  add_restore_command(app, io, exit_code);
  add_export_command(app, io, exit_code);
  add_import_command(app, io, exit_code);
}

int run(int argc, char** argv) {
  CLI::App app{"Troupe: an actor-model real-time runtime for live shows"};
  app.set_version_flag("--version", "troupe " TROUPE_VERSION);
  app.require_subcommand(1);
  app.option_defaults()->take_last(); // a script may append what it wants otherwise
  app.footer("Examples:\n"
             "  troupe serve                    run the demo show on http://127.0.0.1:3001\n"
             "  troupe watch                    look at a running server in the terminal\n"
             "  troupe check data               find what is wrong with shows on disk\n"
             "  troupe backup data copy         copy journal and shows, also while they run\n"
             "`troupe COMMAND --help` tells more.");
  int exit_code = 0;
  add_serve_command(app, exit_code);
  add_commands(app, exit_code, {std::cout, std::cerr});
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  } catch (const std::exception& failure) {
    fmt::print(stderr, "troupe: {}\n", failure.what());
    return 1;
  }
  return exit_code;
}

} // namespace troupe::cli
