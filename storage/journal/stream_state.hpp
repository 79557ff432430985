#pragma once
// What an event does to the row of its stream in the views. The one rule for writing, rebuilding, verifying
// and looking back.

#include "storage/journal/event_outline.hpp"

#include <string>

namespace troupe::storage {

/// A stream as the views know it. The row stays when the entity is gone, for its number goes on.
struct stream_state {
  std::uint64_t created_at = 0; ///< 0: it isn't there (not yet, or no longer)
  std::uint64_t changed_at = 0;
  std::uint64_t sequence = 0;
  bool exists() const noexcept { return created_at > 0; }
  friend bool operator==(const stream_state&, const stream_state&) = default;
};

/// Whether there is something behind the stream after this event. An entity is there as long as its last
/// event has one; a show until it is deleted; a named checkpoint for ever.
bool leaves_something(const new_event& event) noexcept;

/// Whether the event takes all entities of `emptied_show` with it.
inline bool empties_show(const new_event& event) noexcept {
  return event.type == event_type::show_deleted;
}
inline const std::string& emptied_show(const new_event& event) noexcept {
  return event.stream.id;
}

/// The row after the event. What was gone and is there again counts as created anew.
stream_state after(const stream_state& before, const journal_event& event) noexcept;
stream_state after(const stream_state& before, const event_outline& event) noexcept;

/// The row of an entity whose show was deleted at that position: its own numbers don't move.
stream_state after_show_deleted(const stream_state& before, std::uint64_t position) noexcept;

/// A text that no two streams share.
std::string stream_key(const event_stream& stream);

} // namespace troupe::storage
