#include "actors/client/rest_api.hpp"

#include "actors/client/rest_context.hpp"
#include "protocol/json_text.hpp"

namespace troupe::actors {
namespace rest {

std::string data_text(std::string_view json) {
  std::string text;
  text.reserve(json.size() + 10);
  text += "{\"data\":";
  text += json;
  text += '}';
  return text;
}

net::http_response data_response(unsigned status, const boost::json::value& data) {
  return net::json_response(status, data_text(to_json(data)));
}

result<boost::json::object> object_body(const std::string& body) {
  auto parsed = parse_json(body);
  if (!parsed) {
    auto what = std::move(parsed.error());
    what.code = ec::validation_error;
    if (!what.details.contains("field")) what.details["field"] = "body";
    return failure{std::move(what)};
  }
  if (!parsed->is_object()) return invalid("body", "a JSON object is wanted");
  return std::move(parsed->get_object());
}

result<const cast*> parts(const lane& from) {
  if (const auto* who = from.peers()) return who;
  return fail(ec::storage_unavailable, "the server is starting; try again");
}

} // namespace rest

net::router rest_api(rest_options options) {
  net::router routes;
  const auto shared = std::make_shared<const rest::context>(rest::context{std::move(options)});
  rest::add_entities(routes, shared);
  rest::add_shows(routes, shared);
  rest::add_edits(routes, shared);
  rest::add_health(routes, shared);
  rest::add_server(routes, shared);
  if (shared->options.serve_metrics) rest::add_metrics(routes, shared);
  rest::add_network(routes, shared);
  rest::add_explanations(routes, shared);
  rest::add_history(routes, shared);
  rest::add_events(routes, shared);
  return routes;
}

} // namespace troupe::actors
