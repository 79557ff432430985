#pragma once
// How long something took, how often: durations counted in buckets. Anyone may count and read at any time;
// counting costs a few nanoseconds, never waits and never allocates, so it may stand on the way of a frame.
// Pure.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troupe::actors {

/// Only ever rises.
using counter = std::atomic<std::uint64_t>;

inline void add(counter& to, std::uint64_t n = 1) noexcept {
  to.fetch_add(n, std::memory_order_relaxed);
}

class duration_histogram {
 public:
  /// Upper bounds in nanoseconds, inclusive: from far below a tick to what makes people call. What is above
  /// the last one has a bucket of its own.
  static constexpr std::array<std::int64_t, 20> bounds_ns{
      5'000,      10'000,      25'000,      50'000,        100'000,       250'000,       500'000,
      1'000'000,  2'500'000,   4'000'000,   8'000'000,     12'000'000,    16'000'000,    33'000'000,
      66'000'000, 100'000'000, 250'000'000, 1'000'000'000, 2'500'000'000, 10'000'000'000};

  /// @param ns below 0 counts as 0
  void observe(std::int64_t ns) noexcept {
    const auto at = std::lower_bound(bounds_ns.begin(), bounds_ns.end(), ns) - bounds_ns.begin();
    counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(std::max<std::int64_t>(ns, 0), std::memory_order_relaxed);
  }

  struct reading {
    std::array<std::uint64_t, bounds_ns.size() + 1> counts{}; ///< by bucket, not added up
    std::int64_t sum_ns = 0;
    std::uint64_t total() const noexcept {
      std::uint64_t all = 0;
      for (const auto one : counts) all += one;
      return all;
    }
  };

  /// Counts that come in meanwhile may be in one part of it and not in another.
  reading read() const noexcept {
    reading found;
    for (std::size_t i = 0; i < counts_.size(); ++i)
      found.counts[i] = counts_[i].load(std::memory_order_relaxed);
    found.sum_ns = sum_ns_.load(std::memory_order_relaxed);
    return found;
  }

 private:
  std::array<counter, bounds_ns.size() + 1> counts_{};
  std::atomic<std::int64_t> sum_ns_{0};
};

} // namespace troupe::actors
