#pragma once
// The show on disk, opened before anybody plays.

#include "protocol/local_messages.hpp"
#include "storage/config.hpp"
#include "storage/show_archive.hpp"
#include "storage/show_files.hpp"

#include <memory>

namespace troupe::actors {

/// The journal, the files, and the show as it was found in them.
struct stored_show {
  std::shared_ptr<storage::show_archive> archive;
  std::shared_ptr<storage::show_files> files;
  show_on_disk_ptr loaded;
};

/// Locks the data folder, opens the journal and reads the show that the settings name. What was found goes to
/// the log.
result<stored_show> open_show(const storage::config& settings);

} // namespace troupe::actors
