// Section 7: messages, errors and closing.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

TEST_CASE("ws: the first message is runtime/status", "[conformance][ws]") {
  live_show show;
  for (int i = 0; i < 10; ++i) CHECK(str(show.client().next().at("type")) == "runtime/status");
}

TEST_CASE("ws: type is the first member of every message", "[conformance][ws]") {
  live_show show;
  auto client = show.client();
  client.subscribe({{"mode", "delta"}});
  show.graph(constant_graph({show.dimmer(1)}, 1));
  show.fader();
  client.send({{"type", "nonsense"}});
  client.send(json::object{{"type", "ping"}});
  const auto await_types = [&](std::set<std::string> missing) {
    while (!missing.empty()) {
      const auto text = client.next_text();
      REQUIRE(text.substr(0, 9) == R"({"type":")");
      missing.erase(str(json::parse(text).at("type")));
    }
  };
  await_types({"runtime/status", "frame/delta", "compile/result", "entity/changed", "input/changed", "error",
               "pong"});
  // Only now: what still waits when the show changes is discarded.
  REQUIRE(show.rest.post("/api/shows/" + show.name + "/activate", json::object{}).ok());
  await_types({"show/changed"});
}

TEST_CASE("ws: clients may send type anywhere", "[conformance][ws]") {
  live_show show;
  auto client = show.client();
  client.send_text(R"({"nonce":{"a":[1,null]},"type":"ping"})");
  const auto pong = client.next("pong");
  CHECK(pong.at("nonce") == json::value(json::object{{"a", {1, nullptr}}}));
  // The server's time, in milliseconds since 1970.
  double time = 0;
  for (const auto& [key, value] : pong)
    if (value.is_number()) time = num(value);
  CHECK(time > 1.6e12);
  client.send_text(R"({"type":"ping"})");
  CHECK_FALSE(client.next("pong").contains("nonce"));
}

TEST_CASE("ws: a bad message gets one error with its code, and the connection stays open",
          "[conformance][ws]") {
  live_show show;
  auto client = show.client();
  const auto code = [&](std::string_view text) {
    client.send_text(text);
    const auto answer = client.next("error");
    CHECK_FALSE(str(answer.at("message")).empty());
    return str(answer.at("code"));
  };
  for (const auto* text : {"", "{", "hello", "{\"type\":\"ping\"} x", "{\"type\":\"ping\",\"type\":\"ping\"}",
                           "{\"type\":\"ping\",}", "{\"type\":\"ping\",\"nonce\":NaN}"}) {
    INFO(text);
    CHECK(code(text) == "PARSE_ERROR");
  }
  for (const auto* text : {"[]", "null", "1", "\"ping\"", "{}", R"({"type":1})", R"({"type":null})"}) {
    INFO(text);
    CHECK(code(text) == "VALIDATION_ERROR");
  }
  for (const auto* text : {R"({"type":""})", R"({"type":"Ping"})", R"({"type":"runtime/explode"})"})
    CHECK(code(text) == "UNKNOWN_TYPE");
  client.sync();
}

TEST_CASE("ws: the requestId of a message is echoed in its error", "[conformance][ws]") {
  live_show show;
  auto client = show.client();
  const auto echoed = [&](const json::value& id) {
    client.send(
        {{"type", "instance/setEnabled"}, {"instanceId", "ghost"}, {"enabled", true}, {"requestId", id}});
    return client.next("error").at("requestId");
  };
  CHECK(echoed("abc") == "abc");
  CHECK(echoed(42) == 42);
  CHECK(echoed("\"\\\n\xc3\xa4") == "\"\\\n\xc3\xa4");
  client.send({{"type", "nonsense"}, {"requestId", "n"}});
  CHECK(client.next("error").at("requestId") == "n");
  client.send({{"type", "input/fader"}, {"requestId", 7}});
  CHECK(client.next("error").at("requestId") == 7);
  client.send({{"type", "nonsense"}});
  CHECK_FALSE(client.next("error").contains("requestId"));
}

TEST_CASE("ws: what is no text message of the protocol closes with its code", "[conformance][ws]") {
  live_show show;
  auto client = show.client();
  client.next("runtime/status");
  auto& socket = client.socket();
  SECTION("a binary message: 1003") {
    REQUIRE(socket.send_binary("abc"));
    CHECK(client.closed() == 1003);
  }
  SECTION("bad UTF-8: 1007") {
    REQUIRE(socket.send_text("{\"type\":\"ping\",\"nonce\":\"\xff\"}"));
    CHECK(client.closed() == 1007);
  }
  SECTION("above 1 MiB: 1009") {
    REQUIRE(socket.send_text(R"({"type":"ping","nonce":")" + std::string(1024 * 1024 + 1, 'x') + "\"}"));
    CHECK(client.closed() == 1009);
  }
  SECTION("an unmasked frame: 1002") {
    REQUIRE(socket.send_frame(0x81, "{}", false));
    CHECK(client.closed() == 1002);
  }
  SECTION("a reserved bit: 1002") {
    REQUIRE(socket.send_frame(0xB1, "{}"));
    CHECK(client.closed() == 1002);
  }
  SECTION("a reserved opcode: 1002") {
    REQUIRE(socket.send_frame(0x83, "{}"));
    CHECK(client.closed() == 1002);
  }
  SECTION("a continuation of nothing: 1002") {
    REQUIRE(socket.send_frame(0x80, "{}"));
    CHECK(client.closed() == 1002);
  }
  CHECK(str(show.client().next().at("type")) == "runtime/status");
}

TEST_CASE("ws: a message of 1 MiB and one in fragments are taken", "[conformance][ws]") {
  live_show show;
  auto client = show.client();
  // As long as may be, and then too long for a nonce: an error, no close.
  const std::string frame = R"({"type":"ping","nonce":"")";
  const auto text = R"({"type":"ping","nonce":")" + std::string(1024 * 1024 - frame.size() - 1, 'x') + "\"}";
  client.send_text(text);
  CHECK(client.next("error").at("code") == "VALIDATION_ERROR");
  REQUIRE(client.socket().send_frame(0x01, R"({"type":"pi)"));
  REQUIRE(client.socket().send_frame(0x00, R"(ng","nonce")"));
  REQUIRE(client.socket().send_frame(0x80, R"(:"parts"})"));
  CHECK(client.next("pong").at("nonce") == "parts");
}

TEST_CASE("ws: a client's close is answered", "[conformance][ws]") {
  live_show show;
  auto client = show.client();
  client.next("runtime/status");
  REQUIRE(client.socket().close(1000));
  CHECK(client.closed() == 1000);
}

TEST_CASE("ws: above 1,000 other messages a second the excess is dropped with RATE_LIMITED",
          "[conformance][ws]") {
  live_show show;
  auto client = show.client();
  const json::object message{{"type", "runtime/unsubscribeFrames"}};
  for (int i = 0; i < 6000; ++i) client.send(message);
  CHECK(client.next("error").at("code") == "RATE_LIMITED");
}

TEST_CASE("ws: entity/changed tells every create, update and delete of any client", "[conformance][ws]") {
  struct row {
    const char* kind;
    const char* path;
    json::object valid;
  };
  const std::vector<row> rows{
      {"model",
       "/api/fixtures/models",
       {{"brand", "B"}, {"model", "M"}, {"channels", json::object{{"dimmer", 1}}}}},
      {"fixture",
       "/api/fixtures",
       {{"name", "F"}, {"modelId", "generic-dimmer"}, {"universe", 0}, {"startChannel", 1}}},
      {"group", "/api/groups", {{"name", "G"}, {"fixtureIds", json::array{}}}},
      {"input", "/api/inputs", {{"name", "I"}, {"type", "button"}}},
      {"preset",
       "/api/presets",
       {{"name", "P"}, {"type", "beam"}, {"attributes", json::object{{"zoom", 0}}}}},
      {"graph", "/api/graphs", constant_graph({}, 1)},
  };
  live_show show;
  auto client = show.client();
  for (const auto& each : rows) {
    INFO(each.kind);
    const auto expect = [&](const char* op, const std::string& id, int revision) {
      const auto message = client.next("entity/changed");
      CHECK(message.at("kind") == each.kind);
      CHECK(message.at("op") == op);
      CHECK(str(message.at("id")) == id);
      CHECK(message.at("revision") == revision);
      return message;
    };
    const auto made = show.rest.create(each.path, each.valid);
    const auto id = str(made.at("id"));
    CHECK(expect("created", id, 1).at("entity") == made);
    const auto updated = show.rest.change(std::string(each.path) + '/' + id, json::object{{"extra", true}});
    CHECK(expect("updated", id, 2).at("entity") == updated);
    REQUIRE(show.rest.del(std::string(each.path) + '/' + id).ok());
    const auto deleted = client.next("entity/changed");
    CHECK(deleted.at("op") == "deleted");
    CHECK(str(deleted.at("id")) == id);
    CHECK(deleted.at("kind") == each.kind);
  }
}

TEST_CASE("ws: other clients don't notice one that vanishes", "[conformance][ws]") {
  live_show show;
  auto stays = show.viewer();
  stays.frame();
  for (int i = 0; i < 20; ++i) {
    auto goes = show.viewer();
    goes.frame();
    if (i % 2 == 0) goes.socket().socket().reset();
  }
  const auto before = stays.frame();
  CHECK(num(stays.frame().at("frameNumber")) > num(before.at("frameNumber")));
}

TEST_CASE("ws: /ws without an upgrade is refused, and other paths have no WebSocket", "[conformance][ws]") {
  live_show show;
  CHECK(show.rest.get("/ws").status == 426);
  CHECK(show.rest.request("POST", "/ws", "{}").status == 405);
  CHECK_FALSE(troupe::net::ws_client::connect(
      "ws://127.0.0.1:" + std::to_string(show.server.port()) + "/other", patience));
}
