#pragma once
// INTERNAL to the REST interface: what all its parts share.

#include "actors/client/rest_api.hpp"
#include "actors/system/error_bridge.hpp"

#include <boost/json/value.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors::rest {

/// Long enough for a slow disk, shorter than the server's own answer timeout.
inline constexpr auto answer_timeout = std::chrono::seconds{25};

struct context {
  rest_options options;

  lane& lane_of(const net::http_request& request) const { return *options.lanes.at(request.lane); }
  published_show_ptr show() const { return options.published->now(); }
};
using context_ptr = std::shared_ptr<const context>;

/// The part of an answer's life that is the same everywhere: shared by the two arms of a request.
using reply = std::shared_ptr<net::responder>;
inline reply hold(net::responder&& answer) {
  return std::make_shared<net::responder>(std::move(answer));
}

/// The error arm of every request.
inline auto refuse(reply answer) {
  return [answer](const caf::error& reason) { answer->send(from_caf(reason)); };
}

/// `{"data": ...}`
std::string data_text(std::string_view json);
net::http_response data_response(unsigned status, const boost::json::value& data);

/// The body as an object. PARSE_ERROR doesn't exist in REST: it becomes VALIDATION_ERROR of `body`.
result<boost::json::object> object_body(const std::string& body);

/// Before the supervisor has told who plays which part nothing but GETs can be answered.
result<const cast*> parts(const lane& from);

/// What each output says of itself, or why it doesn't; in the order of the settings.
using output_answers = std::vector<result<output_report>>;

/// As GET /api/outputs tells it.
boost::json::object output_json(const output_report& told);

/// @param done called when all have answered or had a second to
void ask_outputs(lane& from, std::function<void(const output_answers&)> done);

void add_entities(net::router& routes, context_ptr shared);
void add_shows(net::router& routes, context_ptr shared);
/// `{correlationId, undone?, position?, entities}`: what an undo, redo, restore or taken edit has changed.
boost::json::object reversal_json(const reversal& done);

/// The good arm of such a request.
inline auto tell_reversal(reply answer) {
  return [answer](const reversal_ptr& done) { answer->send(data_response(200, reversal_json(*done))); };
}

void add_edits(net::router& routes, context_ptr shared);
void add_health(net::router& routes, context_ptr shared);
void add_server(net::router& routes, context_ptr shared);
void add_metrics(net::router& routes, context_ptr shared);
void add_network(net::router& routes, context_ptr shared);
void add_explanations(net::router& routes, context_ptr shared);
void add_history(net::router& routes, context_ptr shared);
void add_events(net::router& routes, context_ptr shared);

/// What network_input says of itself; null if nothing is received, an error if it doesn't answer in a second.
void ask_network(lane& lane, std::function<void(const result<network_report_ptr>&)> done);

/// A universe that comes in: `{universe, state, sourcesExceeded, sources}`.
boost::json::object network_universe_json(const network_universe_report& one);

} // namespace troupe::actors::rest
