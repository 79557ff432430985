#pragma once
// What one reader of events is told next: first what it missed, from the archive, then what happens, joined
// by position, so that nothing comes twice and nothing is left out unsaid. Pure.

#include "actors/client/recent_events.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace troupe::actors {

/// Which events a reader wants: all of them, or those of one stream.
struct event_filter {
  std::string show;
  std::string kind; ///< empty: all
  std::string id;

  bool all() const noexcept { return kind.empty(); }
  bool wants(const storage::journal_event& event) const noexcept;
};

/// Why a reader isn't told some events.
namespace gap_reason {
inline constexpr std::string_view slow = "slow";       ///< it was too far behind
inline constexpr std::string_view missing = "missing"; ///< the journal hasn't got them
inline constexpr std::string_view ahead = "ahead"; ///< it has been told of events that this journal never had
} // namespace gap_reason

struct feed_step {
  enum class kind : std::uint8_t {
    nothing, ///< all is told, or the archive hasn't answered yet
    event,   ///< tell `event`
    gap,     ///< tell that the events `from` to `to` are left out
    ask      ///< ask the archive for those from `from` to `to`; `take` its answer
  } what = kind::nothing;
  feed_event* event = nullptr; ///< holds until the next call
  std::uint64_t from = 0, to = 0;
  std::string_view reason{}; ///< of a gap
};

class event_feed {
 public:
  /// @param reached the last position that the reader knows of. @param newest that of the journal: what lies
  /// between is replayed
  event_feed(event_filter filter, std::uint64_t reached, std::uint64_t newest);

  /// What is to be done. An event or a gap comes again until it is `told`.
  feed_step next(recent_events& recent);

  /// The event or the gap is on its way.
  void told(const feed_step& step);

  /// What the archive answered: the oldest of what was asked for; none if there are no more.
  void take(const events_recorded& answer);

  const event_filter& filter() const noexcept { return filter_; }
  std::uint64_t reached() const noexcept { return reached_; }

 private:
  feed_step next_of_replay();
  feed_step next_of_recent(recent_events& recent);
  feed_step next_question(const recent_events& recent);
  feed_step gap_to(std::uint64_t to, std::string_view reason) const noexcept;
  void aim(std::uint64_t newest) noexcept;

  event_filter filter_;
  std::uint64_t reached_;           // all up to here is told, or not wanted
  std::uint64_t goal_ = 0;          // of the replay; 0: there is none
  std::uint64_t distance_ = 0;      // to the goal, when it was set
  std::uint64_t asked_up_to_ = 0;   // of the last question
  std::uint64_t missing_ = 0;       // the archive has nothing up to here
  std::deque<feed_event> replayed_; // its answer, as far as it isn't told
  bool asking_ = false;
};

} // namespace troupe::actors
