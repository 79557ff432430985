#include "actors/show/event_replay.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace troupe::actors {
namespace {

/// What a journal's database can count to; 0 means no bound in a query.
std::uint64_t bound_above(std::uint64_t up_to) {
  constexpr auto highest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return up_to >= highest ? 0 : up_to + 1;
}

} // namespace

result<events_recorded> replay_of(storage::event_history& history, const replay_events& asked) {
  storage::history_query query;
  query.limit = std::clamp<std::size_t>(asked.limit, 1, replay_events::max_limit);
  query.after = asked.after;
  query.before = bound_above(asked.up_to);
  query.oldest_first = !asked.newest;
  if (!asked.kind.empty()) {
    query.show = asked.show;
    query.kind = asked.kind;
    query.id = asked.id;
  }
  auto page = history.find(query);
  if (!page) return failure{page.error()};
  events_recorded found;
  std::uint64_t bytes = 0;
  for (auto& event : page->events) { // nearest to where the question begins first
    bytes += event.details.size() + (event.entity ? event.entity->size() : 0);
    if (!found.events.empty() && bytes > asked.max_bytes) break;
    found.events.push_back(std::make_shared<const storage::journal_event>(std::move(event)));
  }
  if (asked.newest) std::reverse(found.events.begin(), found.events.end());
  return found;
}

} // namespace troupe::actors
