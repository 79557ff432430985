#include "actors/cli/verify_command.hpp"

#include "actors/cli/journal_place.hpp"
#include "protocol/json_text.hpp"
#include "storage/journal/verify_journal.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <memory>

namespace troupe::cli {

namespace {

boost::json::object report_json(const storage::journal_report& report) {
  boost::json::array damage;
  const auto add = [&](const char* part, const std::optional<storage::journal_damage>& found) {
    if (found)
      damage.push_back(
          boost::json::object{{"part", part}, {"position", found->position}, {"reason", found->reason}});
  };
  add("chain", report.chain);
  add("signatures", report.signatures);
  add("views", report.views);
  boost::json::object out{{"intact", report.intact()},
                          {"events", report.events},
                          {"entities", report.entities},
                          {"checkpoints", report.checkpoints},
                          {"signedUpTo", report.signed_up_to},
                          {"beyondDoubt", report.beyond_doubt},
                          {"position", nullptr},
                          {"damage", std::move(damage)}};
  if (const auto first = first_bad_position(report)) out["position"] = *first;
  return out;
}

void print_report(const storage::journal_report& report, const streams& io) {
  io.out << journal_summary(report) << '\n';
  if (report.intact()) {
    io.out << "the journal is intact\n";
    return;
  }
  io.out << "the journal is damaged\n" << damage_lines(report);
  if (report.chain || report.signatures)
    io.out << (report.beyond_doubt > 0 ? fmt::format("events 1 to {} are beyond doubt\n", report.beyond_doubt)
                                       : "no event is beyond doubt\n");
}

} // namespace

int run_verify(const verify_options& options, const streams& io) {
  const auto report = storage::verify_journal(journal_in(options.data, options.journal));
  if (!report) return cli::report(io, report.error());
  if (options.json)
    io.out << to_json(report_json(*report)) << '\n';
  else
    print_report(*report, io);
  return report->intact() ? exit_ok : exit_failed;
}

void add_verify_command(CLI::App& app, const streams& io, int& exit_code) {
  auto options = std::make_shared<verify_options>();
  auto* command = app.add_subcommand("verify", "Is the journal what was written? Changes nothing");
  add_data_argument(*command, options->data);
  add_journal_option(*command, options->journal);
  command->add_flag("--json", options->json, "One JSON object instead of lines");
  command->footer("Looks at every event, link, hash, signature, and at the current state beside the events.\n"
                  "May run beside a server.\n\n"
                  "Exit code: 0 if it is intact, 1 if it is damaged, 2 if there is no journal.\n\n"
                  "Examples:\n"
                  "  troupe verify                        the journal in ./data\n"
                  "  troupe verify /srv/backup/monday     one in a backup\n"
                  "  troupe verify data --json | jq .position\n"
                  "  troupe verify data --journal postgresql://troupe@db.example/troupe");
  command->callback([options, io, &exit_code] { exit_code = run_verify(*options, io); });
}

} // namespace troupe::cli
