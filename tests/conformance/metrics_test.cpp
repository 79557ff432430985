// The figures of GET /metrics: real behaviour is driven, then read.
#include "tests/conformance/support/suite.hpp"

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

using namespace troupe::conformance;

namespace {

/// What a scrape tells: each series with its labels, as it is written, and its value.
using figures = std::map<std::string, double>;

figures parse(const std::string& text) {
  figures found;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto space = line.rfind(' ');
    found[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return found;
}

figures scrape(rest_client& rest) {
  const auto answer = rest.get("/metrics");
  if (answer.status != 200) throw std::runtime_error("/metrics: " + answer.raw.body);
  return parse(answer.raw.body);
}

/// 0 for a series that isn't there.
double at(const figures& from, const std::string& series) {
  const auto found = from.find(series);
  return found == from.end() ? 0 : found->second;
}

/// Scrapes until a figure is as it must become. Throws when patience ends.
figures scrape_until(rest_client& rest, const std::function<bool(const figures&)>& wanted) {
  for (const deadline end; !end.over();) {
    auto found = scrape(rest);
    if (wanted(found)) return found;
    std::this_thread::yield();
  }
  throw std::runtime_error("the figure didn't come");
}

} // namespace

TEST_CASE("metrics: it is Prometheus' text format, under the access rules of every GET",
          "[conformance][metrics]") {
  test_server server{{.settings = "http: {token: \"secret\"}\n", .arguments = {"--host", "0.0.0.0"}}};
  auto rest = server.rest();
  CHECK(rest.get("/metrics").status == 401);
  const auto answer =
      rest.get("/metrics", {{"Authorization", "Bearer secret"}, {"Origin", "http://elsewhere"}});
  CHECK(answer.status == 200);
  CHECK(answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(answer.header("Access-Control-Allow-Origin").empty());
  CHECK(answer.raw.body.starts_with("# HELP troupe_ticks_total "));
}

TEST_CASE("metrics: metrics.enabled: false leaves nothing at the path", "[conformance][metrics]") {
  test_server server{{.settings = "metrics: {enabled: false}\n"}};
  CHECK(server.rest().get("/metrics").status == 404);
  CHECK(server.rest().get("/api/runtime/status").data().at("latenessMs").is_object());
}

TEST_CASE("metrics: ticks rise with the frames, and their times are observed", "[conformance][metrics]") {
  live_show show;
  auto viewer = show.viewer();
  const auto seen = num(viewer.frame().at("frameNumber"));
  const auto now = scrape(show.rest);
  CHECK(at(now, "troupe_ticks_total") >= seen);
  const auto later = viewer.next("frame/full", [&](const json::object& one) {
    return num(one.at("frameNumber")) > at(now, "troupe_ticks_total");
  });
  const auto then = scrape(show.rest);
  CHECK(at(then, "troupe_ticks_total") >= num(later.at("frameNumber")));
  CHECK(at(then, "troupe_tick_rate_hertz") == 60);
  CHECK(at(then, "troupe_tick_rate_wanted_hertz") == 60);
  // All but those that are on their way, or were given up when the show was switched.
  for (const std::string name :
       {"troupe_tick_lateness_seconds", "troupe_tick_busy_seconds", "troupe_tick_to_outputs_seconds"}) {
    INFO(name);
    CHECK(at(then, name + "_count") > at(now, name + "_count"));
    CHECK(at(then, name + "_sum") > 0);
    CHECK(at(then, name + "_bucket{le=\"+Inf\"}") == at(then, name + "_count"));
  }
  CHECK(at(then, R"(troupe_evaluation_seconds_count{stage="0"})") > 0);
  const auto skipped = num(show.rest.read("/api/runtime/status").at("ticksSkipped"));
  CHECK(at(then, "troupe_ticks_skipped_total") <= skipped);
}

TEST_CASE("metrics: every mailbox on the way of a tick and of a change is watched",
          "[conformance][metrics]") {
  live_show show;
  show.dimmer(1);
  auto viewer = show.viewer();
  viewer.frame();
  viewer.frame();
  const auto now = scrape(show.rest);
  for (const std::string who :
       {"ticker", "input_state", "stage", "frame_hub", "lane", "output", "show_store"}) {
    INFO(who);
    CHECK(at(now, "troupe_mailbox_wait_seconds_count{actor=\"" + who + "\"}") > 0);
  }
}

TEST_CASE("metrics: clients and what they want are counted while they are there", "[conformance][metrics]") {
  test_server server;
  auto rest = server.rest();
  const std::string clients = "troupe_clients",
                    json_wanted = R"(troupe_frame_subscriptions{encoding="json"})",
                    binary_wanted = R"(troupe_frame_subscriptions{encoding="binary"})";
  {
    auto one = server.client(), two = server.client(), idle = server.client();
    one.subscribe();
    one.frame();
    two.subscribe({{"encoding", "binary"}});
    two.next_binary();
    idle.next("runtime/status");
    const auto now = scrape(rest);
    CHECK(at(now, clients) == 3);
    CHECK(at(now, json_wanted) == 1);
    CHECK(at(now, binary_wanted) == 1);
    CHECK(at(now, R"(troupe_frames_sent_total{encoding="json",mode="full"})") >= 1);
    CHECK(at(now, R"(troupe_frames_sent_total{encoding="binary",mode="full"})") >= 1);
    CHECK(at(now, R"(troupe_frames_sent_total{encoding="json",mode="delta"})") == 0);
    one.send({{"type", "runtime/unsubscribeFrames"}});
    one.sync();
    scrape_until(rest, [&](const figures& then) { return at(then, json_wanted) == 0; });
  }
  const auto gone = scrape_until(rest, [&](const figures& then) { return at(then, clients) == 0; });
  CHECK(at(gone, binary_wanted) == 0);
}

TEST_CASE("metrics: messages of clients, the refused and those over the rate", "[conformance][metrics]") {
  test_server server;
  auto rest = server.rest();
  auto client = server.client();
  client.refusal({{"type", "no/such/type"}});
  client.refusal({{"type", "input/fader"}, {"faderId", "nobody"}, {"value", 1}});
  client.sync();
  const auto now = scrape(rest);
  CHECK(at(now, "troupe_client_messages_total") == 3);
  CHECK(at(now, "troupe_client_messages_refused_total") == 2);
  CHECK(at(now, "troupe_client_messages_over_rate_total") == 0);
  // As many as a slow machine needs to get above 1,000 in a second.
  auto then = now;
  for (const deadline end; at(then, "troupe_client_messages_over_rate_total") == 0 && !end.over();) {
    for (int i = 0; i < 3'000; ++i) client.send({{"type", "runtime/unsubscribeFrames"}});
    then = scrape(rest);
  }
  CHECK(at(then, "troupe_client_messages_over_rate_total") > 0);
  CHECK(at(then, "troupe_client_messages_total") > 1'000);
  CHECK(at(then, "troupe_client_messages_refused_total") == 2);
}

TEST_CASE("metrics: commands by how they end, and the disk's time", "[conformance][metrics]") {
  test_server server;
  auto rest = server.rest();
  const auto before = scrape(rest);
  const auto made = rest.create("/api/inputs", {{"name", "A"}, {"type", "fader"}});
  const auto path = "/api/inputs/" + str(made.at("id"));
  CHECK(rest.update(path, 9, {{"name", "B"}}).status == 409);
  CHECK(rest.update("/api/inputs/none", 1, {{"name", "B"}}).status == 404);
  const auto now = scrape(rest);
  const auto rise = [&](const std::string& series) { return at(now, series) - at(before, series); };
  CHECK(rise(R"(troupe_store_commands_total{outcome="accepted"})") == 1);
  CHECK(rise(R"(troupe_store_commands_total{outcome="conflict"})") == 1);
  CHECK(rise(R"(troupe_store_commands_total{outcome="refused"})") == 1);
  CHECK(rise(R"(troupe_store_commands_total{outcome="unavailable"})") == 0);
  CHECK(rise("troupe_store_commit_seconds_count") == 1);
  CHECK(rise(R"(troupe_entities{kind="input"})") == 1);
  scrape_until(rest, [&](const figures& then) {
    return at(then, "troupe_compile_seconds_count") > at(before, "troupe_compile_seconds_count");
  });
}

TEST_CASE("metrics: requests by route and class of status, never by path", "[conformance][metrics]") {
  test_server server;
  auto rest = server.rest();
  rest.get("/api/fixtures/one");
  rest.get("/api/fixtures/two");
  rest.get("/wp-admin/setup.php");
  rest.get("/api/health");
  server.client().next("runtime/status");
  const auto answer = rest.get("/metrics");
  const auto now = parse(answer.raw.body);
  CHECK(at(now, R"(troupe_http_requests_total{method="GET",route="/api/fixtures/:id",status="4xx"})") == 2);
  CHECK(at(now, R"(troupe_http_request_seconds_count{method="GET",route="/api/fixtures/:id"})") == 2);
  CHECK(at(now, R"(troupe_http_requests_total{method="GET",route="unmatched",status="4xx"})") == 1);
  CHECK(at(now, R"(troupe_http_requests_total{method="GET",route="/api/health",status="2xx"})") == 1);
  CHECK(at(now, R"(troupe_http_requests_total{method="GET",route="/ws",status="1xx"})") == 1);
  CHECK(answer.raw.body.find("setup.php") == std::string::npos);
}

TEST_CASE("metrics: an output's counters are those of GET /api/outputs", "[conformance][metrics]") {
  test_server server;
  auto rest = server.rest();
  server.artnet.next(0);
  const auto before = rest.list("/api/outputs").at(0).as_object();
  const auto now = scrape(rest);
  const auto after = rest.list("/api/outputs").at(0).as_object();
  const auto labels =
      fmt::format("{{output=\"0\",kind=\"artnet\",destination=\"{}\"}}", server.artnet.address());
  for (const auto* counter : {"packets", "bytes", "refused", "dropped", "errors"}) {
    INFO(counter);
    const auto series = fmt::format("troupe_output_{}_total{}", counter, labels);
    REQUIRE(now.contains(series));
    CHECK(num(before.at(counter)) <= now.at(series));
    CHECK(now.at(series) <= num(after.at(counter)));
  }
  CHECK(at(now, "troupe_output_healthy" + labels) == 1);
}

TEST_CASE("metrics: the process's own figures are those of this server", "[conformance][metrics]") {
  test_server server;
  auto rest = server.rest();
  const auto now = scrape(rest);
  CHECK(at(now, "process_resident_memory_bytes") > 1e6);
  CHECK(at(now, "process_open_fds") > 3);
  CHECK(at(now, "process_open_fds") < at(now, "process_max_fds"));
  CHECK(at(now, "process_cpu_seconds_total") > 0);
  const auto health = json::parse(rest.get("/api/health").raw.body).as_object();
  CHECK(at(now, "process_start_time_seconds") < num(health.at("timestamp")) / 1e3);
  CHECK(at(now, "process_start_time_seconds") > num(health.at("timestamp")) / 1e3 - 300);
}

namespace {

/// The names of metrics in a text.
std::set<std::string> names_in(const std::string& text) {
  std::set<std::string> found;
  const std::regex metric{"\\b(troupe|process)_[a-z_]*[a-z]"};
  for (std::sregex_iterator one{text.begin(), text.end(), metric}, end; one != end; ++one)
    found.insert(one->str());
  return found;
}

std::string queries_of(const json::value& dashboard) {
  std::string all;
  for (const auto& panel : dashboard.at("panels").as_array())
    for (const auto& target : panel.at("targets").as_array()) all += str(target.at("expr")) + '\n';
  return all;
}

} // namespace

TEST_CASE("metrics: dashboard and manual name nothing that doesn't exist", "[conformance][metrics]") {
  test_server server;
  auto rest = server.rest();
  rest.get("/api/health");
  const std::filesystem::path root{TROUPE_SOURCE_DIR};
  std::set<std::string> names;
  for (const auto& [series, value] : scrape(rest)) {
    const auto name = series.substr(0, series.find('{'));
    names.insert(name);
    if (name.ends_with("_seconds_count") || name.ends_with("_events_count"))
      names.insert(name.substr(0, name.size() - 6)); // as a histogram is called
  }
  const auto shown = names_in(queries_of(json::parse(read_text(root / "configs/grafana-dashboard.json"))));
  const auto told = names_in(read_text(root / "docs/monitoring.md"));
  CHECK(shown.size() > 20);
  CHECK(told.size() > 10);
  for (const auto* list : {&shown, &told})
    for (const auto& name : *list) {
      INFO(name);
      CHECK(names.contains(name));
    }
}

TEST_CASE("status: it tells how the last ten seconds of ticks went", "[conformance][status]") {
  test_server server{{.settings = "realtime: false\n"}};
  auto client = server.client();
  client.subscribe();
  for (int i = 0; i < 5; ++i) client.frame();
  const auto status = server.rest().read("/api/runtime/status");
  CHECK(num(status.at("tickHz")) == 60);
  CHECK(num(status.at("targetHz")) == 60);
  CHECK(status.at("overloaded") == false);
  CHECK_FALSE(status.contains("problem"));
  CHECK(status.at("realtime") == "off");
  const auto& late = status.at("latenessMs").as_object();
  CHECK(num(late.at("p50")) <= num(late.at("p99")));
  CHECK(num(late.at("p99")) <= num(late.at("max")));
  CHECK(num(late.at("max")) > 0);
  CHECK(num(status.at("busyShare")) > 0);
  CHECK(num(status.at("busyShareMax")) >= num(status.at("busyShare")));
}

TEST_CASE("health: a clock that wants no real-time priority is no note, one that may not have it is, and no "
          "problem",
          "[conformance][status]") {
  test_server off{{.settings = "realtime: false\n"}};
  CHECK(json::parse(off.rest().get("/api/health").raw.body).at("notes") == json::array{});
  test_server asks;
  const auto refused = asks.rest().read("/api/runtime/status").at("realtime") == "refused";
  const auto health = json::parse(asks.rest().get("/api/health").raw.body);
  CHECK(health.at("status") == "ok");
  CHECK(health.at("notes").as_array().size() == (refused ? 1U : 0U));
}
