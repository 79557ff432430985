#pragma once
// `troupe backup` and `troupe restore`: a data folder a second time, and back.

#include "actors/cli/streams.hpp"

#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

struct backup_options {
  std::string data = "data";
  std::string target;
};

/// Also while a server runs. The backup is verified.
/// @returns exit_failed if it can't be made, or holds a damaged journal (it is kept)
int run_backup(const backup_options& options, const streams& io);

struct restore_options {
  std::string backup;
  std::string data;
  bool replace = false; ///< a folder that holds something is put aside
};

/// @returns exit_failed if the backup is damaged, or the folder is in use or not empty
int run_restore(const restore_options& options, const streams& io);

void add_backup_command(CLI::App& app, const streams& io, int& exit_code);
void add_restore_command(CLI::App& app, const streams& io, int& exit_code);

} // namespace troupe::cli
