#pragma once
// What a server says, as the console's model wants it. Members that are missing or of another type are left
// out: any server that speaks the protocol may be watched.

#include "actors/console/console_model.hpp"

#include <boost/json/value.hpp>
#include <optional>
#include <string_view>
#include <vector>

namespace troupe::console {

/// The `type` and, of a frame, the number, without parsing the rest of the message.
struct message_head {
  std::string_view type;
  std::optional<std::uint64_t> frame_number;
};

/// @returns nothing if the message doesn't begin as Troupe's do; it must be parsed whole then
std::optional<message_head> peek(std::string_view message);

std::optional<shown_frame> read_frame(const boost::json::value& message);
std::optional<shown_status> read_status(const boost::json::value& message);

/// Of `{"data": [...]}`.
std::vector<patched_fixture> read_fixtures(const boost::json::value& answer);
std::vector<fixture_group> read_groups(const boost::json::value& answer);
/// Of `{"data": {"show": NAME}}`; empty without.
std::string read_show_name(const boost::json::value& answer);

} // namespace troupe::console
