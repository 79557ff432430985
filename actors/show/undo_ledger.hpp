#pragma once
// Who can take back what, and do what again: every operator's commands in the order they were given, made
// from nothing but the events of the journal. Pure; the archivist owns one.

#include "storage/journal/event.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// Where the journal holds what is to be reversed: the first event of a command, its undo or its redo.
struct undo_candidate {
  std::uint64_t position = 0;
};

struct undo_counts {
  std::uint64_t undo = 0, redo = 0;
  friend bool operator==(const undo_counts&, const undo_counts&) = default;
};

/// Fed with all events in order. A command costs 16 bytes for as long as it can be undone or redone, whatever
/// it touched: what it did stays in the journal.
///
/// Not undoable: run state, edits of files that nobody took in, the making, branching and deleting of shows. A
/// new command of an operator ends what the same operator could do again. Commands on models, which all shows
/// share, count in every show.
class undo_ledger {
 public:
  /// The event after the last one; earlier ones are ignored, so that it may be told twice.
  void take(const storage::journal_event& event);

  /// Everything up to here has been taken.
  std::uint64_t position() const noexcept { return position_; }

  /// The operator's last command that is in force in this show; nothing: there is none.
  std::optional<undo_candidate> next_undo(std::string_view author, std::string_view show);
  /// The operator's last undo in this show, unless a command came after it.
  std::optional<undo_candidate> next_redo(std::string_view author, std::string_view show);

  undo_counts counts(std::string_view author, std::string_view show);

  /// How many commands are kept, of all operators.
  std::size_t size();

 private:
  struct command {
    std::uint64_t root = 0;     // of its correlation id, hashed
    std::uint64_t position = 0; // of the first event that put it into force, or took it back
  };
  using stack = std::vector<command>;
  struct stacks {
    stack undo, redo;
  };
  using shows = std::map<std::string, stacks, std::less<>>;

  /// The events of one command stand together; it is entered when the next begins.
  struct open_command {
    std::string correlation_id, author, show, undoes, redoes;
    std::uint64_t position = 0; // of its first event that can be undone; 0: none so far
    bool makes_show = false;    // or ends one: what goes with that isn't undone by itself
  };

  void enter();
  static void move_to(stack& from, stack& to, std::uint64_t root, std::uint64_t position);
  std::optional<undo_candidate> newest(std::string_view author, std::string_view show, stack stacks::*which);
  const stacks* find(std::string_view author, std::string_view show) const;

  std::map<std::string, shows, std::less<>> operators_;
  open_command open_;
  std::uint64_t position_ = 0;
};

} // namespace troupe::actors
