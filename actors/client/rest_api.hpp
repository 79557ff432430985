#pragma once
// The REST interface (protocol, section 3): paths to commands and snapshots.

#include "actors/client/lane.hpp"
#include "actors/metrics/http_metrics.hpp"
#include "actors/metrics/runtime_metrics.hpp"
#include "actors/show/files_report.hpp"
#include "actors/show/publication.hpp"
#include "actors/system/runtime_gauges.hpp"
#include "net/router.hpp"
#include "net/server.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

struct rest_options {
  std::shared_ptr<publication> published;
  std::shared_ptr<const files_report> files; ///< how the show files stand
  std::shared_ptr<runtime_gauges> gauges;
  std::shared_ptr<const runtime_metrics> metrics;
  std::shared_ptr<const http_metrics> http;
  std::function<net::server_counters()> server; ///< of the server that serves this
  bool serve_metrics = true;                    ///< whether there is `/metrics`
  std::vector<lane*> lanes;                     ///< by index; they outlive the server
  std::string data_dir;
  std::string version;
  std::string instance; ///< differs from process to process: ETags of one must not fit another
  std::function<std::int64_t()> wall_time_ms;
  std::function<std::int64_t()> steady_now_ns;
  std::int64_t started_ms = 0;                  ///< wall time
  std::function<bool()> running;                ///< whether ticks are made
  std::function<std::string()> run_log_problem; ///< empty: none; null: runs aren't recorded
};

/// GETs answer on the I/O thread from the published show; everything else asks an actor.
net::router rest_api(rest_options options);

} // namespace troupe::actors
