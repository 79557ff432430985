#pragma once
// The ticks of the last ten seconds: what an operator wants to know of them. Pure; one thread writes, any
// reads.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace troupe::actors {

class tick_window {
 public:
  static constexpr std::int64_t span_ns = 10'000'000'000;
  /// Ticks that are kept; at 240 a second with immediate ones beside them, it is the last eight seconds.
  static constexpr std::size_t capacity = 4'096;

  /// A tick is done. @param now_ns steady clock @param late_ns its start behind its deadline @param busy_ns
  /// from its start until it was done @param period_ns the time that it had
  void add(std::int64_t now_ns, std::int64_t late_ns, std::int64_t busy_ns, std::int64_t period_ns) noexcept {
    auto& one = slots_[next_++ % capacity];
    const auto at = stamp(now_ns);
    one.late.store(at << 32 | bounded(late_ns / 1'000), std::memory_order_relaxed);
    one.share.store(at << 32 | bounded(busy_ns * 10'000 / std::max<std::int64_t>(period_ns, 1)),
                    std::memory_order_relaxed);
  }

  struct summary {
    std::size_t ticks = 0;
    std::int64_t late_p50_ns = 0, late_p99_ns = 0, late_max_ns = 0; ///< in whole microseconds
    double busy_mean = 0, busy_max = 0;                             ///< share of the tick; above 1: too long
  };

  /// All zero when no tick was done in the ten seconds before `now_ns`.
  summary read(std::int64_t now_ns) const {
    const auto now = stamp(now_ns), oldest = now - std::min<std::uint64_t>(now, span_ns / unit_ns);
    std::vector<std::uint32_t> late;
    late.reserve(capacity);
    summary found;
    std::uint64_t shares = 0, most = 0;
    for (const auto& each : slots_) {
      const auto one = each.late.load(std::memory_order_relaxed);
      const auto share = each.share.load(std::memory_order_relaxed) & low;
      if (one == 0 || one >> 32 < oldest || one >> 32 > now) continue;
      late.push_back(static_cast<std::uint32_t>(one & low));
      shares += share;
      most = std::max(most, share);
    }
    if (late.empty()) return found;
    std::sort(late.begin(), late.end());
    const auto rank = [&](std::size_t percent) {
      return late[(late.size() * percent + 99) / 100 - 1] * std::int64_t{1'000};
    };
    found.ticks = late.size();
    found.late_p50_ns = rank(50);
    found.late_p99_ns = rank(99);
    found.late_max_ns = rank(100);
    found.busy_mean = static_cast<double>(shares) / 1e4 / static_cast<double>(late.size());
    found.busy_max = static_cast<double>(most) / 1e4;
    return found;
  }

 private:
  static constexpr std::int64_t unit_ns = 1'000'000;
  static constexpr std::uint64_t low = 0xffff'ffff;

  /// Milliseconds, never 0, which marks a slot that was never used.
  static std::uint64_t stamp(std::int64_t now_ns) noexcept {
    return (static_cast<std::uint64_t>(std::max<std::int64_t>(now_ns, 0) / unit_ns) & (low >> 1)) + 1;
  }
  static std::uint64_t bounded(std::int64_t value) noexcept {
    return static_cast<std::uint64_t>(
        std::clamp<std::int64_t>(value, 0, std::numeric_limits<std::uint32_t>::max()));
  }

  /// When, and how much, in one word each, so that a reader never pairs the one with another's other.
  struct slot {
    std::atomic<std::uint64_t> late{0}, share{0};
  };
  std::array<slot, capacity> slots_{};
  std::size_t next_ = 0;
};

} // namespace troupe::actors
