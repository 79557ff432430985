#pragma once
// How fast a counter goes.

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace troupe::console {

/// Over the last two seconds.
class rate_meter {
 public:
  using time = std::chrono::nanoseconds;
  static constexpr time window = std::chrono::seconds{2};

  /// @param count never goes back; a smaller one than before starts afresh
  void add(std::uint64_t count, time now);
  void clear() { samples_.clear(); }

  /// Per second; nothing before a quarter of a second was seen, and when nothing came for two.
  std::optional<double> hz(time now) const;

 private:
  struct sample {
    std::uint64_t count;
    time at;
  };
  std::deque<sample> samples_;
};

} // namespace troupe::console
