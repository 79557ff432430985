#include "actors/show/past_reader.hpp"
#include "actors/show/show_diff.hpp"
#include "protocol/json_text.hpp"
#include "tests/actors/history_support.hpp"

#include <random>

using namespace troupe;
using namespace troupe::test;
using actors::past_reader;
using actors::restore_filter;

namespace {

restore_filter everything() {
  restore_filter filter;
  filter.kinds.fill(true);
  filter.kinds[static_cast<std::size_t>(entity_kind::model)] = false;
  return filter;
}

restore_filter only(entity_kind kind) {
  restore_filter filter;
  filter.kinds[static_cast<std::size_t>(kind)] = true;
  return filter;
}

result<std::vector<fact>> restore(recorded_show& show, std::uint64_t position, const restore_filter& filter) {
  const auto past =
      past_reader{show.history()}.show_at("tour", actors::journal_position{position}, "position");
  if (!past) return failure{past.error()};
  auto facts = actors::decide_restore(past->entities, show.state(), filter, default_max_entities);
  if (facts && !facts->empty()) show.record("ada", *facts, {{"restores", position}});
  return facts;
}

boost::json::array differences(recorded_show& show, std::uint64_t from, std::uint64_t to) {
  const auto text = past_reader{show.history()}.answer(
      {actors::compare_moments{"tour", actors::journal_position{from}, actors::journal_position{to}}});
  if (!text) FAIL(text.error().message);
  return members(*text).at("data").as_array();
}

/// The entities of a show at a moment, without their revisions.
std::map<std::string, boost::json::object> entities_at(recorded_show& show, std::uint64_t position) {
  std::map<std::string, boost::json::object> all;
  const auto view = show.history().view_at("tour", position);
  if (!view) FAIL(view.error().message);
  for (const auto& row : view->rows) {
    auto entity = members(row.entity);
    entity.erase("revision");
    all[row.kind + " " + row.id] = std::move(entity);
  }
  return all;
}

void change_a_lot(recorded_show& show, std::mt19937& dice, int times) {
  for (int i = 0; i < times; ++i) {
    const auto number = std::to_string(1 + dice() % 400);
    switch (dice() % 4) {
    case 0:
      (void)show.give("ada",
                      create_entity{entity_kind::fixture,
                                    members(R"({"name":"F","modelId":"par","universe":2,"startChannel":)" +
                                            number + "}")});
      break;
    case 1:
      (void)show.give("bob", delete_entity{entity_kind::fixture, dice() % 2 ? "a" : "new-" + number});
      break;
    case 2:
      (void)show.give("ada", update(show.state(), entity_kind::fixture, "b",
                                    R"({"startChannel":)" + number + R"(,"x)" + number + R"(":null})"));
      break;
    default:
      (void)show.give("bob", update(show.state(), entity_kind::group, "front", R"({"fixtureIds":["b"]})"));
      break;
    }
  }
}

} // namespace

TEST_CASE("restore: the show is what it was, as new facts", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  const auto then = show.head();
  const auto before = show.contents();
  REQUIRE(show.give("ada", delete_entity{entity_kind::fixture, "a"}));
  REQUIRE(show.give("bob", update(show.state(), entity_kind::input, "master", R"({"name":"Other"})")));
  REQUIRE(show.give("bob", create_entity{entity_kind::input, members(R"({"name":"New","type":"fader"})")}));
  const auto facts = restore(show, then, everything());
  REQUIRE(facts);
  CHECK(facts->size() == 4);
  CHECK(show.contents() == before);
  CHECK(differences(show, then, show.head()).empty());
  CHECK(show.state().find(entity_kind::fixture, "a")->revision == 2);
  CHECK(show.state().find(entity_kind::input, "master")->revision == 3);

  const auto again = restore(show, then, everything());
  REQUIRE(again);
  CHECK(again->empty());

  REQUIRE(show.undo("ada"));
  CHECK(show.state().find(entity_kind::fixture, "a") == nullptr);
}

TEST_CASE("restore: kinds and ids say what is meant", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  const auto then = show.head();
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "a", R"({"name":"1"})")));
  REQUIRE(show.give("ada", update(show.state(), entity_kind::fixture, "b", R"({"name":"2"})")));
  REQUIRE(show.give("ada", update(show.state(), entity_kind::group, "front", R"({"name":"3"})")));
  auto filter = only(entity_kind::fixture);
  filter.ids = std::set<std::string, std::less<>>{"b"};
  const auto facts = restore(show, then, filter);
  REQUIRE(facts);
  REQUIRE(facts->size() == 1);
  CHECK(id_of(facts->front()) == "b");
  filter.ids->insert("nobody");
  CHECK(restore(show, then, filter).error().code == ec::not_found);
  CHECK(restore(show, then, only(entity_kind::group))->size() == 1);
}

TEST_CASE("restore: a fixture that goes leaves the groups that stay", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  const auto then = show.head();
  REQUIRE(show.give("ada",
                    create_entity{entity_kind::fixture,
                                  members(R"({"name":"N","modelId":"par","universe":1,"startChannel":1})")}));
  REQUIRE(
      show.give("ada", update(show.state(), entity_kind::group, "front", R"({"fixtureIds":["new-1","b"]})")));
  REQUIRE(restore(show, then, only(entity_kind::fixture)));
  CHECK(show.state().find(entity_kind::fixture, "new-1") == nullptr);
  CHECK(show.state().find_as<group>(entity_kind::group, "front")->fixture_ids ==
        std::vector<std::string>{"b"});
}

TEST_CASE("restore: what would name something that isn't there is refused and listed", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  const auto then = show.head();
  REQUIRE(show.give("ada", delete_entity{entity_kind::fixture, "a"}));
  const auto refused = restore(show, then, only(entity_kind::group));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::validation_error);
  const auto& first = refused.error().details.at("references").at(0);
  CHECK(first.at("kind") == "group");
  CHECK(first.at("id") == "front");
  CHECK(first.at("field") == "fixtureIds[0]");
}

TEST_CASE("restore: models come back, and are never deleted", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  const auto then = show.head();
  REQUIRE(show.give("ada", delete_entity{entity_kind::fixture, "a"}));
  REQUIRE(show.give("ada", delete_entity{entity_kind::fixture, "b"}));
  REQUIRE(show.give("ada", delete_entity{entity_kind::model, "par"}));
  REQUIRE(show.give("ada", create_entity{entity_kind::model,
                                         members(R"({"brand":"B","model":"M","channels":{"dimmer":1}})")}));
  CHECK_FALSE(restore(show, then, everything()));
  REQUIRE(restore(show, then, only(entity_kind::model)));
  CHECK(show.state().find(entity_kind::model, "par")->revision == 2);
  CHECK(show.state().find(entity_kind::model, "new-1") != nullptr);
  CHECK(restore(show, then, everything()));
}

TEST_CASE("diff: applied to the one it gives the other", "[actors][unit]") {
  const auto seed = GENERATE(range(1U, 6U));
  CAPTURE(seed);
  std::mt19937 dice{seed};
  recorded_show show{small_show("tour")};
  change_a_lot(show, dice, 15);
  const auto from = show.head();
  change_a_lot(show, dice, 25);
  const auto to = show.head();
  auto made = entities_at(show, from);
  for (const auto& one : differences(show, from, to)) {
    const auto name = std::string{one.at("kind").as_string()} + " " + std::string{one.at("id").as_string()};
    if (one.at("op") == "deleted") {
      made.erase(name);
      continue;
    }
    auto& entity = made[name];
    entity["id"] = one.at("id");
    for (const auto& [field, pair] : one.at("fields").as_object()) entity[field] = pair.at(1);
  }
  const auto wanted = entities_at(show, to);
  REQUIRE(made.size() == wanted.size());
  for (const auto& [name, entity] : wanted) CHECK(made[name] == entity);
}

TEST_CASE("past: unknown shows and positions beyond the head aren't found", "[actors][unit]") {
  recorded_show show{small_show("tour")};
  past_reader past{show.history()};
  CHECK(past.answer({actors::show_then{"other", actors::journal_position{1}}}).error().code == ec::not_found);
  CHECK(past.answer({actors::show_then{"tour", actors::journal_position{99}}}).error().code == ec::not_found);
  CHECK(past.answer({actors::one_event{actors::journal_position{0}}}).error().code == ec::not_found);
  CHECK(past.answer({actors::show_then{"tour", actors::checkpoint_name{"x"}}}).error().code ==
        ec::validation_error);
  const auto nothing = past.answer({actors::show_then{"tour", actors::journal_position{0}}});
  REQUIRE(nothing);
  CHECK(members(*nothing).at("data").at("fixtures").as_array().empty());
  CHECK(members(*nothing).at("data").at("time").is_null());
}
