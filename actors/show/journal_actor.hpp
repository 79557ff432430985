#pragma once
// The disk as an actor: everything that blocks on it, in one place.

#include "protocol/actors.hpp"
#include "storage/show_files.hpp"

#include <memory>

namespace troupe::actors {

struct journal_state {
  static constexpr const char* name = "journal";
  journal_state() {}
  std::shared_ptr<storage::show_files> files;
};

/// What storage read, as the store takes it.
show_on_disk_ptr as_message(const storage::loaded_show& loaded);

/// @param files used by nobody else while this actor lives. Spawn detached: it blocks
journal_actor::behavior_type journal(journal_actor::stateful_pointer<journal_state> self,
                                     std::shared_ptr<storage::show_files> files);

} // namespace troupe::actors
