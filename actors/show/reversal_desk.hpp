#pragma once
// INTERNAL to the show_store: undo, redo and restore. They become commands like all others, once it is known
// what there is to reverse; other commands go on meanwhile, and one that touches the same makes the archivist
// be asked again.

#include "actors/show/restore_rules.hpp"
#include "actors/show/show_store_actor.hpp"
#include "actors/show/undo_rules.hpp"
#include "actors/system/error_bridge.hpp"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

/// An undo or redo that is being prepared.
struct reversal_job {
  reverse_command command;
  caf::typed_response_promise<reversal_ptr> promise;
  show_state asked;       ///< what was durable when the archivist was asked
  bool overtaken = false; ///< the same operator has given another command since
  unsigned attempts = 0;
  std::set<std::string> free_models; ///< that no other show uses
};

/// What has been changed, for the answer.
reversal reversal_of(const std::vector<fact>& facts, std::string correlation_id);

/// @tparam Store the store's ways: `accept`, `refuse`, `origin_of`, `has_undurable`, `when_loaded`
template <class Store>
class reversal_desk {
 public:
  static constexpr unsigned max_attempts = 8;
  static constexpr std::size_t max_waiting = 1'024;
  static constexpr auto plan_timeout = std::chrono::seconds{20};

  explicit reversal_desk(Store store) : store_(std::move(store)) {}

  void begin(reverse_command command, caf::typed_response_promise<reversal_ptr> promise) {
    if (st().reversals.size() >= max_waiting)
      return refuse(promise, {ec::too_many_requests, "too many undos are waiting already", {}});
    auto job = std::make_shared<reversal_job>();
    job->command = std::move(command);
    job->promise = std::move(promise);
    const bool first = !next_of(job->command.by.name);
    st().reversals.push_back(job);
    if (first) ask(std::move(job)); // an operator's are done one after the other
  }

  void restore(const restore_command& command, caf::typed_response_promise<reversal_ptr> promise) {
    if (command.show != st().published.show())
      return refuse(promise, undo_conflict("inactive", "only the active show can be restored; activate \"" +
                                                           command.show + "\" first"));
    auto facts =
        decide_restore(command.past->entities, st().pending, command.filter, st().rules.max_entities());
    if (facts)
      if (auto ok = st().rules.writable(*facts); !ok) facts = failure{ok.error()};
    if (!facts) return refuse(promise, facts.error());
    auto origin = store_.origin_of(command.by);
    origin->notes["restores"] = command.past->position;
    reversal made;
    if (!facts->empty()) made = reversal_of(*facts, origin->correlation_id);
    made.restored = command.past->position;
    conclude(std::move(*facts), std::move(origin), std::move(made), promise);
  }

  /// A commit has ended: who waited for it goes on.
  void resume() {
    for (auto& job : std::exchange(st().reversals_waiting, {})) ask(std::move(job));
  }

 private:
  using job_ptr = std::shared_ptr<reversal_job>;

  auto& st() { return store_.state(); }

  /// The archivist knows what is durable: nothing of this operator may be on its way there.
  void ask(job_ptr job) {
    if (store_.has_undurable(job->command.by.name)) {
      st().reversals_waiting.push_back(std::move(job));
      return;
    }
    job->asked = st().published;
    job->overtaken = false;
    auto* self = store_.self();
    self->request(st().peers->archivist, plan_timeout,
                  plan_reversal{job->command.by.name, job->asked.show(), job->command.redo, st().position})
        .then(
            [desk = *this, job](const undo_plan_ptr& plan) mutable { desk.decide_later(job, plan); },
            [desk = *this, job](const caf::error& reason) mutable { desk.give_up(*job, from_caf(reason)); });
  }

  /// Not while another show is being read.
  void decide_later(const job_ptr& job, const undo_plan_ptr& plan) {
    store_.when_loaded([desk = *this, job, plan]() mutable { desk.planned(job, plan); });
  }

  void planned(job_ptr job, const undo_plan_ptr& plan) {
    if (!still_so(*job, plan)) return again(std::move(job));
    if (!plan)
      return give_up(*job, undo_conflict("nothing", job->command.redo ? "there is nothing to do again"
                                                                      : "there is nothing to undo"));
    auto facts = decide_undo(*plan, st().pending, st().rules.max_entities());
    if (facts)
      if (auto ok = st().rules.writable(*facts); !ok) facts = failure{ok.error()};
    if (!facts) return give_up(*job, facts.error());
    for (const auto& one : *facts)
      if (const auto* gone = std::get_if<entity_deleted>(&one);
          gone && gone->kind == entity_kind::model && !job->free_models.contains(gone->id))
        return ask_other_shows(std::move(job), plan, gone->id);
    auto origin = store_.origin_of(job->command.by);
    origin->notes[job->command.redo ? "redoes" : "undoes"] = plan->root;
    auto made = reversal_of(*facts, origin->correlation_id);
    for (const auto& step : plan->steps) made.undone.push_back(step.event->position);
    conclude(std::move(*facts), std::move(origin), std::move(made), job->promise);
    leave(*job);
  }

  /// Whether what the archivist saw is still what the next command would see.
  bool still_so(const reversal_job& job, const undo_plan_ptr& plan) {
    if (job.overtaken || job.asked.show() != st().pending.show()) return false;
    if (!plan) return true;
    for (const auto& step : plan->steps)
      if (job.asked.find(step.change.kind, step.change.id) !=
          st().pending.find(step.change.kind, step.change.id))
        return false;
    return true;
  }

  void again(job_ptr job) {
    if (++job->attempts >= max_attempts)
      return give_up(*job, undo_conflict("busy", "it is being changed all the time; try again"));
    if (store_.committing())
      st().reversals_waiting.push_back(std::move(job));
    else
      ask(std::move(job));
  }

  void ask_other_shows(job_ptr job, const undo_plan_ptr& plan, const std::string& model) {
    auto* self = store_.self();
    self->request(st().peers->file_keeper, plan_timeout, find_model_users{model})
        .then(
            [desk = *this, job, plan, model](const show_list& users) mutable {
              if (!users.names.empty())
                return desk.give_up(*job, undo_conflict("rule", "the model \"" + model +
                                                                    "\" is used by fixtures of the show " +
                                                                    users.names.front()));
              job->free_models.insert(model);
              desk.decide_later(job, plan);
            },
            [desk = *this, job](const caf::error& reason) mutable { desk.give_up(*job, from_caf(reason)); });
  }

  void conclude(std::vector<fact> facts, std::shared_ptr<command_origin> origin, reversal made,
                caf::typed_response_promise<reversal_ptr>& promise) {
    store_.accept(std::move(facts), std::move(origin),
                  {std::move(promise), record_ptr{}, std::make_shared<const reversal>(std::move(made))});
  }

  void refuse(caf::typed_response_promise<reversal_ptr>& promise, const error& why) {
    store_.refuse({std::move(promise), failure{why}, nullptr});
  }

  void give_up(reversal_job& job, const error& why) {
    refuse(job.promise, why);
    leave(job);
  }

  void leave(const reversal_job& job) {
    const auto author = job.command.by.name;
    std::erase_if(st().reversals, [&](const job_ptr& one) { return one.get() == &job; });
    if (auto next = next_of(author)) ask(std::move(next));
  }

  job_ptr next_of(const std::string& author) {
    for (const auto& one : st().reversals)
      if (one->command.by.name == author) return one;
    return nullptr;
  }

  Store store_;
};

} // namespace troupe::actors
