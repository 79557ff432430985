// Shows over REST: list, current, create, delete, activate.

#include "actors/client/rest_context.hpp"
#include "actors/client/rest_history_parameters.hpp"
#include "actors/show/restore_rules.hpp"
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

result<std::string> name_in(const boost::json::object& body) {
  const auto* name = body.if_contains("name");
  if (!name || !name->is_string()) return invalid("name", "the name of the show is missing");
  std::string wanted{name->get_string()};
  if (!storage::is_show_name(wanted))
    return invalid("name",
                   "a show's name is 1 to 64 letters, digits, '_', '.' or '-', and begins with a letter, "
                   "a digit or '_'");
  return wanted;
}

/// What a branch begins as.
result<ask_past_show> origin_in(const boost::json::value& from) {
  const auto* members = from.if_object();
  if (!members) return invalid("from", "from must be an object with show and position");
  const auto* show = members->if_contains("show");
  if (!show || !show->is_string()) return invalid("from.show", "from.show is required");
  const auto* position = members->if_contains("position");
  if (!position) return invalid("from.position", "from.position is required");
  auto moment = moment_text(*position, "from.position");
  if (!moment) return failure{moment.error()};
  return ask_past_show{std::string{show->get_string()}, std::move(*moment), "from.position"};
}

void branch(const context_ptr& shared, http_request& request, responder answer, branch_show wanted,
            const boost::json::value& from) {
  auto origin = origin_in(from);
  if (!origin) return answer.send(origin.error());
  wanted.from = origin->show;
  with_parts(*shared, request, std::move(answer), [&](lane& lane, const cast& who, reply held) {
    lane.request(who.archivist, answer_timeout, std::move(*origin))
        .then(
            [&lane, held, wanted = std::move(wanted)](const past_show_ptr& past) mutable {
              const auto now = parts(lane);
              if (!now) return held->send(now.error());
              wanted.position = past->position;
              wanted.state = show_state{wanted.show};
              for (const auto& one : past->entities) wanted.state.put(one.entity);
              const auto name = wanted.show;
              lane.request((*now)->journal, answer_timeout,
                           std::make_shared<const branch_show>(std::move(wanted)))
                  .then([held, name] { held->send(data_response(201, show_entry(name, {}))); }, refuse(held));
            },
            refuse(held));
  });
}

void create(const context_ptr& shared, http_request& request, responder answer) {
  const auto body = object_body(request.body);
  if (!body) return answer.send(body.error());
  const auto name = name_in(*body);
  if (!name) return answer.send(name.error());
  const auto by = author_of(request);
  if (!by) return answer.send(by.error());
  if (const auto* from = body->if_contains("from"))
    return branch(shared, request, std::move(answer), {*name, {}, 0, {}, *by}, *from);
  with_parts(*shared, request, std::move(answer), [&](lane& lane, const cast& who, reply held) {
    lane.request(who.journal, answer_timeout, create_show{*name, by->name, by->client})
        .then([held, name = *name] { held->send(data_response(201, show_entry(name, {}))); }, refuse(held));
  });
}

void remove(const context_ptr& shared, http_request& request, responder answer) {
  std::string name{request.parameter("name")};
  if (!storage::is_show_name(name)) return answer.send(not_found("show", name).value());
  const auto by = author_of(request);
  if (!by) return answer.send(by.error());
  with_parts(*shared, request, std::move(answer), [&](lane& lane, const cast& who, reply held) {
    lane.request(who.journal, answer_timeout, delete_show{name, by->name, by->client})
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
