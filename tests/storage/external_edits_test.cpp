#include "storage/external_edits.hpp"

#include "protocol/entity_codec.hpp"
#include "tests/storage/random_json.hpp"
#include "tests/storage/storage_support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

show_state state_of(entity_kind kind, std::initializer_list<std::string_view> entities) {
  show_state state;
  for (const auto json : entities) state.put(entity(kind, json));
  return state;
}

show_state inputs(std::initializer_list<std::string_view> entities) {
  return state_of(entity_kind::input, entities);
}

/// `+` created, `=` updated, `-` deleted, with the entity as it is then.
std::string text_of(const std::vector<external_change>& changes) {
  std::string out;
  for (const auto& [happened, before] : changes) {
    if (const auto* made = std::get_if<entity_created>(&happened)) {
      CHECK_FALSE(before);
      out += "+" + made->entity->json;
    } else if (const auto* updated = std::get_if<entity_updated>(&happened)) {
      REQUIRE(before);
      CHECK(before->id == updated->entity->id);
      out += "=" + updated->entity->json;
    } else {
      REQUIRE(before);
      CHECK(before->id == id_of(happened));
      CHECK(before->revision == std::get<entity_deleted>(happened).revision);
      out += "-" + id_of(happened);
    }
    out += '\n';
  }
  return out;
}

std::string edits(const show_state& found, const show_state& base, const show_state& current) {
  return text_of(external_edits(entity_kind::input, found, base, current, false));
}

constexpr std::string_view a1 = R"({"id":"a","name":"A","type":"fader","revision":1})";
constexpr std::string_view b1 = R"({"id":"b","name":"B","type":"fader","revision":1})";

} // namespace

TEST_CASE("external edits: a file that says what it said changes nothing", "[storage][unit]") {
  const auto base = inputs({a1, b1});
  CHECK(edits(base, base, base).empty());
  // Whatever the journal has made of it since.
  CHECK(edits(base, base, inputs({R"({"id":"a","name":"Now","type":"button","revision":4})"})).empty());
  CHECK(edits(base, base, {}).empty());
}

TEST_CASE("external edits: only the fields that were edited are taken", "[storage][unit]") {
  const auto base = inputs({a1});
  const auto found = inputs({R"({"id":"a","name":"Mine","type":"fader","revision":1})"});
  const auto current = inputs({R"({"id":"a","name":"A","type":"button","revision":7})"});
  CHECK(edits(found, base, current) == R"(={"id":"a","name":"Mine","type":"button","revision":8})"
                                       "\n");
}

TEST_CASE("external edits: a field changed on both sides is as the file says", "[storage][unit]") {
  const auto base = inputs({a1});
  const auto found = inputs({R"({"id":"a","name":"Mine","type":"fader","revision":1})"});
  const auto current = inputs({R"({"id":"a","name":"Theirs","type":"button","revision":2})"});
  CHECK(edits(found, base, current) == R"(={"id":"a","name":"Mine","type":"button","revision":3})"
                                       "\n");
  // Both to the same: nothing is left to do.
  CHECK(edits(found, base, found).empty());
}

TEST_CASE("external edits: id and revision are no fields", "[storage][unit]") {
  const auto base = inputs({a1});
  CHECK(edits(inputs({R"({"id":"a","name":"A","type":"fader","revision":9})"}), base, base).empty());
}

TEST_CASE("external edits: unknown fields are taken, kept and removed like others", "[storage][unit]") {
  const auto base =
      inputs({R"({"id":"a","name":"A","type":"fader","gone":1,"kept":{"x":1,"y":[1,2]},"revision":1})"});
  const auto found =
      inputs({R"({"id":"a","name":"A","type":"fader","kept":{"y":[1.0,2],"x":1},"new":true,"revision":1})"});
  const auto current =
      inputs({R"({"id":"a","name":"A","type":"fader","gone":2,"kept":3,"theirs":4,"revision":2})"});
  CHECK(edits(found, base, current) ==
        R"(={"id":"a","name":"A","type":"fader","revision":3,"kept":3,"theirs":4,"new":true})"
        "\n");
}

TEST_CASE("external edits: entities are added and deleted", "[storage][unit]") {
  const auto base = inputs({a1, b1});
  const auto found = inputs({R"({"id":"c","name":"C","type":"button","revision":5})", b1});
  // The journal has changed what was deleted, and has one that the file never showed.
  const auto current = inputs({R"({"id":"a","name":"Now","type":"fader","revision":3})", b1,
                               R"({"id":"d","name":"D","type":"fader","revision":1})"});
  CHECK(edits(found, base, current) == R"(+{"id":"c","name":"C","type":"button","revision":5})"
                                       "\n-a\n");
}

TEST_CASE("external edits: one that both sides made takes the file's fields", "[storage][unit]") {
  const auto found = inputs({R"({"id":"c","name":"Mine","type":"button","revision":1})"});
  const auto current = inputs({R"({"id":"c","name":"Theirs","type":"fader","x":1,"revision":2})"});
  CHECK(edits(found, {}, current) == R"(={"id":"c","name":"Mine","type":"button","revision":3,"x":1})"
                                     "\n");
}

TEST_CASE("external edits: one that the journal deleted comes back only if it was edited",
          "[storage][unit]") {
  const auto base = inputs({a1, b1});
  const auto found = inputs({R"({"id":"a","name":"Mine","type":"fader","revision":1})", b1});
  CHECK(edits(found, base, {}) == R"(+{"id":"a","name":"Mine","type":"fader","revision":1})"
                                  "\n");
}

TEST_CASE("external edits: what could not be loaded is not taken for deleted", "[storage][unit]") {
  const auto base = inputs({a1, b1});
  const auto with = [&](unloaded_entities unloaded, bool unrecorded) {
    return text_of(external_edits(entity_kind::input, {}, base, base, unrecorded, unloaded));
  };
  for (const bool unrecorded : {false, true}) {
    CHECK(with({}, unrecorded) == "-a\n-b\n");
    CHECK(with({{"a", "z"}, false}, unrecorded) == "-b\n");
    CHECK(with({{}, true}, unrecorded).empty()); // it may be either of them
  }
}

TEST_CASE("external edits: an unrecorded file is the show", "[storage][unit]") {
  const auto found = inputs({R"({"id":"a","name":"Mine","type":"fader","revision":9})",
                             R"({"id":"c","name":"C","type":"fader","revision":4})"});
  const auto current = inputs({R"({"id":"a","name":"A","type":"fader","x":1,"revision":2})", b1});
  CHECK(text_of(external_edits(entity_kind::input, found, current, current, true)) ==
        R"(={"id":"a","name":"Mine","type":"fader","revision":3})"
        "\n"
        R"(+{"id":"c","name":"C","type":"fader","revision":4})"
        "\n-b\n");
  CHECK(external_edits(entity_kind::input, current, {}, current, true).empty());
}

TEST_CASE("external edits: fields of both sides that don't go together leave the file's version",
          "[storage][unit]") {
  const auto models = [](std::string_view json) { return state_of(entity_kind::model, {json}); };
  const auto base = models(R"({"id":"m","brand":"b","model":"m","channels":{"red":1,"blue":2}})");
  const auto found =
      models(R"({"id":"m","brand":"b","model":"m","channels":{"red":1,"blue":2},"defaults":{"blue":9}})");
  // The journal has removed the channel that the edit gave a default.
  const auto current = models(R"({"id":"m","brand":"new","model":"m","channels":{"red":1},"revision":2})");
  const auto changes = external_edits(entity_kind::model, found, base, current, false);
  REQUIRE(changes.size() == 1);
  CHECK(
      std::get<entity_updated>(changes[0].happened).entity->json ==
      R"({"id":"m","brand":"b","model":"m","channels":{"red":1,"blue":2},"defaults":{"blue":9},"revision":3})");
}

TEST_CASE("external edits: a fixture that would not fit is the file's", "[storage][unit]") {
  const auto at = [](int universe, int channel, int revision) {
    auto state =
        state_of(entity_kind::model,
                 {R"({"id":"m","brand":"b","model":"m","channels":{"red":1,"blue":12},"cells":3000})"});
    state.put(entity(
        entity_kind::fixture,
        fmt::format(R"({{"id":"f","name":"F","modelId":"m","universe":{},"startChannel":{},"revision":{}}})",
                    universe, channel, revision)));
    return state;
  };
  // The file moves it to a late universe, the journal to a late channel: both together end past the last one.
  const auto changes =
      external_edits(entity_kind::fixture, at(32'696, 1, 1), at(0, 1, 1), at(0, 493, 2), false);
  REQUIRE(changes.size() == 1);
  const auto& made = std::get<entity_updated>(changes[0].happened).entity->as<fixture>();
  CHECK(made.universe == 32'696);
  CHECK(made.start_channel == 1);
}

namespace {

/// Entities of a few ids and a few values, so that the three versions often agree.
show_state random_state(std::mt19937& random) {
  show_state state;
  for (int i = 0; i < 6; ++i) {
    if (random() % 3 == 0) continue;
    boost::json::object members{{"name", fmt::format("n{}", random() % 2)},
                                {"type", random() % 2 == 0 ? "fader" : "button"}};
    for (const auto* field : {"x", "y", "z"})
      if (random() % 2 == 0) members[field] = random() % 2;
    if (random() % 8 == 0) members["deep"] = random_json(random, 2);
    auto made = parse_entity(entity_kind::input, fmt::format("i{}", i), 1 + random() % 5, members,
                             entity_source::file);
    state.put(*made);
  }
  return state;
}

boost::json::object fields(const record_ptr& record) {
  if (!record) return {};
  auto members = entity_members(*record);
  members.erase("id");
  members.erase("revision");
  return members;
}

show_state applied(show_state state, const std::vector<external_change>& changes) {
  for (const auto& each : changes) troupe::apply(state, each.happened);
  return state;
}

const boost::json::value* field(const boost::json::object& members, std::string_view name) {
  return members.if_contains(name);
}

bool same(const boost::json::value* one, const boost::json::value* other) {
  return one && other ? *one == *other : one == other;
}

} // namespace

TEST_CASE("external edits: every field is the file's where it was edited, and the journal's elsewhere",
          "[storage][unit]") {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    const auto base = random_state(random);
    const auto found = random_state(random);
    const auto current = random_state(random);
    const auto after = applied(current, external_edits(entity_kind::input, found, base, current, false));
    for (int i = 0; i < 6; ++i) {
      const auto id = fmt::format("i{}", i);
      const auto pick = [&](const show_state& state) { return state.find(entity_kind::input, id); };
      const bool edited = fields(pick(found)) != fields(pick(base));
      INFO("round " << round << ", " << id);
      if (!pick(found)) {
        CHECK(pick(after) == (pick(base) ? nullptr : pick(current)));
        continue;
      }
      if (!edited) {
        CHECK(pick(after) == pick(current));
        continue;
      }
      REQUIRE(pick(after));
      if (!pick(current)) {
        CHECK(pick(after) == pick(found));
        continue;
      }
      for (const auto* name : {"name", "type", "x", "y", "z", "deep"}) {
        const auto f = fields(pick(found)), b = fields(pick(base)), c = fields(pick(current)),
                   a = fields(pick(after));
        const bool touched = !same(field(f, name), field(b, name));
        CHECK(same(field(a, name), field(touched ? f : c, name)));
      }
      const bool changed = fields(pick(after)) != fields(pick(current));
      CHECK(pick(after)->revision == pick(current)->revision + (changed ? 1 : 0));
    }
    // Taken in once, it is taken in: a start that is interrupted may do it again.
    REQUIRE(external_edits(entity_kind::input, found, base, after, false).empty());
  }
}

TEST_CASE("external edits: with nothing recorded the state becomes what the file says", "[storage][unit]") {
  std::mt19937 random(12);
  for (int round = 0; round < 1000; ++round) {
    const auto found = random_state(random);
    const auto current = random_state(random);
    const auto after =
        applied(current, external_edits(entity_kind::input, found, random_state(random), current, true));
    REQUIRE(after.count(entity_kind::input) == found.count(entity_kind::input));
    found.each(entity_kind::input, [&](const record_ptr& each) {
      const auto now = after.find(entity_kind::input, each->id);
      REQUIRE(now);
      CHECK(fields(now) == fields(each));
    });
  }
}
