#include "actors/metrics/exposition.hpp"
#include "actors/metrics/metric_families.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <sstream>
#include <string>
#include <thread>

using namespace troupe;
using namespace troupe::actors;
using Catch::Contains;

namespace {

constexpr std::int64_t ms = 1'000'000, second = 1'000 * ms;

/// What a fresh server tells, with two outputs, of which one doesn't answer.
struct sources {
  runtime_gauges gauges;
  runtime_metrics runtime;
  http_metrics http;
  exposition_sources all{gauges, runtime, http};

  sources() {
    http.learn({{net::http_method::get, "/api/fixtures/:id"}, {net::http_method::put, "/api/fixtures/:id"}});
    output_report good;
    good.name = "artnet";
    good.destination = "127.0.0.1:6454";
    good.packets = 7;
    good.bytes = 3'710;
    all.outputs = {good, fail(ec::timeout, "late")};
  }
  std::string text() const { return exposition(all); }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

} // namespace

TEST_CASE("duration histogram: a bound belongs to its bucket, what is negative to the first",
          "[actors][unit]") {
  duration_histogram one;
  one.observe(-5);
  one.observe(5'000);
  one.observe(5'001);
  one.observe(10'000'000'001);
  const auto found = one.read();
  CHECK(found.counts.front() == 2);
  CHECK(found.counts[1] == 1);
  CHECK(found.counts.back() == 1);
  CHECK(found.total() == 4);
  CHECK(found.sum == 5'000 + 5'001 + 10'000'000'001);
}

TEST_CASE("duration histogram: nothing is lost when several threads count", "[actors][unit]") {
  duration_histogram one;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) one.observe(i * 1'000);
    });
  for (auto& each : threads) each.join();
  CHECK(one.read().total() == 40'000);
  CHECK(one.read().sum == 4LL * 1'000 * 9'999 * 10'000 / 2);
}

TEST_CASE("tick window: quantiles and shares of the last ten seconds, older ticks forgotten",
          "[actors][unit]") {
  tick_window window;
  CHECK(window.read(100 * second).ticks == 0);
  for (int i = 0; i < 50; ++i) window.add(100 * second, 900 * ms, 16 * ms, 16 * ms); // long ago
  for (int i = 1; i <= 100; ++i) window.add(111 * second + i * ms, i * ms, 4 * ms, 16 * ms);
  window.add(111 * second + 200 * ms, 0, 24 * ms, 16 * ms);
  const auto last = window.read(112 * second);
  CHECK(last.ticks == 101);
  CHECK(last.late_p50_ns == 50 * ms);
  CHECK(last.late_p99_ns == 99 * ms);
  CHECK(last.late_max_ns == 100 * ms);
  CHECK(last.busy_max == 1.5);
  CHECK(last.busy_mean == Approx((100 * 0.25 + 1.5) / 101));
  CHECK(window.read(130 * second).ticks == 0);
}

TEST_CASE("tick window: it keeps the newest when there are more ticks than room", "[actors][unit]") {
  tick_window window;
  for (std::size_t i = 0; i < 3 * tick_window::capacity; ++i)
    window.add(50 * second, i < 2 * tick_window::capacity ? 9 * ms : 1 * ms, ms, ms);
  const auto last = window.read(50 * second);
  CHECK(last.ticks == tick_window::capacity);
  CHECK(last.late_max_ns == ms);
}

TEST_CASE("http metrics: a path never becomes a label", "[actors][unit]") {
  sources from;
  net::answered_request one;
  one.route = 1;
  one.method = net::http_method::put;
  one.status = 409;
  from.http.count(one);
  one.route.reset();
  one.status = 404;
  one.method = net::http_method::other;
  from.http.count(one);
  one.status = 101;
  one.method = net::http_method::get;
  from.http.count(one);
  one.status = 700; // nonsense must not end in nowhere
  one.route = 99;
  from.http.count(one);
  const auto text = from.text();
  CHECK_THAT(
      text, Contains(R"(troupe_http_requests_total{method="PUT",route="/api/fixtures/:id",status="4xx"} 1)"));
  CHECK_THAT(text, Contains(R"(troupe_http_requests_total{method="GET",route="/ws",status="1xx"} 1)"));
  CHECK_THAT(text,
             Contains(R"(troupe_http_requests_total{method="other",route="unmatched",status="4xx"} 1)"));
  CHECK_THAT(text,
             Contains(R"(troupe_http_request_seconds_count{method="PUT",route="/api/fixtures/:id"} 1)"));
  CHECK_THAT(text, !Contains(R"(method="GET",route="/api/fixtures/:id")"));
}

TEST_CASE("exposition: every counter of an output is told, of each that answers", "[actors][unit]") {
  const sources from;
  const auto text = from.text();
  const std::string labels = R"({output="0",kind="artnet",destination="127.0.0.1:6454"} )";
  CHECK_THAT(text, Contains("troupe_output_packets_total" + labels + "7\n"));
  CHECK_THAT(text, Contains("troupe_output_bytes_total" + labels + "3710\n"));
  CHECK_THAT(text, Contains("troupe_output_healthy" + labels + "1\n"));
  CHECK_THAT(text, Contains("\ntroupe_outputs_silent 1\n"));
  CHECK_THAT(text, !Contains(R"(output="1")"));
}

TEST_CASE("exposition: a histogram adds its buckets up, in seconds, and ends with all", "[actors][unit]") {
  sources from;
  from.runtime.tick_late.observe(60'000);
  from.runtime.tick_late.observe(ms);
  const auto text = from.text();
  CHECK_THAT(text, Contains("troupe_tick_lateness_seconds_bucket{le=\"5e-05\"} 0\n"));
  CHECK_THAT(text, Contains("troupe_tick_lateness_seconds_bucket{le=\"0.0001\"} 1\n"));
  CHECK_THAT(text, Contains("troupe_tick_lateness_seconds_bucket{le=\"0.001\"} 2\n"));
  CHECK_THAT(text, Contains("troupe_tick_lateness_seconds_bucket{le=\"+Inf\"} 2\n"));
  CHECK_THAT(text, Contains("troupe_tick_lateness_seconds_count 2\n"));
  CHECK_THAT(text, Contains("troupe_tick_lateness_seconds_sum 0.00106\n"));
}

TEST_CASE("exposition: stages appear when they work, the first one always", "[actors][unit]") {
  sources from;
  from.runtime.evaluation[3].observe(ms);
  const auto text = from.text();
  CHECK_THAT(text, Contains("troupe_evaluation_seconds_count{stage=\"0\"} 0\n"));
  CHECK_THAT(text, Contains("troupe_evaluation_seconds_count{stage=\"3\"} 1\n"));
  CHECK_THAT(text, !Contains("stage=\"1\""));
}

TEST_CASE("exposition: each family once, with help and type, named by its unit, no sample twice",
          "[actors][unit]") {
  const sources from;
  std::set<std::string> families, samples;
  for (const auto& line : lines_of(from.text())) {
    INFO(line);
    if (line.starts_with("# HELP ")) continue;
    if (line.starts_with("# TYPE ")) {
      std::istringstream in{line.substr(7)};
      std::string name, type;
      in >> name >> type;
      CHECK(families.insert(name).second);
      CHECK((type == "counter") == name.ends_with("_total"));
      if (type == "histogram") CHECK((name.ends_with("_seconds") || name.ends_with("_events")));
      continue;
    }
    CHECK(samples.insert(line.substr(0, line.rfind(' '))).second);
  }
  CHECK(families.size() > 40);
}

TEST_CASE("process figures: sizes come from statm in pages, what is no statm changes nothing",
          "[actors][unit]") {
  process_figures found;
  read_memory(found, "5000 1200 300 1 0 2000 0", 4'096);
  CHECK(found.virtual_bytes == 5000 * 4'096);
  CHECK(found.resident_bytes == 1200 * 4'096);
  for (const auto* wrong : {"", "x", "12", "12 ", "-1 4"}) {
    process_figures none;
    read_memory(none, wrong, 4'096);
    CHECK(none.resident_bytes == 0);
  }
}

TEST_CASE("process figures: this process has memory, files and has used the CPU", "[actors][unit]") {
  const auto found = read_process_figures();
  CHECK(found.resident_bytes > 1'000'000);
  CHECK(found.virtual_bytes >= found.resident_bytes);
  CHECK(found.open_files >= 3);
  CHECK(found.max_files >= found.open_files);
  CHECK(found.cpu_seconds > 0);
}
