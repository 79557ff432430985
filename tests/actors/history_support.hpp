#pragma once
// A show whose every change is an event of a real journal, without actors: commands, undo and redo as the
// show_store makes them.

#include "actors/show/restore_rules.hpp"
#include "actors/show/show_book.hpp"
#include "actors/show/undo_ledger.hpp"
#include "actors/show/undo_plan.hpp"
#include "actors/show/undo_rules.hpp"
#include "storage/journal/fact_events.hpp"
#include "storage/journal/open_journal.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/support/temp_dir.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

class recorded_show {
 public:
  explicit recorded_show(const show_state& begin = show_state{"tour"}) : state_(begin.show()) {
    storage::journal_options options;
    options.data_dir = folder_.path();
    options.wall_time_ms = [this] { return time_ms_ += 1'000; };
    options.random = [this] {
      std::array<std::uint8_t, 16> bytes{};
      const auto n = ++dice_;
      for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
      return bytes;
    };
    auto opened = storage::open_journal(std::move(options));
    if (!opened) FAIL(opened.error().message);
    opened_ = std::make_unique<storage::open_journal_result>(std::move(*opened));
    auto read = opened_->read();
    if (!read) FAIL(read.error().message);
    history_ = std::move(*read);
    std::vector<fact> all;
    for (std::size_t i = 0; i < entity_kind_count; ++i)
      begin.each(static_cast<entity_kind>(i),
                 [&](const record_ptr& one) { all.emplace_back(entity_created{one}); });
    if (!all.empty()) record("file", std::move(all), {});
  }

  /// Decides and records. @returns the reason if it is refused
  template <class Command>
  result<void> give(const std::string& author, const Command& command) {
    auto made = rules.decide(state_, command);
    if (!made) return failure{made.error()};
    record(author, std::move(made->facts), {});
    return {};
  }

  result<std::vector<fact>> undo(const std::string& author) { return reverse(author, false); }
  result<std::vector<fact>> redo(const std::string& author) { return reverse(author, true); }

  result<std::vector<fact>> reverse(const std::string& author, bool redo) {
    const auto candidate =
        redo ? ledger.next_redo(author, state_.show()) : ledger.next_undo(author, state_.show());
    if (!candidate) return failure{actors::undo_conflict("nothing", "nothing")};
    const auto plan = actors::plan_undo(*history_, *candidate, redo);
    if (!plan) return failure{plan.error()};
    auto facts = actors::decide_undo(*plan, state_, default_max_entities);
    if (facts) record(author, *facts, {{redo ? "redoes" : "undoes", plan->root}});
    return facts;
  }

  void record(const std::string& author, std::vector<fact> facts, boost::json::object notes,
              bool external = false) {
    auto origin = std::make_shared<command_origin>();
    origin->author = author;
    origin->correlation_id = "command-" + std::to_string(++commands_);
    origin->notes = std::move(notes);
    origin->external_edit = external;
    std::vector<storage::event_journal::draft> drafts;
    for (auto& one : facts) {
      recorded_fact recorded{one, state_.find(kind_of(one), id_of(one)), origin};
      drafts.push_back({storage::event_of(recorded, state_.show()), std::nullopt});
      troupe::apply(state_, one);
    }
    append(std::move(drafts));
  }

  void append(std::vector<storage::event_journal::draft> drafts) {
    const auto recorded = opened_->journal->append(drafts);
    if (!recorded) FAIL(recorded.error().message);
    for (const auto& event : *recorded) ledger.take(*event);
  }

  const show_state& state() const { return state_; }
  storage::event_history& history() { return *history_; }
  std::uint64_t head() { return opened_->journal->head().position; }

  /// Entities by kind and id, as JSON without the revision.
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> all;
    for (std::size_t i = 0; i < entity_kind_count; ++i)
      state_.each(static_cast<entity_kind>(i), [&](const record_ptr& one) {
        auto members = entity_members(*one);
        members.erase("revision");
        all.emplace(std::string{kind_name(one->kind())} + " " + one->id, to_json(members));
      });
    return all;
  }

  actors::show_book rules{{default_max_entities, [this] { return "new-" + std::to_string(++ids_); }}};
  actors::undo_ledger ledger;

 private:
  temp_dir folder_;
  std::int64_t time_ms_ = 1'700'000'000'000;
  std::uint64_t dice_ = 0;
  unsigned commands_ = 0, ids_ = 0;
  std::unique_ptr<storage::open_journal_result> opened_;
  std::unique_ptr<storage::event_history> history_;
  show_state state_;
};

inline update_entity_command update(const show_state& state, entity_kind kind, const std::string& id,
                                    std::string_view changes) {
  const auto record = state.find(kind, id);
  return {kind, id, record ? record->revision : 0, members(changes)};
}

/// `details.reason` of a refusal; empty without.
template <class T>
std::string reason_of(const result<T>& outcome) {
  if (outcome) return {};
  const auto* reason = outcome.error().details.if_contains("reason");
  return reason ? std::string{reason->as_string()} : outcome.error().message;
}

} // namespace troupe::test
