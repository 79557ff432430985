// What happens, as Server-Sent Events: everything, or one entity (docs/events.md).

#include "actors/client/rest_context.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace troupe::actors::rest {
namespace {

using net::http_method;
using net::http_request;
using net::responder;

/// A browser can't set headers, so a page's own token comes in the query.
constexpr net::route_options stream_route{.login = true, .any_body_type = false, .query_token = true};

/// The position that a reader was told last; nothing if it hasn't been told any. A browser that comes again
/// sends the header with the address as it was, so the header is the newer.
result<std::optional<std::uint64_t>> last_id(const http_request& request) {
  const char* name = "Last-Event-ID";
  auto text = request.header(name).value_or(std::string_view{});
  if (text.empty()) {
    name = "lastEventId";
    text = request.query_value(name).value_or(std::string_view{});
  }
  if (text.empty()) return std::optional<std::uint64_t>{};
  std::uint64_t position = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, position);
  if (failed != std::errc{} || stopped != end ||
      position > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return invalid(name, "the id of an event is a whole number");
  return position;
}

void stream_all(const context_ptr& shared, http_request& request, responder answer) {
  const auto last = last_id(request);
  if (!last) return answer.send(last.error());
  shared->lane_of(request).events().open({{}, *last}, std::move(answer));
}

void stream_entity(const context_ptr& shared, entity_kind kind, http_request& request, responder answer) {
  const auto last = last_id(request);
  if (!last) return answer.send(last.error());
  const std::string id{request.parameter("id")};
  const auto show = shared->show();
  // Who has been told of it may hear of its end, though it is gone by now.
  if (!*last && !show->state.find(kind, id)) return answer.send(not_found(kind_name(kind), id).value());
  const bool shared_by_shows = kind == entity_kind::model;
  event_filter filter{shared_by_shows ? std::string{} : show->state.show(), std::string{kind_name(kind)}, id};
  shared->lane_of(request).events().open({std::move(filter), *last}, std::move(answer));
}

} // namespace

void add_events(net::router& routes, context_ptr shared) {
  routes.add(
      http_method::get, "/api/events/stream",
      [=](http_request& request, responder answer) { stream_all(shared, request, std::move(answer)); },
      stream_route);
  constexpr std::pair<const char*, entity_kind> kinds[] = {
      {"fixtures/models", entity_kind::model}, {"fixtures", entity_kind::fixture},
      {"groups", entity_kind::group},          {"inputs", entity_kind::input},
      {"presets", entity_kind::preset},        {"graphs", entity_kind::graph}};
  for (const auto& [path, kind] : kinds)
    routes.add(
        http_method::get, "/api/" + std::string{path} + "/:id/events/stream",
        [=, kind = kind](http_request& request, responder answer) {
          stream_entity(shared, kind, request, std::move(answer));
        },
        stream_route);
}

} // namespace troupe::actors::rest
