#pragma once
// Owns the operators' controls, and puts ticks and updates of the show into one order for all stages.

#include "actors/input/input_board.hpp"
#include "protocol/actors.hpp"

#include <memory>

namespace troupe::actors {

struct input_state_state {
  static constexpr const char* name = "input_state";
  input_state_state() {}

  bool realtime = false; // still to be asked for
  std::shared_ptr<const cast> peers;
  input_board board;
  bool flush_planned = false;
  caf::actor_clock::time_point last_flush{};
};

/// @param realtime whether its thread asks for a real-time priority; only for one of its own
input_state_actor::behavior_type input_state(input_state_actor::stateful_pointer<input_state_state> self,
                                             bool realtime);

} // namespace troupe::actors
