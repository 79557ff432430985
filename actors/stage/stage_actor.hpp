#pragma once
// Evaluates the show.

#include "engine/show_evaluator.hpp"
#include "protocol/actors.hpp"
#include "protocol/reuse_pool.hpp"

#include <memory>

namespace troupe::actors {

struct stage_state {
  static constexpr const char* name = "stage";
  stage_state() {}

  std::shared_ptr<const cast> peers;
  engine::show_evaluator evaluator;
  reuse_pool<frame_data> frames;
  reuse_pool<dmx_data> universes;
};

/// Spawn detached: a frame mustn't wait for other work.
stage_actor::behavior_type stage(stage_actor::stateful_pointer<stage_state> self);

} // namespace troupe::actors
