#pragma once
// Messages of undo, restore and the past; local ones, as those of local_messages.hpp.

#include "protocol/local_messages.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {
struct found_edit;      // actors/show/edit_desk.hpp: only pointers to it travel
struct past_question;   // actors/show/past_reader.hpp: the same
struct past_show;       // actors/show/restore_rules.hpp: the same
struct restore_command; // the same
struct undo_plan;       // actors/show/undo_plan.hpp: the same
} // namespace troupe::actors

namespace troupe {

// -- the past -----------------------------------------------------------------------------------------

/// lane → archivist: events, a show at a moment, a comparison. Answer: past_answer.
using past_question_ptr = std::shared_ptr<const actors::past_question>;

/// The whole body of a REST answer.
struct past_answer {
  text_ptr body;
};

/// lane, show_store → archivist: a show as it was, as values. Answer: past_show_ptr.
struct ask_past_show {
  std::string show;
  std::string moment; ///< position, time or checkpoint, as it was written
  std::string field;  ///< what to name when it is none
};
using past_show_ptr = std::shared_ptr<const actors::past_show>;

/// lane → journal: give this moment a name. Answer: facts_committed; CONFLICT if the name is taken.
struct name_checkpoint {
  std::string name;
  command_author by;
};

/// lane → journal → file_keeper: a new show that begins as another was. Answer: nothing, or CONFLICT.
struct branch_show {
  std::string show;
  std::string from;
  std::uint64_t position = 0; ///< towards journal: of `from`; towards file_keeper: of the branch
  show_state state;           ///< what it begins with
  command_author by;
};
using branch_show_ptr = std::shared_ptr<const branch_show>;

// -- undo and restore ----------------------------------------------------------------------------------

/// lane, session → show_store: take back the operator's last command, or do it again. Answer:
/// reversal_ptr when it is durable, or CONFLICT with the reason (docs/history.md).
struct reverse_command {
  command_author by;
  bool redo = false;
};

/// lane → show_store: bring the show, or parts of it, back to a moment. Answer: reversal_ptr.
using restore_command_ptr = std::shared_ptr<const actors::restore_command>;

/// What an undo, redo or restore has changed.
struct reversal {
  struct changed_entity {
    entity_kind kind = entity_kind::fixture;
    std::string id;
    entity_news::operation op = entity_news::operation::updated;
    std::uint64_t revision = 0;
  };
  std::string correlation_id;            ///< of the new command; empty: there was nothing to change
  std::vector<std::uint64_t> undone;     ///< positions of the events that were reversed; of a restore: none
  std::optional<std::uint64_t> restored; ///< of a restore: the position
  std::vector<changed_entity> entities;
};
using reversal_ptr = std::shared_ptr<const reversal>;

/// show_store → archivist: what the operator's last command did, and what is in the way of taking it back.
/// Answer: undo_plan_ptr, null if there is no such command.
struct plan_reversal {
  std::string author;
  std::string show;
  bool redo = false;
  std::uint64_t position = 0; ///< it knows of everything up to here, at least
};
using undo_plan_ptr = std::shared_ptr<const actors::undo_plan>;

// -- show files edited by hand while the server runs ------------------------------------------------------

/// Which of the edits that are known: by file, and by copy if there are several.
struct edit_name {
  std::string file; ///< relative to DATA_DIR
  std::string copy; ///< empty: the newest of that file
};

/// lane → show_store: take an edit in as facts, or let it be. Answer: reversal_ptr with the entities that
/// changed, when they are durable.
struct settle_edit {
  edit_name which;
  bool take = true;
  command_author by;
};

/// show_store → file_keeper: what does the edited file hold? Answer: found_edit_ptr; NOT_FOUND for an edit
/// that isn't known.
struct read_edit {
  edit_name which;
};
using found_edit_ptr = std::shared_ptr<const actors::found_edit>;

/// show_store → file_keeper: it has been taken in, or isn't wanted. Answer: nothing.
struct forget_edit {
  edit_name which;
};

// -- what operators are told ------------------------------------------------------------------------------

/// session → lane: the client has told its name.
struct name_client {
  std::uint64_t client = 0;
  std::string name;
};

/// lane → archivist: whose counts its clients want to know. No answer; history_news_ptr follows.
struct operators_here {
  std::size_t lane = 0;
  std::vector<std::string> names;
};

/// archivist → lanes: how far the journal is, and what the operators can take back; at most 10 a second. No
/// answer.
struct history_news {
  struct counts {
    std::string name;
    std::uint64_t undo = 0, redo = 0;
  };
  std::uint64_t position = 0;
  bool recorded = false; ///< something has been recorded since the last; else only counts were asked for
  std::vector<counts> operators; ///< `anonymous`, and those that somebody has asked for
};
using history_news_ptr = std::shared_ptr<const history_news>;

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::past_question_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::past_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::ask_past_show)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::past_show_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::name_checkpoint)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::branch_show_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::reverse_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::restore_command_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::reversal_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::plan_reversal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::undo_plan_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::settle_edit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::read_edit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::found_edit_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::forget_edit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::name_client)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::operators_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::history_news_ptr)
