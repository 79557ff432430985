#pragma once
// How long something took, or how many at once, and how often: counted in buckets. Anyone may count and read
// at any time; counting costs a few nanoseconds, never waits and never allocates, so it may stand on the way
// of a frame. Pure.

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

/// Upper bounds in nanoseconds, inclusive: from far below a tick to what makes people call.
inline constexpr std::array<std::int64_t, 20> duration_bounds_ns{
    5'000,      10'000,      25'000,      50'000,        100'000,       250'000,       500'000,
    1'000'000,  2'500'000,   4'000'000,   8'000'000,     12'000'000,    16'000'000,    33'000'000,
    66'000'000, 100'000'000, 250'000'000, 1'000'000'000, 2'500'000'000, 10'000'000'000};

/// Upper bounds of numbers of things done at once, inclusive.
inline constexpr std::array<std::int64_t, 13> size_bounds{1,   2,   4,   8,     16,    32,   64,
                                                          128, 256, 512, 1'024, 2'048, 4'096};

/// @tparam Bounds ascending; what is above the last one has a bucket of its own
template <const auto& Bounds>
class bucket_histogram {
 public:
  static constexpr const auto& bounds = Bounds;

  /// @param value below 0 counts as 0
  void observe(std::int64_t value) noexcept {
    const auto at = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
    counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(std::max<std::int64_t>(value, 0), std::memory_order_relaxed);
  }

  struct reading {
    std::array<std::uint64_t, bounds.size() + 1> counts{}; ///< by bucket, not added up
    std::int64_t sum = 0;
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
    found.sum = sum_.load(std::memory_order_relaxed);
    return found;
  }

 private:
  std::array<counter, bounds.size() + 1> counts_{};
  std::atomic<std::int64_t> sum_{0};
};

using duration_histogram = bucket_histogram<duration_bounds_ns>; ///< in nanoseconds
using size_histogram = bucket_histogram<size_bounds>;

} // namespace troupe::actors
