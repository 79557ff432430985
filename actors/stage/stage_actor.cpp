#include "actors/stage/stage_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
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
        auto frame = st.frames.take();
        auto dmx = st.universes.take();
        auto* measures = metrics_of(st.peers);
        taken(*self, measures, inbox::stage, one.sent_ns);
        const auto begun = stamp(*self, measures);
        st.evaluator.tick(one.time, *one.inputs, *frame, *dmx);
        const auto made = stamp(*self, measures);
        for (const auto& output : st.peers->outputs) self->send(output, universes_made{dmx, 0, 1, made});
        if (measures) {
          measures->evaluation[0].observe(made - begun);
          measures->handed_over.observe(stamp(*self, measures) - one.time.deadline_ns);
        }
        self->send(st.peers->frame_hub, frame_made{frame, dmx, made});
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
