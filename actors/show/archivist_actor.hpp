#pragma once
// Reads the journal beside its writer: the past, and who can take back what.

#include "actors/show/publication.hpp"
#include "actors/show/undo_ledger.hpp"
#include "protocol/actors.hpp"
#include "storage/journal/event_history.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

struct archivist_options {
  /// Another connection to the journal; called again when one couldn't be had.
  std::function<result<std::unique_ptr<storage::event_history>>()> read;
  std::shared_ptr<publication> published; ///< which show is active
};

struct archivist_state {
  static constexpr const char* name = "archivist";
  archivist_state() {}

  archivist_options options;
  std::shared_ptr<const cast> peers;
  std::unique_ptr<storage::event_history> history; ///< null until it could be opened
  undo_ledger ledger;
  std::vector<std::vector<std::string>> operators; ///< by lane: whose counts are wanted
  bool news_due = false;                           ///< the lanes will be told
  bool recorded = false;                           ///< something they haven't been told of
  bool snapshot_due = false;                       ///< it will be seen whether one is to be made
};

/// Spawn detached: it blocks on the disk.
archivist_actor::behavior_type archivist(archivist_actor::stateful_pointer<archivist_state> self,
                                         archivist_options options);

} // namespace troupe::actors
