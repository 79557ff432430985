#include "actors/cli/new_command.hpp"

#include "actors/cli/shell_word.hpp"
#include "storage/show_files.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace troupe::cli {

namespace {

/// The models and, where asked for, the demo come with the first load.
result<void> make_show(const new_options& options) {
  auto files = storage::show_files::open(options.data);
  if (!files) {
    auto reason = std::move(files.error());
    if (reason.code == ec::storage_unavailable)
      reason.message += "\nA running server makes shows, too: POST /api/shows {\"name\": ...}";
    return tl::unexpected(std::move(reason));
  }
  if (options.demo) {
    const auto shows = files->shows();
    if (!shows) return tl::unexpected(shows.error());
    const auto same = [&](const storage::show_entry& show) { return show.name == options.name; };
    if (std::any_of(shows->begin(), shows->end(), same))
      return fail(ec::conflict, fmt::format("{} is there already", options.name));
    if (!storage::is_show_name(options.name)) return files->create_show(options.name); // it says why
  } else if (auto made = files->create_show(options.name); !made) {
    return made;
  }
  const auto loaded = files->load(options.name, options.demo);
  if (!loaded) return tl::unexpected(loaded.error());
  return {};
}

} // namespace

int run_new(const new_options& options, const streams& io) {
  if (const auto made = make_show(options); !made) return report(io, made.error());
  const auto data = shell_word(options.data);
  io.out << fmt::format("Made the {} {} in {}.\n\n"
                        "Next:\n"
                        "  troupe serve --data {} --show {}\n"
                        "      runs it; the console is then at http://127.0.0.1:3001\n"
                        "  troupe watch\n"
                        "      shows in this terminal what a running server does\n"
                        "  troupe check {} --show {}\n"
                        "      finds mistakes in files edited by hand\n",
                        options.demo ? "demo show" : "empty show", options.name,
                        (std::filesystem::path(options.data) / options.name).string(), data, options.name,
                        data, options.name);
  return exit_ok;
}

void add_new_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<new_options>();
  auto* command = app.add_subcommand("new", "Make a new show");
  command->add_option("name", options->name, "Letters, digits, dots, dashes and underscores")
      ->type_name("NAME")
      ->required();
  command->add_option("--data", options->data, "The data folder; made if missing")
      ->type_name("DIR")
      ->envname("DATA_DIR")
      ->capture_default_str();
  command->add_flag("--demo", options->demo, "Four fixtures, faders, buttons and a graph that pulses");
  command->footer("Examples:\n"
                  "  troupe new tour                      an empty show in data/tour\n"
                  "  troupe new first-steps --demo        one with something to see\n"
                  "  troupe new tour --data /srv/shows    in another data folder");
  command->callback([options, io, &exit_code] { exit_code = run_new(*options, io); });
}

} // namespace troupe::cli
