#include "actors/show/show_book.hpp"

#include "tests/actors/show_support.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

show_book book_of(std::size_t limit = default_max_entities) {
  return show_book{{limit, [] { return std::string{"new-id"}; }}};
}

result<decision> update(const show_state& state, entity_kind kind, const char* id, const char* changes,
                        std::uint64_t revision = 1) {
  return book_of().decide(state, update_entity_command{kind, id, revision, members(changes)});
}

result<decision> create(const show_state& state, entity_kind kind, const char* text) {
  return book_of().decide(state, create_entity{kind, members(text)});
}

result<decision> remove(const show_state& state, entity_kind kind, const char* id) {
  return book_of().decide(state, delete_entity{kind, id});
}

std::string field_of(const error& what) {
  const auto* field = what.details.if_contains("field");
  return field ? std::string{field->get_string()} : std::string{};
}

} // namespace

TEST_CASE("show book: a new entity gets a fresh id and revision 1, whatever the command says",
          "[actors][unit]") {
  const auto made =
      create(small_show(), entity_kind::input, R"({"id":"mine","revision":9,"name":"F","type":"fader"})");
  REQUIRE(made);
  REQUIRE(made->facts.size() == 1);
  CHECK(std::holds_alternative<entity_created>(made->facts[0]));
  CHECK(made->entity->id == "new-id");
  CHECK(made->entity->revision == 1);
}

TEST_CASE("show book: an update with another revision is a conflict that shows the current entity",
          "[actors][unit]") {
  for (const std::uint64_t seen : {0, 2, 99}) {
    const auto made = update(small_show(), entity_kind::group, "front", R"({"name":"X"})", seen);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ec::conflict);
    const auto& current = made.error().details.at("current").as_object();
    CHECK(current.at("id").as_string() == "front");
    CHECK(current.at("revision").to_number<int>() == 1);
    CHECK(current.at("name").as_string() == "Front");
  }
}

TEST_CASE("show book: an update that changes nothing still makes a revision", "[actors][unit]") {
  const auto made = update(small_show(), entity_kind::group, "front", R"({"name":"Front"})");
  REQUIRE(made);
  REQUIRE(made->facts.size() == 1);
  CHECK(made->entity->revision == 2);
}

TEST_CASE("show book: what doesn't exist is NOT_FOUND, for every command", "[actors][unit]") {
  const auto state = small_show();
  for (const auto kind : {entity_kind::model, entity_kind::fixture, entity_kind::group, entity_kind::input,
                          entity_kind::preset, entity_kind::graph}) {
    CHECK(update(state, kind, "nobody", R"({"name":"X"})").error().code == ec::not_found);
    CHECK(remove(state, kind, "nobody").error().code == ec::not_found);
  }
  CHECK(book_of().decide(state, set_graph_enabled{"nobody", true}).error().code == ec::not_found);
}

TEST_CASE("show book: a decision leaves the state it was made on alone", "[actors][unit]") {
  const auto state = small_show();
  const auto version = state.version(entity_kind::group);
  REQUIRE(update(state, entity_kind::group, "front", R"({"name":"X"})"));
  REQUIRE(remove(state, entity_kind::fixture, "a"));
  CHECK(state.version(entity_kind::group) == version);
  CHECK(state.find(entity_kind::fixture, "a"));
}

TEST_CASE("show book: a fixture needs a model that exists, and must fit into its universe",
          "[actors][unit]") {
  const auto state = small_show();
  const auto unknown =
      create(state, entity_kind::fixture, R"({"name":"F","modelId":"none","universe":0,"startChannel":1})");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ec::validation_error);
  CHECK(field_of(unknown.error()) == "modelId");

  CHECK(
      create(state, entity_kind::fixture, R"({"name":"F","modelId":"par","universe":0,"startChannel":509})"));
  const auto past =
      create(state, entity_kind::fixture, R"({"name":"F","modelId":"par","universe":0,"startChannel":510})");
  REQUIRE_FALSE(past);
  CHECK(field_of(past.error()) == "startChannel");
  CHECK(update(state, entity_kind::fixture, "a", R"({"startChannel":509})"));
  CHECK(field_of(update(state, entity_kind::fixture, "a", R"({"startChannel":510})").error()) ==
        "startChannel");
}

TEST_CASE("show book: a dangling model may stay over an update, but none may be taken", "[actors][unit]") {
  auto state = small_show();
  state.put(lamp("orphan", 100, "lost"));
  CHECK(update(state, entity_kind::fixture, "orphan", R"({"name":"X"})"));
  CHECK(update(state, entity_kind::fixture, "orphan", R"({"modelId":"lost","startChannel":3})"));
  CHECK(update(state, entity_kind::fixture, "orphan", R"({"modelId":"par"})"));
  CHECK(field_of(update(state, entity_kind::fixture, "orphan", R"({"modelId":"other"})").error()) ==
        "modelId");
  CHECK(field_of(update(state, entity_kind::fixture, "a", R"({"modelId":"lost"})").error()) == "modelId");
}

TEST_CASE("show book: a group keeps dangling fixtures over an update, but takes no new ones",
          "[actors][unit]") {
  auto state = small_show();
  state.put(record(entity_kind::group, "torn", R"({"name":"T","fixtureIds":["gone","a"]})"));
  CHECK(update(state, entity_kind::group, "torn", R"({"name":"X"})"));
  CHECK(update(state, entity_kind::group, "torn", R"({"fixtureIds":["b","gone"]})"));
  const auto added = update(state, entity_kind::group, "torn", R"({"fixtureIds":["gone","a","ghost"]})");
  REQUIRE_FALSE(added);
  CHECK(field_of(added.error()) == "fixtureIds[2]");
  // What another group lost is no excuse.
  CHECK(field_of(update(state, entity_kind::group, "front", R"({"fixtureIds":["gone"]})").error()) ==
        "fixtureIds[0]");
  CHECK(field_of(create(state, entity_kind::group, R"({"name":"N","fixtureIds":["gone"]})").error()) ==
        "fixtureIds[0]");
  CHECK(create(state, entity_kind::group, R"({"name":"N","fixtureIds":["a","b"]})"));
}

TEST_CASE("show book: other offsets of a model must fit all fixtures that have it", "[actors][unit]") {
  auto state = small_show();
  state.put(lamp("edge", 509));
  CHECK(update(state, entity_kind::model, "par", R"({"channels":{"red":4}})"));
  const auto wider = update(state, entity_kind::model, "par", R"({"channels":{"red":5}})");
  REQUIRE_FALSE(wider);
  CHECK(wider.error().code == ec::validation_error);
  CHECK(field_of(wider.error()) == "channels");
  CHECK(wider.error().message.find("edge") != std::string::npos);
  state.remove(entity_kind::fixture, "edge");
  CHECK(update(state, entity_kind::model, "par", R"({"channels":{"red":5}})"));
}

TEST_CASE("show book: a strip must end within the last universe, and says what has moved its end",
          "[actors][unit]") {
  auto state = small_show();
  state.put(record(entity_kind::model, "strip",
                   R"({"brand":"B","model":"M","channels":{"red":1,"green":2,"blue":3},"cells":300})"));
  const auto placed = [&](int universe, int channel) {
    const auto text =
        fmt::format(R"({{"name":"F","modelId":"strip","universe":{},"startChannel":{}}})", universe, channel);
    return create(state, entity_kind::fixture, text.c_str());
  };
  CHECK(placed(32'766, 1));
  CHECK(field_of(placed(32'767, 1).error()) == "universe");
  CHECK(field_of(placed(0, 511).error()) == "startChannel");

  state.put(lamp("edge", 1, "strip", 32'766));
  const auto refusal = [&](const char* changes) {
    const auto outcome = update(state, entity_kind::model, "strip", changes);
    return outcome ? std::string{"(accepted)"} : field_of(outcome.error());
  };
  CHECK(refusal(R"({"cells":340})") == "(accepted)");
  CHECK(refusal(R"({"cells":341})") == "cells");
  CHECK(refusal(R"({"cellFootprint":4})") == "cellFootprint");
  CHECK(refusal(R"({"channels":{"red":1,"green":4}})") == "channels");
  CHECK(refusal(R"({"span":"packed"})") == "(accepted)");
  state.remove(entity_kind::fixture, "edge");

  state.put(record(entity_kind::model, "strip",
                   R"({"brand":"B","model":"M","channels":{"red":1,"green":2,"blue":3},"cells":300,)"
                   R"("span":"packed"})"));
  state.put(lamp("across", 512, "strip"));
  CHECK(refusal(R"({"span":"aligned"})") == "span");
  CHECK(refusal(R"({"cells":1})") == "cells");
}

TEST_CASE("show book: a deleted fixture leaves every group in the same step", "[actors][unit]") {
  auto state = small_show();
  state.put(record(entity_kind::group, "only-b", R"({"name":"B","fixtureIds":["b"]})", 4));
  state.put(record(entity_kind::group, "only-a", R"({"name":"A","fixtureIds":["a"]})", 7));
  const auto made = remove(state, entity_kind::fixture, "a");
  REQUIRE(made);
  CHECK_FALSE(made->entity);
  REQUIRE(made->facts.size() == 3);
  CHECK(std::get<entity_deleted>(made->facts[0]).id == "a");
  for (const auto& happened : made->facts) apply(state, happened);
  CHECK_FALSE(state.find(entity_kind::fixture, "a"));
  const auto front = state.find(entity_kind::group, "front"),
             emptied = state.find(entity_kind::group, "only-a");
  CHECK(front->as<group>().fixture_ids == std::vector<std::string>{"b"});
  CHECK(front->revision == 2);
  CHECK(emptied->as<group>().fixture_ids.empty());
  CHECK(emptied->revision == 8);
  CHECK(state.find(entity_kind::group, "only-b")->revision == 4);
}

TEST_CASE("show book: an input that a graph uses and a model that a fixture has stay", "[actors][unit]") {
  auto state = small_show();
  const auto used = remove(state, entity_kind::input, "master");
  REQUIRE_FALSE(used);
  CHECK(used.error().code == ec::validation_error);
  CHECK(used.error().message.find("look") != std::string::npos);
  const auto patched = remove(state, entity_kind::model, "par");
  REQUIRE_FALSE(patched);
  CHECK(patched.error().code == ec::validation_error);
  CHECK(patched.error().message.find("\"Lamp a\"") != std::string::npos);

  state.remove(entity_kind::graph, "look");
  state.remove(entity_kind::fixture, "a");
  state.remove(entity_kind::fixture, "b");
  CHECK(remove(state, entity_kind::input, "master"));
  CHECK(remove(state, entity_kind::model, "par"));
}

TEST_CASE("show book: a group in use may be deleted, the graph will say what it misses", "[actors][unit]") {
  CHECK(remove(small_show(), entity_kind::group, "front"));
}

TEST_CASE("show book: kinds with a damaged file are read-only and say where", "[actors][unit]") {
  auto state = small_show();
  state.put(lamp("free", 200));
  auto book = book_of();
  std::array<std::optional<show_problem>, entity_kind_count> damage;
  damage[static_cast<std::size_t>(entity_kind::group)] =
      show_problem{"small/groups.yaml", 12, 3, "bad indent"};
  book.read_only(damage);

  const auto refused = [](const result<decision>& made) {
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ec::storage_unavailable);
    CHECK(made.error().details.at("file").as_string() == "small/groups.yaml");
    CHECK(made.error().details.at("line").to_number<int>() == 12);
    CHECK(made.error().details.at("column").to_number<int>() == 3);
  };
  refused(book.decide(state, create_entity{entity_kind::group, members(R"({"name":"N","fixtureIds":[]})")}));
  refused(
      book.decide(state, update_entity_command{entity_kind::group, "front", 1, members(R"({"name":"N"})")}));
  refused(book.decide(state, delete_entity{entity_kind::group, "front"}));
  refused(book.decide(state, delete_entity{entity_kind::fixture, "a"})); // it would change a group
  CHECK(book.decide(state, delete_entity{entity_kind::fixture, "free"}));
  CHECK(book.decide(state, create_entity{entity_kind::input, members(R"({"name":"F","type":"fader"})")}));
  CHECK(book.decide(state, set_graph_enabled{"look", false}));

  book.read_only({});
  CHECK(book.decide(state, delete_entity{entity_kind::group, "front"}));
}

TEST_CASE("show book: run state is never refused for storage", "[actors][unit]") {
  auto book = book_of();
  std::array<std::optional<show_problem>, entity_kind_count> damage;
  damage[static_cast<std::size_t>(entity_kind::graph)] = show_problem{"small/graphs.yaml", 1, 1, "bad"};
  book.read_only(damage);
  const auto made = book.decide(small_show(), set_graph_enabled{"look", false});
  REQUIRE(made);
  REQUIRE(made->facts.size() == 1);
  CHECK(std::holds_alternative<graph_enabled_set>(made->facts[0]));
  CHECK(made->entity->revision == 1);
  CHECK_FALSE(made->entity->as<graph>().enabled);
}

TEST_CASE("show book: enabling what is enabled is no fact", "[actors][unit]") {
  const auto made = book_of().decide(small_show(), set_graph_enabled{"look", true});
  REQUIRE(made);
  CHECK(made->facts.empty());
}

TEST_CASE("show book: a show has room for so many of a kind, and deleting makes room", "[actors][unit]") {
  auto state = small_show();
  const auto book = book_of(2);
  const create_entity third{entity_kind::fixture,
                            members(R"({"name":"F","modelId":"par","universe":1,"startChannel":1})")};
  const auto full = book.decide(state, third);
  REQUIRE_FALSE(full);
  CHECK(full.error().code == ec::validation_error);
  CHECK(book.decide(state, create_entity{entity_kind::input, members(R"({"name":"I","type":"button"})")}));
  state.remove(entity_kind::fixture, "b");
  CHECK(book.decide(state, third));
}

TEST_CASE("show book: a graph that doesn't compile is stored, a malformed one isn't", "[actors][unit]") {
  const auto state = small_show();
  CHECK(update(state, entity_kind::graph, "look", R"({"edges":[]})"));
  const auto strange =
      update(state, entity_kind::graph, "look",
             R"({"nodes":[{"id":"n","type":"Nonsense","position":{"x":0,"y":0},"params":{}}],"edges":[]})");
  REQUIRE_FALSE(strange);
  CHECK(strange.error().code == ec::validation_error);
}

TEST_CASE("show book: empty changes and nulls are refused", "[actors][unit]") {
  CHECK(update(small_show(), entity_kind::group, "front", "{}").error().code == ec::validation_error);
  const auto null = update(small_show(), entity_kind::group, "front", R"({"name":null})");
  REQUIRE_FALSE(null);
  CHECK(field_of(null.error()) == "name");
}
