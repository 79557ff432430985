#include "tests/protocol/support.hpp"

using namespace troupe;
using test::object_of;
using test::parse;
using test::refused_field;

namespace {

record_ptr input_record() {
  return *parse(entity_kind::input, R"({"name":"A","type":"fader","color":"red","old":1})");
}

result<record_ptr> update(const record_ptr& current, std::string_view changes) {
  return update_entity(*current, object_of(changes));
}

/// Nodes that only a file may hold.
record_ptr broken_graph() {
  return *parse(
      entity_kind::graph,
      R"({"name":"G","nodes":[{"id":"n","type":"Gone","position":{"x":0,"y":0},"params":{}}],"edges":[]})",
      entity_source::file);
}

} // namespace

TEST_CASE("entity update: fields are replaced wholesale, the others stay, the revision grows",
          "[protocol][entity_update]") {
  const auto next = update(input_record(), R"({"name":"B","old":{"x":1},"new":true})");
  REQUIRE(next);
  CHECK((*next)->json ==
        R"({"id":"e1","name":"B","type":"fader","revision":2,"color":"red","old":{"x":1},"new":true})");
}

TEST_CASE("entity update: the current record stays as it is", "[protocol][entity_update]") {
  const auto before = input_record();
  const auto text = before->json;
  REQUIRE(update(before, R"({"name":"B","old":2})"));
  CHECK(before->json == text);
  CHECK(before->as<input>().name == "A");
}

TEST_CASE("entity update: nothing to change is refused, id and revision are ignored",
          "[protocol][entity_update]") {
  CHECK(refused_field(update(input_record(), "{}")) == "data");
  const auto next = update(input_record(), R"({"id":"other","revision":99})");
  REQUIRE(next);
  CHECK((*next)->id == "e1");
  CHECK((*next)->revision == 2);
}

TEST_CASE("entity update: null is refused for a known field and kept for an unknown one",
          "[protocol][entity_update]") {
  CHECK(refused_field(update(input_record(), R"({"name":null})")) == "name");
  CHECK(refused_field(update(input_record(), R"({"type":null})")) == "type");
  const auto next = update(input_record(), R"({"color":null})");
  REQUIRE(next);
  CHECK((*next)->unknown.at("color").is_null());
}

TEST_CASE("entity update: what create refuses, update refuses", "[protocol][entity_update]") {
  CHECK(refused_field(update(input_record(), R"({"name":" "})")) == "name");
  CHECK(refused_field(update(input_record(), R"({"type":"knob"})")) == "type");
  const auto model =
      *parse(entity_kind::model,
             R"({"brand":"A","model":"B","channels":{"red":1,"white":2},"defaults":{"white":9}})");
  CHECK(refused_field(update(model, R"({"channels":{"red":1}})")) == "defaults.white");
  CHECK(refused_field(update(model, R"({"channels":{"red":1,"white":1}})")) == "channels.white");
  CHECK(refused_field(update(model, R"({"cells":0})")) == "cells");
  CHECK(refused_field(update(model, R"({"cellFootprint":1})")) == "cellFootprint");
  CHECK(update(model, R"({"channels":{"red":1},"defaults":{}})"));
  const auto fixture_record =
      *parse(entity_kind::fixture, R"({"name":"L","modelId":"m","universe":0,"startChannel":1})");
  CHECK(refused_field(update(fixture_record, R"({"startChannel":0})")) == "startChannel");
  CHECK(refused_field(update(fixture_record, R"({"universe":"3"})")) == "universe");
}

TEST_CASE("entity update: the rules that join fields see the whole", "[protocol][entity_update]") {
  const auto record =
      *parse(entity_kind::preset, R"({"name":"P","type":"color","attributes":{"intensity":1,"glow":2}})");
  CHECK(refused_field(update(record, R"({"type":"beam"})")) == "attributes");
  CHECK(refused_field(update(record, R"({"attributes":{"zoom":1}})")) == "attributes");
  const auto both = update(record, R"({"attributes":{"zoom":1},"type":"beam"})");
  REQUIRE(both);
  CHECK((*both)->json == R"({"id":"e1","name":"P","type":"beam","attributes":{"zoom":1},"revision":2})");
}

TEST_CASE("entity update: a refused one changes nothing of the current record", "[protocol][entity_update]") {
  const auto before = input_record();
  const auto text = before->json;
  CHECK_FALSE(update(before, R"({"name":"B","type":"knob"})"));
  CHECK(before->json == text);
}

TEST_CASE("entity update: a broken graph of a file can be renamed, but new nodes or edges must mend it",
          "[protocol][entity_update]") {
  const auto record = broken_graph();
  const auto renamed = update(record, R"({"name":"H","enabled":false})");
  REQUIRE(renamed);
  CHECK((*renamed)->as<graph>().nodes.front().type == "Gone");
  CHECK(refused_field(update(record, R"({"edges":[]})")) == "nodes[0].type");
  CHECK(refused_field(update(
            record, R"({"nodes":[{"id":"n","type":"Worse","position":{"x":0,"y":0},"params":{}}]})")) ==
        "nodes[0].type");
  CHECK(update(record, R"({"nodes":[]})"));
}

TEST_CASE("entity update: edges that no longer fit new nodes are refused", "[protocol][entity_update]") {
  const auto record =
      *parse(entity_kind::graph,
             R"({"name":"G","nodes":[{"id":"a","type":"Add","position":{"x":0,"y":0},"params":{}}],)"
             R"("edges":[{"id":"e","from":{"nodeId":"a","port":"result"},"to":{"nodeId":"a","port":"b"}}]})");
  CHECK(refused_field(update(record, R"({"nodes":[]})")) == "edges[0].from.nodeId");
  CHECK(update(record, R"({"nodes":[],"edges":[]})"));
}

TEST_CASE("entity update: the server's own changes recompute the text", "[protocol][entity_update]") {
  const auto record = *parse(entity_kind::group, R"({"name":"G","fixtureIds":["a","b"],"note":1})");
  const auto smaller = with_fixture_ids(*record, {"b"}, 2);
  CHECK(smaller->json == R"({"id":"e1","name":"G","fixtureIds":["b"],"revision":2,"note":1})");
  CHECK(record->as<group>().fixture_ids.size() == 2);
  const auto off = with_enabled(*broken_graph(), false);
  CHECK_FALSE(off->as<graph>().enabled);
  CHECK(off->revision == 1);
  CHECK(off->json.find(R"("enabled":false)") != std::string::npos);
}

TEST_CASE("entity update: the place in the file stays known", "[protocol][entity_update]") {
  const auto record = *parse_entity(entity_kind::input, "e1", 4, object_of(R"({"name":"A","type":"fader"})"),
                                    entity_source::file, {12, 3});
  const auto next = update(record, R"({"name":"B"})");
  REQUIRE(next);
  CHECK((*next)->revision == 5);
  CHECK((*next)->origin.line == 12);
}
