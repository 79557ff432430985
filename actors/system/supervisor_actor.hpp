#pragma once
// Spawns the cast, restarts who falls, ends the show in order.

#include "actors/input/network_input_actor.hpp"
#include "actors/metrics/runtime_metrics.hpp"
#include "actors/output/output_options.hpp"
#include "actors/run/run_gate.hpp"
#include "actors/run/run_recording.hpp"
#include "actors/show/files_report.hpp"
#include "actors/show/publication.hpp"
#include "actors/show/show_book.hpp"
#include "actors/system/runtime_gauges.hpp"
#include "actors/system/tick_clock.hpp"
#include "actors/system/ticker_actor.hpp"
#include "engine/rig.hpp"
#include "protocol/actors.hpp"
#include "storage/show_archive.hpp"
#include "storage/show_files.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// Everything that outlives a restart of an actor, and what each is made of.
struct supervisor_options {
  std::shared_ptr<storage::show_archive> archive;
  std::shared_ptr<storage::show_files> files;
  std::shared_ptr<files_report> files_standing;
  show_on_disk_ptr loaded; ///< the show to start with
  show_book_options rules;
  std::function<std::string()> new_correlation; ///< a fresh UUIDv4 for a command
  engine::rig_options rig;
  std::shared_ptr<publication> published;
  ticker_options ticker;
  std::shared_ptr<runtime_metrics> metrics;     ///< where the cast counts; null: nowhere
  std::vector<output_options> outputs;          ///< of any kind; a restart makes the same again
  std::optional<network_input_options> network; ///< absent: nothing is received
  std::vector<lane_actor> lanes;
  std::shared_ptr<run_recording> recording; ///< null: runs aren't recorded
  std::shared_ptr<run_gate> recording_gate; ///< null as well
  /// Tells the threads outside CAF who the ticker is now.
  std::function<void(const ticker_actor&)> ticker_is;
  /// An actor keeps failing: the process should end, and whatever runs it start it anew.
  std::function<void(const std::string& why)> give_up;
  bool preview = false;  ///< draw the show on the standard output
  bool realtime = false; ///< the stages' threads ask for a real-time priority
  bool detach = true; ///< whether blocking and time-critical actors get threads; not in deterministic tests
};

struct supervisor_state {
  static constexpr const char* name = "supervisor";
  supervisor_state() {}

  supervisor_options options;
  cast parts;
  std::string show; ///< the active one, for a restart of the store
  std::vector<caf::actor_clock::time_point> falls;
  bool stopping = false;
};

supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<supervisor_state> self,
                                           supervisor_options options);

} // namespace troupe::actors
