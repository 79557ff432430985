#include "actors/cli/export_command.hpp"

#include "actors/cli/journal_place.hpp"
#include "actors/cli/shell_word.hpp"
#include "actors/system/system_sources.hpp"
#include "storage/data_copy.hpp"
#include "storage/journal/journal_lines.hpp"
#include "storage/journal/verify_journal.hpp"
#include "storage/rewrite_shows.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <memory>

namespace troupe::cli {

namespace {

namespace fs = std::filesystem;

failure unwritten(const std::string& file) {
  return fail(ec::storage_unavailable, fmt::format("{} can't be written", file));
}

result<std::uint64_t> export_to(const storage::journal_options& journal, std::ostream& out,
                                const std::string& name) {
  auto done = storage::export_journal(journal, [&](std::string_view line) {
    out << line << '\n';
    return out.good();
  });
  if (!done) return done;
  out.flush();
  if (!out) return unwritten(name);
  return done;
}

result<std::uint64_t> export_to_file(const storage::journal_options& journal, const std::string& name) {
  const auto partial = name + ".partial";
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  if (!file) return unwritten(partial);
  auto done = export_to(journal, file, partial);
  file.close();
  std::error_code code;
  if (done && !file) done = unwritten(partial);
  if (done) fs::rename(partial, name, code);
  if (code) done = unwritten(name);
  if (!done) fs::remove(partial, code);
  return done;
}

/// The lines that are taken: without keys those of the events, for checkpoints that nobody can check would
/// count as damage.
class line_source {
 public:
  line_source(std::istream& in, bool with_checkpoints) : in_(in), with_checkpoints_(with_checkpoints) {}

  std::optional<std::string> next() {
    if (!with_checkpoints_ && last_ && taken_ > *last_) return std::nullopt;
    std::string line;
    if (!std::getline(in_, line)) return std::nullopt;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (taken_++ == 0)
      if (const auto header = storage::parse_header_line(line)) last_ = header->events;
    return line;
  }

 private:
  std::istream& in_;
  bool with_checkpoints_;
  std::uint64_t taken_ = 0;
  std::optional<std::uint64_t> last_;
};

result<void> put_keys(const std::string& from, const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (!code) fs::copy_file(from, folder / "journal.pub", code);
  if (code) return invalid("keys", fmt::format("{} can't be copied: {}", from, code.message()));
  return {};
}

/// Nobody else can use the folder while the files are held.
result<storage::journal_report> import_into(const import_options& options, std::istream& in,
                                            const storage::journal_options& journal) {
  auto files = storage::show_files::open(options.data);
  if (!files) return failure(std::move(files).error());
  if (options.keys)
    if (auto put = put_keys(*options.keys, storage::beside_journal(journal)); !put)
      return failure(std::move(put).error());
  line_source lines(in, options.keys.has_value());
  auto made = storage::import_journal(journal, [&] { return lines.next(); });
  if (!made) return failure(std::move(made).error());
  auto report = storage::verify_journal(journal);
  if (!report) return report;
  if (!report->intact()) {
    storage::discard_journal(journal);
    return fail(ec::validation_error, "what was imported is damaged:\n" + damage_lines(*report));
  }
  if (auto written = storage::rewrite_shows(journal, *files, actors::random_id); !written)
    return failure(std::move(written).error());
  return report;
}

/// What an import that failed has left in a folder that was empty.
void clear_import(const fs::path& data, bool was_there) {
  std::error_code ignored;
  if (!was_there) {
    fs::remove_all(data, ignored);
    return;
  }
  for (const auto& each : fs::directory_iterator(data, ignored)) fs::remove_all(each.path(), ignored);
}

} // namespace

int run_export(const export_options& options, const streams& io) {
  const auto journal = journal_in(options.data, options.journal);
  const auto done =
      options.file == "-" ? export_to(journal, io.out, "the output") : export_to_file(journal, options.file);
  if (!done) return report(io, done.error());
  io.err << fmt::format("Exported {}.\n", number_of(*done, "event", "events"));
  return exit_ok;
}

int run_import(const import_options& options, std::istream& in, const streams& io) {
  if (!storage::is_vacant(options.data))
    return report(io, {ec::conflict, fmt::format("{} isn't empty", options.data), {}});
  std::error_code ignored;
  const bool was_there = fs::exists(options.data, ignored);
  const auto made = import_into(options, in, journal_in(options.data, options.journal));
  if (!made) {
    clear_import(options.data, was_there);
    report(io, made.error());
    return exit_failed;
  }
  io.out << fmt::format("Imported {} to {}: {}.\n", options.file == "-" ? "the input" : options.file,
                        options.data, journal_summary(*made));
  if (!options.keys)
    io.err << "Checkpoints were left out; with --keys journal.pub they are checked and kept.\n";
  return exit_ok;
}

void add_export_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<export_options>();
  auto* command = app.add_subcommand("export", "Write the journal as lines of JSON");
  add_data_argument(*command, options->data);
  add_journal_option(*command, options->journal);
  command->add_option("-o,--out", options->file, "Write it here; - is the standard output")
      ->type_name("FILE")
      ->capture_default_str();
  command->footer("A header, then one event per line, then the checkpoints. May run beside a server.\n\n"
                  "Examples:\n"
                  "  troupe export data -o tour.jsonl\n"
                  "  troupe export | jq -r 'select(.type == \"fixture_deleted\") | .id'\n"
                  "  troupe export data | zstd > tour.jsonl.zst");
  command->callback([options, io, &exit_code] { exit_code = run_export(*options, io); });
}

void add_import_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<import_options>();
  auto* command = app.add_subcommand("import", "Make a data folder of an exported journal");
  command->add_option("file", options->file, "What troupe export wrote; - is the standard input")
      ->type_name("FILE")
      ->required();
  command->add_option("data", options->data, "The data folder: empty, or not there yet")
      ->type_name("DIR")
      ->required();
  add_journal_option(*command, options->journal);
  command->add_option("--keys", options->keys, "The journal.pub of the journal that was exported")
      ->type_name("FILE");
  command->footer(
      "Every line is checked against the one before; the first that is wrong is named, and nothing is left.\n"
      "The keys aren't in an export: give those of the journal it was made of, and its checkpoints are "
      "checked.\n\n"
      "Examples:\n"
      "  troupe import tour.jsonl data\n"
      "  troupe import tour.jsonl data --keys /mnt/stick/journal.pub\n"
      "  zstd -dc tour.jsonl.zst | troupe import - data");
  command->callback([options, io, &exit_code] {
    if (options->file == "-") {
      exit_code = run_import(*options, std::cin, io);
      return;
    }
    std::ifstream file(options->file, std::ios::binary);
    if (!file) {
      exit_code = report(io, {ec::not_found, fmt::format("{} can't be read", options->file), {}});
      return;
    }
    exit_code = run_import(*options, file, io);
  });
}

} // namespace troupe::cli
