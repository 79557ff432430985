// The program: `troupe serve` and the commands around it.

#include "actors/cli/commands.hpp"
#include "actors/system/serve.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <optional>
#include <string>

extern char** environ;

namespace {

using namespace troupe;

storage::environment variables() {
  storage::environment found;
  for (char** at = environ; *at; ++at) {
    const std::string_view line{*at};
    if (const auto split = line.find('='); split != std::string_view::npos)
      found.emplace(line.substr(0, split), line.substr(split + 1));
  }
  return found;
}

struct serve_flags {
  std::optional<std::string> config_file;
  storage::config_flags flags;
  bool preview = false;
};

void add_serve(CLI::App& app, serve_flags& given, int& exit_code) {
  auto* command = app.add_subcommand("serve", "Run a show: REST, WebSocket and Art-Net");
  command->add_option("--config", given.config_file,
                      "Settings file (configs/troupe.yaml documents every key)");
  command->add_option("--port", given.flags.port, "TCP port; 0 picks one [3001]");
  command->add_option("--host", given.flags.host, "Address to listen on [localhost]");
  command->add_option("--data", given.flags.data, "Folder of the shows [data]");
  command->add_option("--show", given.flags.show, "The show to start with [default]");
  command->add_option("--artnet", given.flags.artnet, "Art-Net destination HOST[:PORT], or off [127.0.0.1]");
  command->add_flag("--preview", given.preview, "Draw the show in this terminal");
  command->footer("Examples:\n"
                  "  troupe serve\n"
                  "  troupe serve --data ~/shows --show arena --artnet 10.0.0.20\n"
                  "  HOST=0.0.0.0 troupe serve --config troupe.yaml\n"
                  "Environment: PORT HOST DATA_DIR SHOW ARTNET_ENABLED ARTNET_DESTINATION; flags win.");
  command->callback([&given, &exit_code] {
    std::optional<std::filesystem::path> file;
    if (given.config_file) file = *given.config_file;
    const auto settings = storage::load_config(file, variables(), given.flags);
    if (!settings) {
      for (const auto& one : settings.error()) fmt::print(stderr, "troupe: {}\n", storage::to_string(one));
      exit_code = 2;
      return;
    }
    exit_code = actors::serve(*settings, given.preview);
  });
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Troupe: an actor-model real-time runtime for live shows"};
  app.set_version_flag("--version", "troupe " TROUPE_VERSION);
  app.require_subcommand(1);
  app.option_defaults()->take_last(); // a script may append what it wants otherwise
  app.footer("Examples:\n"
             "  troupe serve                    run the demo show on http://127.0.0.1:3001\n"
             "  troupe watch                    look at a running server in the terminal\n"
             "  troupe check data               find what is wrong with shows on disk\n"
             "`troupe COMMAND --help` tells more.");
  int exit_code = 0;
  serve_flags given;
  add_serve(app, given, exit_code);
  cli::add_commands(app, exit_code);
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
