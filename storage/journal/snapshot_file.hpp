#pragma once
// Snapshots of shows in a file of their own, `.troupe/snapshots.sqlite`: a shortcut that may be lost, deleted
// or damaged at any time. Nothing that it can't do is an error to anybody. Internal to storage/journal.

#include "storage/journal/event_journal.hpp"
#include "storage/journal/sha256.hpp"
#include "storage/journal/sqlite_database.hpp"

namespace troupe::storage {

struct show_snapshot {
  std::uint64_t position = 0;
  sha256_digest hash{}; ///< of the event there: the snapshot counts for a journal that has it
  std::vector<view_row> rows;
};

class snapshot_file {
 public:
  /// Opened, and made, at its first use.
  explicit snapshot_file(std::filesystem::path file) : file_(std::move(file)) {}

  /// The newest whole one that isn't behind the position.
  std::optional<show_snapshot> nearest(const std::string& show, std::uint64_t position);
  /// It isn't of this journal.
  void drop(const std::string& show, std::uint64_t position);
  void forget_all();

  /// The newest position that all shows have been kept at; 0: none.
  std::uint64_t kept_up_to();
  /// Entities in the newest snapshots of all shows together.
  std::uint64_t entities();

  /// Keeps the show as it was at that position. One that hasn't changed since its last snapshot takes no
  /// space.
  /// @returns whether it is kept
  bool put(const std::string& show, const show_snapshot& snapshot);

 private:
  sqlite_database* ready();
  result<void> open();
  void give_up(const error& found);
  bool same_as_last(const std::string& show, const show_snapshot& snapshot, std::uint64_t& content);
  sha256_digest checksum(std::string_view bytes) { return hash_(bytes); }

  std::filesystem::path file_;
  std::optional<sqlite_database> database_;
  bool unusable_ = false;
  sha256_hasher hash_;
};

} // namespace troupe::storage
