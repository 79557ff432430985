// Shows over REST: list, current, create, delete, activate.

#include "actors/client/rest_context.hpp"
#include "storage/show_files.hpp"

namespace troupe::actors::rest {
namespace {

using net::http_method;
using net::http_request;
using net::responder;

boost::json::object show_entry(const std::string& name, const std::string& active) {
  return {{"id", name}, {"name", name}, {"isActive", name == active}};
}

/// Hands a request for an actor's work to `ask`, unless the cast isn't there yet.
template <class Ask>
void with_parts(const context& shared, http_request& request, responder answer, Ask ask) {
  auto& lane = shared.lane_of(request);
  const auto who = parts(lane);
  if (!who) return answer.send(who.error());
  ask(lane, **who, hold(std::move(answer)));
}

void list(const context_ptr& shared, http_request& request, responder answer) {
  with_parts(*shared, request, std::move(answer), [&](lane& lane, const cast& who, reply held) {
    lane.request(who.file_keeper, answer_timeout, list_shows{})
        .then(
            [shared, held](const show_list& found) {
              const auto active = shared->show()->state.show();
              boost::json::array shows;
              for (const auto& name : found.names) shows.push_back(show_entry(name, active));
              held->send(data_response(200, std::move(shows)));
            },
            refuse(held));
  });
}

void current(const context_ptr& shared, responder answer) {
  answer.send(
      data_response(200, {{"show", shared->show()->state.show()}, {"dataDir", shared->options.data_dir}}));
}

result<std::string> name_in(const std::string& text) {
  const auto body = object_body(text);
  if (!body) return failure{body.error()};
  const auto* name = body->if_contains("name");
  if (!name || !name->is_string()) return invalid("name", "the name of the show is missing");
  std::string wanted{name->get_string()};
  if (!storage::is_show_name(wanted))
    return invalid("name",
                   "a show's name is 1 to 64 letters, digits, '_', '.' or '-', and begins with a letter, "
                   "a digit or '_'");
  return wanted;
}

void create(const context_ptr& shared, http_request& request, responder answer) {
  const auto name = name_in(request.body);
  if (!name) return answer.send(name.error());
  with_parts(*shared, request, std::move(answer), [&](lane& lane, const cast& who, reply held) {
    lane.request(who.journal, answer_timeout, create_show{*name})
        .then([held, name = *name] { held->send(data_response(201, show_entry(name, {}))); }, refuse(held));
  });
}

void remove(const context_ptr& shared, http_request& request, responder answer) {
  std::string name{request.parameter("name")};
  if (!storage::is_show_name(name)) return answer.send(not_found("show", name).value());
  with_parts(*shared, request, std::move(answer), [&](lane& lane, const cast& who, reply held) {
    lane.request(who.journal, answer_timeout, delete_show{name})
        .then([held] { held->send(net::json_response(200, std::string{R"({"success":true})"})); },
              refuse(held));
  });
}

void activate(const context_ptr& shared, http_request& request, responder answer) {
  std::string name{request.parameter("name")};
  if (!storage::is_show_name(name)) return answer.send(not_found("show", name).value());
  with_parts(*shared, request, std::move(answer), [&](lane& lane, const cast& who, reply held) {
    lane.request(who.show_store, answer_timeout, activate_show{name})
        .then(
            [held, name] {
              held->send(data_response(200, {{"show", name}}));
            },
            refuse(held));
  });
}

} // namespace

void add_shows(net::router& routes, context_ptr shared) {
  routes.add(http_method::get, "/api/shows",
             [=](http_request& request, responder answer) { list(shared, request, std::move(answer)); });
  routes.add(http_method::post, "/api/shows",
             [=](http_request& request, responder answer) { create(shared, request, std::move(answer)); });
  routes.add(http_method::get, "/api/shows/current",
             [=](http_request&, responder answer) { current(shared, std::move(answer)); });
  routes.add(http_method::del, "/api/shows/:name",
             [=](http_request& request, responder answer) { remove(shared, request, std::move(answer)); });
  routes.add(http_method::post, "/api/shows/:name/activate",
             [=](http_request& request, responder answer) { activate(shared, request, std::move(answer)); });
}

} // namespace troupe::actors::rest
