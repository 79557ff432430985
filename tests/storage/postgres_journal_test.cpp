// What only a journal on a server can meet: other directors, lost connections, answers that never come.

#include "storage/journal/backup_journal.hpp"
#include "storage/journal/journal_figures.hpp"
#include "storage/journal/open_backend.hpp"
#include "storage/journal/verify_journal.hpp"
#include "tests/storage/cutting_relay.hpp"
#include "tests/storage/journal_support.hpp"
#include "tests/storage/postgres_server.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <pqxx/pqxx>
#include <thread>

namespace {

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

std::shared_ptr<journal_backend> postgres() {
  return journal_backends().front();
}

/// Another director's, with a data folder of its own.
struct other_director {
  temp_dir folder;
  journal_world world;
  journal_options options;
  open_journal_result opened;

  other_director(const journal_rig& rig, unsigned seed) {
    world.random.seed(seed);
    options = world.options(folder.path());
    options.url = rig.options.url;
    opened = must(open_journal(options));
  }
};

/// The server ends every connection but this one's.
void cut_connections() {
  pqxx::connection connection(
      fmt::format("host={} user=troupe dbname=postgres", the_postgres_server().socket_folder().string()));
  pqxx::nontransaction(connection)
      .exec("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
}

/// A journal that is reached through a relay.
struct relayed {
  journal_rig rig{postgres()};
  temp_dir folder;
  cutting_relay relay{folder.path(), the_postgres_server().socket()};

  relayed() {
    rig.close();
    rig.options.url = the_postgres_server().through(folder.path(), rig.options.url);
    rig.open();
    rig.append(fixture_created("a", "1"));
  }
  ~relayed() { rig.close(); }
};

journal_rig::drafts one_change() {
  journal_rig::drafts batch(1);
  batch[0].event = fixture_updated("a", "2");
  return batch;
}

} // namespace

TEST_CASE("postgres: a commit whose answer is lost counts, and counts once", "[storage][journal]") {
  relayed at;
  at.relay.at_next_commit(cutting_relay::cut::behind_commit);
  CHECK(at.rig.append(one_change()).back()->position == 2);
  CHECK(brief(must(at.rig.journal().view("gala"))) == "a=2@1/2#2");
  CHECK(at.rig.append(one_change()).back()->position == 3);
  CHECK(must(verify_journal(at.rig.options)).intact());
}

TEST_CASE("postgres: a commit that never arrives leaves nothing of the change", "[storage][journal]") {
  relayed at;
  at.relay.at_next_commit(cutting_relay::cut::before_commit);
  auto batch = one_change();
  const auto refused = at.rig.journal().append(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::storage_unavailable);
  CHECK(brief(must(at.rig.journal().view("gala"))) == "a=1@1/1#1");
  CHECK(at.rig.append(batch).back()->position == 2);
}

TEST_CASE("postgres: a commit that nobody can ask about is met again as somebody else's",
          "[storage][journal]") {
  relayed at;
  at.relay.at_next_commit(cutting_relay::cut::behind_commit);
  at.relay.refuse(true);
  auto batch = one_change();
  auto refused = at.rig.journal().append(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::storage_unavailable);
  at.relay.refuse(false);
  refused = at.rig.journal().append(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::conflict);
  CHECK(refused.error().details.at("position").to_number<int>() == 2);
  CHECK(at.rig.append(batch).back()->position == 3);
}

TEST_CASE("postgres: between two attempts to reach a server that is gone there is a pause",
          "[storage][journal]") {
  relayed at;
  std::int64_t now = 0;
  at.rig.options.steady_ns = [&now] { return now; };
  at.rig.reopen();
  at.relay.at_next_commit(cutting_relay::cut::before_commit);
  at.relay.refuse(true);
  auto batch = one_change();
  CHECK_FALSE(at.rig.journal().append(batch));
  at.relay.refuse(false);
  const auto refused = at.rig.journal().append(batch); // it isn't even asked
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::storage_unavailable);
  now += 200'000'000;
  CHECK(at.rig.append(batch).back()->position == 2);
}

TEST_CASE("postgres: a director goes on behind what another one has signed", "[storage][journal]") {
  journal_rig rig(postgres());
  append_random(rig, 35, 1);
  other_director second(rig, 2);
  CHECK_FALSE(second.opened.damage);
  CHECK(second.opened.journal->head().position == 35);
  journal_rig::drafts batch(17);
  for (auto& each : batch) each.event = fixture_updated("a", "by the second");
  must(second.opened.journal->append(batch));
  rig.close();
  rig.open();
  CHECK_FALSE(rig.opened.damage);
  append_random(rig, 30, 3);
  for (const auto* each : {&rig.options, &second.options}) {
    const auto report = must(verify_journal(*each));
    CHECK(report.intact());
    CHECK(report.events == 82);
  }
}

TEST_CASE("postgres: a director's own signatures find what was changed under all of them",
          "[storage][journal]") {
  journal_rig rig(postgres());
  append_random(rig, 35, 1);
  { const other_director second(rig, 2); } // knows nothing of the first one's key
  rig.close();
  rig.meddle("DELETE FROM events WHERE position > 32; DELETE FROM checkpoints WHERE position > 32");
  rig.open();
  REQUIRE(rig.opened.damage);
  CHECK(rig.opened.damage->position == 33);
}

TEST_CASE("postgres: directors that write at once lose nothing, and the chain stays whole",
          "[storage][journal]") {
  constexpr unsigned directors = 4, changes = 25;
  journal_rig rig(postgres());
  std::vector<std::unique_ptr<other_director>> all;
  for (unsigned i = 0; i < directors; ++i) all.push_back(std::make_unique<other_director>(rig, 10 + i));
  std::atomic<unsigned> conflicts{0}, failures{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < directors; ++i)
    threads.emplace_back([&, i] {
      for (unsigned n = 0; n < changes;) {
        journal_rig::drafts batch(2);
        batch[0].event = fixture_updated(fmt::format("of{}", i), fmt::format("{}", n));
        batch[1].event = fixture_updated("of all", fmt::format("{}-{}", i, n));
        const auto done = all[i]->opened.journal->append(batch);
        if (done)
          ++n;
        else if (done.error().code == ec::conflict && done.error().details.contains("position"))
          ++conflicts;
        else {
          ++failures;
          return;
        }
      }
    });
  for (auto& each : threads) each.join();
  CHECK(failures == 0);
  all.clear();
  rig.reopen();
  CHECK_FALSE(rig.opened.damage);
  CHECK(rig.journal().head().position == 2 * directors * changes);
  for (const auto& row : must(rig.journal().view("gala")))
    CHECK(row.sequence == (row.id == "of all" ? directors * changes : changes));
}

TEST_CASE("postgres: a connection that was lost between two changes is made again", "[storage][journal]") {
  journal_rig rig(postgres());
  rig.append(fixture_created("a", "1"));
  CHECK(must(rig.history().head()).position == 1);
  cut_connections();
  rig.append(fixture_created("b", "1"));
  CHECK(rig.journal().head().position == 2);
  cut_connections();
  CHECK(must(rig.history().event(2)).position == 2);
}

TEST_CASE("postgres: a connection that is lost before the commit leaves nothing of the change",
          "[storage][journal]") {
  journal_rig rig(postgres());
  rig.append(fixture_created("a", "1"));
  rig.meddle("CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS "
             "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';"
             "CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED "
             "FOR EACH ROW EXECUTE FUNCTION hang_up()");
  journal_rig::drafts batch(1);
  batch[0].event = fixture_updated("a", "2");
  const auto refused = rig.journal().append(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::storage_unavailable);
  CHECK(rig.opened.figures->failures == 1);
  rig.meddle("DROP TRIGGER hang_up ON events");
  CHECK(brief(must(rig.journal().view("gala"))) == "a=1@1/1#1");
  CHECK(rig.append(batch).back()->position == 2);
  CHECK(must(verify_journal(rig.options)).intact());
}

TEST_CASE("postgres: a server that isn't there is told, without the password", "[storage][journal]") {
  const temp_dir place;
  journal_world world;
  auto options = world.options(place.path());
  options.url = fmt::format("postgresql://troupe:s3cret@/postgres?host={}", (place / "nowhere").string());
  const auto none = open_journal(options);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ec::storage_unavailable);
  CHECK(none.error().message.find("nowhere") != std::string::npos);
  CHECK(none.error().message.find("s3cret") == std::string::npos);
}

TEST_CASE("postgres: tables of another version are refused", "[storage][journal]") {
  journal_rig rig(postgres());
  rig.close();
  rig.meddle("UPDATE meta SET value = '99' WHERE name = 'schema'");
  const auto refused = open_journal(rig.options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::storage_unavailable);
  CHECK(refused.error().message.find("schema 99") != std::string::npos);
}

TEST_CASE("postgres: where nothing may be written the journal is read, and refuses changes",
          "[storage][journal]") {
  journal_rig rig(postgres());
  rig.append(fixture_created("a", "1"));
  rig.close();
  const auto at = rig.options.url.find("options=") + 8;
  rig.options.url.insert(at, "-cdefault_transaction_read_only%3Don%20");
  rig.open();
  CHECK_FALSE(rig.opened.damage);
  CHECK(brief(must(rig.journal().view("gala"))) == "a=1@1/1#1");
  journal_rig::drafts batch(1);
  batch[0].event = fixture_created("b", "1");
  const auto refused = rig.journal().append(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::storage_unavailable);
}

TEST_CASE("postgres: a text that the server can't hold is refused alone", "[storage][journal]") {
  journal_rig rig(postgres());
  journal_rig::drafts batch(1);
  batch[0].event = fixture_created("a", "1");
  for (const auto& odd : {std::string("a\0b", 3), std::string("\xff\xfe")}) {
    batch[0].event.author = odd;
    const auto refused = rig.journal().append(batch);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ec::storage_unavailable);
    history_query query;
    query.author = odd;
    CHECK(must(rig.history().find(query)).events.empty());
  }
  batch[0].event.author = "anonymous";
  CHECK(rig.append(batch).back()->position == 1);
}

TEST_CASE("postgres: commits are flushed, whatever the server's default", "[storage][journal]") {
  journal_rig rig(postgres());
  rig.append(fixture_created("a", "1"));
  rig.meddle("CREATE TABLE seen (value text); CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS "
             "'BEGIN INSERT INTO seen VALUES (current_setting(''synchronous_commit'') || "
             "current_setting(''statement_timeout'')); RETURN NULL; END';"
             "CREATE TRIGGER look AFTER INSERT ON events EXECUTE FUNCTION look()");
  rig.append(fixture_created("b", "1"));
  pqxx::connection connection(rig.options.url);
  CHECK(pqxx::work(connection).exec("SELECT value FROM seen")[0][0].as<std::string>() == "on1min");
}

TEST_CASE("postgres: a backup is left to the server's own means", "[storage][journal]") {
  journal_rig rig(postgres());
  const temp_dir place;
  const auto refused = backup_journal(rig.options, place / "copy");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("pg_dump") != std::string::npos);
}
