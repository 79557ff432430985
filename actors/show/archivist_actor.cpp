#include "actors/show/archivist_actor.hpp"

#include "actors/show/event_replay.hpp"
#include "actors/show/operator_name.hpp"
#include "actors/show/past_reader.hpp"
#include "actors/show/undo_plan.hpp"
#include "actors/system/error_bridge.hpp"
#include "actors/system/log.hpp"

#include <chrono>
#include <set>
#include <utility>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;

constexpr auto news_period = 100ms;
/// A snapshot waits until a burst of changes is likely to be over.
constexpr auto snapshot_delay = 1s;

/// The archivist's ways; lives in the actor's handlers only.
class archive {
 public:
  using pointer = archivist_actor::stateful_pointer<archivist_state>;
  explicit archive(pointer self) : self_(self), st_(port::state(self)) {}

  void take(const events_recorded& news) {
    for (const auto& event : news.events) {
      if (event->position > st_.ledger.position() + 1) (void)catch_up();
      st_.ledger.take(*event);
    }
    if (news.events.empty()) (void)catch_up();
    st_.recorded = true;
    tell_soon();
    if (!std::exchange(st_.snapshot_due, true)) self_->delayed_send(self_, snapshot_delay, work_atom_v);
  }

  /// Reads what it hasn't been told: at the start, after a restart, when it was too busy to listen.
  result<void> catch_up() {
    auto open = history();
    if (!open) return failure{open.error()};
    auto read = (*open)->scan(st_.ledger.position(), [this](const storage::journal_event& event) {
      st_.ledger.take(event);
      return true;
    });
    if (!read) log::warn("journal", "the past could not be read: " + read.error().message);
    return read;
  }

  result<storage::event_history*> history() {
    if (!st_.history) {
      auto opened = st_.options.read();
      if (!opened) return failure{opened.error()};
      st_.history = std::move(*opened);
    }
    return st_.history.get();
  }

  caf::result<past_answer> answer(const past_question& question) {
    auto open = history();
    if (!open) return to_caf(open.error());
    auto text = past_reader{**open}.answer(question);
    if (!text) return to_caf(text.error());
    return past_answer{std::make_shared<const std::string>(std::move(*text))};
  }

  caf::result<past_show_ptr> show_at(const ask_past_show& asked) {
    auto open = history();
    if (!open) return to_caf(open.error());
    const auto moment = parse_moment(asked.moment, asked.field);
    if (!moment) return to_caf(moment.error());
    auto found = past_reader{**open}.show_at(asked.show, *moment, asked.field);
    if (!found) return to_caf(found.error());
    return std::make_shared<const past_show>(std::move(*found));
  }

  caf::result<undo_plan_ptr> plan(const plan_reversal& asked) {
    if (asked.position > st_.ledger.position())
      if (auto read = catch_up(); !read) return to_caf(read.error());
    const auto candidate = asked.redo ? st_.ledger.next_redo(asked.author, asked.show)
                                      : st_.ledger.next_undo(asked.author, asked.show);
    if (!candidate) return undo_plan_ptr{};
    auto open = history();
    if (!open) return to_caf(open.error());
    auto made = plan_undo(**open, *candidate, asked.redo);
    if (!made) return to_caf(made.error());
    return std::make_shared<const undo_plan>(std::move(*made));
  }

  caf::result<events_recorded_ptr> replay(const replay_events& asked) {
    auto open = history();
    if (!open) return to_caf(open.error());
    auto found = replay_of(**open, asked);
    if (!found) return to_caf(found.error());
    return std::make_shared<const events_recorded>(std::move(*found));
  }

  void interest(const operators_here& here) {
    if (st_.operators.size() <= here.lane) st_.operators.resize(here.lane + 1);
    st_.operators[here.lane] = here.names;
    tell_soon();
  }

  void tell_soon() {
    if (!std::exchange(st_.news_due, true)) self_->delayed_send(self_, news_period, flush_atom_v);
  }

  void tell() {
    st_.news_due = false;
    if (!st_.peers) return;
    auto news = std::make_shared<history_news>();
    news->position = st_.ledger.position();
    news->recorded = std::exchange(st_.recorded, false);
    const auto show = st_.options.published->now()->state.show();
    std::set<std::string_view> names{anonymous_author};
    for (const auto& lane : st_.operators) names.insert(lane.begin(), lane.end());
    for (const auto name : names) {
      const auto counts = st_.ledger.counts(name, show);
      news->operators.push_back({std::string{name}, counts.undo, counts.redo});
    }
    for (const auto& lane : st_.peers->lanes) self_->send(lane, history_news_ptr{news});
  }

  void keep_snapshots() {
    st_.snapshot_due = false;
    auto open = history();
    if (!open) return;
    if (auto kept = (*open)->keep_snapshots(); !kept)
      log::warn("journal", "no snapshot could be made: " + kept.error().message);
  }

 private:
  pointer self_;
  archivist_state& st_;
};

} // namespace

archivist_actor::behavior_type archivist(archivist_actor::stateful_pointer<archivist_state> self,
                                         archivist_options options) {
  port::state(self).options = std::move(options);
  return {
      [self](const cast_change& change) {
        auto& st = port::state(self);
        const bool first = !std::exchange(st.peers, change.now);
        if (first) (void)archive{self}.catch_up(); // tried again when the ledger is asked
      },
      [self](const events_recorded_ptr& news) { archive{self}.take(*news); },
      [self](const past_question_ptr& question) { return archive{self}.answer(*question); },
      [self](const ask_past_show& asked) { return archive{self}.show_at(asked); },
      [self](const plan_reversal& asked) { return archive{self}.plan(asked); },
      [self](const replay_events& asked) { return archive{self}.replay(asked); },
      [self](const operators_here& here) { archive{self}.interest(here); },
      [self](flush_atom) { archive{self}.tell(); },
      [self](work_atom) { archive{self}.keep_snapshots(); },
  };
}

} // namespace troupe::actors
