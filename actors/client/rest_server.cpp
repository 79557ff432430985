// The server itself over REST: outputs, runtime status, the node catalogue.

#include "actors/client/rest_context.hpp"
#include "actors/system/overload_guard.hpp"
#include "protocol/json_text.hpp"
#include "protocol/node_catalogue.hpp"

#include <chrono>
#include <vector>

namespace troupe::actors::rest {
namespace {

boost::json::array as_json(const std::vector<output_node>& nodes) {
  boost::json::array made;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  for (const auto& one : nodes) {
    const auto silent =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - std::chrono::nanoseconds{one.seen_ns});
    made.push_back({{"name", one.name},
                    {"address", one.address},
                    {"universes", boost::json::array(one.universes.begin(), one.universes.end())},
                    {"lastSeenMs", silent.count()}});
  }
  return made;
}

} // namespace

boost::json::object output_json(const output_report& told) {
  boost::json::object made{{"name", told.name},
                           {"destination", told.destination},
                           {"status", told.problem.empty() ? "ok" : "degraded"},
                           {"packets", told.packets},
                           {"bytes", told.bytes},
                           {"late", told.late},
                           {"dropped", told.dropped},
                           {"errors", told.errors},
                           {"refused", told.refused},
                           {"unreachable", told.unreachable},
                           {"keptAlive", told.kept_alive},
                           {"paced", told.paced},
                           {"superseded", told.superseded}};
  if (!told.notes.empty()) made["notes"] = boost::json::array(told.notes.begin(), told.notes.end());
  if (told.finds_nodes) made["nodes"] = as_json(told.nodes);
  if (!told.problem.empty()) made["problem"] = told.problem;
  return made;
}

namespace {

using net::http_method;
using net::http_request;
using net::responder;

void list_outputs(const context& shared, http_request& request, responder answer) {
  ask_outputs(shared.lane_of(request), [held = hold(std::move(answer))](const output_answers& told) {
    boost::json::array made;
    for (const auto& one : told)
      made.push_back(one ? output_json(*one)
                         : boost::json::object{{"status", "failed"}, {"problem", one.error().message}});
    held->send(data_response(200, std::move(made)));
  });
}

const char* as_text(realtime_state state) {
  return state == realtime_state::granted ? "granted" : state == realtime_state::refused ? "refused" : "off";
}

/// How the ticks of the last ten seconds went: shares of the tick, and milliseconds behind the deadline.
void add_tick_figures(boost::json::object& told, const rest_options& options) {
  const auto last = options.metrics->window.read(options.steady_now_ns());
  const auto ms = [](std::int64_t ns) { return static_cast<double>(ns) / 1e6; };
  told["busyShare"] = last.busy_mean;
  told["busyShareMax"] = last.busy_max;
  told["latenessMs"] = boost::json::object{
      {"p50", ms(last.late_p50_ns)}, {"p99", ms(last.late_p99_ns)}, {"max", ms(last.late_max_ns)}};
}

void runtime_status(const context& shared, responder answer) {
  const auto& gauges = *shared.options.gauges;
  const auto show = shared.show();
  std::size_t enabled = 0;
  show->state.each(entity_kind::graph,
                   [&](const record_ptr& record) { enabled += record->as<graph>().enabled; });
  boost::json::object told{{"running", shared.options.running()},
                           {"frameNumber", gauges.frame_number.load()},
                           {"tickHz", static_cast<double>(gauges.micro_hz.load()) / 1e6},
                           {"targetHz", static_cast<double>(gauges.wanted_micro_hz.load()) / 1e6},
                           {"loadedGraphs", show->state.count(entity_kind::graph)},
                           {"enabledGraphs", enabled},
                           {"ticksSkipped", gauges.ticks_skipped.load()},
                           {"immediateTicks", gauges.immediate_ticks.load()},
                           {"t", static_cast<double>(gauges.t_ns.load()) / 1e9},
                           {"show", show->state.show()},
                           {"fixtures", show->state.count(entity_kind::fixture)},
                           {"realtime", as_text(gauges.realtime)}};
  add_tick_figures(told, shared.options);
  const auto problem = overload_problem(gauges.micro_hz, gauges.wanted_micro_hz);
  told["overloaded"] = !problem.empty();
  if (!problem.empty()) told["problem"] = problem;
  answer.send(data_response(200, std::move(told)));
}

} // namespace

void add_server(net::router& routes, context_ptr shared) {
  routes.add(http_method::get, "/api/outputs", [=](http_request& request, responder answer) {
    list_outputs(*shared, request, std::move(answer));
  });
  routes.add(http_method::get, "/api/runtime/status",
             [=](http_request&, responder answer) { runtime_status(*shared, std::move(answer)); });
  const auto catalogue = std::make_shared<const std::string>(data_text(to_json(catalogue_json())));
  routes.add(http_method::get, "/api/nodes", [=](http_request&, responder answer) {
    net::http_response response;
    response.shared_body = catalogue;
    answer.send(std::move(response));
  });
}

} // namespace troupe::actors::rest
