#include "actors/stage/stage_actor.hpp"

#include "engine/float_environment.hpp"

namespace troupe::actors {

stage_actor::behavior_type stage(stage_actor::stateful_pointer<stage_state> self) {
  return {
      [self](const cast_change& change) {
        engine::set_default_float_environment();
        port::state(self).peers = change.now;
      },
      [self](const tick_inputs& one) {
        auto& st = port::state(self);
        const auto made = st.evaluator.tick(one.time, *one.inputs);
        for (const auto& output : st.peers->outputs)
          self->send(output, universes_made{made.dmx, 0, 1, one.inputs->network});
        self->send(st.peers->frame_hub, frame_made{made.frame, made.dmx});
        self->send(st.peers->ticker, tick_done{one.time.frame_number});
      },
      [self](const show_update_ptr& update) {
        auto& st = port::state(self);
        if (update->install) st.evaluator.install(*update->install);
        self->send(st.peers->frame_hub, update);
      },
  };
}

} // namespace troupe::actors
