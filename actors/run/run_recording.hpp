#pragma once
// What is written into the run log, and when a segment begins. No actor: the run_recorder drives one, which
// outlives it.

#include "actors/metrics/runtime_metrics.hpp"
#include "actors/run/memory_gathering.hpp"
#include "protocol/local_messages.hpp"
#include "storage/run_log/record_writer.hpp"
#include "storage/run_log/segment_writer.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace troupe::actors {

struct run_recording_options {
  std::shared_ptr<storage::file_system> files;
  std::string folder;
  storage::run_log::retention keep;
  std::uint64_t segment_bytes = 16ULL << 20; ///< then the next begins
  std::int64_t segment_ms = 3'600'000;       ///< the same
  bool pack = true;                          ///< closed segments by zstd
  release_mode release = release_mode::dark;
  std::string version;
  std::function<std::int64_t()> wall_ms; ///< wall clock
  std::shared_ptr<runtime_metrics> metrics;
};

/// A segment that begins in the middle of a show begins with what the show remembers. That takes a question
/// to the stages; what happens until they have told waits here, and goes into the file behind it.
///
/// Records nothing before a show has been loaded. If the disk refuses, it tries again with every `flush`,
/// with a new segment; what happened meanwhile is missing. One thread at a time uses it; `problem` any.
class run_recording {
 public:
  explicit run_recording(run_recording_options options);

  void take(const show_update& update);
  void take(const tick_inputs& one);
  void take(const universes_made& part);
  /// The moment between two ticks that `question` was about.
  void take(const memory_wanted& moment);
  void take(const memory_told& told);
  /// The stages have lost everything, and get it with the next update.
  void stages_begin_anew();
  /// What was to be taken may be lost: nothing is recorded until a show is loaded again.
  void lost_thread();

  /// Writes what has gathered. To be called every second or so while there is anything.
  void flush();
  /// After `flush`: to be sent the way of the ticks, once.
  std::optional<memory_wanted> question() { return std::exchange(question_, std::nullopt); }
  /// The run ends.
  void close();

  /// Why nothing is recorded; empty: all is well.
  std::string problem() const;

 private:
  struct unfinished_frame {
    std::uint64_t number = 0;
    std::vector<dmx_ptr> parts;
  };
  static constexpr std::size_t max_unfinished = 8;
  static constexpr std::size_t block_bytes = 64 * 1024; // and no more than a second
  static constexpr std::size_t held_bytes = 4ULL << 20; // that wait for what the show remembers

  void begin_segment(bool exact);
  void end_segment();
  void write_show();
  void ask(bool turn);
  void write_memory();
  void give_up_memory();
  void write();
  void write_if_full();
  void refused(const error& why);
  void settle(result<void> outcome);
  void count();
  bool segment_is_old() const;

  run_recording_options options_;
  storage::run_log::segment_writer files_;
  std::string run_;
  std::uint32_t number_ = 0;
  std::optional<show_state> show_;
  bool waiting_ = true; // for a show
  std::optional<storage::run_log::record_writer> writer_;
  std::string records_; // that aren't in the file yet
  memory_gathering memory_;
  std::optional<memory_wanted> question_;
  bool turn_ = false; // what is asked for is to begin a segment
  bool gap_ = false;  // a replay doesn't know what is remembered since then
  std::uint64_t last_frame_ = 0;
  std::uint64_t show_bytes_ = 0;   // that the segment begins with
  std::int64_t segment_begun_ = 0; // wall clock
  std::deque<unfinished_frame> frames_;
  std::atomic<std::shared_ptr<const std::string>> problem_;
};

} // namespace troupe::actors
