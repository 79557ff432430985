#pragma once
// Evaluates one part of the rig, frame by frame.

#include "engine/show_evaluator.hpp"
#include "protocol/actors.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <variant>
#include <vector>

namespace troupe::actors {

struct stage_state {
  static constexpr const char* name = "stage";
  stage_state() {}

  std::uint16_t part = 0; // of the rig, and among the stages of the cast
  bool realtime = false;  // still to be asked for
  std::shared_ptr<const cast> peers;
  engine::show_evaluator evaluator;
  frame_demand demand{false, false};

  // What the next frame is to answer; so many at most, because answering takes time from the frame.
  static constexpr std::size_t max_questions = 32;
  std::vector<engine::cell_question> questions;
  std::vector<caf::typed_response_promise<explained_cell_ptr>> askers; // of the questions

  // Cells that come from other stages: what they remember has to be here before the next frame.
  std::size_t awaited = 0;        // messages, of `awaited_with`
  show_update_ptr awaited_with;   // the update that was installed last
  std::vector<cells_moved> early; // of updates that are still to come
  std::deque<std::variant<tick_inputs, show_update_ptr, memory_wanted>> held; // what came meanwhile, in order
};

/// Spawn detached: a frame mustn't wait for other work.
/// @param part from 0; the stages of a cast stand in this order
/// @param realtime whether its thread asks for a real-time priority; only for one of its own
stage_actor::behavior_type stage(stage_actor::stateful_pointer<stage_state> self, std::uint16_t part,
                                 bool realtime);

} // namespace troupe::actors
