#pragma once
// Is one event, seen alone, what its hash says? Internal to storage/journal.

#include "storage/journal/sha256.hpp"

namespace troupe::storage {

/// One thread at a time.
class event_check {
 public:
  /// Whether the hash is that of the event with its link, and no text was moved from one column to the other.
  bool sound(const journal_event& event);

 private:
  event_hasher hash_;
};

} // namespace troupe::storage
