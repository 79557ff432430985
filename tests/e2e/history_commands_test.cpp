// The commands that care for the journal, beside and after a real server.

#include "storage/journal/sqlite_database.hpp"
#include "tests/conformance/support/suite.hpp"
#include "tests/e2e/process.hpp"

#include <atomic>
#include <thread>

using namespace troupe::conformance;
using Catch::Matchers::Contains;
using troupe::test::process_outcome;
using troupe::test::run_troupe;

namespace fs = std::filesystem;

namespace {

process_outcome care(const std::string& command, const fs::path& data,
                     const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{command, data.string()};
  words.insert(words.end(), more.begin(), more.end());
  return run_troupe(words);
}

json::object verified(const fs::path& data) {
  return json::parse(care("verify", data, {"--json"}).out).as_object();
}

std::uint64_t events_in(const fs::path& data) {
  return verified(data).at("events").to_number<std::uint64_t>();
}

/// One letter of one event.
void flip(const fs::path& data, std::uint64_t position) {
  namespace storage = troupe::storage;
  auto database = storage::sqlite_database::open(data / ".troupe/journal.sqlite",
                                                 storage::sqlite_database::access::write, {});
  REQUIRE(database);
  REQUIRE(database->run(fmt::format(
      "UPDATE events SET entity = replace(entity, 'fader', 'fadEr') WHERE position = {}", position)));
}

void add_faders(test_server& server, int number) {
  auto rest = server.rest();
  for (int i = 0; i < number; ++i)
    rest.create("/api/inputs", {{"name", fmt::format("new {}", i)}, {"type", "fader"}});
}

std::size_t faders(test_server& server) {
  return server.rest().list("/api/inputs").size();
}

std::string health(test_server& server) {
  return str(server.rest().get("/api/health").body.at("status"));
}

} // namespace

TEST_CASE("history: a server on a tampered journal shows and refuses, until recover has mended it", "[e2e]") {
  test_server server;
  const auto at_first = faders(server);
  add_faders(server, 4);
  CHECK(server.stop() == 0);
  const auto bad = events_in(server.data.path()) - 1;
  flip(server.data.path(), bad);
  const auto found = care("verify", server.data.path());
  CHECK(found.code == 1);
  CHECK_THAT(found.out, Contains(fmt::format("chain, from position {} on: ", bad)));

  server.start();
  CHECK(server.rest().get("/api/inputs/A").status == 200);
  const auto refused = server.rest().update("/api/inputs/A", 1, json::object{{"name", "x"}});
  CHECK(refused.summary() == "503 STORAGE_UNAVAILABLE");
  CHECK_THAT(refused.message(), Contains("journal is damaged") && Contains(std::to_string(bad)));
  CHECK(server.rest().post("/api/shows", json::object{{"name", "other"}}).status == 503);
  const auto told = server.rest().get("/api/health").body;
  CHECK(told.at("status") == "degraded");
  CHECK_THAT(json::serialize(told), Contains(fmt::format("position {}", bad)) && Contains("troupe verify"));
  const auto busy = care("recover", server.data.path(), {"--keep-intact-part"});
  CHECK(busy.code == 1);
  CHECK_THAT(busy.err, Contains("another server is using"));
  CHECK(server.stop() == 0);

  CHECK(care("recover", server.data.path()).code == 1);
  CHECK(verified(server.data.path()).at("intact") == false);
  const auto mended = care("recover", server.data.path(), {"--keep-intact-part"});
  INFO(mended.out << mended.err);
  CHECK(mended.code == 0);
  CHECK_THAT(mended.out, Contains(fmt::format("Kept {} events", bad - 1)) && Contains("Dropped 2 events"));

  server.start();
  CHECK(health(server) == "ok");
  CHECK(faders(server) == at_first + 2);
  CHECK(server.rest().update("/api/inputs/A", 1, json::object{{"name", "x"}}).status == 200);
  CHECK(care("verify", server.data.path()).code == 0); // beside the server
}

TEST_CASE("history: an older copy of the database is noticed at the start", "[e2e]") {
  test_server server;
  CHECK(server.stop() == 0);
  const auto database = server.data / ".troupe/journal.sqlite";
  const auto older = read_text(database);
  server.start();
  add_faders(server, 2);
  CHECK(server.stop() == 0);
  write_text(database, older);
  const auto damaged = verified(server.data.path());
  CHECK(damaged.at("damage").at(0).at("part") == "signatures");

  server.start();
  CHECK(health(server) == "degraded");
  CHECK(server.rest().update("/api/inputs/A", 1, json::object{{"name", "x"}}).status == 503);
  CHECK(server.stop() == 0);
  CHECK(care("recover", server.data.path(), {"--keep-intact-part"}).code == 0);
  server.start();
  CHECK(health(server) == "ok");
  CHECK(server.rest().update("/api/inputs/A", 1, json::object{{"name", "x"}}).status == 200);
}

TEST_CASE("history: a backup that was made under writes restores to an intact journal", "[e2e]") {
  test_server server;
  std::atomic<bool> enough{false};
  std::atomic<int> written{0};
  std::thread writer([&] {
    auto rest = server.rest();
    while (!enough) {
      rest.create("/api/inputs", {{"name", "busy"}, {"type", "fader"}});
      ++written;
    }
  });
  while (written == 0) std::this_thread::yield();
  const temp_dir place;
  const auto first = care("backup", server.data.path(), {(place / "one").string()});
  const auto second = care("backup", server.data.path(), {(place / "two").string()});
  enough = true;
  writer.join();
  INFO(first.out << first.err << second.out << second.err);
  CHECK(first.code == 0);
  CHECK(second.code == 0);
  CHECK(events_in(place / "one") <= events_in(place / "two"));
  CHECK(server.stop() == 0);

  // Back in its place, with what has happened since beside it.
  const auto before = events_in(server.data.path());
  const auto restored =
      run_troupe({"restore", (place / "two").string(), server.data.path().string(), "--replace"});
  INFO(restored.out << restored.err);
  CHECK(restored.code == 0);
  CHECK(verified(server.data.path()).at("intact") == true);
  server.start();
  CHECK(health(server) == "ok");
  CHECK(faders(server) > 0);
  CHECK(server.rest().update("/api/inputs/A", 1, json::object{{"name", "x"}}).status == 200);
  const auto history = server.rest().get("/api/history?type=external_edit&limit=1").body;
  CHECK(history.at("data").as_array().empty()); // no file was taken for an edit by hand
  CHECK(server.stop() == 0);
  for (const auto& each : fs::directory_iterator(server.data.path().parent_path()))
    if (each.path().string().starts_with(server.data.path().string() + ".before-restore-")) {
      CHECK(events_in(each.path()) == before);
      fs::remove_all(each.path());
    }
}

TEST_CASE("history: after kill -9 there is nothing to recover", "[e2e]") {
  test_server server;
  add_faders(server, 3);
  const auto expected = faders(server);
  server.kill_hard();
  const auto done = care("recover", server.data.path());
  INFO(done.out << done.err);
  CHECK(done.code == 0);
  CHECK_THAT(done.out, Contains("The journal is intact."));
  server.start();
  CHECK(health(server) == "ok");
  CHECK(faders(server) == expected);
}

TEST_CASE("history: exported from a running server, imported for another one", "[e2e]") {
  test_server server;
  add_faders(server, 2);
  const temp_dir place;
  const auto file = (place / "tour.jsonl").string();
  CHECK(care("export", server.data.path(), {"-o", file}).code == 0);
  CHECK(care("export", server.data.path()).out == read_text(fs::path(file)));

  test_server other(test_server::later{});
  const auto keys = (server.data / ".troupe/journal.pub").string();
  const auto done = run_troupe({"import", file, other.data.path().string(), "--keys", keys});
  INFO(done.out << done.err);
  CHECK(done.code == 0);
  other.start();
  CHECK(health(other) == "ok");
  CHECK(other.rest().list("/api/inputs") == server.rest().list("/api/inputs"));
  CHECK(other.rest().list("/api/fixtures/models") == server.rest().list("/api/fixtures/models"));

  const auto nothing = run_troupe({"import", "-", (place / "none").string()});
  CHECK(nothing.code == 1);
  CHECK_FALSE(fs::exists(place / "none"));
}
