// Section 3: what every request is held to.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

/// A request as a browser or an attacker might send it; returns the whole answer.
std::string send_raw(std::uint16_t port, std::string_view line, const std::vector<std::string>& headers,
                     std::string_view body = {}) {
  auto text = std::string(line) + " HTTP/1.1\r\nConnection: close\r\n";
  for (const auto& each : headers) text += each + "\r\n";
  if (!body.empty())
    text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return talk_raw(port, text + "\r\n" + std::string(body));
}

int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

bool allows(const reply& answer, std::string_view method) {
  const auto list = ", " + answer.header("Allow") + ",";
  return list.find(", " + std::string(method) + ",") != std::string::npos;
}

const char* const a_fader = R"({"name":"x","type":"fader"})";

} // namespace

TEST_CASE("rules: what isn't there is 404", "[conformance][rest]") {
  live_show show;
  for (const auto* path :
       {"/api/nothing", "/api/fixtures/none", "/api/fixtures/models/none", "/api/groups/none",
        "/api/graphs/none", "/api/inputs/none", "/api/presets/none", "/api/inputs/none/usage",
        "/api/fixtures/a/b/c", "/api/inputs/none/other", "/api/fixtures/"}) {
    INFO(path);
    CHECK(show.rest.get(path).summary() == "404 NOT_FOUND");
  }
  CHECK(show.rest.post("/api/graphs/none/compile", json::object{}).summary() == "404 NOT_FOUND");
}

TEST_CASE("rules: a method that a path doesn't have is 405 with the methods it has", "[conformance][rest]") {
  live_show show;
  const auto refused = [&](std::string_view method, std::string_view path) {
    const auto answer = show.rest.request(method, path, method == "GET" ? "" : "{}");
    INFO(method << ' ' << path);
    CHECK(answer.summary() == "405 METHOD_NOT_ALLOWED");
    CHECK_FALSE(answer.header("Allow").empty());
    return answer;
  };
  for (const auto* path : {"/api/fixtures", "/api/groups", "/api/graphs", "/api/inputs", "/api/presets",
                           "/api/fixtures/models"}) {
    for (const auto* method : {"PUT", "DELETE", "PATCH"}) {
      const auto answer = refused(method, path);
      CHECK(allows(answer, "GET"));
      CHECK(allows(answer, "POST"));
      CHECK_FALSE(allows(answer, "DELETE"));
    }
    const auto answer = refused("POST", std::string(path) + "/some");
    for (const auto* method : {"GET", "PUT", "DELETE"}) CHECK(allows(answer, method));
    CHECK_FALSE(allows(answer, "POST"));
  }
  refused("DELETE", "/api/health");
  refused("GET", "/api/graphs/some/compile");
  refused("GET", "/api/shows/some/activate");
  refused("POST", "/api/nodes");
}

TEST_CASE("rules: fixed words win over ids", "[conformance][rest]") {
  live_show show;
  CHECK(show.rest.get("/api/fixtures/models").data().is_array());
  CHECK(show.rest.get("/api/fixtures/conflicts").data().is_array());
  CHECK(show.rest.get("/api/inputs/faders").data().is_array());
  CHECK(show.rest.get("/api/inputs/buttons").data().is_array());
  CHECK(show.rest.get("/api/shows/current").data().is_object());
}

TEST_CASE("rules: a body needs application/json", "[conformance][rest]") {
  live_show show;
  const auto with_type = [&](const std::string& type) {
    return show.rest.request("POST", "/api/inputs", a_fader, {{"Content-Type", type}}).summary();
  };
  CHECK(with_type("text/plain") == "415 UNSUPPORTED_MEDIA_TYPE");
  CHECK(with_type("application/x-www-form-urlencoded") == "415 UNSUPPORTED_MEDIA_TYPE");
  CHECK(with_type("multipart/form-data; boundary=x") == "415 UNSUPPORTED_MEDIA_TYPE");
  CHECK(with_type("application/jsonx") == "415 UNSUPPORTED_MEDIA_TYPE");
  CHECK(with_type("application/json; charset=utf-8") == "201");
  CHECK(with_type("Application/JSON") == "201");
  const auto untyped = talk_raw(show.server.port(), "POST /api/inputs HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                                    "Connection: close\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(status_of(untyped) == 415);
}

TEST_CASE("rules: a body that isn't the JSON it should be is 400", "[conformance][rest]") {
  live_show show;
  const auto post = [&](std::string_view body) {
    return show.rest.request("POST", "/api/inputs", body).summary();
  };
  const auto before = show.rest.get("/api/inputs").data();
  for (const auto* body :
       {"{", "}", "[]", "null", "1", "\"x\"", "{\"name\":\"x\",\"type\":\"fader\"} x", "{'name':'x'}",
        "{\"name\":\"x\",\"type\":\"fader\",}", "{\"name\":\"x\" \"type\":\"fader\"}", "\xef\xbb\xbf{}",
        "{\"name\":\"x\",\"type\":\"fader\",\"n\":01}", "{\"name\":\"x\",\"type\":\"fader\"/**/}",
        "{\"name\":\"x\ny\",\"type\":\"fader\"}"}) {
    INFO(body);
    CHECK(post(body).substr(0, 20) == "400 VALIDATION_ERROR");
  }
  SECTION("duplicate keys, also deep inside") {
    CHECK(post(R"({"name":"x","type":"fader","name":"y"})").substr(0, 3) == "400");
    CHECK(post(R"({"name":"x","type":"fader","note":{"a":[{"b":1,"b":1}]}})").substr(0, 3) == "400");
    CHECK(post(R"({"name":"x","type":"fader","\u006eame":"y"})").substr(0, 3) == "400");
  }
  SECTION("bad UTF-8") {
    for (const auto* bad : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"})
      CHECK(post(R"({"type":"fader","name":"a)" + std::string(bad) + "\"}").substr(0, 3) == "400");
    CHECK(post(R"({"type":"fader","name":"a\ud800"})").substr(0, 3) == "400");
  }
  SECTION("no body at all") {
    CHECK(show.rest.request("POST", "/api/inputs").status >= 400);
  }
  CHECK(show.rest.get("/api/inputs").data() == before);
}

TEST_CASE("rules: bad percent-escapes are 400, a path is split before it is decoded", "[conformance][rest]") {
  live_show show;
  for (const auto* path : {"/api/fixtures/%", "/api/fixtures/%2", "/api/fixtures/%zz", "/api/fixtures/%ff",
                           "/api/fixtures/%c3%28", "/api/fixtures?x=%zz"}) {
    INFO(path);
    CHECK(show.rest.get(path).summary().substr(0, 20) == "400 VALIDATION_ERROR");
  }
  const auto id = show.dimmer(1);
  CHECK(show.rest.get("/api/fixtures%2F" + id).status == 404);
  CHECK(show.rest.get("/api%2Ffixtures").status == 404);
  CHECK(show.rest.get("/%61pi/fixtures/" + id).status == 200);
}

TEST_CASE("rules: no path leads out of the data folder", "[conformance][rest]") {
  live_show show;
  for (const auto* line :
       {"GET /../../../../etc/passwd", "GET /api/../../etc/passwd", "GET /..%2f..%2fetc%2fpasswd",
        "GET /%2e%2e/%2e%2e/etc/passwd", "GET /api/shows/..%2F..%2Fetc/activate", "GET //etc/passwd",
        "GET /api/fixtures/..%2F..%2Ffixture-models.yaml", "GET /main/fixtures.yaml"}) {
    INFO(line);
    const auto answer = send_raw(show.server.port(), line, {"Host: 127.0.0.1"});
    CHECK(status_of(answer) >= 400);
    CHECK(status_of(answer) < 500);
    CHECK(answer.find("root:") == std::string::npos);
  }
  for (const auto* name : {"..", "..%2F..%2Ftmp", "%2Ftmp", ".troupe", "a%2F..%2Fmain", "%00", "main%00"}) {
    INFO(name);
    for (const auto* verb : {"POST", "DELETE"}) {
      const auto path = "/api/shows/" + std::string(name) + (*verb == 'P' ? "/activate" : "");
      const auto status = show.rest.request(verb, path, *verb == 'P' ? "{}" : "").status;
      CHECK((status == 404 || status == 400));
    }
  }
  CHECK(std::filesystem::exists(show.server.data / "fixture-models.yaml"));
}

TEST_CASE("rules: what is too large is refused as such", "[conformance][rest]") {
  live_show show;
  const auto big = R"({"name":"x","type":"fader","notes":[")" + std::string(5 * 1024 * 1024, 'x') + "\"]}";
  CHECK(show.rest.request("POST", "/api/inputs", big).summary() == "413 PAYLOAD_TOO_LARGE");
  rest_client again(show.server.port());
  CHECK(again.get("/api/fixtures?" + std::string(64 * 1024, 'x')).summary() == "414 URI_TOO_LONG");
  rest_client third(show.server.port());
  CHECK(third.get("/api/fixtures", {{"X-Long", std::string(64 * 1024, 'x')}}).summary() ==
        "431 HEADERS_TOO_LARGE");
}

TEST_CASE("rules: an unchanged entity is 304 for who has its ETag", "[conformance][rest]") {
  live_show show;
  const auto path = "/api/inputs/" + show.fader();
  for (const auto& each : {path, std::string("/api/inputs")}) {
    INFO(each);
    const auto tag = show.rest.get(each).header("ETag");
    REQUIRE_FALSE(tag.empty());
    CHECK(show.rest.get(each).header("ETag") == tag);
    const auto unchanged = show.rest.get(each, {{"If-None-Match", tag}});
    CHECK(unchanged.status == 304);
    CHECK(unchanged.raw.body.empty());
    CHECK(unchanged.header("ETag") == tag);
    CHECK(show.rest.get(each, {{"If-None-Match", "\"other\", " + tag}}).status == 304);
    CHECK(show.rest.get(each, {{"If-None-Match", "\"other\""}}).status == 200);
    show.rest.change(path, json::object{{"name", "renamed"}});
    const auto changed = show.rest.get(each, {{"If-None-Match", tag}});
    CHECK(changed.status == 200);
    CHECK(changed.header("ETag") != tag);
  }
}

TEST_CASE("rules: HEAD is GET without the body", "[conformance][rest]") {
  live_show show;
  const auto got = show.rest.get("/api/fixtures/models");
  auto connection = troupe::net::http_client::connect("127.0.0.1", show.server.port(), patience).value();
  REQUIRE(connection.send_raw("HEAD /api/fixtures/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                              "GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
  const auto head = connection.read_response(true, patience).value();
  CHECK(head.status == 200);
  CHECK(head.header("Content-Length") == got.header("Content-Length"));
  CHECK(head.header("ETag") == got.header("ETag"));
  // The next answer follows at once: there was no body.
  CHECK(connection.read_response(false, patience).value().body.find("status") != std::string::npos);
}

TEST_CASE("rules: OPTIONS tells the methods", "[conformance][rest]") {
  live_show show;
  const auto answer = show.rest.request("OPTIONS", "/api/fixtures");
  CHECK(answer.ok());
  CHECK(allows(answer, "GET"));
  CHECK(allows(answer, "POST"));
  CHECK(show.rest.request("OPTIONS", "/api/nothing").status == 404);
}

TEST_CASE("rules: GET /api/health tells status, time, version, problems and checks", "[conformance][rest]") {
  live_show show;
  const auto health = show.rest.get("/api/health");
  CHECK(health.status == 200);
  const auto& body = health.body.as_object();
  CHECK(body.at("status") == "ok");
  CHECK(num(body.at("timestamp")) > 1.6e12);
  CHECK_FALSE(str(body.at("version")).empty());
  CHECK(body.at("problems") == json::array{});
  CHECK(body.contains("checks"));
}

TEST_CASE("rules: GET /api/runtime/status tells what runs", "[conformance][rest]") {
  live_show show;
  show.graph(constant_graph({}, 1));
  auto off = constant_graph({}, 1);
  off["enabled"] = false;
  show.graph(off);
  const auto status = show.rest.read("/api/runtime/status");
  CHECK(status.at("running") == true);
  CHECK(status.at("loadedGraphs") == 2);
  CHECK(status.at("enabledGraphs") == 1);
  CHECK(num(status.at("targetHz")) == 60);
  CHECK(status.at("ticksSkipped").is_number());
  auto viewer = show.viewer();
  CHECK(num(viewer.frame().at("frameNumber")) >= num(status.at("frameNumber")));
}

TEST_CASE("rules: GET /api/nodes is the whole catalogue, ports and params by name", "[conformance][rest]") {
  live_show show;
  const auto nodes = show.rest.get("/api/nodes").data().as_array();
  const auto find = [&](std::string_view type) {
    for (const auto& each : nodes)
      if (str(each.at("type")) == type) return each.as_object();
    throw std::runtime_error("no node " + std::string(type));
  };
  const std::vector<std::string> types{"Time",
                                       "Fader",
                                       "Button",
                                       "DmxIn",
                                       "Timecode",
                                       "Scalar",
                                       "Bool",
                                       "ColorConstant",
                                       "PositionConstant",
                                       "SelectGroup",
                                       "SelectFixture",
                                       "Preset",
                                       "Add",
                                       "Subtract",
                                       "Multiply",
                                       "Divide",
                                       "Min",
                                       "Max",
                                       "Clamp01",
                                       "MapRange",
                                       "Smooth",
                                       "Compare",
                                       "Switch",
                                       "SineLFO",
                                       "TriangleLFO",
                                       "SawLFO",
                                       "SquareLFO",
                                       "Noise",
                                       "Chase",
                                       "Spread",
                                       "Flash",
                                       "Envelope",
                                       "MixColor",
                                       "ScaleColor",
                                       "HsvColor",
                                       "ColorToBundle",
                                       "PositionToBundle",
                                       "ScalarToBundle",
                                       "OffsetPosition",
                                       "ScalePosition",
                                       "MergeBundle",
                                       "ScaleBundle",
                                       "WriteAttributes"};
  CHECK(nodes.size() == types.size());
  for (const auto& type : types) {
    INFO(type);
    const auto one = find(type);
    for (const auto* text : {"category", "label"}) CHECK_FALSE(str(one.at(text)).empty());
    for (const auto* ports : {"inputs", "outputs", "params"})
      for (const auto& [name, port] : one.at(ports).as_object()) {
        CHECK_FALSE(str(port.at("type")).empty());
        CHECK_FALSE(str(port.at("label")).empty());
      }
  }
  const auto smoothing = find("Smooth").at("inputs").at("smoothing").as_object();
  CHECK(smoothing.at("type") == "Scalar");
  CHECK(num(smoothing.at("default")) == 0.9);
  CHECK(num(smoothing.at("hardMin")) == 0);
  CHECK(num(smoothing.at("hardMax")) == 1);
  CHECK(find("Chase").at("outputs").at("value").at("type") == "Scalar");
  CHECK(find("Button").at("outputs").at("pressed").at("type") == "Trigger");
  CHECK(find("WriteAttributes").at("params").as_object().contains("merge"));
  const auto bundle = find("WriteAttributes").at("inputs").at("bundle").as_object();
  CHECK(bundle.at("type") == "Bundle");
  CHECK_FALSE(bundle.contains("default"));
  CHECK(num(find("WriteAttributes").at("inputs").at("priority").at("hardMax")) == 100);
}

TEST_CASE("rules: a request with an Origin may change something only from here or from an allowed place",
          "[conformance][rest][access]") {
  live_show show;
  const auto port = show.server.port();
  const auto own = std::to_string(port);
  const auto post = [&](const std::string& host, const std::string& origin) {
    return status_of(send_raw(port, "POST /api/inputs", {"Host: " + host, "Origin: " + origin}, a_fader));
  };
  // (a) the page came from this server, under an address or localhost
  CHECK(post("127.0.0.1:" + own, "http://127.0.0.1:" + own) == 201);
  CHECK(post("localhost:" + own, "http://localhost:" + own) == 201);
  CHECK(post("192.0.2.1:" + own, "http://192.0.2.1:" + own) == 201);
  // ... and not under a name that anybody's DNS may point here
  CHECK(post("rebound.example:" + own, "http://rebound.example:" + own) == 403);
  // (b) a page of this machine
  CHECK(post("127.0.0.1:" + own, "http://localhost:5173") == 201);
  CHECK(post("127.0.0.1:" + own, "http://127.0.0.1:1") == 201);
  CHECK(post("127.0.0.1:" + own, "http://[::1]:8080") == 201);
  // strangers
  CHECK(post("127.0.0.1:" + own, "http://evil.example") == 403);
  CHECK(post("127.0.0.1:" + own, "null") == 403);
  CHECK(post("127.0.0.1:" + own, "http://localhost.evil.example") == 403);
  CHECK(post("127.0.0.1:" + own, "http://127.0.0.1.evil.example") == 403);
  for (const auto* line : {"PUT /api/inputs/x", "DELETE /api/inputs/x", "POST /api/graphs/x/compile",
                           "POST /api/shows/main/activate"})
    CHECK(status_of(send_raw(port, line, {"Host: 127.0.0.1:" + own, "Origin: http://evil.example"}, "{}")) ==
          403);
}

TEST_CASE("rules: strangers may read, but their browsers get no CORS headers",
          "[conformance][rest][access]") {
  live_show show;
  const auto get = [&](const std::string& origin) {
    return show.rest.get("/api/fixtures", {{"Origin", origin}});
  };
  CHECK(get("http://evil.example").status == 200);
  CHECK(get("http://evil.example").header("Access-Control-Allow-Origin").empty());
  CHECK(get("null").header("Access-Control-Allow-Origin").empty());
  CHECK(get("http://localhost:5173").header("Access-Control-Allow-Origin") == "http://localhost:5173");
  const auto preflight =
      show.rest.request("OPTIONS", "/api/fixtures", {},
                        {{"Origin", "http://localhost:5173"}, {"Access-Control-Request-Method", "POST"}});
  CHECK(preflight.ok());
  CHECK(preflight.header("Access-Control-Allow-Methods").find("POST") != std::string::npos);
  const auto foreign =
      show.rest.request("OPTIONS", "/api/fixtures", {},
                        {{"Origin", "http://evil.example"}, {"Access-Control-Request-Method", "POST"}});
  CHECK(foreign.header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("rules: /ws is closed to foreign origins", "[conformance][ws][access]") {
  live_show show;
  const auto open = [&](const std::string& origin) {
    troupe::net::ws_client_options options;
    if (!origin.empty()) options.headers = {{"Origin", origin}};
    const auto client = troupe::net::ws_client::connect(
        "ws://127.0.0.1:" + std::to_string(show.server.port()) + "/ws", patience, options);
    return client ? 101 : client.error().details.at("status").to_number<int>();
  };
  CHECK(open("") == 101);
  CHECK(open("http://127.0.0.1:" + std::to_string(show.server.port())) == 101);
  CHECK(open("http://localhost:3000") == 101);
  CHECK(open("http://evil.example") == 403);
  CHECK(open("null") == 403);
}

TEST_CASE("rules: settings add hosts and origins", "[conformance][rest][access]") {
  test_server server(
      {.settings =
           "http: {allowedHosts: [console.example], allowedOrigins: [\"https://desk.example:8443\"]}\n"});
  const auto post = [&](const std::string& host, const std::string& origin) {
    return status_of(
        send_raw(server.port(), "POST /api/inputs", {"Host: " + host, "Origin: " + origin}, a_fader));
  };
  const auto port = std::to_string(server.port());
  CHECK(post("console.example:" + port, "http://console.example:" + port) == 201);
  CHECK(post("127.0.0.1:" + port, "https://desk.example:8443") == 201);
  CHECK(post("127.0.0.1:" + port, "https://desk.example") == 403);
  CHECK(post("127.0.0.1:" + port, "http://desk.example:8443") == 403);
  CHECK(post("other.example:" + port, "http://other.example:" + port) == 403);
}
