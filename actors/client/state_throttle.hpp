#pragma once
// State messages, each key at most 10 times a second, the newest winning. Pure; the frame_hub owns one, so
// that the work is done once for all clients.

#include "protocol/local_messages.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe::actors {

/// What a call costs grows with what it is about, not with how much waits: under load thousands of keys do.
class state_throttle {
 public:
  using time = std::chrono::nanoseconds; ///< since any fixed moment; only goes forward
  static constexpr time period = std::chrono::milliseconds{100};

  void put(state_text news);

  /// What may be sent now, in the order in which it was put.
  std::vector<state_text> due(time now);

  /// When something that waits becomes due; nothing if nothing waits.
  std::optional<time> next_due() const;

  /// Another show: what waits is void.
  void clear();

 private:
  struct state {
    std::optional<state_text> news;
    std::uint64_t order = 0; ///< of its last `put`
    time free_at{0};         ///< a period after it was sent
  };
  using states = std::unordered_map<std::string, state>;
  using entry = states::value_type; ///< stays where it is until it is erased

  states states_;
  std::vector<entry*> fresh_;                  ///< have news, and weren't sent within a period
  std::set<std::pair<time, entry*>> pausing_;  ///< have news that must wait; by `free_at`
  std::deque<std::pair<time, entry*>> pauses_; ///< of all that were sent, in order
  std::uint64_t order_ = 0;
};

} // namespace troupe::actors
