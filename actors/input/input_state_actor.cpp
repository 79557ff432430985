#include "actors/input/input_state_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/run/run_gate.hpp"
#include "actors/system/realtime.hpp"

#include <chrono>
#include <utility>

namespace troupe::actors {
namespace {

using pointer = input_state_actor::stateful_pointer<input_state_state>;

constexpr auto flush_period = std::chrono::microseconds(33'333); // input/changed 30 times a second

void flush(pointer self) {
  auto& st = port::state(self);
  st.flush_planned = false;
  st.last_flush = self->clock().now();
  if (st.peers && st.board.moved()) self->send(st.peers->frame_hub, inputs_changed{st.board.image()});
}

void plan_flush(pointer self) {
  auto& st = port::state(self);
  if (st.flush_planned || !st.board.moved()) return;
  const auto now = self->clock().now();
  if (now - st.last_flush >= flush_period) return flush(self);
  st.flush_planned = true;
  self->scheduled_send(self, st.last_flush + flush_period, flush_atom_v);
}

} // namespace

input_state_actor::behavior_type input_state(pointer self, bool realtime) {
  port::state(self).realtime = realtime;
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        if (std::exchange(st.realtime, false)) ask_realtime(ticker_priority);
        const bool new_hub = st.peers && st.peers->frame_hub != change.now->frame_hub;
        st.peers = change.now;
        if (new_hub) self->send(st.peers->frame_hub, inputs_changed{st.board.image()});
      },
      [self](const tick& one) {
        auto& st = port::state(self);
        auto* measures = metrics_of(st.peers);
        taken(*self, measures, inbox::input_state, one.sent_ns);
        const tick_inputs made{one.time, st.board.tick(one.time), stamp(*self, measures)};
        for (const auto& stage : st.peers->stages) self->send(stage, made);
        if (admits_tick(*st.peers)) self->send(st.peers->run_recorder, made);
      },
      [self](const input_batch& batch) {
        auto& st = port::state(self);
        input_refusals refused;
        for (std::uint32_t i = 0; i < batch.changes.size(); ++i)
          if (!st.board.apply(batch.client, batch.changes[i])) refused.indices.push_back(i);
        plan_flush(self);
        if (st.peers && refused.indices.size() < batch.changes.size())
          self->send(st.peers->ticker, input_arrived{batch.arrival_ns});
        return refused;
      },
      [self](const network_moved& news) {
        auto& st = port::state(self);
        st.board.network_says(news);
        if (st.peers && news.arrival_ns != 0) self->send(st.peers->ticker, input_arrived{news.arrival_ns});
      },
      [self](const client_gone& gone) {
        port::state(self).board.release_all(gone.client);
        plan_flush(self);
      },
      [self](const show_update_ptr& update) {
        auto& st = port::state(self);
        auto passed_on = update;
        if (update->inputs) {
          st.board.relayout(update->inputs, update->reset_inputs);
          auto with_controls = std::make_shared<show_update>(*update);
          with_controls->controls = st.board.image();
          passed_on = std::move(with_controls);
        }
        for (const auto& stage : st.peers->stages) self->send(stage, passed_on);
        if (st.peers->run_recorder) self->send(st.peers->run_recorder, passed_on);
      },
      [self](const memory_wanted& wanted) {
        auto& st = port::state(self);
        for (const auto& stage : st.peers->stages) self->send(stage, wanted);
        if (st.peers->run_recorder) self->send(st.peers->run_recorder, wanted);
      },
      [self](flush_atom) { flush(self); },
  };
}

} // namespace troupe::actors
