#pragma once
// INTERNAL to the REST interface: what requests about the past say. Pure; every refusal names its field.

#include "actors/show/past_reader.hpp"
#include "actors/show/restore_rules.hpp"
#include "net/http_message.hpp"
#include "protocol/history_messages.hpp"

#include <string>

namespace troupe::actors::rest {

/// `limit before after show kind id author type from to q`
result<find_events> events_in(const net::http_request& request);
result<one_event> event_in(const net::http_request& request);
result<show_then> show_in(const net::http_request& request);
result<entity_then> entity_in(const net::http_request& request);
result<compare_moments> comparison_in(const net::http_request& request);

/// `{name}`, with its author.
result<name_checkpoint> checkpoint_in(const net::http_request& request);

struct restore_request {
  restore_command command; ///< without the past
  std::string moment;
};
/// `{position, kinds?, ids?}`, with its author.
result<restore_request> restore_in(const net::http_request& request);

/// A moment as a body gives it, as text. @returns VALIDATION_ERROR naming `field`
result<std::string> moment_text(const boost::json::value& value, std::string_view field);

/// The operator of the header `X-Operator`, and the connection.
result<command_author> author_of(const net::http_request& request);

} // namespace troupe::actors::rest
