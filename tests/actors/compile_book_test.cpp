#include "actors/show/compile_book.hpp"

#include "tests/actors/show_support.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// A book with a show in it, which takes facts as the compiler actor does.
struct desk {
  show_state state = small_show();
  compile_book book{{}};
  desk() { book.load(state, true); }

  show_update take(std::vector<fact> facts) {
    for (const auto& happened : facts) apply(state, happened);
    return book.take(state, facts);
  }
  show_update update(entity_kind kind, const char* id, const char* changes) {
    return take({entity_updated{updated(state.find(kind, id), changes)}});
  }
};

/// `show small`, `updated group front`, `result look 2 ok`, in order.
std::vector<std::string> told(const show_update& update) {
  std::vector<std::string> out;
  for (const auto& one : update.announcements) {
    if (const auto* show = std::get_if<show_news>(&one)) out.push_back("show " + show->show);
    if (const auto* entity = std::get_if<entity_news>(&one)) {
      const char* ops[] = {"created", "updated", "deleted"};
      out.push_back(fmt::format("{} {} {} {}", ops[static_cast<int>(entity->op)], kind_name(entity->kind),
                                entity->id, entity->revision));
    }
    if (const auto* made = std::get_if<compile_news>(&one))
      out.push_back(
          fmt::format("result {} {} {}", made->graph_id, made->revision, made->outcome.ok ? "ok" : "broken"));
  }
  return out;
}

using lines = std::vector<std::string>;

std::vector<std::string> recompiled(const show_update& update) {
  std::vector<std::string> ids;
  if (update.install)
    for (const auto& one : update.install->graphs) ids.push_back(one.graph_id);
  return ids;
}

} // namespace

TEST_CASE("compile book: loading installs the whole show anew", "[actors][unit]") {
  compile_book book{{}};
  const auto update = book.load(small_show(), true);
  REQUIRE(update.install);
  CHECK(update.install->new_show);
  CHECK(update.install->rig);
  CHECK(update.install->graph_order == lines{"look"});
  REQUIRE(update.install->graphs.size() == 1);
  CHECK(update.install->graphs[0].programs.size() == 1);
  CHECK(update.install->graphs[0].error_count == 0);
  CHECK(update.reset_inputs);
  REQUIRE(update.inputs);
  CHECK(update.inputs->faders == lines{"master"});
  CHECK(told(update) == lines{"show small"});
  CHECK(book.load(small_show(), false).announcements.empty());
}

TEST_CASE("compile book: a graph's edit is told before its result", "[actors][unit]") {
  desk on;
  const auto update = on.update(entity_kind::graph, "look", R"({"edges":[]})");
  REQUIRE(told(update).size() == 2);
  CHECK(told(update)[0] == "updated graph look 2");
  CHECK(told(update)[1].starts_with("result look 2"));
  CHECK(recompiled(update) == lines{"look"});
  CHECK_FALSE(update.install->new_show);
  CHECK_FALSE(update.install->rig);
}

TEST_CASE("compile book: an update that changes no program still is told with its result", "[actors][unit]") {
  desk on;
  CHECK(told(on.update(entity_kind::graph, "look", R"({"name":"Other"})")) ==
        lines{"updated graph look 2", "result look 2 ok"});
}

TEST_CASE("compile book: run state installs, and is told without a result", "[actors][unit]") {
  desk on;
  const auto update =
      on.take({graph_enabled_set{with_enabled(*on.state.find(entity_kind::graph, "look"), false)}});
  CHECK(told(update) == lines{"updated graph look 1"});
  REQUIRE(recompiled(update) == lines{"look"});
  CHECK_FALSE(update.install->graphs[0].enabled);
}

TEST_CASE("compile book: other members of a group are compiled, but tell no result that is the same",
          "[actors][unit]") {
  desk on;
  const auto update = on.update(entity_kind::group, "front", R"({"fixtureIds":["b"]})");
  CHECK(told(update) == lines{"updated group front 2"});
  CHECK(recompiled(update) == lines{"look"});
}

TEST_CASE("compile book: a result that changes by another entity is told", "[actors][unit]") {
  desk on;
  const auto gone = on.take({entity_deleted{entity_kind::group, "front", 1}});
  REQUIRE(told(gone).size() == 2);
  CHECK(told(gone)[0] == "deleted group front 1");
  CHECK(told(gone)[1].starts_with("result look 1"));
  REQUIRE(on.book.result_of("look"));
  CHECK_FALSE(on.book.result_of("look")->errors.empty());
  const auto back =
      on.take({entity_created{record(entity_kind::group, "front", R"({"name":"F","fixtureIds":[]})")}});
  CHECK(told(back) == lines{"created group front 1", "result look 1 ok"});
}

TEST_CASE("compile book: what no graph depends on compiles nothing", "[actors][unit]") {
  desk on;
  const auto group =
      on.take({entity_created{record(entity_kind::group, "side", R"({"name":"S","fixtureIds":["a"]})")}});
  CHECK(told(group) == lines{"created group side 1"});
  CHECK_FALSE(group.install);
  CHECK_FALSE(group.inputs);
  const auto renamed = on.update(entity_kind::fixture, "a", R"({"name":"New name"})");
  CHECK_FALSE(renamed.install);
}

TEST_CASE("compile book: moving a fixture to another address binds no program anew", "[actors][unit]") {
  desk on;
  const auto moved = on.update(entity_kind::fixture, "a", R"({"startChannel":100})");
  REQUIRE(moved.install);
  CHECK(moved.install->rig);
  CHECK(recompiled(moved).empty());
}

TEST_CASE("compile book: new and deleted fixtures bind every program anew", "[actors][unit]") {
  desk on;
  const auto added = on.take({entity_created{lamp("c", 20)}});
  REQUIRE(added.install);
  CHECK(added.install->rig);
  CHECK(recompiled(added) == lines{"look"});
  CHECK(told(added) == lines{"created fixture c 1"});
  const auto gone = on.take({entity_deleted{entity_kind::fixture, "c", 1}});
  CHECK(gone.install->rig);
  CHECK(recompiled(gone) == lines{"look"});
}

TEST_CASE("compile book: a new graph comes last, a deleted one is removed", "[actors][unit]") {
  desk on;
  const auto added = on.take({entity_created{dimming("second", "extra", "front")}});
  CHECK(recompiled(added) == lines{"second"});
  CHECK(added.install->graph_order == lines{"look", "second"});
  REQUIRE(added.inputs); // a fader that only a graph names is a control too
  CHECK(added.inputs->faders == lines{"extra", "master"});
  CHECK_FALSE(added.reset_inputs);
  const auto gone = on.take({entity_deleted{entity_kind::graph, "look", 1}});
  CHECK(gone.install->removed_graphs == lines{"look"});
  CHECK(recompiled(gone).empty());
  CHECK(told(gone) == lines{"deleted graph look 1"});
  CHECK_FALSE(gone.inputs); // the input of the show is still there
  CHECK_FALSE(on.book.result_of("look"));
  CHECK_FALSE(on.book.announce("look"));
}

TEST_CASE("compile book: announcements keep the order of the facts, entities before results",
          "[actors][unit]") {
  desk on;
  const auto update =
      on.take({entity_created{lamp("z", 50)}, entity_created{fader("y")},
               entity_updated{updated(on.state.find(entity_kind::graph, "look"), R"({"name":"L"})")}});
  CHECK(told(update) ==
        lines{"created fixture z 1", "created input y 1", "updated graph look 2", "result look 2 ok"});
  REQUIRE(update.inputs);
  CHECK(update.inputs->faders == lines{"master", "y"});
}

TEST_CASE("compile book: compiling on demand tells everyone and installs nothing", "[actors][unit]") {
  desk on;
  const auto update = on.book.announce("look");
  REQUIRE(update);
  CHECK(told(*update) == lines{"result look 1 ok"});
  CHECK_FALSE(update->install);
}

TEST_CASE("compile book: all of it again for a new stage tells the clients nothing", "[actors][unit]") {
  desk on;
  on.update(entity_kind::graph, "look", R"({"name":"L"})");
  const auto update = on.book.again();
  CHECK(update.announcements.empty());
  CHECK_FALSE(update.reset_inputs);
  REQUIRE(update.install);
  CHECK(update.install->new_show);
  CHECK(update.install->rig);
  REQUIRE(update.install->graphs.size() == 1);
  CHECK(update.install->graphs[0].revision == 2);
  CHECK(update.inputs);
}
