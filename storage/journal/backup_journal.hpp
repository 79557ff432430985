#pragma once
// A copy of a journal, whole and of one moment, while a server writes on.

#include "storage/journal/open_journal.hpp"

namespace troupe::storage {

/// Copies the journal, its keys and its checkpoints to `to/.troupe`, durable when it returns. The copy is a
/// journal like any other. The secret key is copied, too: keep a backup as safe as the original.
/// @returns the position that the copy goes up to; CONFLICT if there is a journal in that place already, or
///          the original is on a server, which has its own means;
///          NOT_FOUND if there is none to copy; STORAGE_UNAVAILABLE if a disk refuses
result<std::uint64_t> backup_journal(const journal_options& options, const std::filesystem::path& to);

} // namespace troupe::storage
