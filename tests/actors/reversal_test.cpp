// Undo, redo and restore through the store, a real journal and the archivist, message by message.
#include "actors/show/archivist_actor.hpp"
#include "actors/show/journal_actor.hpp"
#include "actors/show/restore_rules.hpp"
#include "actors/show/show_store_actor.hpp"
#include "actors/system/error_bridge.hpp"
#include "storage/show_archive.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/support/actor_rig.hpp"
#include "tests/support/temp_dir.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// What clients are told, and what other shows use.
struct onlookers {
  std::vector<history_news_ptr> news;
  std::vector<std::string> model_users;
  std::vector<branch_show_ptr> branches;
  std::vector<std::string> shows{"small"};
  bool disk_full = false;
};

file_keeper_actor::behavior_type fake_keeper(file_keeper_actor::pointer, onlookers* seen) {
  return {
      [](const cast_change&) {},
      [](const keep_files&) {},
      [](const find_files&) -> caf::result<found_files_ptr> { return found_files_ptr{}; },
      [seen](const list_shows&) { return show_list{seen->shows}; },
      [](const create_show&) {},
      [](const delete_show&) {},
      [seen](const branch_show_ptr& wanted) -> caf::result<void> {
        if (seen->disk_full) return to_caf({ec::storage_unavailable, "disk full", {}});
        seen->branches.push_back(wanted);
        return caf::unit;
      },
      [seen](const find_model_users&) { return show_list{seen->model_users}; },
      [](stop_atom) {},
      [](work_atom) {},
  };
}

graph_compiler_actor::behavior_type fake_compiler(graph_compiler_actor::pointer) {
  return {
      [](const cast_change&) {},
      [](const show_published_ptr&) {},
      [](const compile_request&) -> caf::result<compile_answer_ptr> { return compile_answer_ptr{}; },
      [](work_atom) {},
  };
}

caf::behavior fake_lane(caf::event_based_actor*, onlookers* seen) {
  return {[](const cast_change&) {}, [](const events_recorded_ptr&) {},
          [seen](const history_news_ptr& news) { seen->news.push_back(news); }};
}

struct told {
  std::optional<result<reversal_ptr>> came;
};

caf::behavior operator_desk(caf::event_based_actor* self, show_store_actor store, told* slot) {
  const auto refused = [slot](const caf::error& reason) { slot->came = failure{from_caf(reason)}; };
  const auto done = [slot](const reversal_ptr& made) { slot->came = made; };
  return {[=](const reverse_command& command) {
            self->request(store, caf::infinite, command).then(done, refused);
          },
          [=](const restore_command_ptr& command) {
            self->request(store, caf::infinite, command).then(done, refused);
          }};
}

struct history_rig {
  temp_dir folder;
  onlookers seen;
  std::shared_ptr<publication> published = std::make_shared<publication>();
  std::shared_ptr<storage::show_archive> archive;
  std::deque<told> slots;
  actor_rig rig;
  show_store_actor store;
  cast parts;
  std::uint64_t dice = 0;
  int ids = 0;

  history_rig() {
    storage::journal_options journal_settings;
    journal_settings.data_dir = folder.path();
    journal_settings.wall_time_ms = [] { return std::int64_t{1'700'000'000'000}; };
    journal_settings.random = [this] {
      std::array<std::uint8_t, 16> bytes{};
      bytes[0] = static_cast<std::uint8_t>(++dice);
      bytes[1] = static_cast<std::uint8_t>(dice >> 8);
      return bytes;
    };
    auto opened = storage::open_journal(std::move(journal_settings));
    if (!opened) FAIL(opened.error().message);
    archive = std::make_shared<storage::show_archive>(
        std::move(*opened), storage::show_archive::options{[this] { return "id-" + std::to_string(++ids); }});

    show_store_options options;
    options.rules.new_id = [this] { return "new-" + std::to_string(++ids); };
    options.new_correlation = [this] { return "command-" + std::to_string(++ids); };
    options.published = published;
    options.loaded = recorded_start();
    store = rig.own(rig.system().spawn(show_store, std::move(options)));
    parts.show_store = store;
    parts.journal = rig.own(rig.system().spawn(journal, archive));
    parts.archivist = rig.own(rig.system().spawn(archivist, archivist_options{archive->reader(), published}));
    parts.file_keeper = rig.own(rig.system().spawn(fake_keeper, &seen));
    parts.graph_compiler = rig.own(rig.system().spawn(fake_compiler));
    parts.lanes.push_back(caf::actor_cast<lane_actor>(rig.own(rig.system().spawn(fake_lane, &seen))));
    tell_cast();
  }

  /// The show as it begins, in the journal like any other.
  show_on_disk_ptr recorded_start() {
    auto found = std::make_shared<show_on_disk>();
    auto origin = std::make_shared<command_origin>();
    origin->author = "file";
    origin->correlation_id = "begin";
    std::vector<recorded_fact> facts;
    const auto begin = small_show();
    for (std::size_t i = 0; i < entity_kind_count; ++i)
      begin.each(static_cast<entity_kind>(i), [&](const record_ptr& one) {
        facts.push_back({entity_created{one}, nullptr, origin});
      });
    if (auto recorded = archive->commit("small", facts); !recorded) FAIL(recorded.error().message);
    found->state = begin;
    found->position = archive->head().position;
    return found;
  }

  void tell_cast() {
    const cast_change change{std::make_shared<const cast>(parts)};
    rig.tell(parts.archivist, change);
    rig.tell(parts.journal, change);
    rig.tell(store, change);
    rig.drain();
  }

  void rename(const std::string& author, const std::string& id, const std::string& name) {
    const auto revision = published->now()->state.find(entity_kind::fixture, id)->revision;
    rig.ask<change_reply>(
        store,
        std::make_shared<const change_entity>(change_entity{
            update_entity_command{entity_kind::fixture, id, revision, {{"name", name}}}, {author, ""}, 0}));
  }

  told& reverse(const std::string& author, bool redo = false) {
    auto& slot = slots.emplace_back();
    const auto desk = rig.own(rig.system().spawn(operator_desk, store, &slot));
    rig.tell(desk, reverse_command{{author, ""}, redo});
    return slot;
  }

  std::string name_of(const std::string& id) {
    const auto record = published->now()->state.find(entity_kind::fixture, id);
    return record ? record->as<fixture>().name : "gone";
  }
};

std::string reason(const told& slot) {
  if (!slot.came) return "no answer";
  if (*slot.came) return {};
  const auto& details = slot.came->error().details;
  return details.contains("reason") ? std::string{details.at("reason").as_string()} : "other";
}

} // namespace

TEST_CASE("reversal: an undo is durable when it is answered, and says what it did", "[actors]") {
  history_rig show;
  show.rename("ada", "a", "Left");
  auto& slot = show.reverse("ada");
  show.rig.drain();
  REQUIRE(slot.came);
  REQUIRE(*slot.came);
  const auto& done = ***slot.came;
  CHECK(done.undone == std::vector<std::uint64_t>{show.archive->head().position - 1});
  REQUIRE(done.entities.size() == 1);
  CHECK(done.entities[0].id == "a");
  CHECK(done.entities[0].revision == 3);
  CHECK(show.name_of("a") == "Lamp a");
}

TEST_CASE("reversal: several undos of one operator are done one after the other", "[actors]") {
  history_rig show;
  for (const auto* name : {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}) show.rename("ada", "a", name);
  std::vector<told*> all;
  for (int i = 0; i < 10; ++i) all.push_back(&show.reverse("ada"));
  auto& one_too_many = show.reverse("ada");
  show.rig.drain();
  for (const auto* one : all) CHECK(reason(*one).empty());
  CHECK(reason(one_too_many) == "nothing");
  CHECK(show.name_of("a") == "Lamp a");
}

TEST_CASE("reversal: a command of the same operator that comes in between is the one that is undone",
          "[actors]") {
  history_rig show;
  show.rename("ada", "a", "Left");
  auto& slot = show.reverse("ada");
  const auto command = std::make_shared<const change_entity>(change_entity{
      update_entity_command{entity_kind::fixture, "b", 1, {{"name", "Right"}}}, {"ada", ""}, 0});
  show.rig.tell(show.store, command);
  show.rig.drain();
  CHECK(reason(slot).empty());
  // Whichever the store took first, exactly one of the two is taken back, and it is the last one given.
  const bool second_undone = show.name_of("b") == "Lamp b";
  CHECK(show.name_of("a") == (second_undone ? "Left" : "Lamp a"));
}

TEST_CASE("reversal: somebody else's change of the same field, decided in between, is in the way",
          "[actors]") {
  history_rig show;
  show.rename("ada", "a", "Left");
  const auto command = std::make_shared<const change_entity>(change_entity{
      update_entity_command{entity_kind::fixture, "a", 2, {{"name", "Bob's"}}}, {"bob", ""}, 0});
  show.rig.tell(show.store, command);
  auto& slot = show.reverse("ada");
  show.rig.drain();
  CHECK(reason(slot) == "changed");
  CHECK(show.name_of("a") == "Bob's");
}

TEST_CASE("reversal: the archivist that starts anew knows all that happened", "[actors]") {
  history_rig show;
  show.rename("ada", "a", "Left");
  show.rename("ada", "a", "Right");
  show.parts.archivist = show.rig.own(
      show.rig.system().spawn(archivist, archivist_options{show.archive->reader(), show.published}));
  show.tell_cast();
  auto& first = show.reverse("ada");
  auto& second = show.reverse("ada");
  show.rig.drain();
  CHECK(reason(first).empty());
  CHECK(reason(second).empty());
  CHECK(show.name_of("a") == "Lamp a");
}

TEST_CASE("reversal: a model that another show uses by now stays", "[actors]") {
  history_rig show;
  const auto made = show.rig.ask<change_reply>(
      show.store,
      std::make_shared<const change_entity>(change_entity{
          create_entity{entity_kind::model, members(R"({"brand":"B","model":"M","channels":{"dimmer":1}})")},
          {"ada", ""},
          0}));
  show.seen.model_users = {"other"};
  auto& refused = show.reverse("ada");
  show.rig.drain();
  CHECK(reason(refused) == "rule");
  show.seen.model_users.clear();
  auto& slot = show.reverse("ada");
  show.rig.drain();
  CHECK(reason(slot).empty());
  CHECK_FALSE(show.published->now()->state.find(entity_kind::model, made.entity->id));
}

TEST_CASE("reversal: a restore is one command, and so is its undo", "[actors]") {
  history_rig show;
  const auto then = show.archive->head().position;
  show.rename("ada", "a", "Left");
  show.rename("bob", "b", "Right");
  const auto past = show.rig.ask<past_show_ptr>(show.parts.archivist,
                                                ask_past_show{"small", std::to_string(then), "position"});
  restore_command command{"small", past, {}, {"eve", ""}};
  command.filter.kinds.fill(true);
  const auto restore = [&](restore_command wanted) -> told& {
    auto& slot = show.slots.emplace_back();
    const auto desk = show.rig.own(show.rig.system().spawn(operator_desk, show.store, &slot));
    show.rig.tell(desk, std::make_shared<const restore_command>(std::move(wanted)));
    show.rig.drain();
    return slot;
  };
  CHECK(reason(restore(command)).empty());
  CHECK(show.name_of("a") == "Lamp a");
  CHECK(show.name_of("b") == "Lamp b");
  CHECK((**restore(command).came)->entities.empty());
  auto& slot = show.reverse("eve");
  show.rig.drain();
  CHECK(reason(slot).empty());
  CHECK(show.name_of("a") == "Left");
  CHECK(show.name_of("b") == "Right");
  command.show = "other";
  CHECK(reason(restore(command)) == "inactive");
}

TEST_CASE("reversal: lanes hear how far the history is, at most 10 times a second", "[actors]") {
  history_rig show;
  show.rig.tell(show.parts.archivist, operators_here{0, {"ada"}});
  show.rig.drain();
  show.rig.advance(100ms);
  REQUIRE(show.seen.news.size() == 1);
  CHECK_FALSE(show.seen.news[0]->recorded);
  for (const auto* name : {"1", "2", "3"}) show.rename("ada", "a", name);
  CHECK(show.seen.news.size() == 1);
  show.rig.advance(100ms);
  REQUIRE(show.seen.news.size() == 2);
  const auto& news = *show.seen.news[1];
  CHECK(news.recorded);
  CHECK(news.position == show.archive->head().position);
  REQUIRE(news.operators.size() == 2); // ada, and anonymous
  CHECK(news.operators[0].name == "ada");
  CHECK(news.operators[0].undo == 3);
  show.rig.advance(1s);
  CHECK(show.seen.news.size() == 2);
}

TEST_CASE("reversal: a name is given to one moment only", "[actors]") {
  history_rig show;
  const auto position =
      show.rig.ask<facts_committed>(show.parts.journal, name_checkpoint{"opening", {"ada", ""}}).position;
  CHECK(position == show.archive->head().position);
  const auto past =
      show.rig.ask<past_show_ptr>(show.parts.archivist, ask_past_show{"small", "opening", "position"});
  CHECK(past->position == position);
}

TEST_CASE("reversal: a branch whose files can't be written is taken back", "[actors]") {
  history_rig show;
  const auto branch = std::make_shared<const branch_show>(
      branch_show{"twin", "small", 3, show.published->now()->state, {"ada", ""}});
  show.seen.disk_full = true;
  CHECK(show.rig.try_ask(show.parts.journal, branch_show_ptr{branch}));
  show.seen.disk_full = false;
  CHECK_FALSE(show.rig.try_ask(show.parts.journal, branch_show_ptr{branch}));
  REQUIRE(show.seen.branches.size() == 1);
  CHECK(show.seen.branches[0]->position == show.archive->head().position);
  show.seen.shows.push_back("twin");
  CHECK(show.rig.try_ask(show.parts.journal, branch_show_ptr{branch}));
}
