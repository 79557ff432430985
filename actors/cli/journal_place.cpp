#include "actors/cli/journal_place.hpp"

#include "actors/system/system_sources.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdlib>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace troupe::cli {

namespace {

using report_part = std::pair<std::string_view, const std::optional<storage::journal_damage>*>;

std::array<report_part, 3> parts_of(const storage::journal_report& report) {
  return {{{"chain", &report.chain}, {"signatures", &report.signatures}, {"views", &report.views}}};
}

} // namespace

std::string usual_data_folder() {
  const auto* named = std::getenv("DATA_DIR");
  return named && *named ? named : "data";
}

void add_data_argument(CLI::App& command, std::string& into) {
  command.add_option("data", into, "The data folder")
      ->type_name("DIR")
      ->envname("DATA_DIR")
      ->capture_default_str();
}

void add_journal_option(CLI::App& command, std::string& into) {
  command
      .add_option("--journal", into,
                  "The journal is on this PostgreSQL server (journal.url), beside the data folder's keys")
      ->type_name("URL");
}

storage::journal_options journal_in(const std::string& data, const std::string& url) {
  storage::journal_options out;
  out.data_dir = data;
  out.url = url;
  out.wall_time_ms = actors::wall_time_ms;
  out.random = actors::random_bytes;
  return out;
}

std::string stamp_of_now() {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::time_t(actors::wall_time_ms() / 1000)));
}

std::string damage_text(std::string_view part, const storage::journal_damage& damage) {
  if (damage.position == 0) return fmt::format("{}: {}", part, damage.reason);
  return fmt::format("{}, from position {} on: {}", part, damage.position, damage.reason);
}

std::string damage_lines(const storage::journal_report& report) {
  std::string out;
  for (const auto& [name, damage] : parts_of(report))
    if (*damage) out += "  " + damage_text(name, **damage) + '\n';
  return out;
}

std::optional<std::uint64_t> first_bad_position(const storage::journal_report& report) {
  std::optional<std::uint64_t> first;
  for (const auto& [name, damage] : parts_of(report))
    if (*damage) first = std::min(first.value_or((*damage)->position), (*damage)->position);
  return first;
}

std::string number_of(std::uint64_t number, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", number, number == 1 ? one : several);
}

std::string journal_summary(const storage::journal_report& report) {
  auto out = fmt::format("{}, {}, {}", number_of(report.events, "event", "events"),
                         number_of(report.entities, "entity", "entities"),
                         number_of(report.checkpoints, "checkpoint", "checkpoints"));
  if (report.signed_up_to > 0) out += fmt::format(", signed up to event {}", report.signed_up_to);
  return out;
}

} // namespace troupe::cli
