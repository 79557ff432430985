#pragma once
// The one thing the journal actor needs: a place where facts become durable.

#include "protocol/error.hpp"
#include "protocol/facts.hpp"

#include <span>
#include <string>
#include <vector>

namespace troupe::storage {

/// What a commit did beside making the facts durable.
struct commit_receipt {
  std::vector<std::string> notes; ///< for the log: a copy was left of a file written by hand, and the like
};

/// Makes facts durable. Used by one thread at a time; calls block on the disk.
class show_journal {
 public:
  show_journal() = default;
  show_journal(const show_journal&) = delete;
  show_journal& operator=(const show_journal&) = delete;
  virtual ~show_journal() = default;

  /// Durable (against kill -9 and loss of power) when it returns; all of the facts or none of them.
  /// @returns STORAGE_UNAVAILABLE with the reason when the disk refuses, or when a fact touches a kind that
  /// is
  ///          read-only because its file doesn't parse (`details`: file, line, column, reason); nothing has
  ///          changed then
  virtual result<commit_receipt> commit(std::span<const fact> facts) = 0;

 protected:
  show_journal(show_journal&&) = default;
  show_journal& operator=(show_journal&&) = default;
};

} // namespace troupe::storage
