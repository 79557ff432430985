#pragma once
// A signature under the head of a journal: whoever cuts events off its end, or makes the whole chain anew,
// would have to sign again. And the plain file beside the database that holds them a second time, so that
// an older copy of the whole database put in its place is seen, too.

#include "storage/journal/event.hpp"

#include <array>
#include <filesystem>
#include <vector>

namespace troupe::storage {

struct signed_checkpoint {
  std::uint64_t position = 0;
  sha256_digest hash{}; ///< of the event there
  std::int64_t time_ms = 0;
  std::string key_id; ///< which key has signed it
  std::array<std::uint8_t, 64> signature{};
  friend bool operator==(const signed_checkpoint&, const signed_checkpoint&) = default;
};

/// What is signed: canonical JSON with journal, position, hash, time and key.
std::string checkpoint_text(std::string_view journal_id, const signed_checkpoint& checkpoint);

/// The same with the signature: one line of the file, without its end.
std::string checkpoint_line(std::string_view journal_id, const signed_checkpoint& checkpoint);

struct checkpoint_of_journal {
  std::string journal_id;
  signed_checkpoint checkpoint;
};
/// @returns nothing if it is no such line: torn, or written by somebody else
std::optional<checkpoint_of_journal> parse_checkpoint_line(std::string_view line);

/// All lines of a text that are checkpoints; others are passed over, for a loss of power may tear any line
/// that was never flushed.
std::vector<checkpoint_of_journal> parse_checkpoint_lines(std::string_view text);

/// The file's checkpoints; none if there is no file. Of a file beyond 256 MB (some 700 million events) the
/// end.
/// @returns STORAGE_UNAVAILABLE if it is there and can't be read
result<std::vector<checkpoint_of_journal>> read_checkpoint_file(const std::filesystem::path& file);

/// Adds a line; begins a new one behind a torn one. Not flushed: the database holds the truth.
result<void> append_checkpoint_file(const std::filesystem::path& file, const std::string& line);

} // namespace troupe::storage
