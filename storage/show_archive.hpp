#pragma once
// A show between its journal, which is the truth, and its files, which people edit: what is recorded of the
// one, what is taken in from the other.

#include "protocol/facts.hpp"
#include "storage/journal/open_journal.hpp"
#include "storage/show_files.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// A show as it is after its files were looked at.
struct arrived_show {
  show_state state;
  std::uint64_t position = 0; ///< of the journal
  std::vector<problem> problems;
  std::array<std::optional<problem>, entity_kind_count> unreadable; ///< these kinds are read-only
  std::vector<std::string> notes;                                   ///< for the log
};

using recorded_events = std::vector<std::shared_ptr<const journal_event>>;

/// Used by one thread at a time.
class show_archive {
 public:
  struct options {
    std::function<std::string()> new_id; ///< a fresh UUIDv4
  };

  show_archive(open_journal_result journal, options settings);

  /// The show as the journal has it, with what was changed by hand in files since they were written. The
  /// changes are recorded; if the disk refuses that, they are recorded with the next commit. With a damaged
  /// journal the files are the show, and every kind is read-only.
  /// @returns STORAGE_UNAVAILABLE when the journal can't be read
  result<arrived_show> load(const loaded_show& found);

  /// All or none. @returns as event_journal::append; CONFLICT, also, from the moment when another server's
  /// events were met until the next `load`: what was decided without them must not go over them
  result<recorded_events> commit(std::string_view show, std::span<const recorded_fact> facts);

  /// Records that a show has come or gone. What another server has written meanwhile doesn't matter to it.
  result<recorded_events> record(new_event event);

  /// Records events of any kind, all or none. @returns as event_journal::append
  result<recorded_events> record(std::vector<event_journal::draft> drafts);

  /// Events that `load` recorded and that nobody has been told of yet.
  recorded_events take_news() { return std::exchange(news_, {}); }

  journal_head head() const { return journal_.journal->head(); }
  const std::optional<journal_damage>& damage() const noexcept { return journal_.damage; }
  const std::vector<std::string>& opening_notes() const noexcept { return journal_.notes; }
  /// What the journal counts of itself; null for one that can't be used.
  const journal_figures* figures() const noexcept { return journal_.figures.get(); }
  /// Another connection, for whoever reads the past.
  const std::function<result<std::unique_ptr<event_history>>()>& reader() const noexcept {
    return journal_.read;
  }
  std::string new_id() const { return settings_.new_id(); }

 private:
  struct outstanding {
    std::string show;
    recorded_fact fact;
  };

  arrived_show from_files(const loaded_show& found) const;
  result<void> take_in(entity_kind kind, const loaded_show& found, arrived_show& into);
  result<show_state> base_of(entity_kind kind, const std::string& show, std::uint64_t position);
  result<recorded_events> append(std::span<event_journal::draft> drafts);
  /// Records what is outstanding, in portions. @returns false if the disk refuses
  bool settle(std::vector<std::string>& notes);

  open_journal_result journal_;
  options settings_;
  std::vector<outstanding> outstanding_;
  std::vector<event_journal::draft> drafts_; ///< of one commit; kept for its memory
  bool overtaken_ = false; ///< another server has written since the last `load`
  recorded_events news_;
};

} // namespace troupe::storage
