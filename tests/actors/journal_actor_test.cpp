#include "actors/show/journal_actor.hpp"

#include "storage/journal/open_journal.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/support/actor_rig.hpp"
#include "tests/support/temp_dir.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// What the archivist was told, position by position, and the message it hasn't answered.
struct busy_archivist {
  std::vector<std::vector<std::uint64_t>> told;
  std::vector<caf::response_promise> open;
};

caf::behavior slow_reader(caf::event_based_actor* self, busy_archivist* seen) {
  return {[](const cast_change&) {},
          [=](const events_recorded_ptr& news) -> caf::result<void> {
            std::vector<std::uint64_t> positions;
            for (const auto& event : news->events) positions.push_back(event->position);
            seen->told.push_back(std::move(positions));
            seen->open.push_back(self->make_response_promise());
            return seen->open.back();
          },
          [=](work_atom) {
            seen->open.back().deliver(caf::unit);
            seen->open.pop_back();
          },
          [=](retry_atom) {
            seen->open.back().deliver(caf::make_error(caf::sec::runtime_error));
            seen->open.pop_back();
          }};
}

/// A journal on disk, and an archivist that answers when the test wants it.
struct telling {
  temp_dir folder;
  busy_archivist seen;
  std::shared_ptr<storage::show_archive> archive;
  actor_rig rig;
  journal_actor disk;
  caf::actor reader;
  int groups = 0;

  telling() {
    storage::journal_options where;
    where.data_dir = folder.path();
    where.wall_time_ms = [] { return std::int64_t{1'700'000'000'000}; };
    where.random = [dice = std::uint8_t{0}]() mutable { return std::array<std::uint8_t, 16>{++dice}; };
    auto opened = storage::open_journal(std::move(where));
    if (!opened) FAIL(opened.error().message);
    archive = std::make_shared<storage::show_archive>(
        std::move(*opened), storage::show_archive::options{[] { return std::string{"id"}; }});
    disk = rig.own(rig.system().spawn(journal, archive));
    reader = rig.own(rig.system().spawn(slow_reader, &seen));
    cast parts;
    parts.journal = disk;
    parts.archivist = caf::actor_cast<archivist_actor>(reader);
    rig.tell(disk, cast_change{std::make_shared<const cast>(std::move(parts))});
    rig.drain();
  }

  /// That many new groups in one transaction. @returns the position that the journal answers
  std::uint64_t commit(int many = 1) {
    auto origin = std::make_shared<command_origin>();
    origin->author = "Ada";
    origin->correlation_id = "command";
    commit_facts batch{"small", {}};
    for (int i = 0; i < many; ++i) {
      const auto made =
          parse_entity(entity_kind::group, "g" + std::to_string(++groups), 1,
                       {{"name", "Group"}, {"fixtureIds", boost::json::array{}}}, entity_source::file);
      if (!made) FAIL(made.error().message);
      batch.facts.push_back({entity_created{*made}, nullptr, origin});
    }
    return rig.ask<facts_committed>(disk, std::make_shared<const commit_facts>(std::move(batch))).position;
  }

  void answer() {
    rig.tell(reader, work_atom_v);
    rig.drain();
  }
};

using positions = std::vector<std::vector<std::uint64_t>>;

} // namespace

TEST_CASE("journal actor: what comes while the archivist is busy is told in one message", "[actors][unit]") {
  telling with;
  CHECK(with.commit() == 1);
  CHECK(with.commit() == 2);
  CHECK(with.commit(2) == 4);
  CHECK(with.seen.told == positions{{1}}); // a commit doesn't wait for it
  with.answer();
  CHECK(with.seen.told == positions{{1}, {2, 3, 4}});
  with.answer();
  CHECK(with.seen.told.size() == 2);
  with.commit();
  CHECK(with.seen.told.back() == std::vector<std::uint64_t>{5});
}

TEST_CASE("journal actor: of more than it keeps for the archivist it keeps the newest", "[actors][unit]") {
  telling with;
  with.commit();
  with.commit(4'000);
  with.commit(200);
  with.answer();
  REQUIRE(with.seen.told.size() == 2);
  CHECK(with.seen.told.back().size() == 200); // the gap tells the archivist to read
  CHECK(with.seen.told.back().front() == 4'002);
}

TEST_CASE("journal actor: an archivist that fails is told what happens next", "[actors][unit]") {
  telling with;
  with.commit();
  with.commit();
  with.rig.tell(with.reader, retry_atom_v);
  with.rig.drain();
  CHECK(with.seen.told.size() == 1);
  with.commit();
  CHECK(with.seen.told == positions{{1}, {3}});
}
