#include "actors/show/journal_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/system/error_bridge.hpp"
#include "actors/system/log.hpp"

#include <chrono>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;

constexpr auto files_timeout = 55s; // below that of who asks for a show

show_problem as_problem(const storage::problem& one) {
  return {one.file, one.line, one.column, one.reason};
}

/// The journal's ways; lives in the actor's handlers only.
class recorder {
 public:
  using pointer = journal_actor::stateful_pointer<journal_state>;
  explicit recorder(pointer self) : self_(self), st_(port::state(self)) {}

  caf::result<facts_committed> commit(const commit_facts& batch) {
    const auto begun = clock_ns(*self_);
    auto recorded = st_.archive->commit(batch.show, batch.facts);
    auto* measures = metrics_of(st_.peers);
    if (!recorded) {
      if (measures) add(measures->append_failures);
      log::warn("journal", "a change could not be recorded: " + recorded.error().message);
      return to_caf(recorded.error());
    }
    if (measures) {
      measures->append.observe(clock_ns(*self_) - begun);
      measures->batch.observe(static_cast<std::int64_t>(recorded->size()));
      measures->journal_position = st_.archive->head().position;
    }
    tell(std::move(*recorded));
    return facts_committed{st_.archive->head().position};
  }

  caf::result<show_on_disk_ptr> load(const load_show& wanted) {
    auto promise = self_->template make_response_promise<show_on_disk_ptr>();
    self_->request(st_.peers->file_keeper, files_timeout, find_files{wanted.show, wanted.demo_if_missing})
        .then(
            [this_ = *this, promise](const found_files_ptr& found) mutable {
              auto arrived = this_.st_.archive->load(*found);
              if (!arrived) {
                promise.deliver(to_caf(arrived.error()));
                return;
              }
              for (const auto& note : arrived->notes) log::info("storage", note);
              this_.tell(this_.st_.archive->take_news());
              promise.deliver(as_message(*arrived));
            },
            [promise](const caf::error& reason) mutable { promise.deliver(reason); });
    return promise;
  }

  /// Hands a change of the folder on, and records it once it has happened.
  template <class Command>
  caf::result<void> record_after(const Command& command, std::string_view type) {
    if (const auto& damage = st_.archive->damage())
      return to_caf({ec::storage_unavailable, "the journal is damaged: " + damage->reason, {}});
    auto promise = port::promise_nothing(self_);
    self_->request(st_.peers->file_keeper, files_timeout, command)
        .then(
            [this_ = *this, promise, show = command.show, type = std::string{type}]() mutable {
              this_.record_show(show, std::move(type));
              port::fulfil(promise);
            },
            [promise](const caf::error& reason) mutable { promise.deliver(reason); });
    return promise;
  }

  void tell(storage::recorded_events events) {
    if (events.empty() || !st_.peers) return;
  }

 private:
  /// The folder is what it is already; should the disk refuse, the next start finds out by the files.
  void record_show(const std::string& show, std::string type) {
    storage::new_event event;
    event.stream = {show, "show", show};
    event.type = std::move(type);
    event.author = "anonymous";
    event.correlation_id = st_.archive->new_id();
    auto recorded = st_.archive->record(std::move(event));
    if (!recorded) return log::warn("journal", recorded.error().message);
    tell(std::move(*recorded));
  }

  pointer self_;
  journal_state& st_;
};

} // namespace

show_on_disk_ptr as_message(const storage::arrived_show& arrived) {
  auto found = std::make_shared<show_on_disk>();
  found->state = arrived.state;
  found->position = arrived.position;
  for (const auto& one : arrived.problems) found->problems.push_back(as_problem(one));
  for (std::size_t i = 0; i < entity_kind_count; ++i)
    if (arrived.unreadable[i]) found->unreadable[i] = as_problem(*arrived.unreadable[i]);
  return found;
}

journal_actor::behavior_type journal(journal_actor::stateful_pointer<journal_state> self,
                                     std::shared_ptr<storage::show_archive> archive) {
  port::state(self).archive = std::move(archive);
  return {
      [self](const cast_change& change) {
        port::state(self).peers = change.now;
        if (auto* measures = metrics_of(change.now))
          measures->journal_position = port::state(self).archive->head().position;
        recorder{self}.tell(port::state(self).archive->take_news());
      },
      [self](const commit_facts_ptr& batch) { return recorder{self}.commit(*batch); },
      [self](const load_show& wanted) { return recorder{self}.load(wanted); },
      [self](const create_show& wanted) {
        return recorder{self}.record_after(wanted, storage::event_type::show_created);
      },
      [self](const delete_show& wanted) {
        return recorder{self}.record_after(wanted, storage::event_type::show_deleted);
      },
  };
}

} // namespace troupe::actors
