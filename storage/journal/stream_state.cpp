#include "storage/journal/stream_state.hpp"

namespace troupe::storage {

bool leaves_something(const new_event& event) noexcept {
  return changes_entity(event) ? event.entity.has_value() : !empties_show(event);
}

namespace {

stream_state changed(const stream_state& before, std::uint64_t position, std::uint64_t sequence,
                     bool leaves) noexcept {
  stream_state now;
  now.changed_at = position;
  now.sequence = sequence;
  if (leaves) now.created_at = before.exists() ? before.created_at : position;
  return now;
}

} // namespace

stream_state after(const stream_state& before, const journal_event& event) noexcept {
  return changed(before, event.position, event.sequence, leaves_something(event));
}

stream_state after(const stream_state& before, const event_outline& event) noexcept {
  return changed(before, event.position, event.sequence, event.leaves);
}

stream_state after_show_deleted(const stream_state& before, std::uint64_t position) noexcept {
  return {0, position, before.sequence};
}

std::string stream_key(const event_stream& stream) {
  std::string key;
  key.reserve(stream.show.size() + stream.kind.size() + stream.id.size() + 2);
  key += stream.show;
  key += '\0'; // no name has one
  key += stream.kind;
  key += '\0';
  key += stream.id;
  return key;
}

} // namespace troupe::storage
