#pragma once
// Spreads the packets of a tick over a part of it, so that they don't come as one burst. Pure: time comes in.
// Universes wait, not packets: what is sent when its turn comes is always the newest.

#include "actors/output/universe_schedule.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace troupe::actors {

struct pacing_rules {
  double share = 0.5;    ///< of a tick, over which packets are spread: 0..1; 0: they never wait
  unsigned burst = 16;   ///< packets that leave together
  std::size_t free = 32; ///< packets to one destination in a tick that aren't spread
};

class packet_pacer {
 public:
  using time = std::chrono::nanoseconds;
  using universe = universe_schedule::universe;

  explicit packet_pacer(pacing_rules rules) : rules_(rules) {}

  const pacing_rules& rules() const noexcept { return rules_; }
  bool active() const noexcept { return rules_.share > 0; }

  /// A tick has begun: what is put from now on is to be out after its share of `period`, with what still
  /// waits.
  void begin_tick(time now, time period);

  /// Whether so many more packets of this tick to one destination are to wait; they count as sent in it.
  bool crowded(std::size_t more) noexcept;

  /// One universe more. One that waits already keeps its place, and what it was to say is superseded.
  void put(universe& one);

  /// Those whose turn has come; valid until the next call.
  std::span<universe* const> take(time now);

  /// When `take` will have something.
  std::optional<time> next() const;

  std::size_t waiting() const noexcept { return queue_.size() - head_; }
  /// Forgets all that waits.
  void clear();

  std::uint64_t paced() const noexcept { return paced_; }           ///< universes that had to wait
  std::uint64_t superseded() const noexcept { return superseded_; } ///< newer levels came while they did
  std::uint64_t late() const noexcept { return late_; } ///< still waiting when the next tick began

 private:
  void plan(time now);

  pacing_rules rules_;
  std::vector<universe*> queue_;
  std::vector<universe*> taken_;
  std::size_t head_ = 0;
  time until_{0}, shortest_{0}; ///< when all shall be out; how long it takes at least
  std::optional<time> next_;
  double interval_ns_ = 0; ///< between two bursts
  bool planned_ = false;
  std::size_t in_tick_ = 0;
  std::uint64_t paced_ = 0, superseded_ = 0, late_ = 0;
};

} // namespace troupe::actors
