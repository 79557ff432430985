#include "storage/journal/fact_events.hpp"

#include "protocol/entity_codec.hpp"
#include "protocol/json_text.hpp"
#include "tests/storage/random_json.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace troupe;
using namespace troupe::storage;
using troupe::storage::test::random_json;

namespace {

record_ptr record(entity_kind kind, std::string id, std::string_view text, std::uint64_t revision = 1) {
  auto made = parse_entity(kind, std::move(id), revision,
                           boost::json::parse({text.data(), text.size()}).as_object(), entity_source::file);
  REQUIRE(made);
  return *made;
}

record_ptr lamp(std::string_view name = "Left", std::uint64_t revision = 1) {
  return record(entity_kind::fixture, "a",
                R"({"name":")" + std::string{name} + R"(","modelId":"m","universe":3,"startChannel":7})",
                revision);
}

recorded_fact recorded(fact happened, record_ptr before = nullptr) {
  auto origin = std::make_shared<command_origin>();
  origin->author = "Mia";
  origin->client = "ws:7";
  origin->correlation_id = "c1";
  return {std::move(happened), std::move(before), origin};
}

} // namespace

TEST_CASE("events: a creation holds the entity whole, and who made it", "[storage][unit]") {
  const auto event = event_of(recorded(entity_created{lamp()}), "tour");
  CHECK(event.stream == event_stream{"tour", "fixture", "a"});
  CHECK(event.type == "fixture_created");
  CHECK(event.entity == lamp()->json);
  CHECK(event.details == "{}");
  CHECK(event.author == "Mia");
  CHECK(event.client == "ws:7");
  CHECK(event.correlation_id == "c1");
}

TEST_CASE("events: an update tells the old values of what changed, and nothing else", "[storage][unit]") {
  const auto event = event_of(recorded(entity_updated{lamp("Right", 2)}, lamp()), "tour");
  CHECK(event.type == "fixture_updated");
  CHECK(event.details == R"({"before":{"name":"Left"}})");
}

TEST_CASE("events: an update that changes nothing has no old values", "[storage][unit]") {
  CHECK(event_of(recorded(entity_updated{lamp("Left", 2)}, lamp()), "tour").details == "{}");
}

TEST_CASE("events: a deletion keeps the whole entity as it was", "[storage][unit]") {
  const auto event = event_of(recorded(entity_deleted{entity_kind::fixture, "a", 1}, lamp()), "tour");
  CHECK(event.type == "fixture_deleted");
  CHECK_FALSE(event.entity);
  CHECK(event.details == R"({"before":)" + lamp()->json + '}');
}

TEST_CASE("events: models belong to no show", "[storage][unit]") {
  const auto model = record(entity_kind::model, "m", R"({"brand":"B","model":"M","channels":{"dimmer":1}})");
  CHECK(event_of(recorded(entity_created{model}), "tour").stream == event_stream{"", "model", "m"});
}

TEST_CASE("events: run state has a type of its own", "[storage][unit]") {
  const auto graph = record(entity_kind::graph, "g", R"({"name":"G","nodes":[],"edges":[]})");
  const auto event =
      event_of(recorded(graph_enabled_set{with_enabled(*graph, false)}, with_enabled(*graph, true)), "tour");
  CHECK(event.type == event_type::graph_enabled_set);
  CHECK(event.details == R"({"before":{"enabled":true}})");
}

TEST_CASE("events: an edit by hand says what it did, notes follow", "[storage][unit]") {
  auto one = recorded(entity_updated{lamp("Right", 2)}, lamp());
  auto origin = std::make_shared<command_origin>(*one.origin);
  origin->external_edit = true;
  origin->notes["undoes"] = "c0";
  one.origin = origin;
  const auto event = event_of(one, "tour");
  CHECK(event.type == event_type::external_edit);
  CHECK(event.details == R"({"before":{"name":"Left"},"op":"updated","undoes":"c0"})");
}

TEST_CASE("events: fields that come and go are named", "[storage][unit]") {
  const auto before = R"({"id":"a","name":"x\"},{","old":{"deep":[1,{"k":"]"}]},"revision":1})";
  const auto after = R"({"id":"a","name":"x\"},{","new":[],"revision":2})";
  CHECK(change_details(before, after) == R"("before":{"old":{"deep":[1,{"k":"]"}]}},"added":["new"],"removed":["old"])");
}

TEST_CASE("events: what changed is what comparing the parsed members says", "[storage][unit]") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 dice{seed};
    boost::json::object before, after;
    for (const auto* key : {"a", "b\"", "c:{", "d,", "e]", "f\\"}) {
      const auto was = random_json(dice, 3);
      const auto roll = dice() % 4;
      if (roll != 0) before[key] = was;
      if (roll != 1) after[key] = roll == 2 ? random_json(dice, 3) : was;
    }
    boost::json::object expected, changed;
    boost::json::array added, removed;
    for (const auto& one : before) {
      const auto* now = after.if_contains(one.key());
      if (now && to_json(*now) == to_json(one.value())) continue;
      changed[one.key()] = one.value();
      if (!now) removed.push_back(boost::json::value(one.key()));
    }
    for (const auto& one : after)
      if (!before.contains(one.key())) added.push_back(boost::json::value(one.key()));
    if (!changed.empty()) expected["before"] = changed;
    if (!added.empty()) expected["added"] = added;
    if (!removed.empty()) expected["removed"] = removed;
    INFO(to_json(before) << " -> " << to_json(after));
    CHECK('{' + change_details(to_json(before), to_json(after)) + '}' == to_json(expected));
  }
}

TEST_CASE("events: an entity comes back from its row as it was", "[storage][unit]") {
  const auto was = lamp("Grün {1}", 12);
  view_row row;
  row.kind = "fixture";
  row.id = "a";
  row.entity = was->json;
  const auto back = record_of(row);
  REQUIRE(back);
  CHECK((*back)->json == was->json);
  CHECK((*back)->revision == 12);
}

TEST_CASE("events: a row that no release has written is an error with its reason", "[storage][unit]") {
  view_row row;
  row.kind = "fixture";
  row.id = "a";
  for (const auto* text : {"", "[]", "{", "{}", R"({"revision":1})", R"({"id":"a","revision":"1"})"}) {
    row.entity = text;
    CHECK_FALSE(record_of(row));
  }
  row.kind = "lamp";
  row.entity = lamp()->json;
  CHECK_FALSE(record_of(row));
}
