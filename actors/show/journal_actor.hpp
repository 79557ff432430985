#pragma once
// The disk as an actor: everything that blocks on it, in one place.

#include "protocol/actors.hpp"
#include "protocol/show_state.hpp"
#include "storage/show_files.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace troupe::actors {

struct journal_state {
  static constexpr const char* name = "journal";
  journal_state() {}
  std::shared_ptr<storage::show_files> files;
  show_state show; ///< what the files hold
  std::array<std::optional<storage::problem>, entity_kind_count> unreadable;
  std::uint64_t position = 0;
};

/// What storage read, as the store takes it.
show_on_disk_ptr as_message(const storage::loaded_show& loaded);

/// @param files used by nobody else while this actor lives. Spawn detached: it blocks
journal_actor::behavior_type journal(journal_actor::stateful_pointer<journal_state> self,
                                     std::shared_ptr<storage::show_files> files);

} // namespace troupe::actors
