#include "storage/entity_reader.hpp"

#include "protocol/entity_codec.hpp"
#include "tests/storage/random_json.hpp"
#include "tests/storage/storage_support.hpp"

#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

entity_file read(entity_kind kind, std::string_view text, const show_state* models = nullptr,
                 std::size_t max_entities = default_max_entities) {
  return read_entities(kind, text, {"s/" + std::string(kind_name(kind)), max_entities, models});
}

std::string only_problem(const entity_file& file) {
  REQUIRE(file.problems.size() == 1);
  const auto& p = file.problems.front();
  return fmt::format("{}:{}: {}", p.line, p.column, p.reason);
}

const fixture& first_fixture(const entity_file& file) {
  REQUIRE(!file.blocks.empty());
  REQUIRE(file.blocks.front().entity);
  return file.blocks.front().entity->as<fixture>();
}

} // namespace

TEST_CASE("entities: known text fields need no quotes", "[storage][unit]") {
  const auto file = read(entity_kind::fixture,
                         "- id: Y\n  name: 42\n  modelId: 0123\n  universe: 0x10\n  startChannel: 1\n");
  CHECK(file.problems.empty());
  CHECK(file.blocks.front().entity->id == "Y");
  CHECK(first_fixture(file).name == "42");
  CHECK(first_fixture(file).model_id == "0123");
  CHECK(first_fixture(file).universe == 16);
  const auto groups =
      read(entity_kind::group, "- id: null\n  name: no\n  fixtureIds: [1, 0123, yes, 1e3, null, 12:30]\n");
  CHECK(groups.problems.empty());
  REQUIRE(groups.blocks.front().entity);
  CHECK(groups.blocks.front().entity->as<group>().fixture_ids ==
        std::vector<std::string>{"1", "0123", "yes", "1e3", "null", "12:30"});
  const auto graphs = read(entity_kind::graph, R"(
- id: 1
  name: 2.0
  nodes:
    - {id: 3, type: Fader, position: {x: 0, y: 0}, params: {faderId: 5, value: 6}}
    - {id: 4, type: SelectGroup, position: {x: 0, y: 0}, params: {groupIds: [7, on], groupId: 8}}
    - {id: 5, type: 9, position: {x: 0, y: 0}, params: {}}
  edges:
    - {id: 1, from: {nodeId: 3, port: value}, to: {nodeId: 4, port: 1}}
)");
  CHECK(graphs.problems.empty());
  REQUIRE(graphs.blocks.front().entity);
  const auto& value = graphs.blocks.front().entity->as<graph>();
  CHECK(value.nodes[0].id == "3");
  CHECK(to_json(value.nodes[0].params) == R"({"faderId":"5","value":6})");
  CHECK(to_json(value.nodes[1].params) == R"({"groupIds":["7","on"],"groupId":"8"})");
  CHECK(value.nodes[2].type == "9");
  CHECK(value.edges[0].from.node_id == "3");
  CHECK(value.edges[0].to.port == "1");
}

TEST_CASE("entities: nothing and the tilde are null even in text fields", "[storage][unit]") {
  CHECK(read(entity_kind::input, "- id: a\n  name: ~\n  type: fader\n").problems.size() == 1);
  CHECK(read(entity_kind::input, "- id: a\n  name:\n  type: fader\n").problems.size() == 1);
  CHECK(read(entity_kind::input, "- id:\n  name: x\n  type: fader\n").problems.size() == 1);
  CHECK(read(entity_kind::input, "- id: a\n  name: \"~\"\n  type: fader\n").problems.empty());
}

TEST_CASE("entities: ids must be there, be strings, be short and be unique", "[storage][unit]") {
  const auto input = [](std::string_view id) {
    return fmt::format("- id: {}\n  name: x\n  type: fader\n", id);
  };
  CHECK(
      only_problem(read(entity_kind::input, "- name: x\n  type: fader\n")).starts_with("1:3: id is missing"));
  CHECK(only_problem(read(entity_kind::input, input("[a]"))).starts_with("1:7: id must be a string"));
  CHECK(only_problem(read(entity_kind::input, input("!!int 5"))).find("id must be a string") !=
        std::string::npos);
  CHECK(only_problem(read(entity_kind::input, input("\"\""))).starts_with("1:7: "));
  CHECK(only_problem(read(entity_kind::input, input(std::string(129, 'i')))).starts_with("1:7: "));
  CHECK(read(entity_kind::input, input(std::string(128, 'i'))).problems.empty());
  const auto twice = read(entity_kind::input, input("a") + input("b") + input("a"));
  CHECK(only_problem(twice) == "7:7: the id a is taken by line 1");
  REQUIRE(twice.blocks.size() == 3);
  CHECK_FALSE(twice.blocks[2].entity);
  CHECK(twice.blocks[2].kept == input("a"));
}

TEST_CASE("entities: an id is taken only by an entity that was loaded", "[storage][unit]") {
  const auto file = read(entity_kind::input, "- id: a\n- id: a\n  name: x\n  type: fader\n");
  REQUIRE(file.blocks.size() == 2);
  CHECK_FALSE(file.blocks[0].entity);
  CHECK(file.blocks[1].entity);
}

TEST_CASE("entities: a missing revision is 1, a bad one makes the entity invalid", "[storage][unit]") {
  const auto input = [](std::string_view revision) {
    return fmt::format("- id: a\n  name: x\n  type: fader\n  revision: {}\n", revision);
  };
  CHECK(read(entity_kind::input, "- id: a\n  name: x\n  type: fader\n").blocks[0].entity->revision == 1);
  CHECK(read(entity_kind::input, input("7")).blocks[0].entity->revision == 7);
  for (const auto* bad : {"x", "\"7\"", "0", "-1", "1.5", "~", "18446744073709551615"}) {
    INFO(bad);
    CHECK(only_problem(read(entity_kind::input, input(bad))).starts_with("4:13: "));
  }
}

TEST_CASE("entities: what is wrong is told at its field", "[storage][unit]") {
  CHECK(only_problem(read(entity_kind::fixture,
                          "- id: a\n  name: x\n  modelId: m\n  universe: 40000\n  startChannel: 1\n"))
            .starts_with("4:13: "));
  CHECK(only_problem(read(entity_kind::graph,
                          "- id: g\n  name: x\n  nodes:\n    - id: n\n      type: Time\n"
                          "      position: {x: far, y: 0}\n      params: {}\n  edges: []\n"))
            .starts_with("6:21: "));
  CHECK(only_problem(read(entity_kind::model, "- id: m\n  brand: b\n  model: m\n  channels:\n    red: 513\n"))
            .starts_with("5:10: "));
  CHECK(only_problem(read(entity_kind::input, "- 5\n")) == "1:3: an entity must be a map");
  CHECK(only_problem(read(entity_kind::fixture, "- id: a\n  name: .inf\n  x: .inf\n")) ==
        "3:6: .inf is not a finite number");
}

TEST_CASE("entities: a fixture must fit its universe, unless its model is missing", "[storage][unit]") {
  show_state models;
  models.put(
      entity(entity_kind::model, R"({"id":"m","brand":"b","model":"m","channels":{"red":1,"blue":7}})"));
  const auto at = [&](std::string_view model, int channel) {
    return read(
        entity_kind::fixture,
        fmt::format("- id: a\n  name: x\n  modelId: {}\n  universe: 0\n  startChannel: {}\n", model, channel),
        &models);
  };
  CHECK(at("m", 506).problems.empty());
  CHECK(only_problem(at("m", 507)).starts_with("5:17: "));
  CHECK(at("gone", 512).problems.empty());
  CHECK(at("gone", 513).problems.size() == 1);
}

TEST_CASE("entities: what isn't loaded is kept byte for byte", "[storage][unit]") {
  const std::string good = "- id: a\n  name: x\n  type: fader\n";
  const std::string broken = "- id: c\n  type: !thing x\n";
  const std::string kept = "- id:   b   # not yet\n  \"name\": 'x'\r\n  type: [what,\n    ever]\n\n";
  const auto file = read(entity_kind::input, good + kept + broken + good);
  REQUIRE_FALSE(file.unreadable);
  REQUIRE(file.blocks.size() == 4);
  CHECK(file.blocks[1].kept == kept);
  CHECK(file.blocks[2].kept == broken);
  CHECK(file.blocks[3].kept == good);
}

TEST_CASE("entities: one that can't stand alone is kept by its meaning", "[storage][unit]") {
  const auto file =
      read(entity_kind::input, "- {id: a, name: &n Ann, type: fader}\n- {id: a, name: *n, type: fader}\n");
  REQUIRE(file.blocks.size() == 2);
  CHECK(file.blocks[1].kept == "- id: a\n  name: Ann\n  type: fader\n");
  const auto flow = read(entity_kind::input, "[{id: a, name: x}, {id: b, name: y, type: fader}]");
  REQUIRE(flow.blocks.size() == 2);
  CHECK(flow.blocks[0].kept == "- id: a\n  name: x\n");
  CHECK(flow.blocks[1].entity);
}

TEST_CASE("entities: graphs with the right types are loaded whatever they name", "[storage][unit]") {
  const auto file = read(entity_kind::graph, R"(
- id: g
  name: Broken
  nodes:
    - {id: n, type: NoSuchNode, position: {x: 0, y: 0}, params: {}}
    - {id: n, type: Time, position: {x: 0, y: 0}, params: {deep: [1, {a: b}]}}
  edges:
    - {id: e, from: {nodeId: nowhere, port: none}, to: {nodeId: n, port: none}}
    - {id: e, from: {nodeId: n, port: none}, to: {nodeId: n, port: none}}
)");
  CHECK(file.problems.empty());
  CHECK(file.blocks.at(0).entity);
}

TEST_CASE("entities: a file that doesn't parse has no entities and one problem with its place",
          "[storage][unit]") {
  using namespace std::string_literals;
  const std::string good = "- id: a\n  name: x\n  type: fader\n";
  const auto text = GENERATE_COPY(good + "- id: [\n", good + "\xFF", good + "# \0"s, good + "---\n", "{}"s,
                                  "a: b"s, "x"s, good + "- \"\\z\"\n", "\x04" + good);
  INFO(text);
  const auto file = read(entity_kind::input, text);
  REQUIRE(file.unreadable);
  CHECK(file.unreadable->unreadable == entity_kind::input);
  CHECK(file.unreadable->file == "s/input");
  CHECK(file.unreadable->line >= 1);
  CHECK(file.unreadable->column >= 1);
  CHECK(file.blocks.empty());
  CHECK(file.problems.size() == 1);
}

TEST_CASE("entities: nothing, comments, and a byte order mark are fine", "[storage][unit]") {
  for (const auto* text : {"", "# nothing yet\n", "[]\n", "---\n...\n", "\xEF\xBB\xBF", "\xEF\xBB\xBF[]"}) {
    const auto file = read(entity_kind::input, text);
    CHECK_FALSE(file.unreadable);
    CHECK(file.blocks.empty());
  }
  const auto marked =
      read(entity_kind::input, "\xEF\xBB\xBF- id: a\r\n  name: x\r\n  type: fader\r\n- 5\r\n");
  CHECK(only_problem(marked).starts_with("4:3: "));
  CHECK(marked.blocks.at(0).entity);
  CHECK(marked.blocks.at(1).kept == "- 5\r\n");
}

TEST_CASE("entities: duplicate keys, deep nesting and long strings make one entity invalid",
          "[storage][unit]") {
  const auto with = [](std::string_view field) {
    return fmt::format("- id: a\n  name: x\n  type: fader\n  {}\n- id: b\n  name: y\n  type: button\n",
                       field);
  };
  const auto deep = [](std::size_t n) { return "x: " + std::string(n, '[') + std::string(n, ']'); };
  for (const auto& field : {std::string("name: z"), deep(32), "x: " + std::string(64 * 1024 + 1, 'x'),
                            std::string(64 * 1024 + 1, 'x').insert(0, "? ") + "\n  : 1"}) {
    const auto file = read(entity_kind::input, with(field));
    REQUIRE_FALSE(file.unreadable);
    CHECK(file.problems.size() == 1);
    CHECK_FALSE(file.blocks.at(0).entity);
    CHECK(file.blocks.at(1).entity);
  }
  CHECK(read(entity_kind::input, with(deep(31))).problems.empty());
  CHECK(read(entity_kind::input, with("x: " + std::string(64 * 1024, 'x'))).problems.empty());
}

TEST_CASE("entities: more than the limit are kept and not loaded, told once", "[storage][unit]") {
  std::string text;
  for (int i = 0; i < 5; ++i) text += fmt::format("- id: i{}\n  name: x\n  type: fader\n", i);
  const auto file = read(entity_kind::input, text, nullptr, 3);
  CHECK(only_problem(file).starts_with("10:3: 2 more than the 3 entities"));
  CHECK(file.blocks.size() == 5);
  CHECK(file.blocks[2].entity);
  CHECK_FALSE(file.blocks[3].entity);
}

TEST_CASE("entities: hundreds of thousands of problems in one line are all told", "[storage][unit]") {
  std::string text = "[";
  for (int i = 0; i < 200'000; ++i) text += "5,";
  const auto file = read(entity_kind::input, text + "]");
  REQUIRE(file.problems.size() == 200'000);
  CHECK(file.problems.back().column == 400'000);
}

TEST_CASE("entities: any unknown fields survive being written and read", "[storage][unit]") {
  std::mt19937 random(GENERATE(21U, 22U));
  for (int round = 0; round < 300; ++round) {
    auto members = random_object(random, 4);
    members["id"] = boost::json::string_view("the id");
    members["name"] = "x";
    members["type"] = "fader";
    const auto made = parse_entity(entity_kind::input, "the id", 3, members, entity_source::file);
    REQUIRE(made);
    std::string text;
    append_entity(text, **made);
    const auto file = read(entity_kind::input, text);
    INFO(text);
    REQUIRE(file.problems.empty());
    REQUIRE(file.blocks.at(0).entity);
    REQUIRE(file.blocks[0].entity->json == (*made)->json);
    REQUIRE(file.blocks[0].entity->revision == 3);
  }
}
