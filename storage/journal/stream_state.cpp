#include "storage/journal/stream_state.hpp"

namespace troupe::storage {

bool leaves_something(const new_event& event) noexcept {
  return changes_entity(event) ? event.entity.has_value() : !empties_show(event);
}

stream_state after(const stream_state& before, const journal_event& event) noexcept {
  stream_state now;
  now.changed_at = event.position;
  now.sequence = event.sequence;
  if (leaves_something(event)) now.created_at = before.exists() ? before.created_at : event.position;
  return now;
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
