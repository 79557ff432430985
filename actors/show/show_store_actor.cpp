#include "actors/show/show_store_actor.hpp"

#include "actors/metrics/mailbox_wait.hpp"
#include "actors/show/edit_desk.hpp"
#include "actors/show/reversal_desk.hpp"
#include "actors/show/show_publisher.hpp"
#include "actors/system/error_bridge.hpp"
#include "protocol/entity_codec.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;

constexpr auto commit_timeout = 30s;
constexpr auto load_timeout = 60s;
constexpr auto retry_period = 1s;

/// The store's ways, apart from the interface; lives in the actor's handlers only.
class store {
 public:
  using pointer = show_store_actor::stateful_pointer<show_store_state>;
  explicit store(pointer self) : self_(self), st_(port::state(self)), publisher_(self) {}

  // -- commands -----------------------------------------------------------------------------------------

  caf::result<change_reply> change(const change_entity_ptr& command) {
    taken(*self_, metrics_of(st_.peers), inbox::show_store, command->sent_ns);
    auto promise = self_->template make_response_promise<change_reply>();
    when_loaded([this_ = *this, command, promise]() mutable { this_.decide(*command, promise); });
    return promise;
  }

  void decide(const change_entity& command, caf::typed_response_promise<change_reply> promise) {
    const auto* removal = std::get_if<delete_entity>(&command.command);
    if (removal && removal->kind == entity_kind::model)
      return ask_other_shows(*removal, command.by, std::move(promise));
    auto made =
        std::visit([&](const auto& one) { return st_.rules.decide(st_.pending, one); }, command.command);
    conclude(std::move(made), command.by, std::move(promise));
  }

  /// A model may be used by shows that aren't loaded: the disk knows.
  void ask_other_shows(const delete_entity& removal, const command_author& by,
                       caf::typed_response_promise<change_reply> promise) {
    if (auto first = st_.rules.decide(st_.pending, removal); !first)
      return conclude(std::move(first), by, std::move(promise));
    self_->request(st_.peers->file_keeper, commit_timeout, find_model_users{removal.id})
        .then(
            [this_ = *this, removal, by, promise](const show_list& users) mutable {
              if (!users.names.empty()) {
                std::string list;
                for (const auto& one : users.names) list += (list.empty() ? "" : ", ") + one;
                return this_.conclude(invalid("id", "the model is used by fixtures of the shows " + list), by,
                                      std::move(promise));
              }
              this_.when_loaded([this_, removal, by, promise]() mutable {
                this_.conclude(this_.st_.rules.decide(this_.st_.pending, removal), by, std::move(promise));
              });
            },
            [promise](const caf::error& reason) mutable { promise.deliver(reason); });
  }

  /// Answers now, or when everything that the answer rests on is durable.
  void conclude(result<decision> made, const command_author& by,
                caf::typed_response_promise<change_reply> promise) {
    if (!made) return refuse({std::move(promise), failure{made.error()}});
    accept(std::move(made->facts), origin_of(by), {std::move(promise), made->entity});
  }

  void refuse(waiting_answer answer) {
    if (!st_.committing && st_.gathering.facts.empty()) return deliver(answer);
    st_.gathering.waiting.push_back(std::move(answer));
  }

  void accept(std::vector<fact> facts, const origin_ptr& origin, waiting_answer answer) {
    if (facts.empty() && !st_.committing && st_.gathering.facts.empty()) return deliver(answer);
    for (const auto& job : st_.reversals)
      if (job->command.by.name == origin->author) job->overtaken = true;
    gather(std::move(facts), origin);
    st_.gathering.waiting.push_back(std::move(answer));
    commit();
  }

  std::shared_ptr<command_origin> origin_of(const command_author& by) const {
    auto origin = std::make_shared<command_origin>();
    origin->author = by.name;
    origin->client = by.client;
    if (st_.options.new_correlation) origin->correlation_id = st_.options.new_correlation();
    return origin;
  }

  // -- undo, redo, restore ------------------------------------------------------------------------------

  caf::result<reversal_ptr> reverse(const reverse_command& command) {
    auto promise = self_->template make_response_promise<reversal_ptr>();
    when_loaded(
        [this_ = *this, command, promise]() mutable { reversal_desk<store>{this_}.begin(command, promise); });
    return promise;
  }

  caf::result<reversal_ptr> restore(const restore_command_ptr& command) {
    auto promise = self_->template make_response_promise<reversal_ptr>();
    when_loaded([this_ = *this, command, promise]() mutable {
      reversal_desk<store>{this_}.restore(*command, promise);
    });
    return promise;
  }

  caf::result<reversal_ptr> settle(const settle_edit& command) {
    auto promise = self_->template make_response_promise<reversal_ptr>();
    when_loaded(
        [this_ = *this, command, promise]() mutable { edit_desk<store>{this_}.begin(command, promise); });
    return promise;
  }

  show_store_state& state() { return st_; }
  pointer self() { return self_; }
  bool committing() const { return st_.committing; }

  /// Whether something that this operator commanded is still on its way to the disk.
  bool has_undurable(const std::string& author) const {
    const auto by_author = [&](const recorded_fact& one) { return one.origin->author == author; };
    return std::any_of(st_.flying.facts.begin(), st_.flying.facts.end(), by_author) ||
           std::any_of(st_.gathering.facts.begin(), st_.gathering.facts.end(), by_author);
  }

  /// Decided: the next command sees it, the next commit records it.
  void gather(std::vector<fact> facts, const origin_ptr& origin) {
    for (auto& happened : facts) {
      auto before = st_.pending.find(kind_of(happened), id_of(happened));
      troupe::apply(st_.pending, happened);
      st_.gathering.facts.push_back({std::move(happened), std::move(before), origin});
    }
  }

  caf::result<void> set_enabled(const set_graph_enabled& command) {
    auto made = st_.rules.decide(st_.pending, command);
    count(made ? command_outcome::accepted : outcome_of(made.error()));
    if (!made) return to_caf(made.error());
    if (made->facts.empty()) return caf::unit;
    troupe::apply(st_.pending, made->facts.front());
    st_.unsaved_run_state[command.graph_id] = origin_of({command.author, command.client});
    if (publisher_.show_run_state(command.graph_id)) {
      publisher_.publish();
      publisher_.announce(
          std::vector<fact>{graph_enabled_set{st_.published.find(entity_kind::graph, command.graph_id)}});
    }
    commit();
    return caf::unit;
  }

  // -- the disk -----------------------------------------------------------------------------------------

  /// Sends what has been gathered, unless a commit is under way already.
  void commit() {
    if (st_.committing || (st_.gathering.facts.empty() && st_.unsaved_run_state.empty())) return;
    st_.flying = std::exchange(st_.gathering, {});
    for (const auto& [id, origin] : st_.unsaved_run_state) {
      if (auto record = st_.pending.find(entity_kind::graph, id)) {
        auto before = with_enabled(*record, !record->as<graph>().enabled);
        st_.flying.facts.push_back({graph_enabled_set{std::move(record)}, std::move(before), origin});
        st_.flying.run_state.emplace(id, origin);
      }
    }
    st_.unsaved_run_state.clear();
    if (st_.flying.facts.empty()) { // the graphs have been deleted meanwhile
      for (auto& one : std::exchange(st_.flying, {}).waiting) deliver(one);
      return;
    }
    st_.committing = true;
    st_.commit_begun_ns = clock_ns(*self_);
    self_
        ->request(st_.peers->journal, commit_timeout,
                  std::make_shared<const commit_facts>(commit_facts{st_.published.show(), st_.flying.facts}))
        .then([this_ = *this](const facts_committed& done) mutable { this_.committed(done.position); },
              [this_ = *this](const caf::error& reason) mutable { this_.failed(from_caf(reason)); });
  }

  /// The disk has answered, for better or worse.
  void end_commit() {
    st_.committing = false;
    if (auto* measures = metrics_of(st_.peers))
      measures->commit.observe(clock_ns(*self_) - st_.commit_begun_ns);
  }

  void committed(std::uint64_t position) {
    end_commit();
    auto done = std::exchange(st_.flying, {});
    // Refusals that rest on nothing but what is durable now.
    std::vector<waiting_answer> refused;
    if (st_.gathering.facts.empty()) refused = std::exchange(st_.gathering.waiting, {});
    commit(); // the disk needn't wait until everybody is told of what it has just written
    const auto begun = clock_ns(*self_);
    std::vector<fact> facts;
    facts.reserve(done.facts.size());
    for (auto& one : done.facts) {
      troupe::apply(st_.published, one.happened);
      facts.push_back(std::move(one.happened));
    }
    st_.position = position;
    publisher_.keep();
    // A switch that came while the disk was busy is newer than what it wrote.
    for (const auto* newer : {&st_.flying.run_state, &st_.unsaved_run_state})
      for (const auto& [id, origin] : *newer) publisher_.show_run_state(id);
    st_.storage_failure.clear();
    publisher_.publish();
    if (auto* measures = metrics_of(st_.peers)) measures->view.observe(clock_ns(*self_) - begun);
    publisher_.announce(std::move(facts));
    for (auto* batch : {&done.waiting, &refused})
      for (auto& one : *batch) deliver(one);
    reversal_desk<store>{*this}.resume();
    proceed();
    settle();
  }

  void failed(const error& reason) {
    end_commit();
    auto lost = std::exchange(st_.flying, {});
    auto also = std::exchange(st_.gathering, {});
    st_.pending = st_.published;
    st_.unsaved_run_state.insert(lost.run_state.begin(), lost.run_state.end());
    st_.storage_failure = reason.message;
    publisher_.publish();
    auto told = reason;
    told.code = ec::storage_unavailable;
    for (auto* batch : {&lost, &also})
      for (auto& one : batch->waiting) {
        count(command_outcome::unavailable);
        std::visit([&](auto& promise) { promise.deliver(to_caf(told)); }, one.promise);
      }
    reversal_desk<store>{*this}.resume();
    self_->delayed_send(self_, retry_period, retry_atom_v);
    // Without the journal's word nobody knows what it holds, nor after a word of another server: read it
    // again.
    if (reason.code == ec::timeout || reason.code == ec::conflict)
      request_load(st_.published.show(), false, nullptr);
    proceed();
  }

  /// Answers those who wait until nothing is on its way to the disk.
  void settle() {
    if (st_.committing || st_.compiling || !st_.gathering.facts.empty() || !st_.unsaved_run_state.empty())
      return;
    for (auto& one : std::exchange(st_.settling, {})) port::fulfil(one);
  }

  void retry() {
    if (!st_.loaded && !st_.loading) request_load(st_.options.show, true, nullptr);
    commit();
  }

  // -- loading ------------------------------------------------------------------------------------------

  template <class Task>
  void when_loaded(Task task) {
    if (st_.loaded && !st_.loading) return task();
    st_.held.emplace_back(std::move(task));
  }

  /// @param done answered when the show runs, or with the reason why it doesn't; may be null
  void request_load(std::string show, bool demo, std::shared_ptr<port::void_promise> done) {
    st_.loading = true;
    st_.start_load = [this_ = *this, show = std::move(show), demo, done]() mutable {
      this_.load(show, demo, done);
    };
    proceed();
  }

  /// Starts a load that is wanted, once nothing is on its way to the disk any more.
  void proceed() {
    if (!st_.start_load || st_.committing || !st_.gathering.facts.empty()) return;
    std::exchange(st_.start_load, nullptr)();
  }

  void load(const std::string& show, bool demo, std::shared_ptr<port::void_promise> done) {
    self_->request(st_.peers->journal, load_timeout, load_show{show, demo})
        .then([this_ = *this, done](const show_on_disk_ptr& found) mutable { this_.take(*found, done); },
              [this_ = *this, done](const caf::error& reason) mutable {
                auto& st = this_.st_;
                st.loading = false;
                if (done) done->deliver(reason);
                if (!st.loaded) this_.self_->delayed_send(this_.self_, retry_period, retry_atom_v);
                this_.release_held();
              });
  }

  void take(const show_on_disk& found, std::shared_ptr<port::void_promise> done) {
    const bool first = !st_.loaded;
    st_.loaded = true;
    st_.loading = false;
    st_.pending = st_.published = found.state;
    st_.position = found.position;
    st_.problems = found.problems;
    st_.unsaved_run_state.clear();
    st_.storage_failure.clear();
    st_.rules.read_only(found.unreadable);
    publisher_.keep();
    publisher_.publish();
    tell_compiler_all(!first, done);
    release_held();
  }

  void release_held() {
    if (st_.loading) return;
    for (auto& task : std::exchange(st_.held, {})) when_loaded(std::move(task));
  }

  // -- publishing ---------------------------------------------------------------------------------------

  void tell_compiler_all(bool announce_show, std::shared_ptr<port::void_promise> done) {
    auto all = std::make_shared<const show_published>(
        show_published{st_.options.published->now(), {}, true, announce_show});
    st_.compiling = true;
    self_->request(st_.peers->graph_compiler, load_timeout, std::move(all))
        .then(
            [this_ = *this, done]() mutable {
              this_.st_.compiling = false;
              if (done) port::fulfil(*done);
              this_.settle();
            },
            [this_ = *this, done](const caf::error& reason) mutable {
              this_.st_.compiling = false;
              if (done) done->deliver(reason);
              this_.settle();
            });
  }

  static command_outcome outcome_of(const error& reason) {
    if (reason.code == ec::conflict) return command_outcome::conflict;
    return reason.code == ec::storage_unavailable ? command_outcome::unavailable : command_outcome::refused;
  }

  void count(command_outcome outcome) {
    if (auto* measures = metrics_of(st_.peers)) add(measures->commands[outcome]);
  }

  void deliver(waiting_answer& one) {
    count(one.outcome ? command_outcome::accepted : outcome_of(one.outcome.error()));
    if (!one.outcome)
      return std::visit([&](auto& promise) { promise.deliver(to_caf(one.outcome.error())); }, one.promise);
    if (one.when_durable) one.when_durable();
    if (auto* changing = std::get_if<caf::typed_response_promise<change_reply>>(&one.promise))
      changing->deliver(change_reply{*one.outcome});
    else
      std::get<caf::typed_response_promise<reversal_ptr>>(one.promise).deliver(one.reversed);
  }

  pointer self_;
  show_store_state& st_;
  show_publisher publisher_;
};

} // namespace

show_store_actor::behavior_type show_store(show_store_actor::stateful_pointer<show_store_state> self,
                                           show_store_options options) {
  port::state(self).rules = show_book{options.rules};
  port::state(self).options = std::move(options);
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        const bool new_compiler = !st.peers || st.peers->graph_compiler != change.now->graph_compiler;
        const bool lost_journal = st.peers && st.peers->journal != change.now->journal;
        const bool new_keeper = st.peers && st.peers->file_keeper != change.now->file_keeper;
        st.peers = change.now;
        store ways{self};
        if (new_keeper && st.loaded) show_publisher{self}.keep();
        if (!st.loaded && st.options.loaded) {
          ways.take(*std::exchange(st.options.loaded, nullptr), nullptr);
        } else if (!st.loading && (!st.loaded || lost_journal)) {
          ways.request_load(st.loaded ? st.published.show() : st.options.show, !st.loaded, nullptr);
        } else if (new_compiler && st.loaded) {
          ways.tell_compiler_all(false, nullptr);
        }
      },
      [self](const change_entity_ptr& command) { return store{self}.change(command); },
      [self](const set_graph_enabled& command) { return store{self}.set_enabled(command); },
      [self](const reverse_command& command) { return store{self}.reverse(command); },
      [self](const restore_command_ptr& command) { return store{self}.restore(command); },
      [self](const settle_edit& command) { return store{self}.settle(command); },
      [self](const activate_show& command) -> caf::result<void> {
        auto promise = port::promise_nothing(self);
        auto done = std::make_shared<port::void_promise>(promise);
        store ways{self};
        ways.when_loaded([ways, command, done]() mutable { ways.request_load(command.show, false, done); });
        return promise;
      },
      [self](stop_atom) -> caf::result<void> {
        auto promise = port::promise_nothing(self);
        port::state(self).settling.push_back(promise);
        store{self}.settle();
        return promise;
      },
      [self](retry_atom) { store{self}.retry(); },
  };
}

} // namespace troupe::actors
