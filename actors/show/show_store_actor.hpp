#pragma once
// Owns the entities of the active show.

#include "actors/show/publication.hpp"
#include "actors/show/show_book.hpp"
#include "protocol/actors.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace troupe::actors {

struct show_store_options {
  std::string show;        ///< the one to read when there is no `loaded`
  show_on_disk_ptr loaded; ///< as it was read at the start; null after a restart
  show_book_options rules;
  std::function<std::string()> new_correlation; ///< a fresh UUIDv4 for a command; null: none
  std::shared_ptr<publication> published;
};

using origin_ptr = std::shared_ptr<const command_origin>;

/// Graphs by id, with who switched them last.
using run_state_changes = std::map<std::string, origin_ptr>;

/// A client that waits for the disk, and what it will be told then.
struct waiting_answer {
  std::variant<caf::typed_response_promise<change_reply>, caf::typed_response_promise<reversal_ptr>> promise;
  result<record_ptr> outcome;
  reversal_ptr reversed{};              ///< of an undo or restore
  std::function<void()> when_durable{}; ///< what is to be done only then; null: nothing
};

struct reversal_job; // actors/show/reversal_desk.hpp

/// Facts that become durable together.
struct commit_batch {
  std::vector<recorded_fact> facts;
  std::vector<waiting_answer> waiting;
  run_state_changes run_state; ///< graphs whose `enabled` is in it
};

struct show_store_state {
  static constexpr const char* name = "show_store";
  show_store_state() : rules({}) {}

  std::shared_ptr<const cast> peers;
  show_store_options options;
  show_book rules;

  show_state pending;         // what is decided
  show_state published;       // what is durable, and run state
  std::uint64_t position = 0; // of the journal, up to which `published` has everything
  std::vector<show_problem> problems;
  std::string storage_failure;

  commit_batch gathering; // decided while another commit was under way
  commit_batch flying;
  bool committing = false;
  std::int64_t commit_begun_ns = 0;
  run_state_changes unsaved_run_state; // saved as soon as the disk allows

  bool compiling = false; // a show that was loaded
  bool loaded = false;
  bool loading = false; // commands wait in `held` until the show is there
  std::function<void()> start_load;
  std::vector<std::function<void()>> held;
  std::vector<port::void_promise> settling; // wait for the last commit

  std::vector<std::shared_ptr<reversal_job>> reversals;         // undo and redo that are being prepared
  std::vector<std::shared_ptr<reversal_job>> reversals_waiting; // those of them that wait for a commit
};

/// The show_store: decides on pending state, publishes what the journal has made durable.
show_store_actor::behavior_type show_store(show_store_actor::stateful_pointer<show_store_state> self,
                                           show_store_options options);

} // namespace troupe::actors
