#pragma once
// What waits for one client (protocol, section 7 "Slow clients"). Bounded: one frame, one message per state
// and id, 64 others. Things leave in the order of their newest version, so a client never sees a frame that
// is older than the news it already has. Pure.

#include "protocol/entities.hpp"
#include "protocol/local_messages.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace troupe::actors {

/// What to send next. `frame` and `inputs` are made as late as possible, by the lane.
struct outbox_item {
  enum class kind : std::uint8_t { nothing, text, frame, inputs } what = kind::nothing;
  text_ptr text; ///< of `text`
};

class outbox {
 public:
  static constexpr std::size_t max_queued = 64;
  static constexpr std::size_t max_entities = 256;

  /// The newest frame is due; an older one that still waits is forgotten. @returns whether one did
  bool frame_due() noexcept { return std::exchange(frame_, ++position_) != 0; }
  void no_frame() noexcept { frame_ = 0; }

  /// Moved controls are due.
  void inputs_due() noexcept { inputs_ = ++position_; }

  void status(text_ptr text);
  void state(const state_text& news);

  /// Drops all state and the frame of the old show, then queues show/changed.
  void show_changed(text_ptr text);

  /// Errors and pongs; beyond the bound they are dropped and counted.
  void queue(text_ptr text);

  bool empty() const noexcept;

  /// Takes the next thing out.
  outbox_item next();

  /// So far: errors and pongs beyond the bound, and times that entities were replaced by a resync.
  std::uint64_t dropped() const noexcept { return dropped_; }
  std::uint64_t resyncs() const noexcept { return resyncs_; }

 private:
  struct waiting {
    text_ptr text;
    std::string key; ///< of state; empty for queued things
    bool entity = false;
  };

  void put(waiting one);
  void resync();

  std::uint64_t position_ = 0;
  std::uint64_t frame_ = 0; // positions; 0: none waits
  std::uint64_t inputs_ = 0;
  std::map<std::uint64_t, waiting> texts_;
  std::unordered_map<std::string, std::uint64_t> by_key_;
  std::array<bool, entity_kind_count> resync_{}; // kinds with an entity/changed waiting, for the resync
  std::size_t queued_ = 0;
  std::size_t entities_ = 0;
  std::uint64_t dropped_ = 0, resyncs_ = 0;
};

} // namespace troupe::actors
