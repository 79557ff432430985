#pragma once
// Every stream there is, as all events leave it, without the entities' texts: what the views have to be.
// Internal to storage/journal.

#include "storage/journal/stream_state.hpp"

#include <functional>
#include <unordered_map>

namespace troupe::storage {

class stream_table {
 public:
  struct entry {
    stream_state state;
    bool has_entity = false; ///< it is that of the event at `changed_at`
  };

  /// Events have to come in their order.
  void apply(const journal_event& event);

  /// Number of the stream's last event; 0: it has none.
  std::uint64_t sequence(const event_stream& stream) { return find(stream).state.sequence; }
  entry& find(const event_stream& stream); ///< made if it isn't there

  void each(const std::function<void(const event_stream&, const entry&)>& visit) const;
  std::size_t size() const noexcept { return size_; }

 private:
  using streams = std::unordered_map<std::string, entry>; ///< by `KIND\0ID`

  std::unordered_map<std::string, streams> shows_;
  std::size_t size_ = 0;
  std::string key_;
};

} // namespace troupe::storage
