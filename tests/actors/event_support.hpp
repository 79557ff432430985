#pragma once
// Events as a journal would have recorded them.

#include "protocol/local_messages.hpp"
#include "storage/journal/event.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

inline journal_event_ptr event_at(std::uint64_t position, const std::string& id = "spot",
                                  const std::string& show = "tour", const std::string& kind = "fixture") {
  auto made = std::make_shared<storage::journal_event>();
  made->stream = {show, kind, id};
  made->type = kind + "_updated";
  made->author = "anonymous";
  made->entity = R"({"id":")" + id + R"(","revision":2})";
  made->position = position;
  made->sequence = position;
  return made;
}

/// One commit of events that all belong to `spot`.
inline events_recorded commit(std::uint64_t first, std::uint64_t last) {
  events_recorded made;
  for (auto at = first; at <= last; ++at) made.events.push_back(event_at(at));
  return made;
}

/// What an archivist would answer from all that was ever recorded.
inline events_recorded answer_from(const std::vector<journal_event_ptr>& all, const replay_events& asked) {
  events_recorded found;
  for (const auto& one : all) {
    if (one->position <= asked.after || one->position > asked.up_to) continue;
    if (!asked.kind.empty() && one->stream != storage::event_stream{asked.show, asked.kind, asked.id})
      continue;
    found.events.push_back(one);
  }
  const auto count = std::min<std::size_t>(found.events.size(), asked.limit);
  const auto drop = static_cast<std::ptrdiff_t>(found.events.size() - count);
  if (asked.newest)
    found.events.erase(found.events.begin(), found.events.begin() + drop);
  else
    found.events.resize(count);
  return found;
}

} // namespace troupe::test
