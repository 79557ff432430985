#pragma once
// Messages that stay inside one node, because they share immutable objects by pointer. An interface that
// holds one of them is never published to other nodes.

#include "protocol/compile_result.hpp"
#include "protocol/facts.hpp"
#include "protocol/frame.hpp"
#include "protocol/frame_binary.hpp"
#include "protocol/frame_image.hpp"
#include "protocol/inputs.hpp"
#include "protocol/messages.hpp"
#include "protocol/network_report.hpp"
#include "protocol/show_state.hpp"

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::engine {
struct stage_install;  // engine/stage_install.hpp: only pointers to it travel
struct part_memory;    // engine/part_memory.hpp: the same
struct explained_cell; // engine/explanation.hpp: the same
struct engine_image;   // engine/engine_image.hpp: the same
} // namespace troupe::engine

namespace troupe::storage {
struct journal_event; // storage/journal/event.hpp: only pointers to it travel
struct loaded_show;   // storage/show_files.hpp: the same
} // namespace troupe::storage

namespace troupe {

// -- the way of a change ------------------------------------------------------------------------------

struct create_entity {
  entity_kind kind = entity_kind::fixture;
  boost::json::object members;
};

struct update_entity_command {
  entity_kind kind = entity_kind::fixture;
  std::string id;
  std::uint64_t revision = 0; ///< the one the author saw
  boost::json::object changes;
};

struct delete_entity {
  entity_kind kind = entity_kind::fixture;
  std::string id;
};

/// On whose behalf a command is given.
struct command_author {
  std::string name = "anonymous"; ///< the operator (docs/history.md)
  std::string client;             ///< the connection
};

/// lane → show_store: change one entity. Answer: change_reply, once the change is durable, or an error.
struct change_entity {
  std::variant<create_entity, update_entity_command, delete_entity> command;
  command_author by;
  std::int64_t sent_ns = 0;
};
using change_entity_ptr = std::shared_ptr<const change_entity>;

/// The entity as it is after the change; null after a delete.
struct change_reply {
  record_ptr entity;
};

/// show_store → journal: make these facts durable. Answer: facts_committed, or STORAGE_UNAVAILABLE, and then
/// none of them happened; CONFLICT if another server has written to the same journal meanwhile.
struct commit_facts {
  std::string show;
  std::vector<recorded_fact> facts;
};
using commit_facts_ptr = std::shared_ptr<const commit_facts>;

/// Where in the journal the last of the facts stands.
struct facts_committed {
  std::uint64_t position = 0;
};

/// journal → archivist, lanes: what has become durable, in order. Answered by the archivist: then the next
/// may come, with all that has gathered. Where positions are missing it reads for itself.
using journal_event_ptr = std::shared_ptr<const storage::journal_event>;
struct events_recorded {
  std::vector<journal_event_ptr> events;
};
using events_recorded_ptr = std::shared_ptr<const events_recorded>;

/// show_store → file_keeper: the published show, for the YAML files; the newest is written. No answer.
struct keep_files {
  show_state now;
  std::uint64_t position = 0;
};

/// journal → file_keeper: what the files of a show hold; from now on it is the show that is kept. Answer:
/// found_files_ptr.
struct find_files {
  std::string show;
  bool demo_if_missing = false;
};
using found_files_ptr = std::shared_ptr<const storage::loaded_show>;

/// Why a health check isn't green: a damage in a file.
struct show_problem {
  std::string file; ///< relative to the data folder
  std::uint32_t line = 0, column = 0;
  std::string reason;
};

/// A show as it was read from disk.
struct show_on_disk {
  show_state state;
  std::uint64_t position = 0;         ///< of the journal: this is the state after it
  std::vector<show_problem> problems; ///< entities not loaded, files that don't parse
  std::array<std::optional<show_problem>, entity_kind_count> unreadable; ///< these kinds are read-only
};
using show_on_disk_ptr = std::shared_ptr<const show_on_disk>;

/// show_store → journal: read a show; later commits go to it. Answer: show_on_disk_ptr.
struct load_show {
  std::string show;
  bool demo_if_missing = false;
};

/// What everyone sees: REST answers, compiler, sessions, files.
struct published_show {
  show_state state;
  std::uint64_t position = 0; ///< of the journal: everything up to it is in the state
  std::vector<show_problem> problems;
  std::string storage_failure; ///< why the last commit failed; empty when it worked
};
using published_show_ptr = std::shared_ptr<const published_show>;

/// show_store → graph_compiler: what has become public. No answer.
struct show_published {
  published_show_ptr now;
  std::vector<fact> facts;   ///< in order; meaningless when `loaded`
  bool loaded = false;       ///< a show was loaded: everything is new
  bool announce_show = true; ///< with `loaded`: the clients are told show/changed
};
using show_published_ptr = std::shared_ptr<const show_published>;

/// lane → graph_compiler: what does this graph compile to? Answer: compile_answer; everyone is told.
struct compile_request {
  std::string graph_id;
};
struct compile_answer {
  compile_result outcome;
};
using compile_answer_ptr = std::shared_ptr<const compile_answer>;

// -- from the compiler through input_state and stage to the clients -------------------------------------

struct entity_news {
  entity_kind kind = entity_kind::fixture;
  enum class operation : std::uint8_t { created, updated, deleted } op = operation::updated;
  std::string id;
  std::uint64_t revision = 0;
  record_ptr entity; ///< null when deleted
};

struct compile_news {
  std::string graph_id;
  std::uint64_t revision = 0;
  compile_result outcome;
};

struct show_news {
  std::string show; ///< the name that show/changed tells
};

using news = std::variant<show_news, entity_news, compile_news>;

/// The controls with the version in which each last moved: a client that has version v is told the rest.
struct input_image {
  std::uint64_t version = 0;
  std::shared_ptr<const input_layout> layout;
  std::vector<float> faders;
  std::vector<std::uint8_t> buttons; ///< 1: down
  std::vector<std::uint64_t> fader_versions, button_versions;
};

/// graph_compiler → input_state → stage → frame_hub; also input_state → run_recorder. Goes the way of the
/// ticks, so that every shard takes
/// it in between the same two ticks, and so that a client hears of a change before the first frame that
/// shows it and after the last one that doesn't. No answer.
struct show_update {
  std::shared_ptr<const engine::stage_install> install; ///< null: nothing to install
  std::shared_ptr<const input_layout> inputs;           ///< null: unchanged
  bool reset_inputs = false;                            ///< another show: faders 0, buttons released
  std::shared_ptr<const input_image> controls; ///< filled in by input_state, with `inputs`: as they are then
  std::vector<news> announcements;             ///< in order; of every entity that has changed, too
  std::shared_ptr<const show_state> show{};    ///< of an install with `new_show`: what it was made of
};
using show_update_ptr = std::shared_ptr<const show_update>;

// -- the way of a tick ----------------------------------------------------------------------------------

/// input_state → stage: make this frame from these inputs; also to run_recorder. No answer.
struct tick_inputs {
  tick_time time;
  std::shared_ptr<const input_snapshot> inputs;
  std::int64_t sent_ns = 0;
};

using frame_ptr = std::shared_ptr<const frame_data>;
using dmx_ptr = std::shared_ptr<const dmx_data>;

/// stage → frame_hub: what this stage made of its part of the rig; also frame_hub → console_preview: the
/// whole. No answer.
struct frame_made {
  frame_ptr frame;
  dmx_ptr dmx;
  std::uint16_t part = 0; ///< which stage made it, from 0
  std::int64_t sent_ns = 0;
};

/// frame_hub → stages: what somebody wants to see of the frames from now on. No answer.
struct frames_wanted {
  frame_demand demand;
};

/// stage → stage: what the engine remembers of cells that go from one to the other with an update. The
/// receiver makes no frame between that update and this. No answer.
struct cells_moved {
  show_update_ptr with; ///< the update that they go with
  std::shared_ptr<const engine::part_memory> memory;
};

/// run_recorder → input_state → stages, and back to the run_recorder: what is remembered at this moment
/// between two ticks? Every stage tells the run_recorder. No answer.
struct memory_wanted {
  /// A stage that remembers more doesn't tell: copying would hold up the next frame.
  static constexpr std::size_t max_bytes = 4ULL << 20;

  std::uint64_t number = 0; ///< of the question
};

/// stage → run_recorder: all that its engine remembered at the moment of that question. No answer.
struct memory_told {
  std::uint64_t number = 0;
  std::uint16_t part = 0;                             ///< which stage, from 0
  std::uint16_t parts = 1;                            ///< how many there are
  std::shared_ptr<const engine::engine_image> memory; ///< null: too much
};

/// lane → stage: what makes a cell what it is? Answered with the next frame: explained_cell_ptr, null if the
/// fixture isn't in the stage's part of the rig. TOO_MANY_REQUESTS if too many wait for that frame already.
struct explain_cell {
  std::string fixture_id;
  std::uint32_t cell = 0;             ///< from 0
  std::optional<dmx_address> level{}; ///< the channel whose level is to be told, too
};
using explained_cell_ptr = std::shared_ptr<const engine::explained_cell>;

/// console_preview → frame_hub: the newest frame, whenever it wants to draw one. Answer: frame_made; its
/// attributes are there once somebody has been asking for a while.
struct ask_frame {};

/// stage → outputs: the DMX of this stage's part of the rig. The parts hold different universes, and each
/// sends one message a tick, in any order; a frame is whole when all parts have come. Also to run_recorder.
/// No answer.
struct universes_made {
  dmx_ptr dmx;
  std::uint16_t part = 0;  ///< which stage made it, from 0
  std::uint16_t parts = 1; ///< how many there are
  std::int64_t sent_ns = 0;
  dmx_inputs_ptr network{}; ///< what this tick knew of the network, for outputs that merge it; may be null
};

// -- the way in from the network ---------------------------------------------------------------------------

/// network_input → input_state: what the network says has changed. One is on the way at most. Answer:
/// nothing, and then the next may come.
struct network_moved {
  dmx_inputs_ptr dmx;
  std::optional<std::int64_t> timecode_ns; ///< of the newest timecode packet
  std::int64_t timecode_arrival_ns = 0;    ///< of that packet, steady clock
  std::int64_t arrival_ns = 0; ///< of the newest packet that changed a level, steady clock; 0: none did
};

/// lane → network_input: who is heard, for health and GET /api/inputs/network. Answer: network_report_ptr.
struct ask_network_report {};

using network_report_ptr = std::shared_ptr<const network_report>;

// -- the way to the clients -----------------------------------------------------------------------------

using text_ptr = std::shared_ptr<const std::string>;

/// input_state → frame_hub: the controls after a change, at most 30 times a second; the hub tells the
/// clients. No answer.
struct inputs_changed {
  std::shared_ptr<const input_image> inputs;
};

/// frame_hub → lane: the newest frame, each form of it built at the first demand. Answered by lane_ready; a
/// lane that is behind gets only the newest.
struct frame_news {
  frame_image_ptr image;
  dmx_image_ptr dmx; ///< null unless the lane wants binary frames
  std::int64_t sent_ns = 0;
};

/// lane → frame_hub: done with the frame; send the next one.
struct lane_ready {
  std::size_t lane = 0;
};

/// lane → frame_hub: what its clients have subscribed to.
struct lane_wants {
  std::size_t lane = 0;
  bool json = false;
  bool binary = false;
  bool cells = false; ///< of the JSON ones: some want the cells
};

/// One message of state: the newest for its key wins.
struct state_text {
  std::string key;                   ///< type and id
  std::optional<entity_kind> resync; ///< of entity/changed: what to fetch again if too many wait
  text_ptr text;
};

/// frame_hub → lane: what all clients are told. In this order: show_changed, status, inputs, states.
struct client_news {
  text_ptr show_changed; ///< drops what the clients haven't been told of the old show
  text_ptr status;
  std::shared_ptr<const input_image> inputs;
  std::vector<state_text> states;
};
using client_news_ptr = std::shared_ptr<const client_news>;

/// Which frames a client wants; as runtime/subscribeFrames, checked.
struct frame_subscription {
  wire_mode mode = wire_mode::full;
  bool binary = false;
  fixture_filter_ptr fixtures;      ///< null: all
  universe_filter_ptr universes;    ///< null: all
  std::int64_t min_interval_ns = 0; ///< from maxHz
  bool cells = false;               ///< of JSON frames
};

/// session → lane: from the next frame on; nothing unsubscribes.
struct subscribe_client {
  std::uint64_t client = 0;
  std::optional<frame_subscription> wanted;
};

/// session → lane: an error or pong for one client.
struct tell_client {
  std::uint64_t client = 0;
  std::string text;
};

/// session → lane: done with so many of the client's messages.
struct client_credit {
  std::uint64_t client = 0;
  std::size_t messages = 0;
};

/// lane → session: a text message, as it came.
struct client_text {
  std::string text;
  std::int64_t arrival_ns = 0; ///< steady clock
};

/// lane → session: the connection has gone. The session ends.
struct client_closed {};

/// lane → archivist: what was recorded at the positions `after` + 1 to `up_to`. Answer: events_recorded_ptr,
/// in order: the oldest of them, or the newest if that is wanted; none only if there are none. At most
/// `limit`, and about `max_bytes` of entities and details, but one in any case.
struct replay_events {
  static constexpr std::uint32_t max_limit = 1'000;

  std::uint64_t after = 0;
  std::uint64_t up_to = ~std::uint64_t{0};
  std::string show, kind, id; ///< of one stream; empty kind: of all
  std::uint32_t limit = max_limit;
  std::uint64_t max_bytes = 1024 * 1024;
  bool newest = false;
};

/// supervisor → every actor of the cast: who plays which part now. Sent once all are spawned, and again
/// whenever one had to be restarted. No answer.
struct cast;
struct cast_change {
  std::shared_ptr<const cast> now; ///< protocol/actors.hpp
};

/// supervisor → output: send the last frame (black, unless it is to be held) and close. Answer: nothing,
/// when it is on the wire.
struct go_dark {};

/// lane → output: counters for health and status. Answer: output_report.
struct ask_output_report {};
/// A receiver that an output has found by itself.
struct output_node {
  std::string name, address;
  std::vector<std::uint16_t> universes; ///< that it takes
  std::int64_t seen_ns = 0;             ///< when it last answered; steady clock
};
struct output_report {
  std::string name;        ///< "artnet" or "sacn"
  std::string destination; ///< host:port
  std::string problem;     ///< empty: none
  std::uint64_t packets = 0, bytes = 0;
  std::uint64_t dropped = 0;                         ///< the kernel had no room
  std::uint64_t errors = 0;                          ///< refused by this machine
  std::uint64_t refused = 0;                         ///< answers that say that nobody listens there
  std::uint64_t unreachable = 0;                     ///< answers that say that there is no way
  std::uint64_t kept_alive = 0;                      ///< of universes that hadn't changed
  std::uint64_t paced = 0, superseded = 0, late = 0; ///< as in packet_pacer
  std::vector<std::string> notes;                    ///< worth knowing, and no problem
  bool finds_nodes = false;                          ///< whether it looks for receivers
  std::vector<output_node> nodes;
};

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::change_entity_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::change_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::commit_facts_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::facts_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::events_recorded_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::keep_files)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::find_files)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::found_files_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::show_on_disk_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::load_show)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::show_published_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::compile_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::compile_answer_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::show_update_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::tick_inputs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::frame_made)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::frames_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cells_moved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::memory_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::memory_told)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::explain_cell)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::explained_cell_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::ask_frame)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::universes_made)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::inputs_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::frame_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::lane_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::lane_wants)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_news_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::subscribe_client)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::tell_client)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_credit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_text)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cast_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::go_dark)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::ask_output_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::output_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::network_moved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::ask_network_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::network_report_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::replay_events)
