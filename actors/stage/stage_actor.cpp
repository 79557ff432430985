#include "actors/stage/stage_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/run/run_gate.hpp"
#include "actors/system/error_bridge.hpp"
#include "actors/system/realtime.hpp"
#include "engine/explanation.hpp"
#include "engine/float_environment.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {
namespace {

using pointer = stage_actor::stateful_pointer<stage_state>;

/// By all stages together: what they tell of one node has to fit into a record of the run log.
constexpr std::size_t most_remembered = 32ULL << 20;

void answer_questions(stage_state& st, const tick_inputs& one) {
  for (std::size_t i = 0; i < st.questions.size(); ++i) {
    auto& answer = st.questions[i].answer;
    if (answer) answer->inputs = one.inputs;
    st.askers[i].deliver(explained_cell_ptr{std::move(answer)});
  }
  st.questions.clear();
  st.askers.clear();
}

void make_frame(pointer self, const tick_inputs& one) {
  auto& st = port::state(self);
  auto* measures = metrics_of(st.peers);
  const auto begun = stamp(*self, measures);
  const auto made = st.evaluator.tick(one.time, *one.inputs, st.demand, st.questions);
  const auto done = stamp(*self, measures);
  const auto parts = static_cast<std::uint16_t>(st.peers->stages.size());
  for (const auto& output : st.peers->outputs)
    self->send(output, universes_made{made.dmx, st.part, parts, done, one.inputs->network});
  if (measures) {
    measures->evaluation[st.part].observe(done - begun);
    measures->handed_over.observe(stamp(*self, measures) - one.time.deadline_ns);
  }
  self->send(st.peers->frame_hub, frame_made{made.frame, made.dmx, st.part, done});
  self->send(st.peers->ticker, tick_done{one.time.frame_number});
  if (admits_part(*st.peers))
    self->send(st.peers->run_recorder, universes_made{made.dmx, st.part, parts, done, nullptr});
  answer_questions(st, one); // last: nobody's light waits for it
}

void take_in(stage_state& st, const engine::part_memory& memory) {
  st.evaluator.receive(memory);
  if (--st.awaited == 0) st.awaited_with = nullptr;
}

void install(pointer self, const show_update_ptr& update) {
  auto& st = port::state(self);
  if (update->install) {
    const auto& change = *update->install;
    if (change.rig && !change.new_show) {
      for (const auto& move : change.rig->moves) {
        if (move.to == st.part) ++st.awaited;
        if (move.from != st.part) continue;
        auto memory = std::make_shared<const engine::part_memory>(st.evaluator.give(move));
        self->send(st.peers->stages[move.to], cells_moved{update, std::move(memory)});
      }
    }
    st.evaluator.install(change, st.part);
  }
  self->send(st.peers->frame_hub, update);
  if (st.awaited == 0) return;
  st.awaited_with = update;
  const auto come = std::partition(st.early.begin(), st.early.end(),
                                   [&](const cells_moved& one) { return one.with != update; });
  for (auto at = come; at != st.early.end(); ++at) take_in(st, *at->memory);
  st.early.erase(come, st.early.end());
}

void tell_memory(pointer self, const memory_wanted& wanted) {
  const auto& st = port::state(self);
  if (!st.peers->run_recorder) return;
  const auto parts = static_cast<std::uint16_t>(st.peers->stages.size());
  memory_told told{wanted.number, st.part, parts, nullptr};
  if (auto image = st.evaluator.image(std::min(memory_wanted::max_bytes, most_remembered / parts)))
    told.memory = std::make_shared<const engine::engine_image>(std::move(*image));
  self->send(st.peers->run_recorder, std::move(told));
}

/// What comes the way of the ticks.
void take(pointer self, const tick_inputs& one) {
  make_frame(self, one);
}
void take(pointer self, const show_update_ptr& update) {
  install(self, update);
}
void take(pointer self, const memory_wanted& wanted) {
  tell_memory(self, wanted);
}

template <class Message>
void take_in_turn(pointer self, const Message& one) {
  auto& st = port::state(self);
  if (st.awaited == 0) return take(self, one);
  st.held.emplace_back(one);
}

/// What was held, as far as nothing is awaited any more.
void go_on(pointer self) {
  auto& st = port::state(self);
  while (st.awaited == 0 && !st.held.empty()) {
    const auto next = std::move(st.held.front());
    st.held.pop_front();
    std::visit([self](const auto& one) { take(self, one); }, next);
  }
}

} // namespace

stage_actor::behavior_type stage(pointer self, std::uint16_t part, bool realtime) {
  port::state(self).part = part;
  port::state(self).realtime = realtime;
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        engine::set_default_float_environment();
        if (std::exchange(st.realtime, false)) ask_realtime(stage_priority);
        st.peers = change.now;
      },
      [self](const tick_inputs& one) {
        taken(*self, metrics_of(port::state(self).peers), inbox::stage, one.sent_ns);
        take_in_turn(self, one);
      },
      [self](const show_update_ptr& update) { take_in_turn(self, update); },
      [self](const memory_wanted& wanted) { take_in_turn(self, wanted); },
      [self](const explain_cell& asked) -> caf::result<explained_cell_ptr> {
        auto& st = port::state(self);
        if (st.questions.size() == stage_state::max_questions) {
          if (auto* measures = metrics_of(st.peers)) add(measures->full[bounded_queue::questions]);
          return to_caf({ec::too_many_requests, "too many questions wait for the next frame; try again", {}});
        }
        st.questions.push_back({asked.fixture_id, asked.cell, asked.level});
        st.askers.push_back(self->make_response_promise<explained_cell_ptr>());
        return st.askers.back();
      },
      [self](const frames_wanted& wanted) { port::state(self).demand = wanted.demand; },
      [self](const cells_moved& moved) {
        auto& st = port::state(self);
        if (moved.with != st.awaited_with) {
          st.early.push_back(moved);
          return;
        }
        take_in(st, *moved.memory);
        go_on(self);
      },
  };
}

} // namespace troupe::actors
