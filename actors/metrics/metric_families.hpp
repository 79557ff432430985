#pragma once
// Builds what prometheus-cpp serialises: families with a name and a help text, each with samples that differ
// in their labels.

#include "actors/metrics/duration_histogram.hpp"

#include <prometheus/metric_family.h>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

using metric_labels = std::vector<std::pair<std::string, std::string>>;

class metric_families {
 public:
  /// Each begins a family; what is put belongs to the last one begun.
  metric_families& counts(std::string name, std::string help);
  metric_families& gauge(std::string name, std::string help);
  metric_families& durations(std::string name, std::string help);
  metric_families& sizes(std::string name, std::string help);

  /// Of counts and gauges.
  metric_families& put(double value, const metric_labels& labels = {});
  metric_families& put(const counter& value, const metric_labels& labels = {});
  /// Of durations, in seconds.
  metric_families& put(const duration_histogram& value, const metric_labels& labels = {});
  /// Of sizes.
  metric_families& put(const size_histogram& value, const metric_labels& labels = {});

  /// In the order in which they were begun; those without samples are left out.
  std::string text() const;

 private:
  metric_families& begin(std::string name, std::string help, prometheus::MetricType type);
  prometheus::ClientMetric& sample(const metric_labels& labels);

  std::vector<prometheus::MetricFamily> all_;
};

} // namespace troupe::actors
