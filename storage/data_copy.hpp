#pragma once
// Copies of a data folder: the journal, its keys and the show files, of one moment.

#include "storage/journal/open_journal.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace troupe::storage {

struct data_backup {
  std::uint64_t position = 0; ///< of the last event in it
  std::size_t files = 0;      ///< of shows
  journal_report report;      ///< of the copy
};

/// Copies a data folder while a server may write: journal, keys, checkpoints, show files with their `*.orig`
/// copies, the identifier for sACN. Run logs aren't in it. The target appears whole, or not at all.
/// @returns VALIDATION_ERROR for a target inside the data folder; CONFLICT if there is something in that
///          place; NOT_FOUND without a journal; STORAGE_UNAVAILABLE if a disk refuses
result<data_backup> backup_data(const journal_options& options, const std::filesystem::path& to);

/// Copies the files of all shows, and those of the journal as they are, byte by byte, without asking what
/// they hold. Nobody may write meanwhile.
/// @returns STORAGE_UNAVAILABLE if a disk refuses, or there is something in that place
result<void> copy_as_it_is(const std::filesystem::path& data, const std::filesystem::path& to);

struct data_restored {
  journal_report report;
  std::filesystem::path put_aside; ///< where the folder is that was there; empty: there was none
};

/// Makes a data folder of a backup, whole or not at all.
/// @param put_aside where a folder goes that holds something; empty: it is refused
/// @returns CONFLICT for a folder that holds something; STORAGE_UNAVAILABLE if the backup is damaged, a
/// server
///          uses the folder, or a disk refuses; NOT_FOUND if there is no backup
result<data_restored> restore_data(const journal_options& backup, const std::filesystem::path& to,
                                   const std::filesystem::path& put_aside);

/// Whether there is nothing in that place, or an empty folder.
bool is_vacant(const std::filesystem::path& place);

} // namespace troupe::storage
