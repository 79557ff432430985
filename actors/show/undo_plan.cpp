#include "actors/show/undo_plan.hpp"

#include "protocol/entities.hpp"

#include <map>
#include <optional>
#include <utility>

namespace troupe::actors {
namespace {

namespace type = storage::event_type;
using storage::event_history;
using storage::history_query;
using storage::journal_event;

constexpr std::size_t page_size = 1'000;

/// Calls `visit(journal_event&&)` with all that the query finds, page by page.
template <class Visit>
result<void> each(event_history& history, history_query query, Visit visit) {
  query.limit = page_size;
  query.oldest_first = true;
  for (;;) {
    auto page = history.find(query);
    if (!page) return failure{page.error()};
    for (auto& event : page->events)
      if (auto ok = visit(std::move(event)); !ok) return ok;
    if (page->next == 0) return {};
    query.after = page->next;
  }
}

/// The command whose doing, undoing or redoing this event belongs to.
std::string root_of(const journal_event& event) {
  auto undone = reference_in(event.details, "undoes");
  if (!undone.empty()) return undone;
  auto redone = reference_in(event.details, "redoes");
  return redone.empty() ? event.correlation_id : redone;
}

/// Follows what happened to one entity after a step: a change that was taken back is no obstacle.
class later_changes {
 public:
  later_changes(undo_step& step, const std::string& author) : step_(step), author_(author) {}

  result<void> take(journal_event&& happened) {
    if (happened.correlation_id == step_.event->correlation_id) return {};
    auto change = read_change(happened);
    if (!change) return failure{change.error()};
    const auto event = std::make_shared<const journal_event>(std::move(happened));
    step_.latest = event;
    if (!*change || (*change)->run_state || event->author == author_) return {};
    const auto undone = reference_in(event->details, "undoes");
    if (!undone.empty() && in_force_.erase(undone) > 0) return {};
    if (overlaps(step_.change, **change)) in_force_[root_of(*event)] = event;
    return {};
  }

  void finish() {
    for (const auto& [root, event] : in_force_)
      if (!step_.conflict || step_.conflict->position < event->position) step_.conflict = event;
  }

 private:
  undo_step& step_;
  const std::string& author_;
  std::map<std::string, event_ptr> in_force_; // by root
};

std::optional<entity_kind> user_kind(entity_kind kind) {
  switch (kind) {
  case entity_kind::model:
    return entity_kind::fixture;
  case entity_kind::fixture:
    return entity_kind::group;
  case entity_kind::input:
    return entity_kind::graph;
  default:
    return std::nullopt;
  }
}

bool may_gain_users(const recorded_change& change) {
  using operation = recorded_change::operation;
  return change.op == operation::created ||
         (change.op == operation::updated && change.kind == entity_kind::model);
}

result<void> look_for_user(event_history& history, undo_step& step) {
  const auto kind = user_kind(step.change.kind);
  if (!kind || !may_gain_users(step.change)) return {};
  history_query query;
  query.limit = 1;
  query.after = step.event->position;
  query.kind = kind_name(*kind);
  query.text = step.change.id;
  auto page = history.find(query);
  if (!page) return failure{page.error()};
  if (!page->events.empty() && page->events.front().correlation_id != step.event->correlation_id)
    step.user = std::make_shared<const journal_event>(std::move(page->events.front()));
  return {};
}

result<void> look_at(event_history& history, undo_step& step, const std::string& author) {
  history_query query;
  query.show = step.event->stream.show;
  query.kind = step.event->stream.kind;
  query.id = step.event->stream.id;
  query.after = step.event->position;
  later_changes later{step, author};
  auto read = each(history, query, [&](journal_event&& event) { return later.take(std::move(event)); });
  if (!read) return read;
  later.finish();
  return look_for_user(history, step);
}

} // namespace

result<undo_plan> plan_undo(event_history& history, const undo_candidate& candidate, bool redo) {
  const auto head = history.head();
  if (!head) return failure{head.error()};
  const auto first = history.event(candidate.position);
  if (!first) return failure{first.error()};

  undo_plan plan;
  plan.redo = redo;
  plan.author = first->author;
  plan.root = root_of(*first);
  plan.position = head->position;
  history_query query;
  query.correlation_id = first->correlation_id;
  query.after = candidate.position - 1;
  std::uint64_t last = candidate.position;
  auto read = each(history, query, [&](journal_event&& event) -> result<void> {
    auto change = read_change(event);
    if (!change) return failure{change.error()};
    last = event.position;
    if (!*change || (*change)->run_state) return {};
    undo_step step;
    step.change = std::move(**change);
    step.event = std::make_shared<const journal_event>(std::move(event));
    plan.steps.push_back(std::move(step));
    return {};
  });
  if (!read) return failure{read.error()};
  if (last == head->position) return plan; // nothing has happened since
  for (auto& step : plan.steps)
    if (auto ok = look_at(history, step, plan.author); !ok) return failure{ok.error()};
  return plan;
}

} // namespace troupe::actors
