// Fixtures, models, groups, graphs, inputs and presets over REST.

#include "actors/client/rest_context.hpp"
#include "actors/client/rest_history_parameters.hpp"
#include "actors/metrics/mailbox_wait.hpp"
#include "actors/show/input_usage.hpp"
#include "protocol/entity_codec.hpp"
#include "protocol/fixture_conflicts.hpp"

#include <array>
#include <fmt/format.h>
#include <mutex>
#include <unordered_map>

namespace troupe::actors::rest {
namespace {

using net::http_method;
using net::http_request;
using net::responder;

/// Lists are long and asked for often: each is built once per state of its kind, and shared.
class list_cache {
 public:
  std::shared_ptr<const std::string> list(const show_state& state, entity_kind kind) {
    auto& kept = lists_[static_cast<std::size_t>(kind)];
    const std::lock_guard guard{lock_}; // I/O threads only; held for as long as copying the texts takes
    if (!kept.body || kept.version != state.version(kind)) {
      std::string body = "{\"data\":[";
      state.each(kind, [&](const record_ptr& record) {
        if (body.back() != '[') body += ',';
        body += record->json;
      });
      body += "]}";
      kept = {state.version(kind), std::make_shared<const std::string>(std::move(body))};
    }
    return kept.body;
  }

 private:
  struct entry {
    std::uint64_t version = 0;
    std::shared_ptr<const std::string> body;
  };
  std::mutex lock_;
  std::array<entry, entity_kind_count> lists_;
};

template <class Command>
void send_change(const context& shared, http_request& request, responder answer, Command what,
                 unsigned status) {
  auto by = author_of(request);
  if (!by) return answer.send(by.error());
  change_entity command{std::move(what), std::move(*by), 0};
  auto& lane = shared.lane_of(request);
  const auto who = parts(lane);
  if (!who) return answer.send(who.error());
  auto held = hold(std::move(answer));
  command.sent_ns = stamp(lane, (*who)->metrics.get());
  lane.request((*who)->show_store, answer_timeout, std::make_shared<const change_entity>(std::move(command)))
      .then(
          [held, status](const change_reply& done) {
            held->send(done.entity ? net::json_response(status, data_text(done.entity->json))
                                   : net::json_response(200, std::string{R"({"success":true})"}));
          },
          refuse(held));
}

void read_list(const context& shared, list_cache& cache, entity_kind kind, responder answer) {
  const auto show = shared.show();
  net::http_response response;
  response.shared_body = cache.list(show->state, kind);
  response.etag =
      fmt::format("\"{}-{}-{}\"", shared.options.instance, kind_name(kind), show->state.version(kind));
  answer.send(std::move(response));
}

void read_one(const context& shared, entity_kind kind, const http_request& request, responder answer) {
  const auto id = request.parameter("id");
  const auto show = shared.show();
  if (const auto record = show->state.find(kind, id))
    return answer.send(net::json_response(200, data_text(record->json)));
  answer.send(not_found(kind_name(kind), id).value());
}

void create(const context& shared, entity_kind kind, http_request& request, responder answer) {
  auto body = object_body(request.body);
  if (!body) return answer.send(body.error());
  send_change(shared, request, std::move(answer), create_entity{kind, std::move(*body)}, 201);
}

result<std::uint64_t> revision_in(const boost::json::object& body) {
  const auto* given = body.if_contains("revision");
  if (!given) return invalid("revision", "the revision that is to be changed is missing");
  // A number that no entity ever has is a revision like any other: it conflicts.
  if (given->is_int64() && given->as_int64() < 0) return 0;
  boost::system::error_code inexact;
  const auto number = given->is_number() ? given->to_number<std::uint64_t>(inexact) : 0;
  if (!given->is_number() || inexact) return invalid("revision", "an integer is wanted");
  return number;
}

void update(const context& shared, entity_kind kind, http_request& request, responder answer) {
  auto body = object_body(request.body);
  if (!body) return answer.send(body.error());
  auto* data = body->if_contains("data");
  if (!data || !data->is_object())
    return answer.send(invalid("data", "an object with the fields to change is wanted").value());
  if (data->get_object().empty()) return answer.send(invalid("data", "there is nothing to change").value());
  const auto revision = revision_in(*body);
  if (!revision) return answer.send(revision.error());
  send_change(shared, request, std::move(answer),
              update_entity_command{kind, std::string{request.parameter("id")}, *revision,
                                    std::move(data->get_object())},
              200);
}

void remove(const context& shared, entity_kind kind, http_request& request, responder answer) {
  send_change(shared, request, std::move(answer), delete_entity{kind, std::string{request.parameter("id")}},
              200);
}

void add_kind(net::router& routes, const context_ptr& shared, const std::shared_ptr<list_cache>& cache,
              const std::string& path, entity_kind kind) {
  routes.add(http_method::get, path,
             [=](http_request&, responder answer) { read_list(*shared, *cache, kind, std::move(answer)); });
  routes.add(http_method::post, path, [=](http_request& request, responder answer) {
    create(*shared, kind, request, std::move(answer));
  });
  const auto one = path + "/:id";
  routes.add(http_method::get, one, [=](http_request& request, responder answer) {
    read_one(*shared, kind, request, std::move(answer));
  });
  routes.add(http_method::put, one, [=](http_request& request, responder answer) {
    update(*shared, kind, request, std::move(answer));
  });
  routes.add(http_method::del, one, [=](http_request& request, responder answer) {
    remove(*shared, kind, request, std::move(answer));
  });
}

void read_inputs(const context& shared, input_type type, responder answer) {
  std::string list = "[";
  shared.show()->state.each(entity_kind::input, [&](const record_ptr& record) {
    if (record->as<input>().type != type) return;
    if (list.size() > 1) list += ',';
    list += record->json;
  });
  list += ']';
  answer.send(net::json_response(200, data_text(list)));
}

void read_usage(const context& shared, const http_request& request, responder answer) {
  const auto id = request.parameter("id");
  const auto show = shared.show();
  if (!show->state.find(entity_kind::input, id))
    return answer.send(not_found(kind_name(entity_kind::input), id).value());
  boost::json::array users;
  for (const auto& user : graphs_using_input(show->state, id))
    users.push_back({{"graphId", user->id}, {"graphName", user->as<graph>().name}});
  answer.send(data_response(200, {{"inputId", id}, {"usedBy", std::move(users)}}));
}

void compile(const context& shared, http_request& request, responder answer) {
  auto& lane = shared.lane_of(request);
  const auto who = parts(lane);
  if (!who) return answer.send(who.error());
  auto held = hold(std::move(answer));
  lane.request((*who)->graph_compiler, answer_timeout, compile_request{std::string{request.parameter("id")}})
      .then(
          [held](const compile_answer_ptr& told) {
            held->send(data_response(200, to_json_value(told->outcome)));
          },
          refuse(held));
}

} // namespace

void add_entities(net::router& routes, context_ptr shared) {
  const auto cache = std::make_shared<list_cache>();
  add_kind(routes, shared, cache, "/api/fixtures", entity_kind::fixture);
  add_kind(routes, shared, cache, "/api/groups", entity_kind::group);
  add_kind(routes, shared, cache, "/api/graphs", entity_kind::graph);
  add_kind(routes, shared, cache, "/api/inputs", entity_kind::input);
  add_kind(routes, shared, cache, "/api/presets", entity_kind::preset);
  add_kind(routes, shared, cache, "/api/fixtures/models", entity_kind::model);

  routes.add(http_method::get, "/api/fixtures/conflicts", [=](http_request&, responder answer) {
    answer.send(data_response(200, to_json_value(fixture_conflicts(shared->show()->state))));
  });
  routes.add(http_method::get, "/api/inputs/faders", [=](http_request&, responder answer) {
    read_inputs(*shared, input_type::fader, std::move(answer));
  });
  routes.add(http_method::get, "/api/inputs/buttons", [=](http_request&, responder answer) {
    read_inputs(*shared, input_type::button, std::move(answer));
  });
  routes.add(http_method::get, "/api/inputs/:id/usage", [=](http_request& request, responder answer) {
    read_usage(*shared, request, std::move(answer));
  });
  routes.add(http_method::post, "/api/graphs/:id/compile",
             [=](http_request& request, responder answer) { compile(*shared, request, std::move(answer)); });
}

} // namespace troupe::actors::rest
