// Show files that somebody edited by hand while the server runs (docs/show-files.md).

#include "actors/client/rest_context.hpp"
#include "actors/client/rest_history_parameters.hpp"

#include <utility>

namespace troupe::actors::rest {
namespace {

using net::http_method;
using net::http_request;
using net::responder;

boost::json::object as_json(const storage::live_edit& one) {
  boost::json::object made{{"file", one.file},
                           {"kind", kind_name(one.kind)},
                           {"position", one.position},
                           {"noticedAt", one.noticed_at_ms}};
  made["copy"] = one.copy.empty() ? boost::json::value{} : boost::json::value{one.copy};
  return made;
}

void list(const context& shared, responder answer) {
  boost::json::array edits;
  for (const auto& one : shared.options.files->now()->edits) edits.push_back(as_json(one));
  answer.send(data_response(200, std::move(edits)));
}

result<settle_edit> wanted_in(const http_request& request) {
  const auto body = object_body(request.body);
  if (!body) return failure{body.error()};
  settle_edit wanted;
  const auto* file = body->if_contains("file");
  if (!file || !file->is_string()) return invalid("file", "the edited file is missing");
  wanted.which.file = file->get_string();
  if (const auto* copy = body->if_contains("copy"); copy && !copy->is_null()) {
    if (!copy->is_string()) return invalid("copy", "the name of a file is wanted");
    wanted.which.copy = copy->get_string();
  }
  const auto* take = body->if_contains("take");
  if (!take || !take->is_bool())
    return invalid("take", "true takes the edit into the show, false leaves the show as it is");
  wanted.take = take->get_bool();
  auto by = author_of(request);
  if (!by) return failure{by.error()};
  wanted.by = std::move(*by);
  return wanted;
}

void settle(const context& shared, http_request& request, responder answer) {
  auto wanted = wanted_in(request);
  if (!wanted) return answer.send(wanted.error());
  auto& lane = shared.lane_of(request);
  const auto who = parts(lane);
  if (!who) return answer.send(who.error());
  auto held = hold(std::move(answer));
  lane.request((*who)->show_store, answer_timeout, std::move(*wanted))
      .then(tell_reversal(held), refuse(held));
}

} // namespace

void add_edits(net::router& routes, context_ptr shared) {
  routes.add(http_method::get, "/api/files/edits",
             [=](http_request&, responder answer) { list(*shared, std::move(answer)); });
  routes.add(http_method::post, "/api/files/edits",
             [=](http_request& request, responder answer) { settle(*shared, request, std::move(answer)); });
}

} // namespace troupe::actors::rest
