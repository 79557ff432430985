#include "actors/cli/recover_command.hpp"

#include "actors/cli/journal_place.hpp"
#include "actors/cli/shell_word.hpp"
#include "actors/system/system_sources.hpp"
#include "storage/data_copy.hpp"
#include "storage/journal/mend_journal.hpp"
#include "storage/journal/verify_journal.hpp"
#include "storage/rewrite_shows.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace troupe::cli {

namespace {

/// Events that are named one by one; the copy has all of them.
constexpr std::size_t most_dropped_lines = 20;

result<storage::show_files> hold(const std::string& data) {
  std::error_code code;
  if (!std::filesystem::exists(std::filesystem::path(data) / ".troupe/journal.sqlite", code))
    return not_found("journal", (std::filesystem::path(data) / ".troupe/journal.sqlite").string());
  auto files = storage::show_files::open(data);
  if (!files) return fail(files.error().code, files.error().message + "\nStop it first");
  return files;
}

class recovery {
 public:
  recovery(const recover_options& options, storage::show_files& files, const streams& io)
      : options_(options), files_(files), io_(io), journal_(journal_in(options.data)) {}

  int run() {
    const auto found = storage::verify_journal(journal_);
    if (!found) return report(io_, found.error());
    io_.out << "Found " << journal_summary(*found) << ".\n" << damage_lines(*found);
    if (found->chain || found->signatures) {
      const auto keep = wanted(*found);
      if (!keep) return offer(*found);
      if (const auto mended = mend(*found, *keep); !mended) return report(io_, mended.error());
    } else if (options_.drop_from) {
      return report(io_, {ec::validation_error, "no event is damaged: nothing was dropped or changed", {}});
    } else if (found->views) {
      const auto rows = storage::rebuild_views(journal_);
      if (!rows) return report(io_, rows.error());
      io_.out << "Made the current state anew from the events.\n";
    } else {
      io_.out << "The journal is intact.\n";
    }
    return rewrite();
  }

 private:
  /// How many events are to be kept; nothing if nobody has decided.
  std::optional<std::uint64_t> wanted(const storage::journal_report& found) const {
    if (options_.drop_from) return *options_.drop_from - 1;
    if (options_.keep_intact_part) return found.beyond_doubt;
    return std::nullopt;
  }

  std::uint64_t readable_behind(std::uint64_t position) const {
    std::uint64_t number = 0;
    storage::visit_readable(journal_, position, [&](const storage::journal_event&) {
      ++number;
      return true;
    });
    return number;
  }

  int offer(const storage::journal_report& found) const {
    const auto data = shell_word(options_.data);
    const auto behind = readable_behind(found.beyond_doubt);
    io_.err << "troupe: the journal is damaged, and nothing was changed\n";
    io_.out << fmt::format("Beyond doubt: {}. Behind: {}.\n\n"
                           "What you can do, best first:\n"
                           "  troupe restore BACKUP {} --replace\n"
                           "      puts a backup in its place\n"
                           "  troupe recover {} --keep-intact-part\n"
                           "      keeps {}, drops the rest, after copying everything\n"
                           "  troupe recover {} --drop-from N\n"
                           "      the same from a position of your choice\n",
                           number_of(found.beyond_doubt, "event", "events"),
                           number_of(behind, "event", "events"), data, data,
                           number_of(found.beyond_doubt, "event", "events"), data);
    return exit_failed;
  }

  result<void> mend(const storage::journal_report& found, std::uint64_t keep) {
    const auto copy = files_.data_dir() / ".troupe" / fmt::format("before-recovery-{}", stamp_of_now());
    if (auto copied = storage::copy_as_it_is(files_.data_dir(), copy); !copied) return copied;
    io_.out << fmt::format("Copied the journal and the show files as they were to {}.\n", copy.string());
    std::vector<std::string> lines;
    std::uint64_t dropped = 0, last = keep;
    storage::visit_readable(journal_, keep, [&](const storage::journal_event& event) {
      ++dropped;
      last = event.position;
      if (lines.size() < most_dropped_lines)
        lines.push_back(fmt::format("  {} {} {} {} {}/{}/{}\n", event.position,
                                    storage::iso_time(event.time_ms), event.author, event.type,
                                    event.stream.show, event.stream.kind, event.stream.id));
      return true;
    });
    auto kept = storage::keep_front(journal_, keep);
    if (!kept) return failure(std::move(kept).error());
    io_.out << fmt::format("Kept {} and {}.\n", number_of(kept->events, "event", "events"),
                           number_of(kept->checkpoints, "checkpoint", "checkpoints"));
    if (dropped > 0) {
      io_.out << fmt::format("Dropped {}, from position {} to {}:\n", number_of(dropped, "event", "events"),
                             keep + 1, last);
      for (const auto& line : lines) io_.out << printable_line(line);
      if (dropped > lines.size())
        io_.out << fmt::format("  and {} more, all in the copy\n", dropped - lines.size());
    } else {
      io_.out << "Dropped no event that could be read.\n";
    }
    if (found.signatures && !found.chain && found.signatures->position > found.events)
      io_.out << fmt::format("What was signed behind event {} was gone already.\n", found.events);
    return {};
  }

  /// Names come from clients: what they hold must not steer the terminal.
  static std::string printable_line(std::string line) {
    for (char& c : line)
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f) c = ' ';
    return line;
  }

  int rewrite() {
    const auto done = storage::rewrite_shows(journal_, files_, actors::random_id);
    if (!done) return report(io_, done.error());
    for (const auto& note : done->notes) io_.out << note << ".\n";
    for (const auto& file : done->written) io_.out << "Wrote " << file << ".\n";
    const auto now = storage::verify_journal(journal_);
    if (!now) return report(io_, now.error());
    io_.out << fmt::format("{} as the journal has {}. It holds {}.\n",
                           number_of(done->shows.size(), "show is", "shows are"),
                           done->shows.size() == 1 ? "it" : "them", journal_summary(*now));
    for (const auto& each : done->left_alone)
      io_.err << "troupe: left as it is, mend it or remove it, then run this again: "
              << storage::to_string(each) << '\n';
    return now->intact() && done->left_alone.empty() ? exit_ok : exit_failed;
  }

  const recover_options& options_;
  storage::show_files& files_;
  const streams& io_;
  storage::journal_options journal_;
};

} // namespace

int run_recover(const recover_options& options, const streams& io) {
  if (options.drop_from && *options.drop_from == 0)
    return report(io, {ec::validation_error, "positions count from 1", {}});
  auto files = hold(options.data);
  if (!files) return report(io, files.error());
  return recovery(options, *files, io).run();
}

void add_recover_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<recover_options>();
  auto* command = app.add_subcommand("recover", "Mend a data folder, with the server stopped");
  add_data_argument(*command, options->data);
  auto* from = command->add_option("--drop-from", options->drop_from, "Drop this event and all behind it")
                   ->type_name("N");
  command
      ->add_flag("--keep-intact-part", options->keep_intact_part,
                 "Keep what is beyond doubt, and drop the rest")
      ->excludes(from);
  command->footer(
      "Verifies the journal, makes the current state anew from the events if it is wrong, and writes the "
      "files\n"
      "of every show from it. If events are damaged, it says so and changes nothing, unless you say what to\n"
      "drop. What is dropped stays in a copy, DATA/.troupe/before-recovery-TIME, with all show files.\n\n"
      "Exit code: 0 if all is well now, 1 if a person has to do something, 2 if there is no journal.\n\n"
      "Examples:\n"
      "  troupe recover data\n"
      "  troupe recover data --keep-intact-part\n"
      "  troupe recover data --drop-from 4711");
  command->callback([options, io, &exit_code] { exit_code = run_recover(*options, io); });
}

} // namespace troupe::cli
