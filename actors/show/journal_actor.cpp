#include "actors/show/journal_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/system/error_bridge.hpp"
#include "actors/system/log.hpp"
#include "protocol/json_text.hpp"
#include "storage/journal/fact_events.hpp"
#include "storage/journal/journal_figures.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;

constexpr auto told_timeout = 60s;
constexpr std::size_t most_untold = 4'096; // events
constexpr auto files_timeout = 55s;        // below that of who asks for a show

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
    auto promise = self_->template make_response_promise<facts_committed>();
    promise.deliver(facts_committed{st_.archive->head().position}); // first: everything waits for it
    if (measures) {
      measures->append.observe(clock_ns(*self_) - begun);
      measures->batch.observe(static_cast<std::int64_t>(recorded->size()));
      measures->journal_position = st_.archive->head().position;
      if (const auto* figures = st_.archive->figures())
        measures->journal_wal_bytes = figures->wal_bytes.load();
    }
    tell(std::move(*recorded));
    return promise;
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
              this_.bring_files(*arrived, std::move(promise));
            },
            [promise](const caf::error& reason) mutable { promise.deliver(reason); });
    return promise;
  }

  /// The files hold what was taken in from them before anybody changes the show: else a change that dies with
  /// the process before they do would look older than the edit.
  void bring_files(const storage::arrived_show& arrived,
                   caf::typed_response_promise<show_on_disk_ptr> promise) {
    auto found = as_message(arrived);
    self_->send(st_.peers->file_keeper, keep_files{found->state, found->position});
    self_->request(st_.peers->file_keeper, files_timeout, stop_atom_v)
        .then([promise, found]() mutable { promise.deliver(found); },
              // A disk that refuses is in the report of the files; the show goes on.
              [promise, found](const caf::error&) mutable { promise.deliver(found); });
  }

  /// Hands a change of the folder on, and records it once it has happened.
  template <class Command>
  caf::result<void> record_after(const Command& command, std::string_view type) {
    if (const auto& damage = st_.archive->damage())
      return to_caf({ec::storage_unavailable, "the journal is damaged: " + damage->reason, {}});
    auto promise = port::promise_nothing(self_);
    self_->request(st_.peers->file_keeper, files_timeout, command)
        .then(
            [this_ = *this, promise, command, type = std::string{type}]() mutable {
              this_.record_show(command.show, std::move(type), {command.author, command.client});
              port::fulfil(promise);
            },
            [promise](const caf::error& reason) mutable { promise.deliver(reason); });
    return promise;
  }

  /// One message at most waits for the archivist; what comes while it is busy is gathered for the next.
  void tell(storage::recorded_events events) {
    if (events.empty() || !st_.peers) return;
    const events_recorded_ptr news =
        std::make_shared<const events_recorded>(events_recorded{std::move(events)});
    for (const auto& lane : st_.peers->lanes) self_->send(lane, news);
    if (!st_.peers->archivist) return;
    if (!st_.telling) return inform(news);
    // Without the oldest it sees the gap, and reads for itself.
    if (st_.untold.size() + news->events.size() > most_untold) st_.untold.clear();
    st_.untold.insert(st_.untold.end(), news->events.begin(), news->events.end());
  }

  /// The show begins in the journal; its files follow. Should the disk refuse those, it is taken back.
  caf::result<void> branch(const branch_show_ptr& wanted) {
    if (const auto& damage = st_.archive->damage())
      return to_caf({ec::storage_unavailable, "the journal is damaged: " + damage->reason, {}});
    auto promise = port::promise_nothing(self_);
    self_->request(st_.peers->file_keeper, files_timeout, list_shows{})
        .then(
            [this_ = *this, promise, wanted](const show_list& known) mutable {
              if (std::find(known.names.begin(), known.names.end(), wanted->show) != known.names.end()) {
                promise.deliver(to_caf({ec::conflict, wanted->show + " is there already", {}}));
                return;
              }
              this_.record_branch(wanted, promise);
            },
            [promise](const caf::error& reason) mutable { promise.deliver(reason); });
    return promise;
  }

  caf::result<facts_committed> name_moment(const name_checkpoint& wanted) {
    storage::new_event event;
    event.stream = {{}, "checkpoint", wanted.name};
    event.type = storage::event_type::checkpoint_named;
    event.author = wanted.by.name;
    event.client = wanted.by.client;
    event.correlation_id = st_.archive->new_id();
    event.details = to_json(boost::json::object{{"name", wanted.name}});
    std::vector<storage::event_journal::draft> drafts;
    drafts.push_back({std::move(event), 0}); // a name is given once
    auto recorded = st_.archive->record(std::move(drafts));
    if (!recorded) {
      auto what = recorded.error();
      if (what.code == ec::conflict) what.message = "there is a checkpoint of that name already";
      return to_caf(what);
    }
    const auto position = recorded->back()->position;
    tell(std::move(*recorded));
    return facts_committed{position};
  }

 private:
  void inform(events_recorded_ptr news) {
    st_.telling = true;
    self_->request(st_.peers->archivist, told_timeout, std::move(news))
        .then(
            [this_ = *this]() mutable {
              this_.st_.telling = false;
              if (auto& untold = this_.st_.untold; !untold.empty())
                this_.inform(
                    std::make_shared<const events_recorded>(events_recorded{std::exchange(untold, {})}));
            },
            [this_ = *this](const caf::error&) mutable { // it will catch up
              this_.st_.telling = false;
              this_.st_.untold.clear();
            });
  }

  void record_branch(const branch_show_ptr& wanted, port::void_promise promise) {
    const auto correlation = st_.archive->new_id();
    storage::new_event begun;
    begun.stream = {wanted->show, "show", wanted->show};
    begun.type = storage::event_type::show_branched;
    begun.author = wanted->by.name;
    begun.client = wanted->by.client;
    begun.correlation_id = correlation;
    begun.details =
        to_json(boost::json::object{{"from", {{"show", wanted->from}, {"position", wanted->position}}}});
    std::vector<storage::event_journal::draft> drafts;
    drafts.push_back({std::move(begun), std::nullopt});
    auto origin = std::make_shared<command_origin>();
    origin->author = wanted->by.name;
    origin->client = wanted->by.client;
    origin->correlation_id = correlation;
    for (std::size_t i = 0; i < entity_kind_count; ++i) {
      if (static_cast<entity_kind>(i) == entity_kind::model) continue; // all shows share them
      wanted->state.each(static_cast<entity_kind>(i), [&](const record_ptr& one) {
        drafts.push_back(
            {storage::event_of({entity_created{one}, nullptr, origin}, wanted->show), std::nullopt});
      });
    }
    auto recorded = st_.archive->record(std::move(drafts));
    if (!recorded) {
      promise.deliver(to_caf(recorded.error()));
      return;
    }
    auto files = std::make_shared<branch_show>(*wanted);
    files->position = recorded->back()->position;
    tell(std::move(*recorded));
    self_->request(st_.peers->file_keeper, files_timeout, branch_show_ptr{std::move(files)})
        .then([promise]() mutable { port::fulfil(promise); },
              [this_ = *this, promise, wanted](const caf::error& reason) mutable {
                this_.record_show(wanted->show, std::string{storage::event_type::show_deleted}, wanted->by);
                promise.deliver(reason);
              });
  }

  /// The folder is what it is already; should the disk refuse, the next start finds out by the files.
  void record_show(const std::string& show, std::string type, const command_author& by) {
    storage::new_event event;
    event.stream = {show, "show", show};
    event.type = std::move(type);
    event.author = by.name;
    event.client = by.client;
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
      [self](const branch_show_ptr& wanted) { return recorder{self}.branch(wanted); },
      [self](const name_checkpoint& wanted) { return recorder{self}.name_moment(wanted); },
  };
}

} // namespace troupe::actors
