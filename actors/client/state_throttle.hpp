#pragma once
// State messages, each key at most 10 times a second, the newest winning. Pure; the frame_hub owns one, so
// that the work is done once for all clients.

#include "protocol/local_messages.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

class state_throttle {
 public:
  using time = std::chrono::nanoseconds; ///< since any fixed moment
  static constexpr time period = std::chrono::milliseconds{100};

  void put(state_text news);

  /// What may be sent now, in the order in which it was put.
  std::vector<state_text> due(time now);

  /// When something that waits becomes due; nothing if nothing waits.
  std::optional<time> next_due() const;

  /// Another show: what waits is void.
  void clear();

 private:
  std::map<std::uint64_t, state_text> waiting_; // by order
  std::unordered_map<std::string, std::uint64_t> order_of_;
  std::unordered_map<std::string, time> sent_;
  std::uint64_t order_ = 0;
  time pruned_{0};
};

} // namespace troupe::actors
