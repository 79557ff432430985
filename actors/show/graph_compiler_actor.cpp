#include "actors/show/graph_compiler_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/system/error_bridge.hpp"

#include <utility>

namespace troupe::actors {
namespace {

using pointer = graph_compiler_actor::stateful_pointer<graph_compiler_state>;

void pass_on(pointer self, show_update update) {
  self->send(port::state(self).peers->input_state, std::make_shared<const show_update>(std::move(update)));
}

/// What came in one go is compiled in one go: a rig of hundreds of new fixtures is bound once.
void work(pointer self) {
  auto& st = port::state(self);
  if (st.queue.empty()) return;
  const auto begun = clock_ns(*self);
  auto queue = std::exchange(st.queue, {});
  std::vector<fact> facts;
  show_published_ptr last;
  const auto settle = [&] {
    if (!facts.empty() && st.loaded) pass_on(self, st.book.take(last->now->state, facts));
    facts.clear();
  };
  for (const auto& one : queue) {
    last = one;
    if (one->loaded) {
      facts.clear(); // what happened before is part of what was loaded
      st.loaded = true;
      pass_on(self, st.book.load(one->now->state, one->announce_show));
    } else {
      facts.insert(facts.end(), one->facts.begin(), one->facts.end());
    }
  }
  settle();
  if (auto* measures = metrics_of(st.peers)) measures->compile.observe(clock_ns(*self) - begun);
}

} // namespace

graph_compiler_actor::behavior_type graph_compiler(pointer self, engine::rig_options options) {
  port::state(self).book = compile_book{options};
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        const bool lost = st.peers && (st.peers->stages != change.now->stages ||
                                       st.peers->input_state != change.now->input_state ||
                                       st.peers->frame_hub != change.now->frame_hub);
        st.peers = change.now;
        if (lost && st.loaded) pass_on(self, st.book.again());
      },
      [self](const show_published_ptr& published) {
        auto& st = port::state(self);
        st.queue.push_back(published);
        if (published->loaded)
          work(self);
        else if (st.queue.size() == 1)
          self->send(self, work_atom_v);
      },
      [self](const compile_request& wanted) -> caf::result<compile_answer_ptr> {
        work(self);
        auto& st = port::state(self);
        auto update = st.book.announce(wanted.graph_id);
        if (!update) return to_caf(not_found(kind_name(entity_kind::graph), wanted.graph_id).value());
        auto told = std::make_shared<compile_answer>();
        told->outcome = *st.book.result_of(wanted.graph_id);
        pass_on(self, std::move(*update));
        return compile_answer_ptr{std::move(told)};
      },
      [self](work_atom) { work(self); },
  };
}

} // namespace troupe::actors
