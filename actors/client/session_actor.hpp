#pragma once
// One client: what it may do, what it has subscribed to, what it commands.

#include "actors/client/client_budget.hpp"
#include "actors/client/input_queue.hpp"
#include "protocol/actors.hpp"
#include "protocol/ws_messages.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace troupe::actors {

struct session_options {
  std::uint64_t client = 0;
  lane_actor lane;
  std::shared_ptr<const cast> peers;
  std::function<std::int64_t()> wall_time_ms;
};

struct session_state {
  static constexpr const char* name = "session";
  session_state() {}

  session_options options;
  std::string operator_name = "anonymous"; ///< as the client has told it
  client_budget budget;
  input_queue inputs;
  std::size_t handled = 0;          ///< messages the client hasn't been given credit for yet
  std::size_t handled_bytes = 0;    ///< their length
  std::int64_t last_arrival_ns = 0; ///< of the last message
  bool held_up = false;             ///< it gets no credit until its inputs are taken
};

session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     session_options options);

} // namespace troupe::actors
