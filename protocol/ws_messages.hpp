#pragma once
// The JSON text messages on /ws (protocol, section 7), except frames, which are `frame_json.hpp`.

#include "protocol/compile_result.hpp"
#include "protocol/entities.hpp"
#include "protocol/error.hpp"
#include "protocol/frame.hpp"

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::ws {

// -- client to server -----------------------------------------------------------------------------------

struct fader_moved {
  std::string fader_id;
  float value = 0; ///< 0..1, already clamped
};

struct button_down {
  std::string button_id;
};

struct button_up {
  std::string button_id;
};

/// Down and up in one tick.
struct button_press {
  std::string button_id;
};

enum class frame_mode : std::uint8_t { full, delta };

struct subscribe_frames {
  frame_mode mode = frame_mode::full;
  bool binary = false;
  std::vector<std::string> fixture_ids; ///< of JSON frames; empty: all. Each once; may name unknown ones
  std::vector<std::uint16_t> universes; ///< of binary frames; empty: all. Ascending, each once
  std::optional<double> max_hz;         ///< above 0, at most 240; absent: every frame
  bool cells = false;                   ///< of JSON frames: with the cells of the fixtures with several
};

struct unsubscribe_frames {};

struct set_tick_rate {
  double hz = 60; ///< 1..240
};

struct set_enabled {
  std::string instance_id; ///< a graph's id
  bool enabled = true;
};

struct ping {
  std::optional<boost::json::value> nonce; ///< any JSON of at most 64 KiB, sent back as it is
};

/// Who sits there: the author of what the client commands from now on.
struct hello {
  std::string name; ///< 1..200 characters, not blank, no control characters
};

/// Take back the operator's last command.
struct history_undo {};

/// Do again what was taken back last.
struct history_redo {};

using client_message =
    std::variant<fader_moved, button_down, button_up, button_press, subscribe_frames, unsubscribe_frames,
                 set_tick_rate, set_enabled, ping, hello, history_undo, history_redo>;

struct parsed_message {
  boost::json::value request_id; ///< a string or number for the error that answers it; null: none
  /// PARSE_ERROR: no JSON; UNKNOWN_TYPE; VALIDATION_ERROR naming the field.
  result<client_message> message;
};

/// @param text one text message. `type` may be its first member or any other
parsed_message parse_client_message(std::string_view text);

// -- server to client -------------------------------------------------------------------------------------
// `type` is the first member of each.

/// @param request_id of the message that is answered; null: none
std::string error_message(const error& what, const boost::json::value& request_id = nullptr);

/// @param time_ms the server's wall clock, in milliseconds since 1970
std::string pong_message(const ping& asked, std::int64_t time_ms);

std::string show_changed_message(std::string_view show);

enum class change_op : std::uint8_t { created, updated, deleted };

/// @param op created or updated
std::string entity_changed_message(change_op op, const entity_record& entity);

/// @param revision the last one it had
std::string entity_deleted_message(entity_kind kind, std::string_view id, std::uint64_t revision);

std::string entity_resync_message(entity_kind kind);

std::string compile_result_message(std::string_view graph_id, std::uint64_t revision,
                                   const compile_result& outcome);

/// @param undo, redo how many commands of that operator can be taken back, or done again
std::string history_changed_message(std::uint64_t position, std::string_view operator_name,
                                    std::uint64_t undo, std::uint64_t redo);

struct fader_value {
  std::string_view id;
  float value = 0; ///< 0..1
};

struct button_value {
  std::string_view id;
  bool down = false;
};

/// @param faders, buttons no id twice in one list
std::string input_changed_message(std::span<const fader_value> faders, std::span<const button_value> buttons);

/// @param layout  null: no graphs
/// @param writes  of the newest frame, as in `frame_data::writes`; those that are missing (before the first
///                frame) count as empty bundles
/// @param tick_hz in force; up to 240
/// @param wanted_hz told as `targetHz`: the machine is too slow for it. Absent: `tick_hz` is what is wanted
std::string runtime_status_message(const frame_layout* layout, std::span<const write_report> writes,
                                   const tick_time& time, double tick_hz,
                                   std::optional<double> wanted_hz = std::nullopt);

} // namespace troupe::ws
