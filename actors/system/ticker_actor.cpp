#include "actors/system/ticker_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/system/log.hpp"
#include "actors/system/realtime.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {
namespace {

using pointer = ticker_actor::stateful_pointer<ticker_state>;

void launch(pointer self, const tick_time& made) {
  auto& st = port::state(self);
  auto& gauges = *st.options.gauges;
  st.started_ns = st.options.now_ns();
  st.late_ns = st.started_ns - made.deadline_ns;
  gauges.lateness_ns = st.late_ns;
  gauges.frame_number = made.frame_number;
  gauges.t_ns = made.t_ns;
  st.stages_busy = std::max<std::size_t>(st.peers->stages.size(), 1);
  auto* measures = metrics_of(st.peers);
  if (measures) measures->tick_late.observe(st.late_ns);
  self->send(st.peers->input_state, tick{made, stamp(*self, measures)});
}

/// From the next deadline on; everybody is told.
void use_rate(pointer self, std::int64_t micro_hz, std::int64_t wanted_micro_hz) {
  auto& st = port::state(self);
  st.options.gauges->micro_hz = micro_hz;
  st.options.gauges->wanted_micro_hz = wanted_micro_hz;
  st.options.set_rate(micro_hz);
  if (st.peers) self->send(st.peers->frame_hub, tick_rate_changed{micro_hz, wanted_micro_hz});
}

/// What the tick that is done says about the machine.
void judge(pointer self) {
  auto& st = port::state(self);
  const auto now = st.started_ns + st.busy_ns;
  auto* measures = metrics_of(st.peers);
  if (measures) {
    measures->tick_busy.observe(st.busy_ns);
    measures->window.add(now, st.late_ns, st.busy_ns,
                         1'000'000'000'000'000 / st.options.gauges->micro_hz.load());
  }
  if (!st.options.guard) return;
  auto& guard = *st.options.guard;
  const auto before = guard.in_force();
  const auto rate = guard.done(st.busy_ns, now);
  if (!rate) return;
  if (*rate < before && measures) ++measures->slowdowns;
  const auto problem = overload_problem(*rate, guard.wanted());
  if (problem.empty())
    log::info("ticker", "making frames is fast enough again");
  else
    log::warn("ticker", problem);
  use_rate(self, *rate, guard.wanted());
}

/// Starts the tick for the inputs that wait, or plans it.
void serve_inputs(pointer self) {
  auto& st = port::state(self);
  if (!st.options.immediate || !st.peers || st.immediate_planned) return;
  const auto at = st.options.clock->immediate_at();
  if (!at) return;
  const auto now = st.options.now_ns();
  if (*at > now) {
    st.immediate_planned = true;
    self->scheduled_send(self, self->clock().now() + std::chrono::nanoseconds{*at - now}, work_atom_v);
    return;
  }
  // The grid goes first: what it would make late has to wait for it.
  const auto period = 1'000'000'000'000'000 / st.options.gauges->micro_hz.load();
  if (now + st.busy_ns >= st.options.clock->grid_ns() + period) return;
  ++st.options.gauges->immediate_ticks;
  launch(self, st.options.clock->start_immediate(now));
}

} // namespace

ticker_actor::behavior_type ticker(pointer self, ticker_options options) {
  port::state(self).options = std::move(options);
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        // Whoever carried the tick in flight may be gone, and then nobody reports it done.
        if (st.peers) st.options.clock->abandon();
        st.peers = change.now;
        if (std::exchange(st.options.realtime, false)) ask_realtime(ticker_priority);
        self->send(st.peers->frame_hub,
                   tick_rate_changed{st.options.gauges->micro_hz, st.options.gauges->wanted_micro_hz});
      },
      [self](const due& one) {
        auto& st = port::state(self);
        if (!st.peers) return;
        taken(*self, metrics_of(st.peers), inbox::ticker, one.sent_ns);
        const auto made = st.options.clock->due(one.deadline_ns);
        st.options.gauges->ticks_skipped = st.options.clock->skipped();
        if (made) launch(self, *made);
      },
      [self](const tick_done& one) {
        auto& st = port::state(self);
        if (one.frame_number != st.options.clock->frame_number() || --st.stages_busy > 0) return;
        st.busy_ns = st.options.now_ns() - st.started_ns;
        judge(self);
        if (const auto waited = st.options.clock->done(one.frame_number)) return launch(self, *waited);
        serve_inputs(self);
      },
      [self](const set_tick_rate& wanted) {
        const auto& guard = port::state(self).options.guard;
        use_rate(self, guard ? guard->want(wanted.micro_hz) : wanted.micro_hz, wanted.micro_hz);
      },
      [self](const input_arrived& one) {
        port::state(self).options.clock->want(one.arrival_ns);
        serve_inputs(self);
      },
      [self](work_atom) {
        port::state(self).immediate_planned = false;
        serve_inputs(self);
      },
  };
}

} // namespace troupe::actors
