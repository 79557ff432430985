#include "actors/cli/serve_command.hpp"

#include "actors/system/serve.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>

extern char** environ;

namespace troupe::cli {

namespace {

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

int serve_as_told(const serve_flags& given) {
  std::optional<std::filesystem::path> file;
  if (given.config_file) file = *given.config_file;
  const auto settings = storage::load_config(file, variables(), given.flags);
  if (settings) return actors::serve(*settings, given.preview);
  for (const auto& one : settings.error()) fmt::print(stderr, "troupe: {}\n", storage::to_string(one));
  return 2;
}

} // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("serve", "Run a show: REST, WebSocket and Art-Net");
  const auto given = std::make_shared<serve_flags>();
  command->add_option("--config", given->config_file,
                      "Settings file (configs/troupe.yaml documents every key)");
  command->add_option("--port", given->flags.port, "TCP port; 0 picks one [3001]");
  command->add_option("--host", given->flags.host, "Address to listen on [localhost]");
  command->add_option("--data", given->flags.data, "Folder of the shows [data]");
  command->add_option("--show", given->flags.show, "The show to start with [default]");
  command->add_option("--artnet", given->flags.artnet, "Art-Net destination HOST[:PORT], or off [127.0.0.1]");
  command->add_flag("--preview", given->preview, "Draw the show in this terminal");
  command->footer("Examples:\n"
                  "  troupe serve\n"
                  "  troupe serve --data ~/shows --show arena --artnet 10.0.0.20\n"
                  "  HOST=0.0.0.0 troupe serve --config troupe.yaml\n"
                  "Environment: PORT HOST DATA_DIR SHOW ARTNET_ENABLED ARTNET_DESTINATION JOURNAL_URL; flags win.");
  command->callback([given, &exit_code] { exit_code = serve_as_told(*given); });
}

} // namespace troupe::cli
