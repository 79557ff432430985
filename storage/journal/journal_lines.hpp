#pragma once
// A journal as text: JSON Lines that any program can read, and that make the same journal again.

#include "storage/journal/checkpoint.hpp"
#include "storage/journal/open_journal.hpp"

#include <functional>
#include <variant>

namespace troupe::storage {

/// The first line.
struct lines_header {
  std::string journal_id;
  std::uint64_t events = 0; ///< how many follow
};

std::string header_line(const lines_header& header);
/// All that is hashed, and the hash.
std::string event_line(const journal_event& event);

/// @returns VALIDATION_ERROR if it is no such line
result<lines_header> parse_header_line(std::string_view line);
result<journal_event> parse_event_line(std::string_view line);

/// Hands out the header, then each event in its order, then the checkpoints, up to the head of now.
/// @param line called with each line, without its end; false stops
/// @returns how many events; NOT_FOUND if there is no journal
result<std::uint64_t> export_journal(const journal_options& options,
                                     const std::function<bool(std::string_view)>& line);

/// Makes a journal of the lines in a folder that has none: the same events with the same hashes, its id, its
/// checkpoints, and the views anew. Nothing is left if a line is wrong. The keys aren't in the lines: put
/// `journal.pub` beside it, or the checkpoints can't be checked.
/// @param line gives the next one; nothing at the end
/// @returns how many events; VALIDATION_ERROR naming the line that is wrong, or where the chain breaks;
///          CONFLICT if there is a journal already
result<std::uint64_t> import_journal(const journal_options& options,
                                     const std::function<std::optional<std::string>()>& line);

/// Takes a whole journal away: one that was just imported and isn't wanted.
void discard_journal(const journal_options& options);

} // namespace troupe::storage
