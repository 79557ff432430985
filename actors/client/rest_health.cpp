// How the server is: everything that is wrong, and how each of its parts does.

#include "actors/client/rest_context.hpp"
#include "actors/system/overload_guard.hpp"
#include "protocol/json_text.hpp"
#include "storage/problem.hpp"
#include "storage/references.hpp"

#include <algorithm>
#include <mutex>

namespace troupe::actors::rest {
namespace {

using net::http_method;
using net::http_request;
using net::responder;

boost::json::object as_json(const show_problem& one) {
  return to_json_value(storage::problem{one.file, one.line, one.column, one.reason, std::nullopt, true});
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

double mean_ms(const duration_histogram::reading& found) {
  const auto total = found.total();
  return total == 0 ? 0 : static_cast<double>(found.sum) / static_cast<double>(total) / 1e6;
}

/// Both versions are there; the operator is told where.
boost::json::object edit_problem(const storage::live_edit& edit) {
  return {{"check", "files"},
          {"file", edit.file},
          {"copy", edit.copy.empty() ? boost::json::value{} : boost::json::value(edit.copy)},
          {"reason", edit.copy.empty()
                         ? "the file was edited by hand while the server runs; the server's version is in "
                           "the journal (docs/show-files.md: edits while the server runs)"
                         : "the file was edited by hand while the server ran; the edit is kept in " +
                               edit.copy + " (docs/show-files.md: edits while the server runs)"}};
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
      if (one) told.push_back(output_json(*one));
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

  /// The journal is the truth, the views what everyone sees of it, the files what people edit.
  void add(const published_show& show, const files_standing& files, const runtime_metrics& measures,
           std::int64_t steady_ns) {
    const auto head = measures.journal_position.load();
    checks["journal"] = {{"status", show.storage_failure.empty() ? "ok" : "degraded"},
                         {"position", head},
                         {"appendMs", mean_ms(measures.append.read())}};
    checks["views"] = {
        {"status", "ok"}, {"position", show.position}, {"viewMs", mean_ms(measures.view.read())}};
    const auto lag_ns =
        files.behind_since_ns == 0 ? 0 : std::max<std::int64_t>(steady_ns - files.behind_since_ns, 0);
    checks["files"] = {{"status", files.failure.empty() && files.edits.empty() ? "ok" : "degraded"},
                       {"position", files.position},
                       {"lagMs", lag_ns / 1'000'000},
                       {"writeMs", static_cast<double>(files.last_write_ns) / 1e6}};
    if (!files.failure.empty()) problems.push_back({{"check", "files"}, {"reason", files.failure}});
    for (const auto& one : files.edits) problems.push_back(edit_problem(one));
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
  made.add(*show, *shared.options.files->now(), *shared.options.metrics, shared.options.steady_now_ns());
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

} // namespace

void add_health(net::router& routes, context_ptr shared) {
  const auto cache = std::make_shared<problem_cache>();
  routes.add(http_method::get, "/api/health", [=](http_request& request, responder answer) {
    health(*shared, *cache, request, std::move(answer));
  });
}

} // namespace troupe::actors::rest
