#include "tests/actors/history_support.hpp"

#include <random>

using namespace troupe;
using namespace troupe::test;
using actors::undo_counts;

namespace {

std::string field(const recorded_show& show, entity_kind kind, const std::string& id, std::string_view name) {
  const auto record = show.state().find(kind, id);
  if (!record) return "gone";
  const auto all = entity_members(*record);
  const auto* found = all.if_contains(name);
  return found ? to_json(*found) : "none";
}

} // namespace

TEST_CASE("undo: an update gives back its fields, with a new revision", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "a", R"({"startChannel":100})")));
  REQUIRE(show.undo("ada"));
  CHECK(field(show, entity_kind::fixture, "a", "startChannel") == "1");
  CHECK(show.state().find(entity_kind::fixture, "a")->revision == 3);
}

TEST_CASE("undo: what others changed in other fields stays", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "a", R"({"startChannel":100})")));
  REQUIRE(show.give("bob", update(show.state(), entity_kind::fixture, "a", R"({"name":"Left"})")));
  REQUIRE(show.undo("ada"));
  CHECK(field(show, entity_kind::fixture, "a", "startChannel") == "1");
  CHECK(field(show, entity_kind::fixture, "a", "name") == "\"Left\"");
}

TEST_CASE("undo: the same field changed by somebody else since is a conflict that names the event",
          "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "a", R"({"name":"Ada's"})")));
  REQUIRE(show.give("bob", update(show.state(), entity_kind::fixture, "a", R"({"name":"Bob's"})")));
  const auto refused = show.undo("ada");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::conflict);
  CHECK(reason_of(refused) == "changed");
  CHECK(refused.error().details.at("event").at("author") == "bob");
  CHECK(refused.error().details.at("event").at("position") == show.head());

  SECTION("until that has been taken back itself") {
    REQUIRE(show.undo("bob"));
    REQUIRE(show.undo("ada"));
    CHECK(field(show, entity_kind::fixture, "a", "name") == "\"Lamp a\"");
  }
  SECTION("and again when it has been done again") {
    REQUIRE(show.undo("bob"));
    REQUIRE(show.redo("bob"));
    CHECK(reason_of(show.undo("ada")) == "changed");
  }
  SECTION("also if it was changed to what it had been") {
    REQUIRE(show.give("bob", update(show.state(), entity_kind::fixture, "a", R"({"name":"Ada's"})")));
    CHECK(reason_of(show.undo("ada")) == "changed");
  }
}

TEST_CASE("undo: an entity that somebody has deleted since is a conflict", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "a", R"({"name":"Ada's"})")));
  REQUIRE(show.give("bob", delete_entity{entity_kind::fixture, "a"}));
  const auto refused = show.undo("ada");
  CHECK(reason_of(refused) == "deleted");
  CHECK(refused.error().details.at("event").at("type") == "fixture_deleted");
}

TEST_CASE("undo: a deleted fixture comes back with its id, into the groups it left", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", delete_entity{entity_kind::fixture, "a"}));
  CHECK(field(show, entity_kind::group, "front", "fixtureIds") == R"(["b"])");
  REQUIRE(show.undo("ada"));
  CHECK(field(show, entity_kind::fixture, "a", "name") == "\"Lamp a\"");
  CHECK(show.state().find(entity_kind::fixture, "a")->revision == 2);
  CHECK(field(show, entity_kind::group, "front", "fixtureIds") == R"(["a","b"])");

  REQUIRE(show.redo("ada"));
  CHECK(field(show, entity_kind::fixture, "a", "name") == "gone");
  CHECK(field(show, entity_kind::group, "front", "fixtureIds") == R"(["b"])");
}

TEST_CASE("undo: a group that others have changed since stays without the fixture that comes back",
          "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", delete_entity{entity_kind::fixture, "a"}));
  REQUIRE(show.give("bob", update(show.state(), entity_kind::group, "front", R"({"fixtureIds":[]})")));
  REQUIRE(show.undo("ada"));
  CHECK(field(show, entity_kind::fixture, "a", "name") == "\"Lamp a\"");
  CHECK(field(show, entity_kind::group, "front", "fixtureIds") == "[]");
}

TEST_CASE("undo: what was created goes, unless somebody uses it by now", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give(
      "ada", create_entity{entity_kind::fixture,
                           members(R"({"name":"New","modelId":"par","universe":1,"startChannel":1})")}));
  SECTION("nobody does") {
    REQUIRE(show.undo("ada"));
    CHECK(field(show, entity_kind::fixture, "new-1", "name") == "gone");
    REQUIRE(show.redo("ada"));
    CHECK(field(show, entity_kind::fixture, "new-1", "name") == "\"New\"");
    CHECK(show.state().find(entity_kind::fixture, "new-1")->revision == 2);
  }
  SECTION("a group does") {
    REQUIRE(
        show.give("bob", update(show.state(), entity_kind::group, "front", R"({"fixtureIds":["new-1"]})")));
    const auto refused = show.undo("ada");
    CHECK(reason_of(refused) == "rule");
    CHECK(refused.error().details.at("event").at("author") == "bob");
  }
}

TEST_CASE("undo: one that would break a rule is refused, and says which", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", delete_entity{entity_kind::graph, "look"}));
  REQUIRE(show.give("ada", delete_entity{entity_kind::fixture, "a"}));
  REQUIRE(show.give("bob", delete_entity{entity_kind::fixture, "b"}));
  REQUIRE(show.give("bob", delete_entity{entity_kind::model, "par"}));
  const auto refused = show.undo("ada");
  CHECK(reason_of(refused) == "rule");
  CHECK(refused.error().details.at("field") == "modelId");
}

TEST_CASE("undo: fields that were added go, fields that went return", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give(
      "ada", update(show.state(), entity_kind::model, "par", R"({"defaults":{"dimmer":255},"note":7})")));
  REQUIRE(show.undo("ada"));
  CHECK(field(show, entity_kind::model, "par", "defaults") == "none");
  CHECK(field(show, entity_kind::model, "par", "note") == "none");
  REQUIRE(show.redo("ada"));
  CHECK(field(show, entity_kind::model, "par", "note") == "7");
}

TEST_CASE("undo: run state neither hinders an undo nor is it undone", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", update(show.state(), entity_kind::graph, "look", R"({"name":"Other"})")));
  REQUIRE(show.give("bob", set_graph_enabled{"look", false}));
  CHECK(show.ledger.counts("bob", "tour") == undo_counts{0, 0});
  REQUIRE(show.undo("ada"));
  CHECK(field(show, entity_kind::graph, "look", "name") == "\"Look\"");
  CHECK(field(show, entity_kind::graph, "look", "enabled") == "false");
}

TEST_CASE("undo: operators have a stack each, of any depth, and a new command ends what can be redone",
          "[actors][unit]") {
  recorded_show show{small_show("tour")};
  for (int i = 0; i < 20; ++i) {
    REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "a",
                                    R"({"startChannel":)" + std::to_string(i + 2) + "}")));
    REQUIRE(show.give("bob", update(show.state(), entity_kind::fixture, "b",
                                    R"({"startChannel":)" + std::to_string(i + 100) + "}")));
  }
  CHECK(show.ledger.counts("ada", "tour") == undo_counts{20, 0});
  for (int i = 0; i < 20; ++i) REQUIRE(show.undo("ada"));
  CHECK(field(show, entity_kind::fixture, "a", "startChannel") == "1");
  CHECK(field(show, entity_kind::fixture, "b", "startChannel") == "119");
  CHECK(reason_of(show.undo("ada")) == "nothing");
  CHECK(show.ledger.counts("ada", "tour") == undo_counts{0, 20});
  for (int i = 0; i < 5; ++i) REQUIRE(show.redo("ada"));
  CHECK(field(show, entity_kind::fixture, "a", "startChannel") == "6");
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "a", R"({"startChannel":50})")));
  CHECK(show.ledger.counts("ada", "tour") == undo_counts{6, 0});
  CHECK(show.ledger.counts("bob", "tour") == undo_counts{20, 0});
  CHECK(show.ledger.counts("ada", "other") == undo_counts{0, 0});
}

TEST_CASE("undo: the ledger is the same when it is made again from the journal", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  for (int i = 0; i < 6; ++i)
    REQUIRE(show.give(i % 2 ? "ada" : "bob", update(show.state(), entity_kind::fixture, "a",
                                                    R"({"f)" + std::to_string(i) + R"(":1})")));
  REQUIRE(show.undo("ada"));
  REQUIRE(show.undo("bob"));
  REQUIRE(show.redo("bob"));
  actors::undo_ledger again;
  REQUIRE(show.history().scan(0, [&](const storage::journal_event& event) {
    again.take(event);
    return true;
  }));
  for (const auto* author : {"ada", "bob", "file"})
    CHECK(again.counts(author, "tour") == show.ledger.counts(author, "tour"));
  CHECK(again.next_undo("bob", "tour")->position == show.ledger.next_undo("bob", "tour")->position);
  CHECK(again.counts("file", "tour") == undo_counts{0, 0});
}

TEST_CASE("undo: an edit of a file is undone by who took it in, whole, and done again", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  const auto& lamp = show.state().find(entity_kind::fixture, "a");
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "b", R"({"name":"Ada's"})")));
  const auto before = show.contents();
  // As edit_desk records it: several facts, one command.
  show.record("bob",
              {entity_updated{updated(lamp, R"({"name":"By hand","startChannel":77})")},
               entity_created{record(entity_kind::group, "new", R"({"name":"New","fixtureIds":["a"]})")},
               entity_deleted{entity_kind::group, "front", 2}},
              {}, true);
  const auto taken = show.contents();
  CHECK(show.ledger.counts("bob", "tour") == undo_counts{1, 0});
  CHECK(show.ledger.counts("ada", "tour") == undo_counts{1, 0});
  REQUIRE(show.undo("bob"));
  CHECK(show.contents() == before);
  CHECK(show.ledger.counts("bob", "tour") == undo_counts{0, 1});
  REQUIRE(show.redo("bob"));
  CHECK(show.contents() == taken);
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "a", R"({"name":"Ada's, too"})")));
  CHECK(reason_of(show.undo("bob")) == "changed");
  REQUIRE(show.undo("ada"));
  REQUIRE(show.undo("bob"));
  CHECK(show.contents() == before);
}

TEST_CASE("undo: edits of files that nobody took in are in the way, and can't be undone", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "a", R"({"name":"Ada's"})")));
  show.record(
      "file",
      {entity_updated{updated(show.state().find(entity_kind::fixture, "a"), R"({"name":"By hand"})")}}, {},
      true);
  CHECK(reason_of(show.undo("ada")) == "changed");
  CHECK(show.ledger.counts("file", "tour") == undo_counts{0, 0});
}

TEST_CASE("undo: a show that is deleted takes its commands along", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "a", R"({"name":"Ada's"})")));
  storage::new_event gone;
  gone.stream = {"tour", "show", "tour"};
  gone.type = storage::event_type::show_deleted;
  gone.author = "ada";
  gone.correlation_id = "end";
  show.append({{gone, std::nullopt}});
  CHECK(show.ledger.counts("ada", "tour") == undo_counts{0, 0});
}

namespace {

/// One random command that the rules may refuse; a refused one changes nothing.
void random_command(recorded_show& show, const std::string& author, std::mt19937& dice) {
  const auto pick = [&](entity_kind kind) {
    std::vector<std::string> ids;
    show.state().each(kind, [&](const record_ptr& one) { ids.push_back(one->id); });
    return ids.empty() ? std::string{"none"} : ids[dice() % ids.size()];
  };
  const auto number = std::to_string(1 + dice() % 400);
  switch (dice() % 8) {
  case 0:
    (void)show.give(
        author,
        create_entity{entity_kind::fixture,
                      members(R"({"name":"F","modelId":"par","universe":2,"startChannel":)" + number + "}")});
    return;
  case 1:
    (void)show.give(author,
                    create_entity{entity_kind::group, members(R"({"name":"G","fixtureIds":[")" +
                                                              pick(entity_kind::fixture) + R"("]})")});
    return;
  case 2:
    (void)show.give(author, delete_entity{entity_kind::fixture, pick(entity_kind::fixture)});
    return;
  case 3:
    (void)show.give(author, delete_entity{entity_kind::group, pick(entity_kind::group)});
    return;
  case 4:
    (void)show.give(author, update(show.state(), entity_kind::fixture, pick(entity_kind::fixture),
                                   R"({"startChannel":)" + number + R"(,"x)" + number + R"(":1})"));
    return;
  case 5:
    (void)show.give(author, update(show.state(), entity_kind::group, pick(entity_kind::group),
                                   R"({"fixtureIds":[")" + pick(entity_kind::fixture) + R"("]})"));
    return;
  case 6:
    (void)show.give(author,
                    update(show.state(), entity_kind::model, "par", R"({"brand":"B)" + number + "\"}"));
    return;
  default:
    (void)show.give(author, create_entity{entity_kind::input, members(R"({"name":"I","type":"fader"})")});
    return;
  }
}

} // namespace

TEST_CASE("undo: of any random commands gives back the beginning, and redo the end", "[actors][unit]") {
  const auto seed = GENERATE(range(1U, 6U));
  CAPTURE(seed);
  std::mt19937 dice{seed};
  recorded_show show{small_show("tour")};
  const auto beginning = show.contents();
  for (int i = 0; i < 40; ++i) {
    random_command(show, "ada", dice);
    if (dice() % 5 == 0) (void)show.undo("ada");
    if (dice() % 7 == 0) (void)show.redo("ada");
  }
  const auto end = show.contents();
  const auto counts = show.ledger.counts("ada", "tour");
  for (std::uint64_t i = 0; i < counts.undo; ++i) {
    const auto undone = show.undo("ada");
    if (!undone) FAIL(undone.error().message);
  }
  CHECK(show.contents() == beginning);
  for (std::uint64_t i = 0; i < counts.undo; ++i) {
    const auto redone = show.redo("ada");
    if (!redone) FAIL(redone.error().message);
  }
  CHECK(show.contents() == end);
}
