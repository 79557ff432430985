#include "actors/show/show_store_actor.hpp"

#include "actors/show/edit_desk.hpp"

#include "actors/system/error_bridge.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/support/actor_rig.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// What the fake peers have seen, and how the journal behaves.
struct stage_hands {
  std::vector<commit_facts_ptr> commits;
  std::deque<caf::typed_response_promise<facts_committed>> waiting; // commits that aren't answered yet
  std::uint64_t position = 0;                                       // of the journal
  std::vector<keep_files> kept;
  found_edit_ptr edit; // what somebody has edited in a file
  std::vector<std::string> forgotten;
  std::vector<std::string> loads;
  std::vector<std::string> model_users;
  show_state on_disk = small_show();
  std::vector<show_published_ptr> announced;
};

/// Untyped, to take the test's orders too: a promise must be kept by the actor that gave it.
caf::behavior fake_journal(caf::event_based_actor* self, stage_hands* seen) {
  return {
      [](const cast_change&) {},
      [self, seen](const commit_facts_ptr& batch) -> caf::result<facts_committed> {
        seen->commits.push_back(batch);
        seen->waiting.push_back(self->make_response_promise<facts_committed>());
        return seen->waiting.back();
      },
      [seen](const load_show& wanted) -> caf::result<show_on_disk_ptr> {
        seen->loads.push_back(wanted.show);
        if (wanted.show == "none") return to_caf({ec::not_found, "no such show", {}});
        auto found = std::make_shared<show_on_disk>();
        found->state = wanted.show == "small" ? seen->on_disk : show_state{wanted.show};
        return show_on_disk_ptr{found};
      },
      [](const create_show&) {},
      [](const delete_show&) {},
      [seen](work_atom) {
        seen->waiting.front().deliver(facts_committed{++seen->position});
        seen->waiting.pop_front();
      },
      [seen](retry_atom) {
        seen->waiting.front().deliver(to_caf({ec::storage_unavailable, "disk full", {}}));
        seen->waiting.pop_front();
      },
      [seen](flush_atom) {
        seen->waiting.front().deliver(to_caf({ec::conflict, "somebody else has written", {}}));
        seen->waiting.pop_front();
      },
  };
}

file_keeper_actor::behavior_type fake_keeper(file_keeper_actor::pointer, stage_hands* seen) {
  return {
      [](const cast_change&) {},
      [seen](const keep_files& newest) { seen->kept.push_back(newest); },
      [](const find_files&) -> caf::result<found_files_ptr> { return found_files_ptr{}; },
      [](const list_shows&) { return show_list{}; },
      [](const create_show&) {},
      [](const delete_show&) {},
      [](const branch_show_ptr&) {},
      [seen](const find_model_users&) { return show_list{seen->model_users}; },
      [seen](const read_edit&) -> caf::result<found_edit_ptr> {
        if (!seen->edit) return to_caf({ec::not_found, "no edit", {}});
        return seen->edit;
      },
      [seen](const forget_edit& which) { seen->forgotten.push_back(which.which.file); },
      [](stop_atom) {},
      [](work_atom) {},
  };
}

/// The past is the show as it began.
archivist_actor::behavior_type fake_archivist(archivist_actor::pointer) {
  const auto unasked = [] { return to_caf({ec::internal_error, "nobody asks that here", {}}); };
  return {
      [](const cast_change&) {},
      [](const events_recorded_ptr&) {},
      [unasked](const past_question_ptr&) -> caf::result<past_answer> { return unasked(); },
      [](const ask_past_show&) -> caf::result<past_show_ptr> {
        auto past = std::make_shared<past_show>();
        small_show().each(entity_kind::group,
                          [&](const record_ptr& one) { past->entities.push_back({one}); });
        return past_show_ptr{past};
      },
      [unasked](const plan_reversal&) -> caf::result<undo_plan_ptr> { return unasked(); },
      [unasked](const replay_events&) -> caf::result<events_recorded_ptr> { return unasked(); },
      [](const operators_here&) {},
      [](flush_atom) {},
      [](work_atom) {},
  };
}

graph_compiler_actor::behavior_type fake_compiler(graph_compiler_actor::pointer, stage_hands* seen) {
  return {
      [](const cast_change&) {},
      [seen](const show_published_ptr& one) { seen->announced.push_back(one); },
      [](const compile_request&) -> caf::result<compile_answer_ptr> { return compile_answer_ptr{}; },
      [](work_atom) {},
  };
}

/// What a command was answered with.
struct answer_slot {
  std::optional<result<record_ptr>> came;
};

/// A client that sends a command and notes the answer.
caf::behavior client(caf::event_based_actor* self, show_store_actor store, answer_slot* slot) {
  return {[=](const change_entity_ptr& command) {
    self->request(store, caf::infinite, command)
        .then([slot](const change_reply& reply) { slot->came = reply.entity; },
              [slot](const caf::error& reason) { slot->came = failure{from_caf(reason)}; });
  }};
}

struct store_rig {
  stage_hands seen;
  std::shared_ptr<publication> published = std::make_shared<publication>();
  std::deque<answer_slot> slots;
  actor_rig rig; // its actors write to what stands above
  show_store_actor store;
  caf::actor disk;
  int ids = 0, commands = 0;

  store_rig() {
    show_store_options options;
    options.show = "small";
    options.rules.new_id = [this] { return "new-" + std::to_string(++ids); };
    options.new_correlation = [this] { return "command-" + std::to_string(++commands); };
    options.published = published;
    auto on_disk = std::make_shared<show_on_disk>();
    on_disk->state = seen.on_disk;
    options.loaded = on_disk;
    store = rig.own(rig.system().spawn(show_store, options));
    cast parts;
    parts.show_store = store;
    disk = rig.own(rig.system().spawn(fake_journal, &seen));
    parts.journal = caf::actor_cast<journal_actor>(disk);
    parts.file_keeper = rig.own(rig.system().spawn(fake_keeper, &seen));
    parts.archivist = rig.own(rig.system().spawn(fake_archivist));
    parts.graph_compiler = rig.own(rig.system().spawn(fake_compiler, &seen));
    rig.tell(store, cast_change{std::make_shared<const cast>(parts)});
    rig.drain();
  }

  ~store_rig() {
    for (int i = 0; i < 9 && !seen.waiting.empty(); ++i) {
      rig.tell(disk, work_atom_v);
      rig.drain();
    }
  }

  answer_slot& send(std::variant<create_entity, update_entity_command, delete_entity> command) {
    slots.emplace_back();
    auto one = rig.own(rig.system().spawn(client, store, &slots.back()));
    rig.tell(one, std::make_shared<const change_entity>(change_entity{std::move(command), {"test", "here"}}));
    rig.drain();
    return slots.back();
  }
  answer_slot& rename(std::string name, std::uint64_t revision = 1) {
    return send(update_entity_command{entity_kind::group, "front", revision, {{"name", name}}});
  }
  answer_slot& create_fader() {
    return send(create_entity{entity_kind::input, members(R"({"name":"F","type":"fader"})")});
  }

  void disk_answers() {
    REQUIRE_FALSE(seen.waiting.empty());
    rig.tell(disk, work_atom_v);
    rig.drain();
  }
  void disk_fails() {
    REQUIRE_FALSE(seen.waiting.empty());
    rig.tell(disk, retry_atom_v);
    rig.drain();
  }
  void enable(bool on) { CHECK_FALSE(rig.try_ask(store, set_graph_enabled{"look", on})); }

  record_ptr shown(entity_kind kind, const char* id) { return published->now()->state.find(kind, id); }
  std::string group_name() { return shown(entity_kind::group, "front")->as<group>().name; }
  bool look_enabled() { return shown(entity_kind::graph, "look")->as<graph>().enabled; }
};

ec code_of(const answer_slot& slot) {
  REQUIRE(slot.came);
  REQUIRE_FALSE(*slot.came);
  return slot.came->error().code;
}

bool succeeded(const answer_slot& slot) {
  return slot.came && *slot.came;
}

} // namespace

TEST_CASE("show store: a change is answered and public only after the journal's word", "[actors][unit]") {
  store_rig on;
  auto& slot = on.rename("New");
  CHECK_FALSE(slot.came);
  CHECK(on.group_name() == "Front");
  on.disk_answers();
  REQUIRE(succeeded(slot));
  CHECK((*slot.came).value()->revision == 2);
  CHECK(on.group_name() == "New");
  REQUIRE(on.seen.announced.size() == 2); // the load, and the change
  CHECK(on.seen.announced[1]->facts.size() == 1);
}

TEST_CASE("show store: of two updates with one revision exactly one wins", "[actors][unit]") {
  store_rig on;
  auto& first = on.rename("First");
  auto& second = on.rename("Second");
  CHECK_FALSE(second.came); // its refusal rests on what isn't durable yet
  on.disk_answers();
  CHECK(succeeded(first));
  CHECK(code_of(second) == ec::conflict);
  CHECK(second.came->error().details.at("current").as_object().at("revision").to_number<int>() == 2);
  CHECK(on.group_name() == "First");
  CHECK(on.seen.commits.size() == 1);
}

TEST_CASE("show store: changes during a commit leave together with the next", "[actors][unit]") {
  store_rig on;
  auto& first = on.rename("A");
  auto& second = on.rename("B", 2);
  auto& third = on.create_fader();
  CHECK(on.seen.commits.size() == 1);
  on.disk_answers();
  CHECK(succeeded(first));
  CHECK_FALSE(second.came);
  REQUIRE(on.seen.commits.size() == 2);
  CHECK(on.seen.commits[1]->facts.size() == 2);
  on.disk_answers();
  CHECK(succeeded(second));
  CHECK(succeeded(third));
  CHECK(on.group_name() == "B");
}

TEST_CASE("show store: a failed commit answers all who wait with 503 and changes nothing", "[actors][unit]") {
  store_rig on;
  auto& first = on.rename("A");
  auto& second = on.rename("B", 2);
  auto& refused = on.rename("C", 1);
  on.disk_fails();
  CHECK(code_of(first) == ec::storage_unavailable);
  CHECK(code_of(second) == ec::storage_unavailable);
  CHECK(refused.came);
  CHECK_FALSE(succeeded(refused));
  CHECK(on.group_name() == "Front");
  CHECK_FALSE(on.published->now()->storage_failure.empty());

  auto& again = on.rename("A"); // what was pending is forgotten: revision 1 is current
  on.disk_answers();
  CHECK(succeeded(again));
  CHECK(on.published->now()->storage_failure.empty());
}

TEST_CASE("show store: a refusal that rests on nothing pending is answered at once", "[actors][unit]") {
  store_rig on;
  CHECK(code_of(on.rename("X", 7)) == ec::conflict);
  CHECK(on.seen.commits.empty());
}

TEST_CASE("show store: run state acts while the journal is stuck and survives the commits before it",
          "[actors][unit]") {
  store_rig on;
  on.send(update_entity_command{entity_kind::graph, "look", 1, {{"name", "Renamed"}}});
  on.enable(false);
  CHECK_FALSE(on.look_enabled()); // though nothing was answered by the disk
  CHECK(on.seen.announced.size() == 2);
  on.disk_answers();
  CHECK_FALSE(on.look_enabled());
  CHECK(on.shown(entity_kind::graph, "look")->as<graph>().name == "Renamed");
  CHECK(on.shown(entity_kind::graph, "look")->revision == 2);
  REQUIRE(on.seen.commits.size() == 2); // saved as soon as the disk allows
  const auto* saved = std::get_if<graph_enabled_set>(&on.seen.commits[1]->facts.at(0).happened);
  REQUIRE(saved);
  CHECK_FALSE(saved->entity->as<graph>().enabled);
  on.disk_answers();
  CHECK_FALSE(on.look_enabled());
}

TEST_CASE("show store: run state that couldn't be saved is tried again", "[actors][unit]") {
  store_rig on;
  on.enable(false);
  on.disk_fails();
  CHECK_FALSE(on.look_enabled()); // never refused for reasons of storage
  CHECK(on.seen.commits.size() == 1);
  on.rig.advance(1s);
  REQUIRE(on.seen.commits.size() == 2);
  const auto* saved = std::get_if<graph_enabled_set>(&on.seen.commits[1]->facts.at(0).happened);
  REQUIRE(saved);
  CHECK_FALSE(saved->entity->as<graph>().enabled);
  on.disk_answers();
  on.rig.advance(5s);
  CHECK(on.seen.commits.size() == 2);
}

TEST_CASE("show store: enabling what is enabled, or nobody, writes nothing", "[actors][unit]") {
  store_rig on;
  on.enable(true);
  CHECK(from_caf(on.rig.try_ask(on.store, set_graph_enabled{"nobody", true})).code == ec::not_found);
  CHECK(on.seen.commits.empty());
}

TEST_CASE("show store: commands after an activate meet the new show", "[actors][unit]") {
  store_rig on;
  auto& before = on.rename("Last");
  on.rig.tell(on.store, activate_show{"other"});
  on.rig.drain();
  auto& after = on.rename("Lost", 2);
  CHECK(on.seen.loads.empty()); // the disk is busy with the old show
  CHECK_FALSE(after.came);
  on.disk_answers();
  CHECK(succeeded(before));
  CHECK(on.seen.loads == std::vector<std::string>{"other"});
  CHECK(code_of(after) == ec::not_found);
  CHECK(on.published->now()->state.show() == "other");
  CHECK(on.seen.announced.back()->loaded);
  CHECK(on.seen.announced.back()->announce_show);
}

TEST_CASE("show store: an unknown show leaves the running one untouched", "[actors][unit]") {
  store_rig on;
  CHECK(from_caf(on.rig.try_ask(on.store, activate_show{"none"})).code == ec::not_found);
  CHECK(on.published->now()->state.show() == "small");
  auto& slot = on.rename("Still");
  on.disk_answers();
  CHECK(succeeded(slot));
}

TEST_CASE("show store: a model that fixtures of another show have stays", "[actors][unit]") {
  store_rig on;
  on.send(create_entity{entity_kind::model, members(R"({"brand":"B","model":"M","channels":{"dimmer":1}})")});
  on.disk_answers();
  on.seen.model_users = {"theatre"};
  auto& refused = on.send(delete_entity{entity_kind::model, "new-1"});
  CHECK(code_of(refused) == ec::validation_error);
  CHECK(refused.came->error().message.find("theatre") != std::string::npos);
  on.seen.model_users.clear();
  auto& allowed = on.send(delete_entity{entity_kind::model, "new-1"});
  on.disk_answers();
  CHECK(succeeded(allowed));
}

TEST_CASE("show store: the journal is told who did what, and what was there before", "[actors][unit]") {
  store_rig on;
  on.rename("A");
  const auto& first = on.seen.commits.at(0)->facts.at(0);
  CHECK(on.seen.commits[0]->show == "small");
  CHECK(first.origin->author == "test");
  CHECK(first.origin->client == "here");
  CHECK(first.origin->correlation_id == "command-1");
  REQUIRE(first.before);
  CHECK(first.before->as<group>().name == "Front");
  on.disk_answers();

  on.send(delete_entity{entity_kind::fixture, "a"});
  const auto& facts = on.seen.commits.at(1)->facts;
  REQUIRE(facts.size() == 2); // the fixture, and the group that it leaves
  CHECK(facts[0].origin == facts[1].origin);
  CHECK(facts[1].before->as<group>().fixture_ids.size() == 2);
}

TEST_CASE("show store: the files follow what is durable, never what is pending", "[actors][unit]") {
  store_rig on;
  REQUIRE(on.seen.kept.size() == 1); // the load
  on.rename("A");
  CHECK(on.seen.kept.size() == 1);
  on.disk_answers();
  REQUIRE(on.seen.kept.size() == 2);
  CHECK(on.seen.kept[1].position == 1);
  CHECK(on.seen.kept[1].now.find(entity_kind::group, "front")->as<group>().name == "A");
  CHECK(on.published->now()->position == 1);
  on.rename("B", 2);
  on.disk_fails();
  CHECK(on.seen.kept.size() == 2);
}

TEST_CASE("show store: when another server has written to the journal, the show is read again",
          "[actors][unit]") {
  store_rig on;
  auto& slot = on.rename("Mine");
  on.seen.on_disk.put(updated(on.seen.on_disk.find(entity_kind::group, "front"), R"({"name":"Theirs"})"));
  on.rig.tell(on.disk, flush_atom_v);
  on.rig.drain();
  CHECK(code_of(slot) == ec::storage_unavailable);
  CHECK(on.seen.loads == std::vector<std::string>{"small"});
  CHECK(on.group_name() == "Theirs");
}

namespace {

/// Somebody has renamed the group in its file.
found_edit_ptr renamed_group(std::string file) {
  auto edit = std::make_shared<found_edit>();
  edit->edit.kind = entity_kind::group;
  edit->edit.file = std::move(file);
  edit->edit.position = 1;
  edit->file.found = show_state{"small"};
  edit->file.found.put(updated(small_show().find(entity_kind::group, "front"), R"({"name":"By hand"})"));
  return edit;
}

struct settle_slot {
  std::optional<result<reversal_ptr>> came;
};

caf::behavior settler(caf::event_based_actor* self, show_store_actor store, settle_slot* slot) {
  return {[=](const settle_edit& command) {
    self->request(store, caf::infinite, command)
        .then([slot](const reversal_ptr& done) { slot->came = done; },
              [slot](const caf::error& reason) { slot->came = failure{from_caf(reason)}; });
  }};
}

} // namespace

TEST_CASE("show store: an edit of a file waits on until it is durable in the journal", "[actors][unit]") {
  store_rig on;
  settle_slot first, second;
  on.seen.edit = renamed_group("small/groups.yaml");
  on.rig.tell(on.rig.own(on.rig.system().spawn(settler, on.store, &first)),
              settle_edit{{"small/groups.yaml", {}}, true, {}});
  on.rig.drain();
  CHECK_FALSE(first.came);
  CHECK(on.seen.forgotten.empty());
  on.disk_fails();
  REQUIRE(first.came);
  CHECK_FALSE(*first.came);
  CHECK(on.seen.forgotten.empty());
  CHECK(on.group_name() == "Front");

  on.rig.tell(on.rig.own(on.rig.system().spawn(settler, on.store, &second)),
              settle_edit{{"small/groups.yaml", {}}, true, {}});
  on.rig.drain();
  REQUIRE(on.seen.commits.size() == 2);
  CHECK(on.seen.commits[1]->facts.at(0).origin->external_edit);
  on.disk_answers();
  REQUIRE(second.came);
  REQUIRE(*second.came);
  CHECK(second.came->value()->entities.size() == 1);
  CHECK(on.group_name() == "By hand");
  CHECK(on.seen.forgotten == std::vector<std::string>{"small/groups.yaml"});
}

TEST_CASE("show store: an edit of another show's file is never taken into this one", "[actors][unit]") {
  store_rig on;
  settle_slot slot;
  on.seen.edit = renamed_group("other/groups.yaml");
  on.rig.tell(on.rig.own(on.rig.system().spawn(settler, on.store, &slot)),
              settle_edit{{"other/groups.yaml", {}}, true, {}});
  on.rig.drain();
  REQUIRE(slot.came);
  REQUIRE_FALSE(*slot.came);
  CHECK(slot.came->error().code == ec::conflict);
  CHECK(on.seen.commits.empty());
  CHECK(on.seen.forgotten.empty());
}
