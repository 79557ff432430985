#pragma once
// Which universes are due when: what all outputs of DMX share. Pure: time and DMX come in, universes come
// out. Nothing is copied: the levels stay in the shared buffers of the stages, which are kept for as long as
// they are the newest. A tick costs one pass over its change flags and the universes that are due, whatever
// the size of the show.

#include "actors/output/output_pace.hpp"
#include "protocol/local_messages.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::actors {

struct schedule_rules {
  output_timing timing;
  unsigned repeats = 0;                        ///< packets that follow the last change
  std::chrono::nanoseconds repeat_interval{0}; ///< between those, and between `terminations`
  unsigned terminations = 0;                   ///< packets after the frame of zeros that say it ends
  std::uint32_t highest_address = 0xffff;      ///< universes above aren't sent
};

class universe_schedule {
 public:
  using time = std::chrono::nanoseconds; ///< since any fixed moment
  using levels_view = std::span<const std::uint8_t, universe_levels>;

  enum class phase : std::uint8_t {
    absent,
    live,
    blanking, ///< no stage has it any more: its frame of zeros is due
    ending    ///< says that it ends
  };

  struct universe {
    time sent{};
    std::uint32_t index = 0; ///< where its levels are, in the slice of that part
    std::uint16_t part = 0;
    std::uint16_t address = 0;
    std::uint16_t repeats = 0; ///< packets that follow at the repeat interval
    std::uint8_t sequence = 0; ///< of the last packet
    phase now = phase::absent;
    bool counted = false;  ///< it has had a packet: `sequence` holds
    bool was_sent = false; ///< `sent` holds
    bool changed = false;
    bool listed = false; ///< in the list of those that are due soon
    bool on_wheel = false;
    universe* behind = nullptr; ///< the next one in its bucket of the wheel
    bool waiting = false;       ///< free for whoever sends: in a queue
  };

  struct due_universe {
    universe* which = nullptr;
    phase as = phase::live; ///< what this packet is
  };

  explicit universe_schedule(schedule_rules rules);

  /// The newest DMX of one part. A universe that no part has any more, once a frame is whole, will send one
  /// frame of zeros. One may move from part to part. @returns whether all parts of this frame have come
  bool offer(dmx_ptr dmx, std::uint16_t part = 0, std::uint16_t parts = 1);

  /// The universes to send now, those that changed first; valid until the next call. They count as sent.
  std::span<const due_universe> due(time now);

  /// When `due` will have something again if nothing is offered; nothing while no universe is known.
  std::optional<time> next_due() const;

  /// Every universe once, as the last levels that are sent. @param zeros whether they are 0
  std::span<const due_universe> last(bool zeros);
  /// After `last`: every universe once, to say that it ends.
  std::span<const due_universe> terminate();

  /// To be sent at the next occasion, changed or not; nothing if there is no such universe.
  void touch(std::uint16_t address);

  /// The live universe of that address; null if there is none.
  universe* live(std::uint16_t address);

  /// Of a universe that is here; valid until the next `offer`.
  levels_view levels(const universe& one) const;

  /// Those that are live, in ascending order.
  template <class Fun>
  void for_each_live(Fun fun) const {
    for (const auto& page : pages_)
      if (page)
        for (const auto& one : *page)
          if (one.now == phase::live) fun(one.address);
  }

  std::size_t universes() const noexcept { return count_; }
  /// How many times a universe was due that hadn't changed.
  std::uint64_t kept_alive() const noexcept { return kept_alive_; }
  /// How many of the newest DMX are above `highest_address`.
  std::size_t unsendable() const noexcept;
  /// Whether a frame has begun of which parts are missing.
  bool in_frame() const noexcept { return arrived_ > 0 && arrived_ < parts_; }

 private:
  static constexpr std::size_t page_size = 256, buckets = 64;
  static constexpr std::uint16_t stray_part = 0xffff; // `index` is a place in strays_

  using universe_page = std::array<universe, page_size>;

  /// What a part offered last.
  struct slice {
    dmx_ptr dmx;
    std::vector<universe*> universes; ///< in step with dmx->addresses
    std::size_t unsendable = 0;
    std::uint64_t frame = 0; ///< in which it came
  };
  /// A universe that its part has let go, until the frame is whole.
  struct stray {
    universe* which;
    dmx_ptr dmx;
    std::uint32_t index;
  };

  universe& at(std::uint16_t address);
  void adopt(slice& into, dmx_ptr dmx, std::uint16_t part);
  void mark_changed(const slice& where);
  void release(const slice& before, const slice& after, std::uint16_t part);
  bool count_part(const dmx_data& dmx, std::uint16_t part, std::uint16_t parts);
  void settle();
  void change(universe& one);
  void list(universe& one);
  time due_at(const universe& one) const;
  time keep_alive_at(const universe& one) const;
  void emit(universe& one, time deadline, time now);
  void advance(universe& one);
  void put_on_wheel(universe& one);
  void turn_wheel(time now);
  void forget_ended();

  schedule_rules rules_;
  std::array<std::unique_ptr<universe_page>, 256> pages_; ///< by the high byte of the address
  std::vector<slice> slices_;                             ///< by part
  std::vector<stray> strays_;
  std::size_t count_ = 0;

  std::uint64_t frame_ = 0, frame_number_ = 0; ///< counted here, and as the stages count
  std::uint16_t parts_ = 1, arrived_ = 0;

  std::vector<universe*> soon_; ///< changed, or with packets that repeat
  std::vector<due_universe> batch_;
  std::vector<universe*> ended_; ///< whose last packet is in `batch_`
  bool dark_ = false;

  struct bucket { ///< a list through `behind`, so that turning the wheel never allocates
    universe *first = nullptr, *last = nullptr;
  };
  std::array<bucket, buckets> wheel_; ///< by the time of their keep-alive
  std::int64_t cursor_ = 0;           ///< the bucket of the last `due`
  std::int64_t granularity_;
  bool turning_ = false;
  std::uint64_t kept_alive_ = 0;
};

} // namespace troupe::actors
