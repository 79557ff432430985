#pragma once
// All figures as Prometheus reads them. A name, once given, stays: dashboards depend on it. CAF-free.

#include "actors/metrics/http_metrics.hpp"
#include "actors/metrics/process_figures.hpp"
#include "actors/metrics/runtime_metrics.hpp"
#include "actors/system/runtime_gauges.hpp"
#include "protocol/entities.hpp"
#include "protocol/error.hpp"
#include "protocol/local_messages.hpp"

#include <array>
#include <string>
#include <vector>

namespace troupe::actors {

inline constexpr const char* exposition_type = "text/plain; version=0.0.4; charset=utf-8";

/// Where the figures come from.
struct exposition_sources {
  const runtime_gauges& gauges;
  const runtime_metrics& runtime;
  const http_metrics& http;
  net::server_counters server{};
  std::vector<result<output_report>> outputs{}; ///< in the order of the settings
  process_figures process{};
  std::array<std::size_t, entity_kind_count> entities{}; ///< of the active show
  std::int64_t started_ms = 0;                           ///< wall time
  std::int64_t now_ns = 0;                               ///< steady clock
  std::string version{};
};

/// Prometheus' text format 0.0.4.
std::string exposition(const exposition_sources& all);

} // namespace troupe::actors
