#include "protocol/json_text.hpp"
#include "protocol/ws_messages.hpp"
#include "tests/protocol/support.hpp"

using namespace troupe;
using namespace troupe::ws;
using test::refused_field;

namespace {

/// @pre the message is right and of that kind
template <class Message>
Message read(std::string_view text) {
  auto parsed = parse_client_message(text);
  INFO(text);
  if (!parsed.message) FAIL(parsed.message.error().message);
  REQUIRE(std::holds_alternative<Message>(*parsed.message));
  return std::get<Message>(*parsed.message);
}

std::string refused(std::string_view text) {
  return refused_field(parse_client_message(text).message);
}

} // namespace

TEST_CASE("client messages: every type arrives with its fields", "[protocol][client_messages]") {
  CHECK(read<fader_moved>(R"({"type":"input/fader","faderId":"A","value":0.25})").fader_id == "A");
  CHECK(read<fader_moved>(R"({"type":"input/fader","faderId":"A","value":0.25})").value == 0.25f);
  CHECK(read<button_down>(R"({"type":"input/buttonDown","buttonId":"X"})").button_id == "X");
  CHECK(read<button_up>(R"({"type":"input/buttonUp","buttonId":"Y"})").button_id == "Y");
  CHECK(read<button_press>(R"({"type":"input/buttonPress","buttonId":"Z"})").button_id == "Z");
  read<unsubscribe_frames>(R"({"type":"runtime/unsubscribeFrames"})");
  CHECK(read<set_tick_rate>(R"({"type":"runtime/setTickRate","hz":29.97})").hz == 29.97);
  const auto enabled =
      read<set_enabled>(R"({"type":"instance/setEnabled","instanceId":"g","enabled":false})");
  CHECK(enabled.instance_id == "g");
  CHECK_FALSE(enabled.enabled);
  CHECK_FALSE(read<ping>(R"({"type":"ping"})").nonce);
  CHECK(read<hello>(R"({"type":"hello","name":"Ada L."})").name == "Ada L.");
  read<history_undo>(R"({"type":"history/undo"})");
  read<history_redo>(R"({"type":"history/redo"})");
}

TEST_CASE("client messages: an operator's name is visible, short and without control characters",
          "[protocol][client_messages]") {
  for (const auto* name : {R"("")", R"(" ")", R"("a\nb")", "7", "null"})
    CHECK(refused(R"({"type":"hello","name":)" + std::string(name) + "}") == "name");
  CHECK(refused(R"({"type":"hello"})") == "name");
  CHECK(refused(R"({"type":"hello","name":")" + std::string(201, 'x') + "\"}") == "name");
}

TEST_CASE("client messages: type may stand anywhere, further members are ignored",
          "[protocol][client_messages]") {
  CHECK(read<fader_moved>(R"({"value":1,"more":{"x":[]},"faderId":"A","type":"input/fader"})").value == 1);
}

TEST_CASE("client messages: a fader's value is clamped", "[protocol][client_messages]") {
  const auto value = [](std::string_view text) {
    return read<fader_moved>(R"({"type":"input/fader","faderId":"A","value":)" + std::string(text) + "}")
        .value;
  };
  CHECK(value("0") == 0);
  CHECK(value("1") == 1);
  CHECK(value("-3") == 0);
  CHECK(value("17") == 1);
  CHECK(value("1e308") == 1);
  CHECK(value("-1e308") == 0);
  CHECK(value("18446744073709551615") == 1);
  CHECK(value("1e-300") == 0);
}

TEST_CASE("client messages: a fader's value is a number", "[protocol][client_messages]") {
  for (const auto* bad : {"null", "true", "\"0.5\"", "[]", "{}"})
    CHECK(refused(R"({"type":"input/fader","faderId":"A","value":)" + std::string(bad) + "}") == "value");
  CHECK(refused(R"({"type":"input/fader","faderId":"A"})") == "value");
  CHECK(refused(R"({"type":"input/fader","faderId":"A","value":NaN})") == "PARSE_ERROR");
  CHECK(refused(R"({"type":"input/fader","faderId":"A","value":1e400})") == "value");
}

TEST_CASE("client messages: ids are missed by name", "[protocol][client_messages]") {
  struct row {
    std::string_view rest, field;
  };
  const row rows[] = {{R"("type":"input/fader","value":1)", "faderId"},
                      {R"("type":"input/buttonDown")", "buttonId"},
                      {R"("type":"input/buttonUp")", "buttonId"},
                      {R"("type":"input/buttonPress")", "buttonId"},
                      {R"("type":"instance/setEnabled","enabled":true)", "instanceId"}};
  for (const auto& [rest, field] : rows) {
    INFO(rest);
    CHECK(refused("{" + std::string(rest) + "}") == field);
    for (const auto* bad : {"null", "1", "\"\"", "[\"A\"]", "\"\\u0000\""})
      CHECK(refused("{" + std::string(rest) + ",\"" + std::string(field) + "\":" + bad + "}") == field);
    const std::string longest(128, 'x');
    CHECK(refused("{" + std::string(rest) + ",\"" + std::string(field) + "\":\"" + longest + "\"}") ==
          "(accepted)");
    CHECK(refused("{" + std::string(rest) + ",\"" + std::string(field) + "\":\"" + longest + "x\"}") ==
          field);
  }
}

TEST_CASE("client messages: what isn't a message is refused with the right code",
          "[protocol][client_messages]") {
  for (const auto* text : {"", "{", "hello", "{\"type\":\"ping\"", "{\"type\":\"ping\",\"type\":\"ping\"}",
                           "{\"type\":\"\xff\"}", "{\"type\":\"ping\"}x"})
    CHECK(refused(text) == "PARSE_ERROR");
  for (const auto* text : {"null", "1", "[]", "[{\"type\":\"ping\"}]", "\"ping\""})
    CHECK(refused(text) == "(no field)");
  for (const auto* text : {"{}", "{\"type\":null}", "{\"type\":1}", "{\"type\":[\"ping\"]}"})
    CHECK(refused(text) == "type");
  for (const auto* text : {"{\"type\":\"\"}", "{\"type\":\"Ping\"}", "{\"type\":\"input\"}",
                           "{\"type\":\"runtime/status\"}", "{\"type\":\"__proto__\"}"})
    CHECK(refused(text) == "UNKNOWN_TYPE");
}

TEST_CASE("client messages: a hostile type isn't echoed at length", "[protocol][client_messages]") {
  const auto parsed = parse_client_message("{\"type\":\"" + std::string(60'000, 'x') + "\"}");
  REQUIRE_FALSE(parsed.message);
  CHECK(parsed.message.error().message.size() < 200);
}

TEST_CASE("client messages: requestId survives a message that is refused", "[protocol][client_messages]") {
  const auto id = [](std::string_view text) { return to_json(parse_client_message(text).request_id); };
  CHECK(id(R"({"type":"nonsense","requestId":"r1"})") == "\"r1\"");
  CHECK(id(R"({"requestId":17})") == "17");
  CHECK(id(R"({"type":"input/fader","requestId":1.5})") == "1.5");
  CHECK(id(R"({"type":"ping","requestId":"ok"})") == "\"ok\"");
  CHECK(id(R"({"type":"ping"})") == "null");
  CHECK(id(R"({"type":"ping","requestId":"r")") == "null");
}

TEST_CASE("client messages: requestId is a string or a number", "[protocol][client_messages]") {
  for (const auto* bad : {"true", "[]", "{\"a\":1}"}) {
    const auto parsed = parse_client_message(R"({"type":"ping","requestId":)" + std::string(bad) + "}");
    CHECK(refused_field(parsed.message) == "requestId");
    CHECK(parsed.request_id.is_null());
  }
  CHECK(refused(R"({"type":"ping","requestId":null})") == "(accepted)");
}

TEST_CASE("client messages: requestId and nonce outlive the text they came in",
          "[protocol][client_messages]") {
  auto text = std::make_unique<std::string>(R"({"type":"ping","requestId":")" + std::string(5000, 'r') +
                                            R"(","nonce":{"deep":[")" + std::string(5000, 'n') + "\"]}}");
  auto parsed = parse_client_message(*text);
  text.reset();
  REQUIRE(parsed.message);
  CHECK(parsed.request_id.as_string().size() == 5000);
  CHECK(to_json(*std::get<ping>(*parsed.message).nonce) == R"({"deep":[")" + std::string(5000, 'n') + "\"]}");
}

TEST_CASE("client messages: a nonce is any JSON of at most 64 KiB", "[protocol][client_messages]") {
  for (const auto* nonce : {"null", "0", "\"x\"", "true", "[1,{\"a\":null}]"})
    CHECK(to_json(*read<ping>(R"({"type":"ping","nonce":)" + std::string(nonce) + "}").nonce) == nonce);
  std::string list = "[0";
  for (int i = 0; i < 40'000; ++i) list += ",0";
  CHECK(refused(R"({"type":"ping","nonce":)" + list + "]}") == "nonce");
}

TEST_CASE("client messages: a subscription arrives with its filters", "[protocol][client_messages]") {
  const auto all = read<subscribe_frames>(R"({"type":"runtime/subscribeFrames","mode":"full"})");
  CHECK(all.mode == frame_mode::full);
  CHECK_FALSE(all.binary);
  CHECK(all.fixture_ids.empty());
  CHECK_FALSE(all.max_hz);
  CHECK_FALSE(all.cells);
  const auto some = read<subscribe_frames>(
      R"({"type":"runtime/subscribeFrames","mode":"delta","fixtureIds":["b","a","b",""],"maxHz":0.5,"encoding":"json"})");
  CHECK(some.mode == frame_mode::delta);
  CHECK(some.fixture_ids == std::vector<std::string>{"b", "a", ""});
  CHECK(some.max_hz == 0.5);
  const auto binary = read<subscribe_frames>(
      R"({"type":"runtime/subscribeFrames","mode":"full","encoding":"binary","universes":[7,0,32767,7],"fixtureIds":[]})");
  CHECK(binary.binary);
  CHECK(binary.universes == std::vector<std::uint16_t>{0, 7, 32767});
  const auto cells = [](std::string_view rest) {
    return read<subscribe_frames>(R"({"type":"runtime/subscribeFrames","mode":"full",)" + std::string(rest) +
                                  "}")
        .cells;
  };
  CHECK(cells(R"("cells":true)"));
  CHECK_FALSE(cells(R"("cells":false)"));
  CHECK_FALSE(cells(R"("cells":true,"encoding":"binary")")); // which has every cell anyway
}

TEST_CASE("client messages: a subscription that is wrong is refused by field",
          "[protocol][client_messages]") {
  const auto with = [](std::string_view rest) {
    return refused(R"({"type":"runtime/subscribeFrames","mode":"full",)" + std::string(rest) + "}");
  };
  CHECK(refused(R"({"type":"runtime/subscribeFrames"})") == "mode");
  for (const auto* mode : {"null", "1", "\"\"", "\"Full\"", "[\"full\"]"})
    CHECK(refused(R"({"type":"runtime/subscribeFrames","mode":)" + std::string(mode) + "}") == "mode");
  for (const auto* hz : {"0", "-1", "240.1", "null", "\"60\"", "1e400"})
    CHECK(with("\"maxHz\":" + std::string(hz)) == "maxHz");
  for (const auto* hz : {"240", "0.001", "1e-9"}) CHECK(with("\"maxHz\":" + std::string(hz)) == "(accepted)");
  CHECK(with(R"("encoding":"cbor")") == "encoding");
  CHECK(with(R"("encoding":null)") == "encoding");
  CHECK(with(R"("fixtureIds":"a")") == "fixtureIds");
  CHECK(with(R"("fixtureIds":null)") == "fixtureIds");
  CHECK(with(R"("fixtureIds":["a",1])") == "fixtureIds[1]");
  CHECK(with(R"("encoding":"binary","universes":[1.5])") == "universes[0]");
  CHECK(with(R"("encoding":"binary","universes":[0,32768])") == "universes[1]");
  CHECK(with(R"("encoding":"binary","universes":[-1])") == "universes[0]");
  CHECK(with(R"("encoding":"binary","fixtureIds":["a"])") == "fixtureIds");
  CHECK(with(R"("universes":[1])") == "universes");
  for (const auto* bad : {"1", "null", "\"true\"", "[true]"})
    CHECK(with("\"cells\":" + std::string(bad)) == "cells");
}

TEST_CASE("client messages: the tick rate is a number from 1 to 240", "[protocol][client_messages]") {
  const auto hz = [](std::string_view text) {
    return refused(R"({"type":"runtime/setTickRate","hz":)" + std::string(text) + "}");
  };
  for (const auto* good : {"1", "240", "59.94"}) CHECK(hz(good) == "(accepted)");
  for (const auto* bad : {"0", "0.99", "240.5", "-60", "null", "\"60\"", "true"}) CHECK(hz(bad) == "hz");
  CHECK(refused(R"({"type":"runtime/setTickRate"})") == "hz");
}

TEST_CASE("client messages: enabled is a boolean", "[protocol][client_messages]") {
  for (const auto* bad : {"0", "\"true\"", "null"})
    CHECK(refused(R"({"type":"instance/setEnabled","instanceId":"g","enabled":)" + std::string(bad) + "}") ==
          "enabled");
  CHECK(refused(R"({"type":"instance/setEnabled","instanceId":"g"})") == "enabled");
}
