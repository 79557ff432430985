#pragma once
// Keeps the YAML files what the journal says, within a second of a change.

#include "actors/show/files_report.hpp"
#include "protocol/actors.hpp"
#include "storage/show_files.hpp"

#include <memory>
#include <optional>

namespace troupe::actors {

struct file_keeper_options {
  std::shared_ptr<storage::show_files> files; ///< outlives a restart of the actor
  std::shared_ptr<files_report> report;       ///< for health and metrics
};

struct file_keeper_state {
  static constexpr const char* name = "file_keeper";
  file_keeper_options options;
  std::shared_ptr<const cast> peers;
  std::optional<keep_files> wanted; ///< the newest state that isn't in the files yet
  std::optional<keep_files> last;   ///< what is in them, for files that vanish
  std::int64_t wanted_since_ns = 0;
  files_standing standing;
  bool beating = false; ///< its timer runs
  unsigned beats = 0;
};

file_keeper_actor::behavior_type file_keeper(file_keeper_actor::stateful_pointer<file_keeper_state> self,
                                             file_keeper_options options);

} // namespace troupe::actors
