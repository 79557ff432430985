#pragma once
// A long journal is read by several threads, each with a connection of its own: every event carries the hash
// of the one in front, so each can be looked at alone. What they find is taken by one thread, in the order of
// the journal, so that it is the same as if that one had read everything. Internal to storage/journal.

#include "storage/journal/event_outline.hpp"
#include "storage/journal/journal_store.hpp"
#include "storage/journal/open_journal.hpp"

#include <exception>

namespace troupe::storage {

/// Some events in a row.
struct event_portion {
  std::uint64_t first = 0, last = 0; ///< positions that were asked for
  std::span<const event_outline> events() const noexcept { return {outlines.data(), count}; }
  result<void> read; ///< failed: what is there came before

  std::vector<event_outline> outlines; ///< the first `count` of them; the others are memory to be used again
  std::size_t count = 0;
  std::exception_ptr thrown;
};

class portion_reader {
 public:
  /// @param source read by one of the threads, and by nobody else meanwhile
  /// @param more   opens further ones; where it fails, there are fewer threads
  portion_reader(journal_source& source, std::function<result<std::unique_ptr<journal_source>>()> more,
                 const journal_options& options);

  /// Hands out all events from first to last, portion by portion. With `event_parts::all` they are checked
  /// as well. A portion with fewer events than positions is handed out like any other.
  /// @param take false ends it; what a reading thread throws is thrown here
  /// @returns the error of the first portion that couldn't be read whole, after it was handed out
  result<void> read(std::uint64_t first, std::uint64_t last, event_parts parts,
                    const std::function<bool(const event_portion&)>& take);

 private:
  std::vector<std::unique_ptr<journal_source>> open_others(std::uint64_t portions) const;
  result<void> read_alone(std::uint64_t first, std::uint64_t last, event_parts parts,
                          const std::function<bool(const event_portion&)>& take);

  journal_source& source_;
  std::function<result<std::unique_ptr<journal_source>>()> more_;
  std::uint64_t portion_;
  unsigned threads_;
};

} // namespace troupe::storage
