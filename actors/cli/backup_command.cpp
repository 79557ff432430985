#include "actors/cli/backup_command.hpp"

#include "actors/cli/journal_place.hpp"
#include "actors/cli/shell_word.hpp"
#include "storage/data_copy.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace troupe::cli {

namespace {

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

} // namespace

int run_backup(const backup_options& options, const streams& io) {
  const auto made = storage::backup_data(journal_in(options.data), options.target);
  if (!made) return report(io, made.error());
  io.out << fmt::format("Backed up {} to {}: {}, {} of shows.\n", options.data, options.target,
                        journal_summary(made->report), number_of(made->files, "file", "files"));
  if (made->report.intact()) return exit_ok;
  io.err << "troupe: the journal in the backup is damaged, as the original is:\n"
         << damage_lines(made->report) << "See troupe verify and troupe recover\n";
  return exit_failed;
}

int run_restore(const restore_options& options, const streams& io) {
  const auto data = without_slash(options.data);
  const auto aside = options.replace ? fmt::format("{}.before-restore-{}", data, stamp_of_now()) : "";
  const auto done = storage::restore_data(journal_in(options.backup), data, aside);
  if (!done) {
    auto reason = done.error();
    if (reason.code == ec::conflict)
      reason.message += "\nWith --replace it is kept beside it, and the backup takes its place";
    return report(io, reason);
  }
  io.out << fmt::format("Restored {} from {}: {}.\n", data, options.backup, journal_summary(done->report));
  if (!done->put_aside.empty())
    io.out << fmt::format("What was there is in {} now.\n", done->put_aside.string());
  return exit_ok;
}

void add_backup_command(CLI::App& app, const streams& io, int& exit_code) {
  struct words {
    std::string first, second;
  };
  auto given = std::make_shared<words>();
  auto* command = app.add_subcommand("backup", "Copy journal and show files, also while a server runs");
  command->add_option("data", given->first, "The data folder; may be left out, then DATA_DIR or data")
      ->type_name("DIR")
      ->required();
  command->add_option("target", given->second, "A folder that isn't there yet, best on another disk")
      ->type_name("TARGET");
  command->footer("The copy is of one moment, and verified. It holds the key that signs the journal, so keep "
                  "it as safe as\n"
                  "the original. Run logs aren't in it.\n\n"
                  "Exit code: 0 if it is whole, 1 if it couldn't be made or the journal is damaged, 2 "
                  "without a journal.\n\n"
                  "Examples:\n"
                  "  troupe backup /mnt/stick/tour                     of the folder in DATA_DIR, or ./data\n"
                  "  troupe backup /var/lib/troupe /mnt/backup/$(date +%F)");
  command->callback([given, io, &exit_code] {
    const bool both = !given->second.empty();
    exit_code =
        run_backup({both ? given->first : usual_data_folder(), both ? given->second : given->first}, io);
  });
}

void add_restore_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<restore_options>();
  auto* command = app.add_subcommand("restore", "Make a data folder of a backup");
  command->add_option("backup", options->backup, "What troupe backup made")->type_name("BACKUP")->required();
  command->add_option("data", options->data, "The data folder: empty, or not there yet")
      ->type_name("DIR")
      ->required();
  command->add_flag("--replace", options->replace, "Put a folder that holds something aside");
  command->footer("The backup is verified first. No server may use the folder meanwhile.\n\n"
                  "Exit code: 0 if it is done, 1 if it can't be, 2 if there is no backup.\n\n"
                  "Examples:\n"
                  "  troupe restore /mnt/backup/monday data\n"
                  "  troupe restore /mnt/backup/monday /var/lib/troupe --replace");
  command->callback([options, io, &exit_code] { exit_code = run_restore(*options, io); });
}

} // namespace troupe::cli
