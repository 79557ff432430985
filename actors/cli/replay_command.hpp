#pragma once
// `troupe replay`: a recorded run again, frame by frame.

#include "actors/cli/replay_keys.hpp"
#include "actors/cli/replay_pace.hpp"
#include "actors/cli/replay_ways.hpp"
#include "actors/cli/streams.hpp"

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

struct replay_options {
  std::string log; ///< a segment, or a folder of them
  std::string run; ///< which run of the folder; empty: the newest
  bool list = false;
  bool hashes = false;
  bool verify = false;
  std::optional<double> from, to; ///< seconds of show time; frames outside are computed, but not told or sent
  std::optional<double> speed;    ///< absent: as fast as possible, or 1 with `ways`
  bool step = false;
  replay_ways ways; ///< out
};

/// Prints what it found, and `troupe: …` if frames differ. @param keys where a person who steps answers
/// @returns exit_failed if an exact frame differs from what was recorded; with `verify` also if any couldn't
/// be
///          compared
int run_replay(const replay_options& options, const streams& io, key_lines& keys, const pace_world& world);

void add_replay_command(CLI::App& app, const streams& io, int& exit_code);

} // namespace troupe::cli
