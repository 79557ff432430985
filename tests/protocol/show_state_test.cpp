#include "protocol/show_state.hpp"

#include "protocol/facts.hpp"
#include "tests/protocol/support.hpp"

using namespace troupe;

namespace {

record_ptr fader(std::string id, std::uint64_t revision = 1) {
  return *parse_entity(entity_kind::input, std::move(id), revision,
                       test::object_of(R"({"name":"A","type":"fader"})"), entity_source::network);
}

} // namespace

TEST_CASE("show state: entities are found by kind and id", "[protocol][show_state]") {
  show_state state("demo");
  state.put(fader("x"));
  CHECK(state.show() == "demo");
  CHECK(state.find(entity_kind::input, "x")->id == "x");
  CHECK(state.find(entity_kind::fixture, "x") == nullptr);
  CHECK(state.find_as<input>(entity_kind::input, "x")->name == "A");
  CHECK(state.find_as<input>(entity_kind::input, "y") == nullptr);
  CHECK(state.count(entity_kind::input) == 1);
}

TEST_CASE("show state: a version changes with its kind only, and never comes twice",
          "[protocol][show_state]") {
  show_state state;
  const auto at_first = state.version(entity_kind::input);
  state.put(fader("x"));
  const auto with_x = state.version(entity_kind::input);
  CHECK(with_x > at_first);
  CHECK(state.version(entity_kind::group) == 0);
  state.remove(entity_kind::input, "nothing");
  CHECK(state.version(entity_kind::input) == with_x);
  auto other = state;
  CHECK(other.version(entity_kind::input) == with_x);
  other.remove(entity_kind::input, "x");
  state.remove(entity_kind::input, "x");
  CHECK(other.version(entity_kind::input) > with_x);
  CHECK(state.version(entity_kind::input) != other.version(entity_kind::input));
}

TEST_CASE("facts: applying them in order gives the state, and says kind and id", "[protocol][facts]") {
  show_state state;
  const fact created = entity_created{fader("x")};
  const fact updated = entity_updated{fader("x", 2)};
  const fact deleted = entity_deleted{entity_kind::input, "x", 2};
  for (const auto* one : {&created, &updated, &deleted}) {
    CHECK(kind_of(*one) == entity_kind::input);
    CHECK(id_of(*one) == "x");
  }
  apply(state, created);
  CHECK(state.find(entity_kind::input, "x")->revision == 1);
  const auto before = state;
  apply(state, updated);
  CHECK(state.find(entity_kind::input, "x")->revision == 2);
  CHECK(before.find(entity_kind::input, "x")->revision == 1);
  apply(state, deleted);
  CHECK(state.count(entity_kind::input) == 0);
  apply(state, deleted); // a fact can always be applied
  CHECK(before.count(entity_kind::input) == 1);
}
