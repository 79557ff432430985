#pragma once
// Where events become durable, and the current state of all shows with them. Written by one thread.

#include "storage/journal/event.hpp"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace troupe::storage {

/// An entity as the views hold it.
struct view_row {
  std::string kind;
  std::string id;
  std::uint64_t created_at = 0; ///< position of its creation: the order of creation in the show
  std::uint64_t changed_at = 0; ///< position of the event that made it what it is
  std::uint64_t sequence = 0;
  std::string entity; ///< canonical JSON, as it was recorded
};

struct journal_head {
  std::uint64_t position = 0; ///< 0: nothing has happened yet
  sha256_digest hash{};
};

/// Counters and figures since the start, for health and metrics. Written by the journal's thread, read by
/// any.
struct journal_figures; // storage/journal/journal_figures.hpp

class event_journal {
 public:
  event_journal() = default;
  event_journal(const event_journal&) = delete;
  event_journal& operator=(const event_journal&) = delete;
  /// Signs a checkpoint at the head, so that the end can't be cut off unseen, and closes.
  virtual ~event_journal() = default;

  /// One transaction: the events, the rows of the views that they change, and the outbox position (up to
  /// where the events have been handed on). Durable against kill -9 and loss of power when it returns; all of
  /// them or none. Signs a checkpoint whenever another 1,000 positions are full.
  ///
  /// `expected` of an element is the sequence its stream is supposed to have now; nothing: any.
  /// @returns the events with everything the journal gave them, in order; CONFLICT naming the stream when one
  ///          has another sequence, or when another process has written meanwhile (`details.position`: the
  ///          head now); STORAGE_UNAVAILABLE with the system's words when the disk or server refuses, or when
  ///          the journal is read-only because it is damaged. The drafts are moved from, but after an error
  ///          they are as they were, to be tried again
  struct draft {
    new_event event;
    std::optional<std::uint64_t> expected;
  };
  virtual result<std::vector<std::shared_ptr<const journal_event>>> append(std::span<draft> drafts) = 0;

  virtual journal_head head() const = 0;

  /// All entities of a show that are there now, in the order of creation; empty name: the models.
  virtual result<std::vector<view_row>> view(std::string_view show) = 0;

  /// The shows that have a view or were created, sorted; without the shared one.
  virtual result<std::vector<std::string>> shows() = 0;
};

} // namespace troupe::storage
