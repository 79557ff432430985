#pragma once
// What the journal tells about itself, for health and metrics. Written by its thread, read by any.

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace troupe::storage {

/// Of a series of measurements: enough for means over any span, the last and the worst.
struct measured {
  std::atomic<std::uint64_t> count{0}, sum{0}, last{0}, max{0};

  void add(std::uint64_t value) noexcept {
    count.fetch_add(1, std::memory_order_relaxed);
    sum.fetch_add(value, std::memory_order_relaxed);
    last.store(value, std::memory_order_relaxed);
    max.store(std::max(max.load(std::memory_order_relaxed), value), std::memory_order_relaxed); // one writer
  }
};

struct journal_figures {
  measured append_ns;  ///< of appends that succeeded, flush included; only with `journal_options::steady_ns`
  measured views_ns;   ///< the part of it that went into the views
  measured batch_size; ///< events in one append
  std::atomic<std::uint64_t> position{0};
  std::atomic<std::uint64_t> failures{0};             ///< appends that the disk or server refused
  std::atomic<std::uint64_t> conflicts{0};            ///< appends against another sequence than expected
  std::atomic<std::uint64_t> checkpoints{0};          ///< signed
  std::atomic<std::uint64_t> unsigned_checkpoints{0}; ///< that could not be signed or written down
  std::atomic<std::uint64_t> wal_bytes{0}; ///< waiting to be moved into the database; some 4 MB are normal
};

} // namespace troupe::storage
