#pragma once
// A run log under the engine: every frame again, from what was recorded, compared with what was made.

#include "actors/show/compile_book.hpp"
#include "engine/show_evaluator.hpp"
#include "storage/run_log/run_reader.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace troupe::cli {

struct played_frame {
  tick_time time;
  std::shared_ptr<const dmx_data> dmx;
  std::uint64_t hash = 0;
  /// Whether it is certain to be the frame that was made. Else the log began in the middle of a show, or has
  /// a gap, and hasn't told since then what nodes remember (and which attributes stay after release).
  bool exact = false;
};

/// How the frames compare with the hashes in the log.
struct hash_comparison {
  std::uint64_t compared = 0;                   ///< exact frames that have a hash
  std::uint64_t different = 0;                  ///< of those
  std::optional<std::uint64_t> first_different; ///< its frame number
  std::uint64_t inexact = 0;                    ///< frames that can't be compared
  std::uint64_t inexact_different = 0;          ///< of those, frames with another hash
};

class run_player {
 public:
  explicit run_player(storage::run_log::run_reader log) : log_(std::move(log)) {}

  /// The next frame; nothing at the end.
  /// @returns STORAGE_UNAVAILABLE if the log can't be read, VALIDATION_ERROR if it makes no sense
  result<std::optional<played_frame>> next();

  const hash_comparison& comparison() const noexcept { return comparison_; }
  std::uint64_t gaps() const noexcept { return gaps_; }   ///< places where ticks are missing
  std::uint64_t shows() const noexcept { return shows_; } ///< times that a show was loaded
  bool ended_in_order() const noexcept { return ended_; }
  const storage::run_log::run_reader& log() const noexcept { return log_; }

 private:
  struct frame_hashes {
    std::optional<std::uint64_t> recorded, made;
    bool exact = false;
  };
  static constexpr std::size_t max_unmatched = 1'024;

  result<void> take(const storage::run_log::segment_start& start);
  result<void> take(const storage::run_log::show_entity& one);
  result<void> take(const storage::run_log::show_complete& end);
  result<void> take(const storage::run_log::show_changed& change);
  result<void> take(const storage::run_log::ticks_missing& gap);
  result<void> take(const storage::run_log::frame_hashed& told);
  result<void> take(const storage::run_log::run_ended& end);
  result<void> take(const storage::run_log::tick_taken& one);
  result<void> take(const storage::run_log::memory_begins& begin);
  result<void> take(const node_memory& one);
  result<void> take(const held_memory& held);
  result<void> take(const storage::run_log::memory_complete& end);
  void begin_anew();
  void match(std::uint64_t frame_number);

  storage::run_log::run_reader log_;
  std::uint32_t segment_ = 0;
  show_state state_;
  std::uint64_t entities_ = 0; // of the show that is being read
  bool goes_on_ = false;       // the segment's show is known already
  bool hole_ = true;           // something is missing since the last segment began
  bool exact_ = false;
  bool ticked_ = false; // since the engine began anew
  show_memory memory_;  // that is being read
  release_mode release_ = release_mode::dark;
  std::optional<actors::compile_book> book_; // there is none before the first show
  std::shared_ptr<const engine::rig> rig_;
  engine::show_evaluator evaluator_;
  std::optional<played_frame> frame_;            // that was made last
  std::map<std::uint64_t, frame_hashes> hashes_; // that wait for their counterpart
  hash_comparison comparison_;
  std::uint64_t gaps_ = 0, shows_ = 0;
  bool ended_ = false;
};

} // namespace troupe::cli
