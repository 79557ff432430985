#pragma once
// An event without its texts: what is left to look at when it is clear that they are as they were written.
// Internal to storage/journal.

#include "storage/journal/event.hpp"

namespace troupe::storage {

struct event_outline {
  event_stream stream;
  std::string author;
  std::uint64_t position = 0;
  std::uint64_t sequence = 0;
  std::int64_t time_ms = 0;
  sha256_digest previous{}, hash{};
  bool sound = false;        ///< texts, link and hash fit together (`event_check`)
  bool has_entity = false;   ///< it says what the entity is from now on
  bool leaves = false;       ///< `leaves_something`
  bool empties_show = false; ///< `empties_show`: the one that is named like the stream's id
};

/// Takes everything over but `sound`. The memory of what it was before is used again.
void outline(const journal_event& event, event_outline& into);

} // namespace troupe::storage
