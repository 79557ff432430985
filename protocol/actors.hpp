#pragma once
// Every typed actor interface: the architecture on one page. Messages are in messages.hpp (may cross nodes)
// and local_messages.hpp (may not); docs/messages.md lists them all.

#include "protocol/history_messages.hpp"
#include "protocol/local_messages.hpp"
#include "protocol/port.hpp"
#include "protocol/type_ids.hpp"

#include <memory>
#include <vector>

namespace troupe::actors {
struct runtime_metrics; // actors/metrics/runtime_metrics.hpp: only pointers to it travel
class run_gate;         // actors/run/run_gate.hpp: the same
} // namespace troupe::actors

namespace troupe {

/// The TICKER: the show clock. Turns the deadlines of clock_source into ticks, at most one in flight; a late
/// stage makes it skip, and count, never queue.
using ticker_actor = port::iface<
    // Who plays which part now.
    caf::result<void>(cast_change),
    // A deadline has come: start a tick, or skip it.
    caf::result<void>(due),
    // The stage is ready for the next tick.
    caf::result<void>(tick_done),
    // Another rate from the next tick on.
    caf::result<void>(set_tick_rate),
    // A control has moved: with immediate ticks, start one as soon as it may be.
    caf::result<void>(input_arrived),
    // INTERNAL: the immediate tick that had to wait may start.
    caf::result<void>(work_atom)>;

/// The INPUT STATE: all faders and buttons. Also the sequencer in front of the stages: ticks and updates of
/// the show leave through it, so every shard sees them in one order.
using input_state_actor = port::iface<caf::result<void>(cast_change),
                                      // Take a snapshot of the controls and pass the tick on to the stages.
                                      caf::result<void>(tick),
                                      // What one client did. Answers which changes name no control.
                                      caf::result<input_refusals>(input_batch),
                                      // Take in what the network says; the answer allows the next.
                                      caf::result<void>(network_moved),
                                      // Release what this client held.
                                      caf::result<void>(client_gone),
                                      // Take in the controls that exist now, and pass it on to the stages.
                                      caf::result<void>(show_update_ptr),
                                      // Pass it on to the stages, and back, between two ticks.
                                      caf::result<void>(memory_wanted),
                                      // INTERNAL: the clients are due to hear of moved controls.
                                      caf::result<void>(flush_atom)>;

/// The NETWORK INPUT: DMX and timecode that others send, merged over their sources.
using network_input_actor = port::iface<caf::result<void>(cast_change),
                                        // Who is heard, and what is wrong.
                                        caf::result<network_report_ptr>(ask_network_report),
                                        // INTERNAL: packets have come in, or one of its times is up.
                                        caf::result<void>(work_atom)>;

/// A STAGE: evaluates graphs, merges, makes frames and DMX, for one part of the rig.
using stage_actor = port::iface<caf::result<void>(cast_change),
                                // Make a frame.
                                caf::result<void>(tick_inputs),
                                // Install between two ticks, then pass on what the clients are to be told.
                                caf::result<void>(show_update_ptr),
                                // What the frames are to hold from now on.
                                caf::result<void>(frames_wanted),
                                // Cells have come from another stage with an update: what they remember.
                                caf::result<void>(cells_moved),
                                // The run_recorder wants to know what is remembered between these two ticks.
                                caf::result<void>(memory_wanted),
                                // What makes a cell what it is; answered with the next frame.
                                caf::result<explained_cell_ptr>(explain_cell)>;

/// An OUTPUT: one socket towards lighting nodes. A new kind of output implements this interface.
using output_actor = port::iface<
    // New DMX; what of it is sent is the output's business.
    caf::result<void>(universes_made),
    // Send the last frame and close; answers when it is on the wire.
    caf::result<void>(go_dark),
    // Counters and problems.
    caf::result<output_report>(ask_output_report),
    // INTERNAL: universes that haven't changed are due again.
    caf::result<void>(keep_alive_atom)>;

/// The FRAME HUB: the last frame and what all clients are told, each made once and handed to the lanes.
using frame_hub_actor =
    port::iface<caf::result<void>(cast_change),
                // A stage has made its part of a frame.
                caf::result<void>(frame_made),
                // A stage has installed an update of the show; when all have: announce it.
                caf::result<void>(show_update_ptr),
                // Controls have moved.
                caf::result<void>(inputs_changed),
                // The ticker has another rate.
                caf::result<void>(tick_rate_changed),
                // A lane can take the next frame.
                caf::result<void>(lane_ready),
                // What a lane's clients want.
                caf::result<void>(lane_wants),
                // The newest frame, for the terminal.
                caf::result<frame_made>(ask_frame),
                // INTERNAL: state that was held back is due.
                caf::result<void>(flush_atom)>;

/// A LANE: the sockets of one I/O thread. Its handlers run on that thread; untyped inside, because it is an
/// actor that CAF's scheduler doesn't run.
using lane_actor = port::iface<caf::result<void>(cast_change), caf::result<void>(frame_news),
                               caf::result<void>(client_news_ptr), caf::result<void>(subscribe_client),
                               caf::result<void>(tell_client), caf::result<void>(client_credit),
                               caf::result<void>(name_client), caf::result<void>(history_news_ptr),
                               // What has been recorded, for those who listen.
                               caf::result<void>(events_recorded_ptr)>;

/// A SESSION: one client, its rights, its subscription, its commands.
using session_actor = port::iface<caf::result<void>(cast_change), caf::result<void>(client_text),
                                  caf::result<void>(client_closed)>;

/// The GRAPH COMPILER: the program of every graph, and the rig they are bound to.
using graph_compiler_actor = port::iface<caf::result<void>(cast_change),
                                         // Something has become public: compile what it touches.
                                         caf::result<void>(show_published_ptr),
                                         // Compile one graph now; everyone is told.
                                         caf::result<compile_answer_ptr>(compile_request),
                                         // INTERNAL: work on what has been published since.
                                         caf::result<void>(work_atom)>;

/// The SHOW STORE: all entities of the active show. Decides on commands one at a time, publishes what is
/// durable.
using show_store_actor =
    port::iface<caf::result<void>(cast_change),
                // Change one entity; answers when it is durable.
                caf::result<change_reply>(change_entity_ptr),
                // Run state of a graph; never waits for the disk.
                caf::result<void>(set_graph_enabled),
                // Take back what the operator did last, or do it again.
                caf::result<reversal_ptr>(reverse_command),
                // Bring the show back to what it was.
                caf::result<reversal_ptr>(restore_command_ptr),
                // Take in what somebody edited in a file while the server runs, or let it be.
                caf::result<reversal_ptr>(settle_edit),
                // Switch shows.
                caf::result<void>(activate_show),
                // Answers when everything decided so far is on the disk, and a show that was loaded has been
                // compiled.
                caf::result<void>(stop_atom),
                // INTERNAL: write the run state that the disk hasn't taken yet, or read the show again.
                caf::result<void>(retry_atom)>;

/// The JOURNAL: the append-only record of every change. Detached, because it blocks on the disk.
using journal_actor = port::iface<caf::result<void>(cast_change),
                                  // Make facts durable: all or none.
                                  caf::result<facts_committed>(commit_facts_ptr),
                                  // The show as it was recorded, with what was edited in its files by hand.
                                  caf::result<show_on_disk_ptr>(load_show),
                                  // Shows come and go.
                                  caf::result<void>(create_show), caf::result<void>(delete_show),
                                  // A show begins as another was.
                                  caf::result<void>(branch_show_ptr),
                                  // Give this moment a name.
                                  caf::result<facts_committed>(name_checkpoint)>;

/// The ARCHIVIST: reads the journal beside its writer. Detached, because it blocks on the disk.
using archivist_actor =
    port::iface<caf::result<void>(cast_change),
                // This has been recorded; the answer allows the next. None of it: look for yourself.
                caf::result<void>(events_recorded_ptr),
                // Events, shows as they were, comparisons.
                caf::result<past_answer>(past_question_ptr),
                // A show as it was, as values.
                caf::result<past_show_ptr>(ask_past_show),
                // What an undo or redo would have to reverse.
                caf::result<undo_plan_ptr>(plan_reversal),
                // What was recorded, in portions.
                caf::result<events_recorded_ptr>(replay_events),
                // Whose counts a lane's clients want to know.
                caf::result<void>(operators_here),
                // INTERNAL: the lanes are due to hear how far the journal is.
                caf::result<void>(flush_atom),
                // INTERNAL: make a snapshot, if one is due.
                caf::result<void>(work_atom)>;

/// The FILE KEEPER: the YAML files, which follow the journal. Detached, because it blocks on the disk.
using file_keeper_actor = port::iface<caf::result<void>(cast_change),
                                      // Bring the files to this state, soon.
                                      caf::result<void>(keep_files),
                                      // Read the files of a show; it is the one that is kept from now on.
                                      caf::result<found_files_ptr>(find_files),
                                      // Look at the data folder, and change it.
                                      caf::result<show_list>(list_shows), caf::result<void>(create_show),
                                      caf::result<void>(delete_show), caf::result<void>(branch_show_ptr),
                                      // Which other shows have fixtures of a model.
                                      caf::result<show_list>(find_model_users),
                                      // What somebody edited while the server runs.
                                      caf::result<found_edit_ptr>(read_edit), caf::result<void>(forget_edit),
                                      // Write what is outstanding; answers when it is on the disk.
                                      caf::result<void>(stop_atom),
                                      // INTERNAL: write what has gathered, and look for edits by hand.
                                      caf::result<void>(work_atom)>;

/// The CONSOLE PREVIEW: draws the show in the terminal of `troupe serve --preview`. Detached: terminals
/// block.
using console_preview_actor = port::iface<caf::result<void>(cast_change),
                                          // INTERNAL: draw the newest frame.
                                          caf::result<void>(draw_atom)>;

/// The RUN RECORDER: writes down what the stages are told, and a hash of what they make. Detached: disks
/// block. Who sends it a tick or a frame asks the run_gate first.
using run_recorder_actor = port::iface<caf::result<void>(cast_change),
                                       // A tick, as the stages have it.
                                       caf::result<void>(tick_inputs),
                                       // What is installed between two ticks.
                                       caf::result<void>(show_update_ptr),
                                       // The moment that it has asked about.
                                       caf::result<void>(memory_wanted),
                                       // What a stage remembered then.
                                       caf::result<void>(memory_told),
                                       // A part of a frame, to be hashed.
                                       caf::result<void>(universes_made),
                                       // INTERNAL: write what has gathered.
                                       caf::result<void>(flush_atom)>;

/// The SUPERVISOR: spawns the cast, restarts who falls, and ends the show in order.
using supervisor_actor = port::iface<
    // Answers when the show has been compiled and runs.
    caf::result<void>(ready_atom),
    // Stop everything in order; answers when the last output is dark.
    caf::result<void>(stop_atom)>;

/// Who plays which part on this node.
struct cast {
  ticker_actor ticker;
  input_state_actor input_state;
  network_input_actor network_input; ///< null unless something is to be received
  std::vector<stage_actor> stages;
  std::vector<output_actor> outputs;
  frame_hub_actor frame_hub;
  std::vector<lane_actor> lanes;
  graph_compiler_actor graph_compiler;
  show_store_actor show_store;
  journal_actor journal;
  archivist_actor archivist; ///< null: the past can't be read
  file_keeper_actor file_keeper;
  console_preview_actor console_preview;      ///< null unless it is wanted
  run_recorder_actor run_recorder;            ///< null unless runs are recorded
  std::shared_ptr<actors::run_gate> run_gate; ///< in front of it; null as well
  /// Where all of them count what they do; null: nobody wants to know.
  std::shared_ptr<actors::runtime_metrics> metrics;
};

} // namespace troupe
