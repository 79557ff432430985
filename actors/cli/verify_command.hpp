#pragma once
// `troupe verify`: is the journal what was written.

#include "actors/cli/streams.hpp"

#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

struct verify_options {
  std::string data = "data";
  bool json = false;
  std::string journal{}; ///< on a PostgreSQL server; empty: none
};

/// Prints how much there is and the first place of each kind of damage. With `json` one object: `{intact,
/// events, entities, checkpoints, signedUpTo, position, beyondDoubt, damage: [{part, position, reason}]}`;
/// `position` is the first bad one, null if there is none.
/// @returns exit_failed if it is damaged, exit_usage without a journal
int run_verify(const verify_options& options, const streams& io);

void add_verify_command(CLI::App& app, const streams& io, int& exit_code);

} // namespace troupe::cli
