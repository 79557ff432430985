#pragma once
// The bound in front of the run_recorder, whose disk may be slow. A frame never waits for it: what has no
// room isn't recorded, and is counted.

#include "actors/metrics/runtime_metrics.hpp"
#include "protocol/actors.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace troupe::actors {

/// What may lie in a mailbox at most. Any thread may call.
class run_gate {
 public:
  /// Ticks that wait: at 60 Hz a disk may stand still for 17 s.
  static constexpr std::size_t max_ticks = 1'024;
  /// Parts of frames that wait. Fewer, because each holds a buffer that the stage can't use again meanwhile;
  /// what is lost is only the hash.
  static constexpr std::size_t max_parts = 64;

  explicit run_gate(std::shared_ptr<runtime_metrics> metrics) : metrics_(std::move(metrics)) {}

  bool admit_tick() noexcept { return admit(ticks_, max_ticks, metrics_->run_log_ticks_dropped); }
  bool admit_part() noexcept { return admit(parts_, max_parts, metrics_->run_log_frames_unhashed); }
  void tick_taken() noexcept { ticks_.fetch_sub(1, std::memory_order_relaxed); }
  void part_taken() noexcept { parts_.fetch_sub(1, std::memory_order_relaxed); }

  /// The mailbox has gone, with all that was in it.
  void reset() noexcept { ticks_ = parts_ = 0; }

 private:
  static bool admit(std::atomic<std::size_t>& waiting, std::size_t most, counter& refused) noexcept {
    if (waiting.fetch_add(1, std::memory_order_relaxed) < most) return true;
    waiting.fetch_sub(1, std::memory_order_relaxed);
    add(refused);
    return false;
  }

  std::shared_ptr<runtime_metrics> metrics_;
  std::atomic<std::size_t> ticks_{0}, parts_{0};
};

/// Whether a tick may be sent to the run_recorder now; if so it must be.
inline bool admits_tick(const cast& peers) noexcept {
  return peers.run_recorder && peers.run_gate && peers.run_gate->admit_tick();
}

/// The same for a part of a frame.
inline bool admits_part(const cast& peers) noexcept {
  return peers.run_recorder && peers.run_gate && peers.run_gate->admit_part();
}

} // namespace troupe::actors
