#pragma once
// What stands in for a journal that can't be opened: it has nothing, takes nothing, and says why.

#include "storage/journal/open_journal.hpp"

namespace troupe::storage {

/// A journal that is damaged as a whole: the show goes on from its files, read-only.
open_journal_result refusing_journal(const error& why);

} // namespace troupe::storage
