#include "actors/metrics/metric_families.hpp"

#include <limits>
#include <prometheus/text_serializer.h>
#include <sstream>

namespace troupe::actors {

namespace {

/// @param unit what is divided by
template <class Histogram>
void fill(prometheus::ClientMetric::Histogram& made, const Histogram& value, double unit) {
  const auto found = value.read();
  for (std::size_t i = 0; i < found.counts.size(); ++i) {
    made.sample_count += found.counts[i];
    const bool last = i == Histogram::bounds.size();
    made.bucket.push_back({made.sample_count, last ? std::numeric_limits<double>::infinity()
                                                   : static_cast<double>(Histogram::bounds[i]) / unit});
  }
  made.sample_sum = static_cast<double>(found.sum) / unit;
}

} // namespace

metric_families& metric_families::begin(std::string name, std::string help, prometheus::MetricType type) {
  prometheus::MetricFamily made;
  made.name = std::move(name);
  made.help = std::move(help);
  made.type = type;
  all_.push_back(std::move(made));
  return *this;
}

metric_families& metric_families::counts(std::string name, std::string help) {
  return begin(std::move(name), std::move(help), prometheus::MetricType::Counter);
}
metric_families& metric_families::gauge(std::string name, std::string help) {
  return begin(std::move(name), std::move(help), prometheus::MetricType::Gauge);
}
metric_families& metric_families::durations(std::string name, std::string help) {
  return begin(std::move(name), std::move(help), prometheus::MetricType::Histogram);
}
metric_families& metric_families::sizes(std::string name, std::string help) {
  return durations(std::move(name), std::move(help));
}

prometheus::ClientMetric& metric_families::sample(const metric_labels& labels) {
  auto& made = all_.back().metric.emplace_back();
  for (const auto& [name, value] : labels) made.label.push_back({name, value});
  return made;
}

metric_families& metric_families::put(double value, const metric_labels& labels) {
  auto& made = sample(labels);
  (all_.back().type == prometheus::MetricType::Counter ? made.counter.value : made.gauge.value) = value;
  return *this;
}

metric_families& metric_families::put(const counter& value, const metric_labels& labels) {
  return put(static_cast<double>(value.load(std::memory_order_relaxed)), labels);
}

metric_families& metric_families::put(const duration_histogram& value, const metric_labels& labels) {
  fill(sample(labels).histogram, value, 1e9);
  return *this;
}

metric_families& metric_families::put(const size_histogram& value, const metric_labels& labels) {
  fill(sample(labels).histogram, value, 1);
  return *this;
}

std::string metric_families::text() const {
  std::vector<prometheus::MetricFamily> told;
  for (const auto& one : all_)
    if (!one.metric.empty()) told.push_back(one);
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, told);
  return std::move(out).str();
}

} // namespace troupe::actors
