#include "storage/journal/event_outline.hpp"

#include "storage/journal/stream_state.hpp"

namespace troupe::storage {

void outline(const journal_event& event, event_outline& into) {
  into.stream = event.stream;
  into.author = event.author;
  into.position = event.position;
  into.sequence = event.sequence;
  into.time_ms = event.time_ms;
  into.previous = event.previous;
  into.hash = event.hash;
  into.has_entity = event.entity.has_value();
  into.leaves = leaves_something(event);
  into.empties_show = empties_show(event);
}

} // namespace troupe::storage
