// The server itself over REST: health, outputs, runtime status, the node catalogue.

#include "actors/client/rest_context.hpp"
#include "actors/system/overload_guard.hpp"
#include "protocol/json_text.hpp"
#include "protocol/node_catalogue.hpp"
#include "storage/references.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <vector>

namespace troupe::actors::rest {
namespace {

using net::http_method;
using net::http_request;
using net::responder;

boost::json::object as_json(const show_problem& one) {
  boost::json::object made{{"file", one.file}};
  if (one.line > 0) {
    made["line"] = one.line;
    made["column"] = one.column;
  }
  made["reason"] = one.reason;
  return made;
}

/// What is wrong with the show's data: looked for once per published state.
class problem_cache {
 public:
  boost::json::array problems(const published_show_ptr& show) {
    const std::lock_guard guard{lock_}; // I/O threads only
    if (seen_ != show) {
      found_.clear();
      for (const auto& one : show->problems) found_.push_back(as_json(one));
      for (const auto& one : storage::dangling_references(show->state)) found_.push_back(to_json_value(one));
      if (!show->storage_failure.empty())
        found_.push_back({{"check", "storage"}, {"reason", show->storage_failure}});
      seen_ = show;
    }
    return found_;
  }

 private:
  std::mutex lock_;
  published_show_ptr seen_;
  boost::json::array found_;
};

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

boost::json::object as_json(const output_report& told) {
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

struct health_answer {
  boost::json::array problems;
  boost::json::object checks;
  std::string overload; // why the tick rate is lower than the wanted one; empty: it isn't
  bool running = true;
  std::int64_t now_ms = 0;
  std::string version;

  /// What is worth knowing and no problem.
  boost::json::array notes;

  void add_run_log(const std::string& problem) {
    checks["runLog"] = problem.empty() ? "ok" : "degraded";
    if (!problem.empty()) problems.push_back({{"check", "runLog"}, {"reason", problem}});
  }

  void add(const output_answers& outputs) {
    boost::json::array told;
    for (const auto& one : outputs) {
      if (one) told.push_back(as_json(*one));
      if (!one)
        problems.push_back({{"check", "output"}, {"reason", one.error().message}});
      else if (!one->problem.empty())
        problems.push_back({{"check", "output"}, {"output", one->destination}, {"reason", one->problem}});
    }
    checks["outputs"] = std::move(told);
  }

  void add(const result<network_report_ptr>& network) {
    if (network && !*network) return; // nothing is received
    bool fine = network.has_value();
    if (!network) problems.push_back({{"check", "networkInput"}, {"reason", network.error().message}});
    for (const auto& one : network ? (*network)->listeners : std::vector<network_listener_report>{}) {
      if (one.problem.empty()) continue;
      problems.push_back({{"check", "networkInput"}, {"reason", one.problem}});
      fine = false;
    }
    checks["networkInput"] = fine ? "ok" : "degraded";
  }

  net::http_response response() {
    if (!running) problems.push_back({{"check", "runtime"}, {"reason", "no ticks are made"}});
    checks["runtime"] = !running ? "failed" : overload.empty() ? "ok" : "degraded";
    if (!overload.empty()) problems.push_back({{"check", "runtime"}, {"reason", overload}});
    return net::json_response(running ? 200 : 503,
                              to_json(boost::json::object{{"status", problems.empty() ? "ok" : "degraded"},
                                                          {"timestamp", now_ms},
                                                          {"version", version},
                                                          {"problems", std::move(problems)},
                                                          {"notes", std::move(notes)},
                                                          {"checks", std::move(checks)}}));
  }
};

void health(const context& shared, problem_cache& cache, http_request& request, responder answer) {
  const auto show = shared.show();
  health_answer made;
  made.problems = cache.problems(show);
  made.checks["storage"] = show->storage_failure.empty() ? "ok" : "degraded";
  made.checks["show"] = made.problems.empty() ? "ok" : "degraded";
  made.running = shared.options.running();
  made.now_ms = shared.options.wall_time_ms();
  made.version = shared.options.version;
  const auto& gauges = *shared.options.gauges;
  made.overload = overload_problem(gauges.micro_hz, gauges.wanted_micro_hz);
  if (gauges.realtime == realtime_state::refused)
    made.notes.push_back(
        {{"check", "clock"},
         {"reason", "the clock runs without real-time priority: this process may not have one"}});
  if (shared.options.run_log_problem) made.add_run_log(shared.options.run_log_problem());
  auto& lane = shared.lane_of(request);
  ask_outputs(lane, [&lane, held = hold(std::move(answer)),
                     made = std::move(made)](const output_answers& told) mutable {
    made.add(told);
    ask_network(lane, [held, made = std::move(made)](const result<network_report_ptr>& network) mutable {
      made.add(network);
      held->send(made.response());
    });
  });
}

void list_outputs(const context& shared, http_request& request, responder answer) {
  ask_outputs(shared.lane_of(request), [held = hold(std::move(answer))](const output_answers& told) {
    boost::json::array made;
    for (const auto& one : told)
      made.push_back(one ? as_json(*one)
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
  const auto cache = std::make_shared<problem_cache>();
  routes.add(http_method::get, "/api/health", [=](http_request& request, responder answer) {
    health(*shared, *cache, request, std::move(answer));
  });
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
