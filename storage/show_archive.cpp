#include "storage/show_archive.hpp"

#include "storage/external_edits.hpp"
#include "storage/journal/fact_events.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace troupe::storage {

namespace {

/// Facts in one transaction while files are taken in: bounded, for shows of any size.
constexpr std::size_t portion = 5'000;

constexpr std::size_t usual_facts = 1'024; // in one transaction; memory for more isn't kept

constexpr std::string_view file_author = "file"; ///< who edits files has no other name

problem as_problem(const journal_damage& damage) {
  problem out;
  out.file = ".troupe/journal";
  out.reason = damage.position > 0
                   ? fmt::format("the journal is damaged from position {} on: {}; run `troupe verify`",
                                 damage.position, damage.reason)
                   : fmt::format("the journal is damaged: {}; run `troupe verify`", damage.reason);
  return out;
}

} // namespace

show_archive::show_archive(open_journal_result journal, options settings)
    : journal_(std::move(journal)), settings_(std::move(settings)) {}

arrived_show show_archive::from_files(const loaded_show& found) const {
  arrived_show out{found.state, head().position, found.problems, found.unreadable, found.notes};
  const auto why = as_problem(*journal_.damage);
  out.problems.push_back(why);
  for (auto& kind : out.unreadable)
    if (!kind) kind = why;
  return out;
}

result<show_state> show_archive::base_of(entity_kind kind, const std::string& show, std::uint64_t position) {
  auto reader = journal_.read();
  if (!reader) return failure{reader.error()};
  auto past = (*reader)->view_at(kind == entity_kind::model ? std::string{} : show, position);
  if (!past) return failure{past.error()};
  return state_of(show, {}, past->rows);
}

result<void> show_archive::take_in(entity_kind kind, const loaded_show& found, arrived_show& into) {
  const auto which = static_cast<std::size_t>(kind);
  const auto& standing = found.standing[which];
  // A file that shows more than the journal holds is of another journal, which is gone: nothing is known of
  // it.
  const bool lost = standing.position > head().position;
  const bool by_hand = !lost && standing.origin == file_origin::by_hand;
  const bool unrecorded = standing.origin == file_origin::unrecorded || (lost && found.state.count(kind) > 0);
  if (found.unreadable[which] || (!by_hand && !unrecorded)) return {};
  const auto& show = found.state.show();
  show_state base{show};
  if (by_hand) {
    auto then = base_of(kind, show, standing.position);
    if (!then) return failure{then.error()};
    base = std::move(*then);
  }
  const bool fresh = into.state.count(kind) == 0 && !by_hand;
  auto origin = std::make_shared<command_origin>();
  origin->author = file_author;
  origin->correlation_id = settings_.new_id();
  origin->external_edit = !fresh;
  if (fresh) origin->notes["imported"] = true;
  auto changes = external_edits(kind, found.state, base, into.state, !by_hand, found.unloaded[which]);
  if (changes.empty()) return {};
  into.notes.push_back(
      fmt::format("{}: {} {}", file_of(kind, show), changes.size(),
                  fresh ? "entities are new to the journal" : "changes by hand are taken in"));
  for (auto& change : changes) {
    troupe::apply(into.state, change.happened);
    outstanding_.push_back({show, {std::move(change.happened), std::move(change.before), origin}});
  }
  return {};
}

result<arrived_show> show_archive::load(const loaded_show& found) {
  if (journal_.damage) return from_files(found);
  arrived_show out;
  settle(out.notes);
  const auto& show = found.state.show();
  const auto models = journal_.journal->view({});
  if (!models) return failure{models.error()};
  const auto entities = journal_.journal->view(show);
  if (!entities) return failure{entities.error()};
  overtaken_ = false; // what comes from now on the next append finds out
  auto state = state_of(show, *models, *entities);
  if (!state) return failure{std::move(state.error())};
  out.state = std::move(*state);
  // What still couldn't be recorded is part of the show nevertheless.
  for (const auto& one : outstanding_)
    if (one.show == show || kind_of(one.fact.happened) == entity_kind::model)
      troupe::apply(out.state, one.fact.happened);
  out.problems = found.problems;
  out.unreadable = found.unreadable;
  out.notes.insert(out.notes.end(), found.notes.begin(), found.notes.end());
  for (std::size_t kind = 0; kind < entity_kind_count; ++kind)
    if (auto taken = take_in(static_cast<entity_kind>(kind), found, out); !taken)
      return failure{std::move(taken.error())};
  settle(out.notes);
  out.position = head().position;
  return out;
}

bool show_archive::settle(std::vector<std::string>& notes) {
  std::size_t done = 0;
  bool refused = false;
  while (done < outstanding_.size() && !refused) {
    const auto end = std::min(done + portion, outstanding_.size());
    std::vector<event_journal::draft> drafts;
    drafts.reserve(end - done);
    for (auto i = done; i < end; ++i)
      drafts.push_back({event_of(outstanding_[i].fact, outstanding_[i].show), std::nullopt});
    auto recorded = append(drafts);
    refused = !recorded;
    if (refused) {
      notes.push_back("changes by hand wait to be recorded: " + recorded.error().message);
      break;
    }
    news_.insert(news_.end(), std::make_move_iterator(recorded->begin()),
                 std::make_move_iterator(recorded->end()));
    done = end;
  }
  outstanding_.erase(outstanding_.begin(), outstanding_.begin() + static_cast<std::ptrdiff_t>(done));
  return !refused;
}

/// Notes when it is refused because of another server's events: those have a position in the error.
result<recorded_events> show_archive::append(std::span<event_journal::draft> drafts) {
  auto recorded = journal_.journal->append(drafts);
  if (!recorded && recorded.error().code == ec::conflict && recorded.error().details.contains("position"))
    overtaken_ = true;
  return recorded;
}

result<recorded_events> show_archive::commit(std::string_view show, std::span<const recorded_fact> facts) {
  if (overtaken_) {
    error out{ec::conflict, "another server has changed the show", {}};
    out.details["position"] = head().position;
    return failure{std::move(out)};
  }
  drafts_.clear();
  for (const auto& one : outstanding_) drafts_.push_back({event_of(one.fact, one.show), std::nullopt});
  for (const auto& one : facts) drafts_.push_back({event_of(one, show), std::nullopt});
  auto recorded = append(drafts_);
  if (drafts_.capacity() > usual_facts) drafts_ = {};
  if (recorded) outstanding_.clear();
  return recorded;
}

result<recorded_events> show_archive::record(std::vector<event_journal::draft> drafts) {
  auto recorded = append(drafts);
  if (!recorded && recorded.error().details.contains("position")) recorded = append(drafts);
  return recorded;
}

result<recorded_events> show_archive::record(new_event event) {
  return record(std::vector{event_journal::draft{std::move(event), std::nullopt}});
}

} // namespace troupe::storage
