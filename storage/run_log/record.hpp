#pragma once
// What a run log holds, one after the other, as it happened.

#include "protocol/entities.hpp"
#include "protocol/facts.hpp"
#include "protocol/frame.hpp"
#include "protocol/inputs.hpp"
#include "protocol/show_memory.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace troupe::storage::run_log {

/// The first record of a segment, which begins with the whole show.
struct segment_start {
  std::string run;          ///< one per start of the server: the name that the files of its segments share
  std::uint32_t number = 1; ///< of the segment within the run, without gaps
  /// True: the engine began anew here, because a show was loaded, and so can a replay. False: the show goes
  /// on from the segment before, and so does what its nodes remember; where that is in the log, too, a replay
  /// can begin.
  bool exact = true;
  std::int64_t wall_ms = 0; ///< milliseconds since 1970; for people
  release_mode release = release_mode::dark;
  std::string version; ///< of Troupe
  std::string show;    ///< its name
  friend bool operator==(const segment_start&, const segment_start&) = default;
};

/// One of the show with which the segment begins: models first, as entity_kind, each kind in its order.
struct show_entity {
  record_ptr entity;
};

/// No more of them.
struct show_complete {
  std::uint64_t entities = 0;
};

/// Between the tick before and the one behind, in one step.
struct show_changed {
  std::vector<fact> facts;
};

/// A frame that was to be made, and from what.
struct tick_taken {
  tick_time time;
  std::shared_ptr<const input_snapshot> inputs;
};

/// Ticks that aren't in the log, because the disk was too slow or refused.
struct ticks_missing {
  std::uint64_t count = 0;
};

/// What the stages made of the tick with that number; near it, before or behind.
struct frame_hashed {
  std::uint64_t frame_number = 0;
  std::uint64_t hash = 0; ///< frame_hash.hpp
};

/// What the show remembers between the tick before and the one behind: first this, then its node_memory and
/// held_memory, and at the end memory_complete.
struct memory_begins {
  std::uint32_t cells = 0; ///< of the show
};
struct memory_complete {
  std::uint64_t nodes = 0;
};

/// The run ended in order.
struct run_ended {};

using record =
    std::variant<segment_start, show_entity, show_complete, show_changed, tick_taken, ticks_missing,
                 frame_hashed, run_ended, memory_begins, node_memory, held_memory, memory_complete>;

} // namespace troupe::storage::run_log
