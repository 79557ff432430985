#pragma once
// The append-only record of every change: one thread, one writer.

#include "protocol/actors.hpp"
#include "storage/show_archive.hpp"

#include <memory>

namespace troupe::actors {

struct journal_state {
  static constexpr const char* name = "journal";
  std::shared_ptr<storage::show_archive> archive;
  std::shared_ptr<const cast> peers;
  bool telling = false;            ///< the archivist hasn't answered yet
  storage::recorded_events untold; ///< what it is told then
};

show_on_disk_ptr as_message(const storage::arrived_show& arrived);

/// @param archive outlives a restart of the actor
journal_actor::behavior_type journal(journal_actor::stateful_pointer<journal_state> self,
                                     std::shared_ptr<storage::show_archive> archive);

} // namespace troupe::actors
