#pragma once
// `troupe export` and `troupe import`: a journal as lines of JSON that any program can read, and back.

#include "actors/cli/streams.hpp"

#include <istream>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

struct export_options {
  std::string data = "data";
  std::string file = "-"; ///< `-`: the standard output
  std::string journal{};  ///< on a PostgreSQL server; empty: none
};

/// Also while a server runs. A file appears whole, or not at all.
int run_export(const export_options& options, const streams& io);

struct import_options {
  std::string file; ///< `-`: the standard input
  std::string data;
  std::optional<std::string> keys; ///< the `journal.pub` that the checkpoints are checked with
  std::string journal{};           ///< goes to a PostgreSQL server; empty: none
};

/// Verifies every line, and makes the files of the shows. Without keys the checkpoints are left out.
/// @returns exit_failed for lines that are wrong, which leave nothing behind
int run_import(const import_options& options, std::istream& in, const streams& io);

void add_export_command(CLI::App& app, const streams& io, int& exit_code);
void add_import_command(CLI::App& app, const streams& io, int& exit_code);

} // namespace troupe::cli
