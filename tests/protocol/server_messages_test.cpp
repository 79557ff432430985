#include "protocol/json_text.hpp"
#include "protocol/ws_messages.hpp"
#include "tests/protocol/support.hpp"

using namespace troupe;
using namespace troupe::ws;

TEST_CASE("server messages: an error has code, message, details and the request's id",
          "[protocol][server_messages]") {
  CHECK(error_message({ec::unknown_type, "what is \"x\"?", {}}) ==
        R"({"type":"error","message":"what is \"x\"?","code":"UNKNOWN_TYPE"})");
  CHECK(
      error_message({ec::validation_error, "no", {{"field", "value"}}}, "r1") ==
      R"({"type":"error","message":"no","code":"VALIDATION_ERROR","details":{"field":"value"},"requestId":"r1"})");
  CHECK(error_message({ec::rate_limited, "", {}}, 17) ==
        R"({"type":"error","message":"","code":"RATE_LIMITED","requestId":17})");
}

TEST_CASE("server messages: a pong has the nonce as it came, and the time", "[protocol][server_messages]") {
  CHECK(pong_message({}, 1'700'000'000'000) == R"({"type":"pong","time":1700000000000})");
  CHECK(pong_message({test::json_of(R"({"a":[null,0.5]})")}, 0) ==
        R"({"type":"pong","nonce":{"a":[null,0.5]},"time":0})");
  CHECK(pong_message({boost::json::value(nullptr)}, 0) == R"({"type":"pong","nonce":null,"time":0})");
}

TEST_CASE("server messages: changes of entities name kind, op, id and revision",
          "[protocol][server_messages]") {
  const auto record = *test::parse(entity_kind::input, R"({"name":"A\"","type":"fader"})");
  CHECK(entity_changed_message(change_op::created, *record) ==
        R"({"type":"entity/changed","kind":"input","op":"created","id":"e1","revision":1,"entity":)" +
            record->json + "}");
  CHECK(entity_changed_message(change_op::updated, *record).find(R"("op":"updated")") != std::string::npos);
  CHECK(entity_deleted_message(entity_kind::model, "a\"b", 7) ==
        R"({"type":"entity/changed","kind":"model","op":"deleted","id":"a\"b","revision":7})");
  CHECK(entity_resync_message(entity_kind::graph) == R"({"type":"entity/resync","kind":"graph"})");
  CHECK(show_changed_message("demo") == R"({"type":"show/changed","show":"demo"})");
  CHECK(history_changed_message(4711, "Ada", 3, 1) ==
        R"({"type":"history/changed","position":4711,"operator":"Ada","undo":3,"redo":1})");
}

TEST_CASE("server messages: kinds have the names of the protocol", "[protocol][server_messages]") {
  std::string names;
  for (std::uint8_t i = 0; i < entity_kind_count; ++i)
    names += std::string(kind_name(static_cast<entity_kind>(i))) + " ";
  CHECK(names == "model fixture group input preset graph ");
}

TEST_CASE("server messages: a compile result carries every error", "[protocol][server_messages]") {
  CHECK(compile_result_message("g", 3, {.ok = true, .errors = {}, .dependencies = {}}) ==
        R"({"type":"compile/result","graphId":"g","revision":3,"ok":true,"errors":[]})");
  const compile_result broken{.ok = false,
                              .errors = {{"a", "", "one", compile_code::cycle_detected, false},
                                         {"b", "p", "two", compile_code::unknown_reference, true}},
                              .dependencies = {}};
  CHECK(compile_result_message("g", 3, broken) ==
        R"({"type":"compile/result","graphId":"g","revision":3,"ok":false,"errors":[)"
        R"({"nodeId":"a","message":"one","code":"CYCLE_DETECTED"},)"
        R"({"nodeId":"b","port":"p","message":"two","code":"UNKNOWN_REFERENCE","severity":"warning"}]})");
}

TEST_CASE("server messages: inputs are maps by id", "[protocol][server_messages]") {
  CHECK(input_changed_message({}, {}) == R"({"type":"input/changed","faders":{},"buttons":{}})");
  const fader_value faders[] = {{"A", 0.1f}, {"B", 1}};
  const button_value buttons[] = {{"X", true}, {"\n", false}};
  CHECK(input_changed_message(faders, buttons) ==
        R"({"type":"input/changed","faders":{"A":0.1,"B":1},"buttons":{"X":true,"\n":false}})");
}

TEST_CASE("server messages: status lists every graph with what it writes", "[protocol][server_messages]") {
  frame_layout layout;
  layout.instances = {
      {.graph_id = "g1",
       .enabled = true,
       .last_error = "",
       .error_count = 0,
       .writes = {{"w1", {"a", "b"}}, {"w2", {}}}},
      {.graph_id = "g2", .enabled = false, .last_error = "", .error_count = 0, .writes = {}},
      {.graph_id = "g3", .enabled = true, .last_error = "a \"cycle\"", .error_count = 2, .writes = {}},
      {.graph_id = "g4", .enabled = true, .last_error = "", .error_count = 0, .writes = {{"w3", {"c"}}}}};
  std::vector<write_report> writes(3);
  writes[0].mask = has_intensity | has_color;
  writes[0].varying = true;
  writes[0].priority = 2.5f;
  writes[0].values = {0.333333f, 1, 0.5f, 0};
  writes[2].mask = has_pan | has_tilt | has_zoom;
  writes[2].values = {0, 0, 0, 0, -1, 0.25f, 1};
  const auto text = runtime_status_message(&layout, writes, {.frame_number = 61, .t_ns = 1'000'000'000}, 60);
  CHECK(
      text ==
      R"({"type":"runtime/status","tickHz":60,"t":1,"frameNumber":61,"instances":[)"
      R"({"id":"g1","graphId":"g1","enabled":true,"errorCount":0,"writes":[)"
      R"({"nodeId":"w1","selection":["a","b"],"bundle":{"intensity":0.33333,"color":{"r":1,"g":0.5,"b":0}},)"
      R"("priority":2.5,"varying":true},)"
      R"({"nodeId":"w2","selection":[],"bundle":{},"priority":0}]},)"
      R"({"id":"g2","graphId":"g2","enabled":false,"errorCount":0,"writes":[]},)"
      R"({"id":"g3","graphId":"g3","enabled":true,"lastError":"a \"cycle\"","errorCount":2,"writes":[]},)"
      R"({"id":"g4","graphId":"g4","enabled":true,"errorCount":0,"writes":[)"
      R"({"nodeId":"w3","selection":["c"],"bundle":{"pan":-1,"tilt":0.25,"zoom":1},"priority":0}]}]})");
  CHECK(parse_json(text));
}

TEST_CASE("server messages: before the first frame there are graphs, and nothing written",
          "[protocol][server_messages]") {
  CHECK(runtime_status_message(nullptr, {}, {}, 29.97) ==
        R"({"type":"runtime/status","tickHz":29.97,"t":0,"frameNumber":0,"instances":[]})");
  frame_layout layout;
  layout.instances = {
      {.graph_id = "g", .enabled = true, .last_error = "", .error_count = 0, .writes = {{"w", {"a"}}}}};
  CHECK(runtime_status_message(nullptr, {}, {}, 30, 60) ==
        R"({"type":"runtime/status","tickHz":30,"targetHz":60,"t":0,"frameNumber":0,"instances":[]})");
  CHECK(runtime_status_message(&layout, {}, {}, 60).find(R"("bundle":{},"priority":0)") != std::string::npos);
}

TEST_CASE("server messages: type is the first member of every message", "[protocol][server_messages]") {
  const auto record = *test::parse(entity_kind::input, R"({"name":"A","type":"fader"})");
  for (const auto& text : {error_message({}), pong_message({}, 1), show_changed_message("s"),
                           entity_changed_message(change_op::created, *record),
                           entity_deleted_message(entity_kind::graph, "g", 1),
                           entity_resync_message(entity_kind::graph), compile_result_message("g", 1, {}),
                           input_changed_message({}, {}), runtime_status_message(nullptr, {}, {}, 1)}) {
    CHECK(text.starts_with("{\"type\":\""));
    CHECK(test::json_of(text).as_object().begin()->key() == "type");
  }
}
