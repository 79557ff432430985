#pragma once
// `troupe check`: every problem of the shows in a data folder, in the form of a compiler's messages.

#include "actors/cli/streams.hpp"

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

struct check_options {
  std::string data;
  std::optional<std::string> show; ///< absent: all
  bool json = false;
};

/// One problem per line on `io.out`, `FILE:LINE:COLUMN: error: REASON` or `warning:`, and how many there are
/// on `io.err`. With `json` one object instead: `{errors, warnings, problems: [{file, line?, column?,
/// severity, reason, graphId?, nodeId?, port?, code?}]}`, `file` being relative to the data folder.
/// @returns exit_failed if there is an error, exit_usage if the folder or show can't be checked
int run_check(const check_options& options, const streams& io);

void add_check_command(CLI::App& app, const streams& io, int& exit_code);

} // namespace troupe::cli
