#include "actors/system/ticker_actor.hpp"

namespace troupe::actors {

ticker_actor::behavior_type ticker(ticker_actor::stateful_pointer<ticker_state> self,
                                   ticker_options options) {
  port::state(self).options = std::move(options);
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        // Whoever carried the tick in flight may be gone, and then nobody reports it done.
        if (st.peers) st.options.clock->abandon();
        st.peers = change.now;
        self->send(st.peers->frame_hub, tick_rate_changed{st.options.gauges->micro_hz});
      },
      [self](const due& one) {
        auto& st = port::state(self);
        if (!st.peers) return;
        auto& gauges = *st.options.gauges;
        gauges.lateness_ns = st.options.now_ns() - one.deadline_ns;
        const auto made = st.options.clock->due(one.deadline_ns);
        if (!made) {
          gauges.ticks_skipped = st.options.clock->skipped();
          return;
        }
        gauges.frame_number = made->frame_number;
        gauges.t_ns = made->t_ns;
        self->send(st.peers->input_state, tick{*made});
      },
      [self](const tick_done& one) { port::state(self).options.clock->done(one.frame_number); },
      [self](const set_tick_rate& wanted) {
        auto& st = port::state(self);
        st.options.gauges->micro_hz = wanted.micro_hz;
        st.options.set_rate(wanted.micro_hz);
        if (st.peers) self->send(st.peers->frame_hub, tick_rate_changed{wanted.micro_hz});
      },
  };
}

} // namespace troupe::actors
