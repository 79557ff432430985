#pragma once
// `troupe recover`: makes a data folder whole again, without guessing.

#include "actors/cli/streams.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

struct recover_options {
  std::string data = "data";
  std::optional<std::uint64_t> drop_from; ///< this event and all behind it go
  bool keep_intact_part = false;          ///< everything behind what is beyond doubt goes
};

/// Verifies; makes the views anew if they aren't what the events make of them; writes the files of all shows
/// from the journal. Events are only dropped if that is asked for, and a copy of everything is kept then.
/// @returns exit_failed if something is left that a person has to mend, exit_usage for a position that isn't
///          there and without a journal
int run_recover(const recover_options& options, const streams& io);

void add_recover_command(CLI::App& app, const streams& io, int& exit_code);

} // namespace troupe::cli
