// The past, undo and redo, restore and checkpoints over REST (docs/history.md).

#include "actors/client/rest_context.hpp"
#include "actors/client/rest_history_parameters.hpp"
#include "actors/show/restore_rules.hpp"

#include <utility>

namespace troupe::actors::rest {
namespace {

using net::http_method;
using net::http_request;
using net::responder;

template <class Question>
void ask(const context& shared, http_request& request, responder answer, result<Question> question) {
  if (!question) return answer.send(question.error());
  auto& lane = shared.lane_of(request);
  const auto who = parts(lane);
  if (!who) return answer.send(who.error());
  auto held = hold(std::move(answer));
  lane.request((*who)->archivist, answer_timeout,
               std::make_shared<const past_question>(past_question{std::move(*question)}))
      .then(
          [held](const past_answer& found) {
            net::http_response response;
            response.shared_body = found.body;
            held->send(std::move(response));
          },
          refuse(held));
}

void reverse(const context& shared, http_request& request, responder answer, bool redo) {
  const auto by = author_of(request);
  if (!by) return answer.send(by.error());
  if (!request.body.empty())
    if (const auto body = object_body(request.body); !body) return answer.send(body.error());
  auto& lane = shared.lane_of(request);
  const auto who = parts(lane);
  if (!who) return answer.send(who.error());
  auto held = hold(std::move(answer));
  lane.request((*who)->show_store, answer_timeout, reverse_command{*by, redo})
      .then(tell_reversal(held), refuse(held));
}

void restore(const context& shared, http_request& request, responder answer) {
  auto wanted = restore_in(request);
  if (!wanted) return answer.send(wanted.error());
  auto& lane = shared.lane_of(request);
  const auto who = parts(lane);
  if (!who) return answer.send(who.error());
  auto held = hold(std::move(answer));
  // The past is read first; what it means for the present is the store's to decide.
  lane.request((*who)->archivist, answer_timeout,
               ask_past_show{wanted->command.show, wanted->moment, "position"})
      .then(
          [&lane, held, command = std::move(wanted->command)](const past_show_ptr& past) mutable {
            const auto now = parts(lane);
            if (!now) return held->send(now.error());
            command.past = past;
            lane.request((*now)->show_store, answer_timeout,
                         std::make_shared<const restore_command>(std::move(command)))
                .then(tell_reversal(held), refuse(held));
          },
          refuse(held));
}

void name_moment(const context& shared, http_request& request, responder answer) {
  auto wanted = checkpoint_in(request);
  if (!wanted) return answer.send(wanted.error());
  auto& lane = shared.lane_of(request);
  const auto who = parts(lane);
  if (!who) return answer.send(who.error());
  auto held = hold(std::move(answer));
  lane.request((*who)->journal, answer_timeout, *wanted)
      .then(
          [held, name = wanted->name](const facts_committed& done) {
            held->send(data_response(201, {{"name", name}, {"position", done.position}}));
          },
          refuse(held));
}

} // namespace

void add_history(net::router& routes, context_ptr shared) {
  const auto get = [&](std::string_view path, auto read) {
    routes.add(http_method::get, path, [=](http_request& request, responder answer) {
      ask(*shared, request, std::move(answer), read(request));
    });
  };
  get("/api/history", events_in);
  get("/api/history/:position", event_in);
  get("/api/shows/:name/at/:position", show_in);
  get("/api/shows/:name/at/:position/:kind/:id", entity_in);
  get("/api/shows/:name/diff", comparison_in);
  get("/api/checkpoints", [](const http_request&) { return result<list_checkpoints>{}; });

  routes.add(http_method::post, "/api/history/undo", [=](http_request& request, responder answer) {
    reverse(*shared, request, std::move(answer), false);
  });
  routes.add(http_method::post, "/api/history/redo", [=](http_request& request, responder answer) {
    reverse(*shared, request, std::move(answer), true);
  });
  routes.add(http_method::post, "/api/shows/:name/restore",
             [=](http_request& request, responder answer) { restore(*shared, request, std::move(answer)); });
  routes.add(http_method::post, "/api/checkpoints", [=](http_request& request, responder answer) {
    name_moment(*shared, request, std::move(answer));
  });
}

} // namespace troupe::actors::rest
