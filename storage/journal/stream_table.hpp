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

  stream_table() = default;
  stream_table(const stream_table&) = delete;
  stream_table& operator=(const stream_table&) = delete;

  /// Events have to come in their order.
  void apply(const event_outline& event) { apply(event, find(event.stream)); }
  /// @param row that of the event's stream
  void apply(const event_outline& event, entry& row);

  entry& find(const event_stream& stream); ///< made if it isn't there

  void each(const std::function<void(const event_stream&, const entry&)>& visit) const;
  std::size_t size() const noexcept { return size_; }

 private:
  using streams = std::unordered_map<std::string, entry>; ///< by `KIND\0ID`

  std::unordered_map<std::string, streams> shows_;        ///< its elements stay where they are
  std::pair<const std::string, streams>* last_ = nullptr; ///< mostly it is the same show again
  std::size_t size_ = 0;
  std::string key_;
};

} // namespace troupe::storage
