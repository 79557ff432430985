#pragma once
// What the cast counts of itself. All of it is made before the show starts, and counted without waiting; the
// exposition (exposition.hpp) gives it names. Nobody's global: whoever makes a cast hands one to it, or none.

#include "actors/metrics/duration_histogram.hpp"
#include "actors/metrics/tick_window.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troupe::actors {

/// The actors on the way of a tick and of a change, whose mailboxes are watched.
enum class inbox : std::uint8_t { ticker, input_state, stage, frame_hub, lane, output, show_store, count_ };
inline constexpr std::array inbox_names{"ticker", "input_state", "stage",     "frame_hub",
                                        "lane",   "output",      "show_store"};
static_assert(inbox_names.size() == static_cast<std::size_t>(inbox::count_));

/// What a client is sent of a frame.
enum class frame_kind : std::uint8_t { json_full, json_delta, binary_full, binary_delta, count_ };

/// The queues whose bound a client or a burst can hit, and what happens then.
enum class bounded_queue : std::uint8_t {
  replies,       ///< errors and pongs for one client: the newest is dropped
  entities,      ///< entity/changed for one client: replaced by entity/resync
  inputs,        ///< a client's moved controls: it isn't read until they are taken
  lane_slot,     ///< a lane's frame: replaced by the newest
  new_shows,     ///< shows to be announced: the oldest is forgotten
  clients,       ///< WebSockets of a lane: the new one is closed with 1013
  questions,     ///< about a stage's next frame: the new one is refused
  event_readers, ///< event streams of a lane: the new one is refused
  event_backlog, ///< what a reader of events hasn't been told: left out, and it is told so
  count_
};
inline constexpr std::array bounded_queue_names{"client_replies",  "client_entities", "client_inputs",
                                                "lane_frame",      "new_shows",       "clients",
                                                "stage_questions", "event_readers",   "event_backlog"};
static_assert(bounded_queue_names.size() == static_cast<std::size_t>(bounded_queue::count_));

/// How a command to the show_store ended.
enum class command_outcome : std::uint8_t { accepted, conflict, refused, unavailable, count_ };
inline constexpr std::array command_outcome_names{"accepted", "conflict", "refused", "unavailable"};
static_assert(command_outcome_names.size() == static_cast<std::size_t>(command_outcome::count_));

template <class Of, class Key>
struct table {
  std::array<Of, static_cast<std::size_t>(Key::count_)> all{};
  Of& operator[](Key key) noexcept { return all[static_cast<std::size_t>(key)]; }
  const Of& operator[](Key key) const noexcept { return all[static_cast<std::size_t>(key)]; }
};

struct runtime_metrics {
  static constexpr std::size_t max_stages = 32;

  // -- ticks
  duration_histogram tick_late; ///< start behind the deadline
  duration_histogram tick_busy; ///< start until all stages are done
  std::array<duration_histogram, max_stages>
      evaluation;                 ///< by stage: its share of one frame, render included
  duration_histogram handed_over; ///< deadline until a stage has told all outputs
  duration_histogram output_done; ///< deadline until an output's last packet of the frame is the kernel's
  table<duration_histogram, inbox> waits; ///< from sending to handling
  tick_window window;
  std::atomic<std::uint64_t> slowdowns{0}; ///< times that the overload guard halved the rate

  // -- clients
  std::atomic<std::int64_t> clients{0}, json_subscriptions{0}, binary_subscriptions{0}; ///< now
  table<counter, frame_kind> frames_sent;
  counter json_frames_skipped{0}, binary_frames_skipped{0}; ///< replaced by a newer one before they were sent
  counter messages{0}, messages_refused{0}, messages_over_rate{0};
  table<counter, bounded_queue> full;
  std::atomic<std::int64_t> event_streams{0}; ///< now
  counter events_sent{0};                     ///< to readers of events

  // -- the show
  table<counter, command_outcome> commands;
  duration_histogram commit, compile;

  // -- the journal, and what follows it
  duration_histogram append;      ///< a batch until it is durable
  size_histogram batch;           ///< events in it
  duration_histogram view;        ///< a durable batch until everyone sees it
  duration_histogram files_write; ///< of the YAML files that differ
  counter append_failures{0}, files_failures{0};
  std::atomic<std::uint64_t> journal_position{0}, files_position{0};
  std::atomic<std::uint64_t> journal_wal_bytes{0};    ///< not yet in the database itself
  std::atomic<std::int64_t> files_behind_since_ns{0}; ///< steady clock; 0: they are up to date

  // -- the run log
  std::atomic<std::uint64_t> run_log_bytes{0}, run_log_segments{0}; ///< on the disk now
  counter run_log_ticks_dropped{0};                                 ///< that aren't in it
  counter run_log_frames_unhashed{0};                               ///< without a hash in it
  counter run_log_failures{0};                                      ///< times that the disk refused
  counter run_log_memory_missed{0};                                 ///< times that a replay can't begin there
};

} // namespace troupe::actors
