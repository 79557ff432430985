#include "storage/config.hpp"

#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <regex>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

std::string complaints(std::string_view yaml, const environment& variables = {},
                       const config_flags& flags = {}) {
  const auto read = parse_config(yaml, "c.yaml", variables, flags);
  if (read) return "none";
  std::string out;
  for (const auto& each : read.error()) out += to_string(each) + '\n';
  return out;
}

config settings(std::string_view yaml, const environment& variables = {}, const config_flags& flags = {}) {
  const auto read = parse_config(yaml, "c.yaml", variables, flags);
  INFO(yaml);
  REQUIRE(read);
  return *read;
}

/// Every setting as text, to compare two of them.
std::string text_of(const config& c) {
  std::string out =
      fmt::format("{} {} [{}] {} {} {} {} | ", c.http.host, c.http.port, c.http.token, c.http.open,
                  c.http.allowed_hosts.size(), c.http.allowed_origins.size(), c.http.threads);
  const auto& l = c.http.limits;
  out += fmt::format("{} {} {} {} {} {} {} {} {} | ", l.body_bytes, l.header_bytes, l.uri_bytes,
                     l.request_timeout.count(), l.idle_timeout.count(), l.write_timeout.count(),
                     l.max_connections, l.max_clients, l.max_event_streams);
  out += fmt::format("{} {} {} {} ", c.ticker.hz, c.ticker.immediate, c.artnet.enabled,
                     static_cast<int>(c.artnet.blackout));
  const auto pacing = [](const pacing_settings& p) {
    return fmt::format("{}/{}/{} ", p.share, p.burst, p.fast);
  };
  out += c.artnet.answer_polls ? *c.artnet.answer_polls ? "answers " : "silent " : "";
  for (const auto& each : c.artnet.outputs)
    out += fmt::format("{}:{}@{} {} {} ? {}:{} {} ", each.host, each.port, each.max_hz.value_or(-1),
                       each.constant_rate, each.sync, each.poll_host, each.poll_port, each.broadcast) +
           pacing(each.pacing);
  out += fmt::format("| {} [{}] {} ", c.sacn.enabled, c.sacn.source_name, static_cast<int>(c.sacn.blackout));
  for (const auto& each : c.sacn.outputs) {
    for (const auto& one : each.priorities)
      out += fmt::format("{}-{}.{}-{}!{} ", one.universe, one.last_universe, one.channel, one.last_channel,
                         one.priority);
    out += fmt::format("{} ", each.hold_on_sync_loss) + pacing(each.pacing);
    out += fmt::format("{}:{} by [{}] ttl {} !{} @{} {}+ ~{} ", each.host, each.port, each.interface,
                       each.ttl.value_or(0), each.priority, each.max_hz.value_or(-1), each.first_universe,
                       each.sync_universe.value_or(0));
  }
  out += fmt::format("| {} {} {} {} {} {} {} {}", c.data.string(), c.show, c.max_entities,
                     static_cast<int>(c.release), static_cast<int>(c.log.level),
                     static_cast<int>(c.log.format), static_cast<int>(c.realtime), c.metrics);
  out += fmt::format(" {}", c.stages.value_or(0));
  const auto& r = c.run_log;
  out += fmt::format(" | [{}]", c.journal_url);
  out += fmt::format(" | {} [{}] {} {} {}", r.enabled, r.folder, r.max_megabytes, r.max_days, r.max_segments);
  return out;
}

std::string documented() {
  return read_text(std::filesystem::path(TROUPE_SOURCE_DIR) / "configs/troupe.yaml");
}

/// The file with every commented-out setting in force.
std::string with_examples(const std::string& text) {
  return std::regex_replace(text, std::regex("(^|\n)( *)#: "), "$1$2");
}

} // namespace

TEST_CASE("settings: the documented file holds the defaults", "[storage][unit]") {
  CHECK(text_of(settings(documented())) == text_of(config{}));
  CHECK(text_of(settings("")) == text_of(config{}));
  CHECK(text_of(settings("# nothing\n")) == text_of(config{}));
}

TEST_CASE("settings: the documented file names every key", "[storage][unit]") {
  const auto text = with_examples(documented());
  for (const auto& key : config_keys()) {
    const auto leaf = key.substr(key.find_last_of(".]") + 1);
    INFO(key);
    CHECK(std::regex_search(text, std::regex("(^|\\n) *(- )?" + leaf + ":")));
  }
  CHECK(complaints(text) == "none");
}

TEST_CASE("settings: every key is taken", "[storage][unit]") {
  const auto c = settings(R"(
http:
  host: 0.0.0.0
  port: 8080
  token: abc
  open: true
  allowedHosts: [console]
  allowedOrigins: [https://console.example, http://other]
  threads: 2
  limits: {bodyBytes: 2048, headerBytes: 4096, uriBytes: 512, requestTimeout: 1.5, idleTimeout: 2, writeTimeout: 3,
           maxConnections: 10, maxClients: 5, maxEventStreams: 6}
ticker: {hz: 44.5, immediate: true}
artnet:
  enabled: false
  blackout: hold
  answerPolls: true
  outputs:
    - {destination: a, maxHz: 30, constantRate: true, sync: true, broadcast: true, pacing: 0.25, burst: 8}
    - {discovery: true, pollTo: "10.255.255.255:7000", fast: true}
sacn:
  enabled: true
  sourceName: Große Bühne
  blackout: hold
  outputs:
    - {destination: multicast, interface: 10.0.0.5, ttl: 8, priority: 200, maxHz: 44, firstUniverse: 101,
       syncUniverse: 7962, syncLoss: run, pacing: 1, burst: 64,
       priorities: [{universe: 3, priority: 7}, {universe: 4, lastUniverse: 5, channel: 6, priority: 8}]}
    - {destination: "node:6000", priority: 0}
data: /srv/shows
show: gala
limits: {maxEntities: 200000}
release: hold
log: {level: debug, format: json}
realtime: false
stages: 3
metrics: {enabled: false}
journal: {url: "postgresql://ann@db/x"}
runLog: {enabled: false, folder: /log, maxMegabytes: 64, maxDays: 7, maxSegments: 20}
)");
  CHECK(text_of(c) ==
        "0.0.0.0 8080 [abc] true 1 2 2 | 2048 4096 512 1500 2000 3000 10 5 6 | 44.5 true false 1 answers "
        "a:6454@30 true true ? :6454 true 0.25/8/false "
        ":6454@-1 false false ? 10.255.255.255:7000 false 0.5/16/true "
        "| true [Große Bühne] 1 3-3.1-512!7 4-5.6-6!8 false 1/64/false "
        ":5568 by [10.0.0.5] ttl 8 !200 @44 101+ ~7962 true 0.5/16/false node:6000 by [] ttl 0 !0 @-1 1+ ~0 "
        "| /srv/shows gala 200000 1 1 1 2 false 3 | [postgresql://ann@db/x] | false [/log] 64 7 20");
}

TEST_CASE("settings: values from the file", "[storage][unit]") {
  const auto c =
      settings("http:\n  host: 0.0.0.0\n  token: 0123\n  allowedHosts: [console, 1.2]\n  port: 8080\n"
               "  limits: {requestTimeout: 1.5, bodyBytes: 2048}\nartnet:\n  blackout: hold\n  outputs:\n"
               "    - {destination: \"10.0.0.1:7000\", maxHz: 30}\n    - {destination: node.local}\n"
               "    - {destination: \"[2001:db8::1]:6455\"}\n    - {destination: \"2001:db8::2\"}\n"
               "realtime: true\nlog: {level: off}\nrelease: zero\nlimits: {maxEntities: 0x10}\n");
  CHECK(c.http.token == "0123");
  CHECK(c.http.allowed_hosts == std::vector<std::string>{"console", "1.2"});
  CHECK(c.http.port == 8080);
  CHECK(c.http.limits.request_timeout == std::chrono::milliseconds(1500));
  CHECK(c.http.limits.body_bytes == 2048);
  CHECK(c.artnet.blackout == exit_mode::hold);
  REQUIRE(c.artnet.outputs.size() == 4);
  CHECK(c.artnet.outputs[0].port == 7000);
  CHECK(c.artnet.outputs[0].max_hz == 30);
  CHECK(c.artnet.outputs[1].port == 6454);
  CHECK_FALSE(c.artnet.outputs[1].max_hz);
  CHECK(c.artnet.outputs[2].host == "2001:db8::1");
  CHECK(c.artnet.outputs[2].port == 6455);
  CHECK(c.artnet.outputs[3].host == "2001:db8::2");
  CHECK(c.realtime == realtime_mode::on);
  CHECK(c.log.level == log_level::off);
  CHECK(c.release == release_mode::zero);
  CHECK(c.max_entities == 16);
  CHECK(settings("artnet: {outputs: []}").artnet.outputs.empty());
}

TEST_CASE("settings: all that is wrong is told at once, each with key and place", "[storage][unit]") {
  CHECK(complaints(
            "http:\n  prot: 1\n  port: 65536\n  open: yes\nticker: {hz: 0}\nshow: ..\nnothing: {a: 1}\n") ==
        "c.yaml:2:3: http.prot: there is no such setting\n"
        "c.yaml:3:9: http.port: an integer from 0 to 65535 is wanted\n"
        "c.yaml:4:9: http.open: true or false is wanted\n"
        "c.yaml:5:14: ticker.hz: a number from 1 to 240 is wanted\n"
        "c.yaml:6:7: show: the name of a show is wanted\n"
        "c.yaml:7:1: nothing: there is no such setting\n");
  CHECK(complaints("- a\n").find("a map of settings is wanted") != std::string::npos);
  CHECK(complaints("http: 5\n") == "c.yaml:1:7: http: a map of settings is wanted\n");
  CHECK(complaints("http:\n  port: 1\n  port: 2\n") == "c.yaml:3:3: the key port is there twice\n");
  CHECK(complaints("http: [\n").starts_with("c.yaml:"));
  CHECK(complaints("data: \xFF\n").starts_with("c.yaml:1:7: "));
}

TEST_CASE("settings: wrong types and values are refused", "[storage][unit]") {
  for (const auto* yaml :
       {"http: {port: \"80\"}",
        "http: {port: 1.5}",
        "http: {port: -1}",
        "http: {port: [1]}",
        "http: {host: \"a b\"}",
        "http: {host: {}}",
        "http: {token: \"a b\"}",
        "http: {open: 1}",
        "http: {open: \"true\"}",
        "http: {allowedHosts: a}",
        "http: {allowedHosts: [[a]]}",
        "http: {allowedOrigins: [console.example]}",
        "http: {allowedOrigins: [\"https://a/b\"]}",
        "http: {threads: 65}",
        "http: {limits: {bodyBytes: 0}}",
        "http: {limits: {requestTimeout: 0}}",
        "http: {limits: {idleTimeout: .inf}}",
        "http: {limits: {maxClients: 0}}",
        "http: {limits: {maxEventStreams: 0}}",
        "ticker: {hz: 241}",
        "ticker: {hz: fast}",
        "ticker: {hz: \"60\"}",
        "artnet: {enabled: on}",
        "artnet: {blackout: full}",
        "artnet: {outputs: {}}",
        "artnet: {outputs: [a]}",
        "artnet: {outputs: [{}]}",
        "artnet: {outputs: [{destination: \"a b\"}]}",
        "artnet: {outputs: [{destination: \"a:0\"}]}",
        "artnet: {outputs: [{destination: \"a:70000\"}]}",
        "artnet: {outputs: [{destination: a, maxHz: 0}]}",
        "artnet: {outputs: [{destination: a, port: 1}]}",
        "artnet: {outputs: [{destination: a, sync: 1}]}",
        "artnet: {outputs: [{destination: a, constantRate: \"true\"}]}",
        "artnet: {answerPolls: 1}",
        "artnet: {outputs: [{destination: a, discovery: true, pollTo: b}]}",
        "artnet: {outputs: [{discovery: true}]}",
        "artnet: {outputs: [{discovery: true, pollTo: \"a b\"}]}",
        "artnet: {outputs: [{destination: a, pollTo: b}]}",
        "artnet: {outputs: [{destination: a, discovery: 1}]}",
        "artnet: {outputs: [{destination: a, broadcast: 1}]}",
        "artnet: {outputs: [{destination: a, pacing: 1.1}]}",
        "artnet: {outputs: [{destination: a, pacing: -0.1}]}",
        "artnet: {outputs: [{destination: a, burst: 0}]}",
        "artnet: {outputs: [{destination: a, burst: 65}]}",
        "artnet: {outputs: [{destination: a, fast: 1}]}",
        "artnet: {outputs: [{destination: a, fast: true, burst: 32}]}",
        "sacn: {outputs: [{destination: multicast, syncLoss: stop}]}",
        "sacn: {outputs: [{destination: multicast, priorities: 1}]}",
        "sacn: {outputs: [{destination: multicast, priorities: [1]}]}",
        "sacn: {outputs: [{destination: multicast, priorities: [{universe: 1}]}]}",
        "sacn: {outputs: [{destination: multicast, priorities: [{universe: 1, priority: 201}]}]}",
        "sacn: {outputs: [{destination: multicast, priorities: [{universe: 0, priority: 1}]}]}",
        "sacn: {outputs: [{destination: multicast, priorities: [{universe: 2, lastUniverse: 1, priority: "
        "1}]}]}",
        "sacn: {outputs: [{destination: multicast, priorities: [{universe: 2, channel: 513, priority: 1}]}]}",
        "sacn: {outputs: [{destination: multicast, priorities: [{universe: 2, slot: 1, priority: 1}]}]}",
        "sacn: {enabled: 2}",
        "sacn: {sourceName: \"\"}",
        "sacn: {sourceName: \" \"}",
        "sacn: {sourceName: \"a\\tb\"}",
        "sacn: {sourceName: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn}",
        "sacn: {sourceName: [a]}",
        "sacn: {blackout: dark}",
        "sacn: {outputs: multicast}",
        "sacn: {outputs: [multicast]}",
        "sacn: {outputs: [{priority: 100}]}",
        "sacn: {outputs: [{destination: \"a b\"}]}",
        "sacn: {outputs: [{destination: \"multicast:5568\"}]}",
        "sacn: {outputs: [{destination: a, interface: 10.0.0.5}]}",
        "sacn: {outputs: [{destination: a, ttl: 2}]}",
        "sacn: {outputs: [{destination: multicast, interface: eth0}]}",
        "sacn: {outputs: [{destination: multicast, interface: \"::1\"}]}",
        "sacn: {outputs: [{destination: multicast, ttl: 0}]}",
        "sacn: {outputs: [{destination: multicast, ttl: 256}]}",
        "sacn: {outputs: [{destination: multicast, priority: 201}]}",
        "sacn: {outputs: [{destination: multicast, priority: -1}]}",
        "sacn: {outputs: [{destination: multicast, priority: \"100\"}]}",
        "sacn: {outputs: [{destination: multicast, maxHz: 0}]}",
        "sacn: {outputs: [{destination: multicast, firstUniverse: 0}]}",
        "sacn: {outputs: [{destination: multicast, firstUniverse: 64000}]}",
        "sacn: {outputs: [{destination: multicast, syncUniverse: 0}]}",
        "sacn: {outputs: [{destination: multicast, syncUniverse: 64000}]}",
        "sacn: {outputs: [{destination: multicast, universe: 1}]}",
        "data: []",
        "data: \"\"",
        "show: a/b",
        "limits: {maxEntities: 0}",
        "release: never",
        "log: {level: loud}",
        "log: {format: xml}",
        "realtime: maybe",
        "stages: 0",
        "stages: 33",
        "stages: 1.5",
        "stages: many",
        "http: {port: !thing 80}"}) {
    INFO(yaml);
    CHECK(complaints(yaml) != "none");
  }
}

TEST_CASE("settings: a key without a value keeps its default", "[storage][unit]") {
  CHECK(text_of(settings("http:\n  port:\n  limits:\nartnet:\n  outputs: ~\nshow:\n")) == text_of(config{}));
}

TEST_CASE("settings: the environment overrides the file, flags override both", "[storage][unit]") {
  const environment variables{
      {"PORT", "1"},    {"HOST", "127.0.0.2"},       {"DATA_DIR", "/e"},
      {"SHOW", "env"},  {"ARTNET_ENABLED", "false"}, {"ARTNET_DESTINATION", "10.1.1.1"},
      {"HOME", "/root"}};
  const std::string_view file = "http: {port: 2, host: \"::1\"}\ndata: /f\nshow: file\n"
                                "artnet: {outputs: [{destination: a, maxHz: 44}, {destination: b}]}\n";
  const auto c = settings(file, variables);
  CHECK(c.http.port == 1);
  CHECK(c.http.host == "127.0.0.2");
  CHECK(c.data == "/e");
  CHECK(c.show == "env");
  CHECK_FALSE(c.artnet.enabled);
  REQUIRE(c.artnet.outputs.size() == 1);
  CHECK(c.artnet.outputs[0].host == "10.1.1.1");
  CHECK(c.artnet.outputs[0].max_hz == 44);
  config_flags flags;
  flags.port = "0";
  flags.host = "localhost";
  flags.data = "/g";
  flags.show = "flag";
  flags.artnet = "10.2.2.2:7000";
  const auto f = settings(file, variables, flags);
  CHECK(f.http.port == 0);
  CHECK(f.http.host == "localhost");
  CHECK(f.data == "/g");
  CHECK(f.show == "flag");
  CHECK(f.artnet.enabled);
  CHECK(f.artnet.outputs.at(0).port == 7000);
  flags.artnet = "off";
  CHECK_FALSE(settings(file, {}, flags).artnet.enabled);
  CHECK(settings("", {{"PORT", ""}, {"SHOW", ""}}).http.port == 3001);
  for (const auto* yes : {"true", "TRUE", "1", "yes", "on"})
    CHECK(settings("artnet: {enabled: false}", {{"ARTNET_ENABLED", yes}}).artnet.enabled);
}

TEST_CASE("settings: the address of the journal comes from the file or the environment", "[storage][unit]") {
  const std::string_view file = "journal: {url: \"postgresql://ann@db/troupe\"}";
  CHECK(settings(file).journal_url == "postgresql://ann@db/troupe");
  CHECK(settings(file, {{"JOURNAL_URL", "postgres://other/x"}}).journal_url == "postgres://other/x");
  CHECK(settings("journal: {url: ''}").journal_url.empty());
}

TEST_CASE("settings: what is wrong with the address of the journal is told without its password",
          "[storage][unit]") {
  for (const std::string wrong : {"mysql://ann:s3cret@db/x", "postgresql://ann:p@s3cret@db/x"}) {
    const auto in_file = complaints(fmt::format("journal: {{url: \"{}\"}}", wrong));
    CHECK(in_file.find("is wanted") != std::string::npos);
    CHECK(in_file.find("s3cret") == std::string::npos);
    const auto in_environment = complaints("", {{"JOURNAL_URL", wrong}});
    CHECK(in_environment.find("JOURNAL_URL: an address") == 0);
    CHECK(in_environment.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("settings: what is wrong in environment and flags names the variable or flag", "[storage][unit]") {
  CHECK(
      complaints(
          "",
          {{"PORT", "80x"}, {"SHOW", "../x"}, {"ARTNET_ENABLED", "maybe"}, {"ARTNET_DESTINATION", "a b"}}) ==
      "PORT: an integer from 0 to 65535 is wanted, not 80x\n"
      "SHOW: the name of a show is wanted, not ../x\n"
      "ARTNET_ENABLED: true or false is wanted, not maybe\n"
      "ARTNET_DESTINATION: host or host:port is wanted, not a b\n");
  config_flags flags;
  flags.port = "-1";
  flags.host = "";
  flags.artnet = "x:y:";
  const auto text = complaints("", {}, flags);
  CHECK(text.find("--port: ") != std::string::npos);
  CHECK(text.find("--host: ") != std::string::npos);
}

TEST_CASE("settings: a host that isn't loopback needs a token or the door open", "[storage][unit]") {
  for (const auto* host : {"localhost", "LocalHost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"}) {
    INFO(host);
    CHECK(is_loopback_host(host));
    CHECK(complaints("", {{"HOST", host}}) == "none");
  }
  for (const auto* host : {"0.0.0.0", "::", "192.168.0.1", "example.com", "127.0.0.1.example.com",
                           "128.0.0.1", "127.0.0", "127.0.0.256", "localhost.example.com"}) {
    INFO(host);
    CHECK_FALSE(is_loopback_host(host));
    CHECK(complaints("", {{"HOST", host}}).find("http.token") != std::string::npos);
    CHECK(complaints("http: {token: secret}", {{"HOST", host}}) == "none");
    CHECK(complaints("http: {open: true}", {{"HOST", host}}) == "none");
  }
}

TEST_CASE("settings: a file that isn't there is an error that names it", "[storage][unit]") {
  const temp_dir dir;
  const auto missing = load_config(dir / "none.yaml", {}, {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().front().file.ends_with("none.yaml"));
  CHECK_FALSE(load_config(dir.path(), {}, {}));
  write_text(dir / "c.yaml", "show: gala\n");
  CHECK(load_config(dir / "c.yaml", {}, {})->show == "gala");
  CHECK(load_config(std::nullopt, {}, {})->show == "default");
}
