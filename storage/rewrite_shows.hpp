#pragma once
// The files of all shows, made from the journal: after it was mended, or came from somewhere else.

#include "storage/journal/open_journal.hpp"
#include "storage/show_files.hpp"

#include <functional>
#include <string>
#include <vector>

namespace troupe::storage {

struct rewritten_shows {
  std::vector<std::string> shows;
  std::vector<std::string> written; ///< files, relative to DATA_DIR
  std::vector<problem> left_alone;  ///< files that can't be read, and why
  std::vector<std::string> notes;   ///< what was taken in, and of what a copy was kept
};

/// Brings the files of every show to what the journal has. A file or folder that is missing is made from the
/// journal; files of a show that the journal knows nothing of are taken in. What somebody wrote by hand is
/// taken into the journal first, as at a start of the server, and where the file has to be rewritten a copy
/// is kept.
/// @pre the journal was verified or mended a moment ago, and nobody else can have written to it since
/// @param new_id a fresh UUIDv4
/// @returns STORAGE_UNAVAILABLE if a disk refuses
result<rewritten_shows> rewrite_shows(const journal_options& options, show_files& files,
                                      const std::function<std::string()>& new_id);

} // namespace troupe::storage
