#pragma once
// Writes down what the stages are told.

#include "actors/run/run_recording.hpp"
#include "protocol/actors.hpp"

#include <memory>

namespace troupe::actors {

struct run_recorder_state {
  static constexpr const char* name = "run_recorder";
  run_recorder_state() {}

  std::shared_ptr<run_recording> recording;
  std::shared_ptr<const cast> peers;
  bool flush_planned = false;
};

/// Spawn detached: it writes to the disk.
/// @param recording of this run; one that an actor before this one has used goes on with the next show
run_recorder_actor::behavior_type run_recorder(run_recorder_actor::stateful_pointer<run_recorder_state> self,
                                               std::shared_ptr<run_recording> recording);

} // namespace troupe::actors
