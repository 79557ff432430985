#pragma once
// Opening the journal that the settings name.

#include "storage/journal/event_history.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace troupe::storage {

struct journal_options {
  std::filesystem::path data_dir;
  /// Empty: SQLite in `DATA_DIR/.troupe/journal.sqlite`. `postgresql://…`: a server that several directors
  /// share.
  std::string url;
  std::function<std::int64_t()> wall_time_ms;
  /// From the system: ids and the signing key are made of it.
  std::function<std::array<std::uint8_t, 16>()> random;
  /// A clock that only goes forward, for the latencies in the figures; empty: they aren't taken.
  std::function<std::int64_t()> steady_ns;
  std::uint64_t checkpoint_every = 1'000;
  std::uint64_t snapshot_every = 10'000; ///< positions, at least; more for a show with many entities
  /// Threads that read a whole journal at the same time, each on a connection of its own; 0: as many as there
  /// are processors. What they find doesn't depend on it.
  unsigned read_threads = 0;
  std::uint64_t read_portion = 1'000; ///< events that one of them reads at a time
  /// SQLite's VFS by name; empty: the default one. For tests that make the disk fail.
  std::string vfs;
};

/// What is wrong with a journal, at the first place where it is.
struct journal_damage {
  std::uint64_t position = 0; ///< of the first bad event; 0: no event, but the journal as a whole
  std::string reason;         ///< one sentence
};

struct open_journal_result {
  std::unique_ptr<event_journal> journal;
  /// Another connection for a thread of its own. May be called from any thread, as long as the journal lives.
  std::function<result<std::unique_ptr<event_history>>()> read;
  /// Set: the journal is damaged, and read-only: every append is refused with the reason.
  std::optional<journal_damage> damage;
  std::shared_ptr<const journal_figures> figures;
  std::vector<std::string> notes; ///< for the log: made new, key made, schema raised
};

/// Where keys, checkpoints and snapshots are: `DATA_DIR/.troupe`; of a journal on a server `postgresql` in
/// it, so that neither is taken for the other one, exchanged.
std::filesystem::path beside_journal(const journal_options& options);

/// Opens or makes it, and verifies it whole (`verify_journal`). A folder that can't be written gives a
/// journal that refuses appends, with `damage` empty and the reason in `notes`.
/// @returns STORAGE_UNAVAILABLE when there is a journal that can't even be opened (no database, no rights,
///          another version, no server)
result<open_journal_result> open_journal(journal_options options);

/// The same without the look at the whole journal: for one that was found intact, or mended, a moment ago by
/// the same program, and that nobody else can have written to since.
result<open_journal_result> open_intact_journal(journal_options options);

/// What a look at a whole journal has found.
struct journal_report {
  std::uint64_t events = 0, checkpoints = 0, entities = 0;
  std::optional<journal_damage> chain;      ///< hashes, links, positions, sequences
  std::optional<journal_damage> signatures; ///< checkpoints: signature, hash; more of them than events
  std::optional<journal_damage> views;      ///< the views aren't what the events make
  std::uint64_t signed_up_to = 0;           ///< the last event that a checkpoint vouches for; 0: none
  /// The last event that nothing speaks against: up to here the journal can be kept. Behind a broken chain
  /// nothing counts; a checkpoint that doesn't hold puts everything behind the last good one in doubt.
  std::uint64_t beyond_doubt = 0;
  bool intact() const noexcept { return !chain && !signatures && !views; }
};

} // namespace troupe::storage
