#include "actors/show/undo_ledger.hpp"

#include "actors/show/operator_name.hpp"
#include "actors/show/recorded_change.hpp"
#include "storage/journal/fact_events.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {
namespace {

namespace type = storage::event_type;

/// FNV-1a; two commands of one operator would have to collide to be taken for one.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const auto letter : text) {
    hash ^= static_cast<unsigned char>(letter);
    hash *= 1'099'511'628'211U;
  }
  return hash;
}

/// An edit of a file is the command of who took it in. What came in at a start is nobody's.
bool undoable(const storage::journal_event& event) {
  return storage::kind_named(event.stream.kind) && event.type != type::graph_enabled_set &&
         event.author != file_author;
}

bool about_shows(std::string_view event) {
  return event == type::show_created || event == type::show_branched || event == type::show_deleted;
}

} // namespace

void undo_ledger::take(const storage::journal_event& event) {
  if (event.position <= position_) return;
  position_ = event.position;
  if (event.correlation_id != open_.correlation_id) {
    enter();
    open_.correlation_id = event.correlation_id;
    open_.author = event.author;
    open_.undoes = reference_in(event.details, "undoes");
    open_.redoes = reference_in(event.details, "redoes");
  }
  if (about_shows(event.type)) open_.makes_show = true;
  if (event.type == type::show_deleted)
    for (auto& [author, all] : operators_) all.erase(event.stream.id);
  if (!undoable(event)) return;
  if (open_.position == 0) open_.position = event.position;
  if (!event.stream.show.empty()) open_.show = event.stream.show;
}

void undo_ledger::move_to(stack& from, stack& to, std::uint64_t root, std::uint64_t position) {
  const auto found =
      std::find_if(from.rbegin(), from.rend(), [&](const command& one) { return one.root == root; });
  if (found == from.rend()) return;
  from.erase(std::next(found).base());
  to.push_back({root, position});
}

void undo_ledger::enter() {
  const auto done = std::exchange(open_, {});
  if (done.position == 0 || done.makes_show || done.correlation_id.empty()) return;
  auto& all = operators_[done.author];
  auto& mine = all[done.show];
  if (!done.undoes.empty()) return move_to(mine.undo, mine.redo, hash_of(done.undoes), done.position);
  if (!done.redoes.empty()) return move_to(mine.redo, mine.undo, hash_of(done.redoes), done.position);
  mine.undo.push_back({hash_of(done.correlation_id), done.position});
  // What is done again must not go over what has been done since.
  for (auto& [show, one] : all)
    if (show == done.show || show.empty() || done.show.empty()) one.redo.clear();
}

std::optional<undo_candidate> undo_ledger::newest(std::string_view author, std::string_view show,
                                                  stack stacks::*which) {
  enter();
  std::optional<undo_candidate> found;
  for (const auto name : {show, std::string_view{}}) {
    const auto* one = find(author, name);
    if (!one || (one->*which).empty()) continue;
    const auto position = (one->*which).back().position;
    if (!found || position > found->position) found = undo_candidate{position};
  }
  return found;
}

std::optional<undo_candidate> undo_ledger::next_undo(std::string_view author, std::string_view show) {
  return newest(author, show, &stacks::undo);
}

std::optional<undo_candidate> undo_ledger::next_redo(std::string_view author, std::string_view show) {
  return newest(author, show, &stacks::redo);
}

undo_counts undo_ledger::counts(std::string_view author, std::string_view show) {
  enter();
  undo_counts sum;
  for (const auto name : {show, std::string_view{}}) {
    if (const auto* one = find(author, name)) sum.undo += one->undo.size(), sum.redo += one->redo.size();
    if (show.empty()) break;
  }
  return sum;
}

std::size_t undo_ledger::size() {
  enter();
  std::size_t sum = 0;
  for (const auto& [author, all] : operators_)
    for (const auto& [show, one] : all) sum += one.undo.size() + one.redo.size();
  return sum;
}

const undo_ledger::stacks* undo_ledger::find(std::string_view author, std::string_view show) const {
  const auto all = operators_.find(author);
  if (all == operators_.end()) return nullptr;
  const auto one = all->second.find(show);
  return one == all->second.end() ? nullptr : &one->second;
}

} // namespace troupe::actors
