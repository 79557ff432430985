#pragma once
// What the commands that care for a journal have in common: which folder, and how its journal is opened.

#include "storage/journal/open_journal.hpp"

#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

/// The folder in the environment's DATA_DIR, or `data`.
std::string usual_data_folder();

/// Adds the argument DATA, which may be left out.
void add_data_argument(CLI::App& command, std::string& into);

/// The journal in that folder, with the system's clock and randomness.
/// @param url of a PostgreSQL server that holds it instead; empty: none
storage::journal_options journal_in(const std::string& data, const std::string& url = {});

/// Adds --journal.
void add_journal_option(CLI::App& command, std::string& into);

/// The moment, for names of files: `20260301T183005Z`.
std::string stamp_of_now();

/// The line and its place in a report: `chain, from position 7 on: event 7 isn't what its hash says`.
std::string damage_text(std::string_view part, const storage::journal_damage& damage);

/// All damage of a report, one line each, indented.
std::string damage_lines(const storage::journal_report& report);

/// The first bad position; nothing if the journal is intact.
std::optional<std::uint64_t> first_bad_position(const storage::journal_report& report);

/// `12 events, 4 entities, 1 checkpoint, signed up to event 12`.
std::string journal_summary(const storage::journal_report& report);

/// `1 event`, `12 events`, `2 entities`.
std::string number_of(std::uint64_t number, std::string_view one, std::string_view several);

} // namespace troupe::cli
