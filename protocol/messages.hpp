#pragma once
// Messages that may cross nodes: plain values without pointers, raw floats, file paths or sockets. Each says
// who sends it, who handles it, what comes back. What stays inside a node is in local_messages.hpp;
// docs/messages.md has all of them in one table, and a test keeps it true.
//
// `sent_ns` in a message is the steady clock when it was sent, so that its receiver can tell how long it lay
// in the mailbox; 0: nobody measures. It holds within one process only.

#include "protocol/frame.hpp"
#include "protocol/level.hpp"
#include "protocol/port.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

template <class Inspector>
auto inspect(Inspector& f, level& x) {
  return port::object(f, x, "troupe::level", port::fld("bits", x.bits));
}

// -- the way of a tick --------------------------------------------------------------------------------

/// clock_source → ticker: a deadline of the show's grid has come. No answer.
struct due {
  std::int64_t deadline_ns = 0; ///< steady clock
  std::int64_t sent_ns = 0;
};
template <class Inspector>
auto inspect(Inspector& f, due& x) {
  return port::object(f, x, "troupe::due", port::fld("deadline_ns", x.deadline_ns),
                      port::fld("sent_ns", x.sent_ns));
}

/// ticker → input_state: make this frame. No answer.
struct tick {
  tick_time time;
  std::int64_t sent_ns = 0;
};
template <class Inspector>
auto inspect(Inspector& f, tick& x) {
  return port::object(f, x, "troupe::tick", port::fld("frame_number", x.time.frame_number),
                      port::fld("t_ns", x.time.t_ns), port::fld("dt_ns", x.time.dt_ns),
                      port::fld("deadline_ns", x.time.deadline_ns), port::fld("sent_ns", x.sent_ns));
}

/// stage → ticker: the frame is made and handed on. No answer.
struct tick_done {
  std::uint64_t frame_number = 0;
};
template <class Inspector>
auto inspect(Inspector& f, tick_done& x) {
  return port::object(f, x, "troupe::tick_done", port::fld("frame_number", x.frame_number));
}

/// session → ticker: the rate that is wanted from the next tick on. No answer; runtime/status tells the rate
/// in force, which is lower while the machine is too slow for it.
struct set_tick_rate {
  std::int64_t micro_hz = 60'000'000; ///< 1 to 240 Hz
};
template <class Inspector>
auto inspect(Inspector& f, set_tick_rate& x) {
  return port::object(f, x, "troupe::set_tick_rate", port::fld("micro_hz", x.micro_hz));
}

/// ticker → frame_hub: the rate that is now in force. No answer.
struct tick_rate_changed {
  std::int64_t micro_hz = 60'000'000;
  std::int64_t wanted_micro_hz = 60'000'000; ///< higher than `micro_hz` while the machine is too slow for it
};
template <class Inspector>
auto inspect(Inspector& f, tick_rate_changed& x) {
  return port::object(f, x, "troupe::tick_rate_changed", port::fld("micro_hz", x.micro_hz),
                      port::fld("wanted_micro_hz", x.wanted_micro_hz));
}

// -- the operators' controls --------------------------------------------------------------------------

enum class input_action : std::uint8_t { move_fader, press_down, release, press_once };

/// One thing a client did to a control.
struct input_change {
  input_action action = input_action::move_fader;
  std::string input_id;
  level value; ///< of move_fader, 0..1
};
template <class Inspector>
auto inspect(Inspector& f, input_change& x) {
  return port::object(f, x, "troupe::input_change", port::fld("action", x.action),
                      port::fld("input_id", x.input_id), port::fld("value", x.value));
}

/// session → input_state: what one client did, in order. Answer: input_refusals. A session has one batch
/// on the way at most and conflates the rest, so a flood can't fill the mailbox.
struct input_batch {
  std::uint64_t client = 0;
  std::vector<input_change> changes;
  std::int64_t arrival_ns = 0; ///< of the newest change at its socket, steady clock
};
template <class Inspector>
auto inspect(Inspector& f, input_batch& x) {
  return port::object(f, x, "troupe::input_batch", port::fld("client", x.client),
                      port::fld("changes", x.changes), port::fld("arrival_ns", x.arrival_ns));
}

/// input_state → session: which changes of the batch name no control of the show.
struct input_refusals {
  std::vector<std::uint32_t> indices;
};
template <class Inspector>
auto inspect(Inspector& f, input_refusals& x) {
  return port::object(f, x, "troupe::input_refusals", port::fld("indices", x.indices));
}

/// input_state → ticker: a control has moved; the next tick shows it. With immediate ticks that one needn't
/// be the grid's. No answer.
struct input_arrived {
  std::int64_t arrival_ns = 0; ///< at the socket, steady clock
};
template <class Inspector>
auto inspect(Inspector& f, input_arrived& x) {
  return port::object(f, x, "troupe::input_arrived", port::fld("arrival_ns", x.arrival_ns));
}

/// session → input_state: a client has gone; its buttons are released. No answer.
struct client_gone {
  std::uint64_t client = 0;
};
template <class Inspector>
auto inspect(Inspector& f, client_gone& x) {
  return port::object(f, x, "troupe::client_gone", port::fld("client", x.client));
}

// -- commands of the shows ----------------------------------------------------------------------------

/// session → show_store: run state of a graph (protocol, section 7 "setEnabled"). Never refused for reasons
/// of storage. Answer: nothing, or NOT_FOUND.
struct set_graph_enabled {
  std::string graph_id;
  bool enabled = true;
  std::string author = "anonymous"; ///< the operator
  std::string client{};             ///< the connection
};
template <class Inspector>
auto inspect(Inspector& f, set_graph_enabled& x) {
  return port::object(f, x, "troupe::set_graph_enabled", port::fld("graph_id", x.graph_id),
                      port::fld("enabled", x.enabled), port::fld("author", x.author),
                      port::fld("client", x.client));
}

/// lane → show_store: switch to another show, or load the active one again. Answer: nothing.
struct activate_show {
  std::string show;
};
template <class Inspector>
auto inspect(Inspector& f, activate_show& x) {
  return port::object(f, x, "troupe::activate_show", port::fld("show", x.show));
}

/// lane → journal → file_keeper: make an empty show. Answer: nothing, or CONFLICT.
struct create_show {
  std::string show;
  std::string author = "anonymous"; ///< the operator
  std::string client{};             ///< the connection
};
template <class Inspector>
auto inspect(Inspector& f, create_show& x) {
  return port::object(f, x, "troupe::create_show", port::fld("show", x.show), port::fld("author", x.author),
                      port::fld("client", x.client));
}

/// lane → journal → file_keeper: delete a show that isn't the active one. Answer: nothing.
struct delete_show {
  std::string show;
  std::string author = "anonymous"; ///< the operator
  std::string client{};             ///< the connection
};
template <class Inspector>
auto inspect(Inspector& f, delete_show& x) {
  return port::object(f, x, "troupe::delete_show", port::fld("show", x.show), port::fld("author", x.author),
                      port::fld("client", x.client));
}

/// lane → file_keeper: which shows the data folder holds at this moment. Answer: show_list.
struct list_shows {};
template <class Inspector>
auto inspect(Inspector& f, list_shows& x) {
  return port::object(f, x, "troupe::list_shows");
}

struct show_list {
  std::vector<std::string> names; ///< sorted
};
template <class Inspector>
auto inspect(Inspector& f, show_list& x) {
  return port::object(f, x, "troupe::show_list", port::fld("names", x.names));
}

/// show_store → file_keeper: which other shows have fixtures of a model. Answer: show_list.
struct find_model_users {
  std::string model_id;
};
template <class Inspector>
auto inspect(Inspector& f, find_model_users& x) {
  return port::object(f, x, "troupe::find_model_users", port::fld("model_id", x.model_id));
}

} // namespace troupe
