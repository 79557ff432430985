#include "actors/run/run_recorder_actor.hpp"

#include "actors/run/run_gate.hpp"

#include <chrono>
#include <utility>

namespace troupe::actors {
namespace {

using pointer = run_recorder_actor::stateful_pointer<run_recorder_state>;

constexpr auto flush_period = std::chrono::seconds(1);

void plan_flush(pointer self) {
  if (std::exchange(port::state(self).flush_planned, true)) return;
  self->scheduled_send(self, self->clock().now() + flush_period, flush_atom_v);
}

} // namespace

run_recorder_actor::behavior_type run_recorder(pointer self, std::shared_ptr<run_recording> recording) {
  recording->lost_thread();
  port::state(self).recording = std::move(recording);
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        if (st.peers && st.peers->stages != change.now->stages) st.recording->stages_begin_anew();
        if (!st.peers && change.now->run_gate) change.now->run_gate->reset();
        st.peers = change.now;
      },
      [self](const tick_inputs& one) {
        auto& st = port::state(self);
        st.peers->run_gate->tick_taken();
        st.recording->take(one);
        plan_flush(self);
      },
      [self](const show_update_ptr& update) {
        port::state(self).recording->take(*update);
        plan_flush(self);
      },
      [self](const memory_wanted& moment) { port::state(self).recording->take(moment); },
      [self](const memory_told& told) { port::state(self).recording->take(told); },
      [self](const universes_made& part) {
        auto& st = port::state(self);
        st.peers->run_gate->part_taken();
        st.recording->take(part);
        plan_flush(self);
      },
      [self](flush_atom) {
        auto& st = port::state(self);
        st.flush_planned = false;
        st.recording->flush();
        if (const auto question = st.recording->question()) self->send(st.peers->input_state, *question);
      },
  };
}

} // namespace troupe::actors
