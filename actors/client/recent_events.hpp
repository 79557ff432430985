#pragma once
// The newest events of a lane, which all of its streams read from: what a stream hasn't been told stands here
// once, however many are behind. Pure.

#include "protocol/local_messages.hpp"
#include "storage/journal/event.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace troupe::actors {

/// An event and its text in the form of Server-Sent Events, which is made at the first demand.
class feed_event {
 public:
  explicit feed_event(journal_event_ptr event) : event_(std::move(event)) {}
  const storage::journal_event& event() const noexcept { return *event_; }
  std::uint64_t position() const noexcept { return event_->position; }
  const text_ptr& text();
  /// About how many bytes it takes, text included.
  std::size_t cost() const noexcept;

 private:
  journal_event_ptr event_;
  text_ptr text_;
};

class recent_events {
 public:
  static constexpr std::size_t max_events = 10'000;
  static constexpr std::size_t max_bytes = 16 * 1024 * 1024;

  /// Position of the newest event that is known of; nothing before the first is.
  std::optional<std::uint64_t> newest() const noexcept { return newest_; }

  /// Position of the oldest one kept; the one that comes next if none is.
  std::uint64_t first() const noexcept { return newest_.value_or(0) + 1 - kept_.size(); }

  /// Whether all that follows the position is kept.
  bool covers(std::uint64_t position) const noexcept { return position + 1 >= first(); }

  /// From `first` to `newest`.
  feed_event& at(std::uint64_t position) { return kept_[position - first()]; }

  /// Takes what happened; the oldest go when there are too many. What is known already is passed over.
  void add(const events_recorded& news);

  /// The same without keeping it: nobody reads.
  void pass(const events_recorded& news) noexcept;

  /// What the journal says is the newest; older than what is known already is no news.
  void learn(std::uint64_t newest) noexcept;

  /// Forgets the events, not the position: the last reader has gone.
  void forget() noexcept;

  /// All readers have had their chance of what is kept: who misses it from now on was too slow.
  void offered() noexcept { offered_ = newest_.value_or(0); }

  /// Readers weren't to blame for missing events up to this position: they never came, or more came at once
  /// than is kept. 0: there are none.
  std::uint64_t torn_at() const noexcept { return torn_at_; }

 private:
  std::deque<feed_event> kept_;
  std::size_t bytes_ = 0;
  std::optional<std::uint64_t> newest_;
  std::uint64_t torn_at_ = 0;
  std::uint64_t offered_ = 0;
};

} // namespace troupe::actors
