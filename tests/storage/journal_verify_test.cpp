// Whatever somebody does to a journal that is closed, verification names the place, and the next start is
// read-only.

#include "storage/journal/checkpoint_keys.hpp"
#include "storage/journal/verify_journal.hpp"
#include "tests/storage/journal_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

namespace {

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace fs = std::filesystem;

void replace(std::string& in, const std::string& what, const std::string& with) {
  if (const auto at = in.find(what); at != std::string::npos) in.replace(at, what.size(), with);
}

} // namespace

TEST_CASE("verify: an untouched journal is intact, closed and while it is written", "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 95, 1);
  auto report = must(verify_journal(rig.options));
  CHECK(report.intact());
  CHECK(report.events == 95);
  CHECK(report.checkpoints == 9); // one every ten
  rig.close();
  report = must(verify_journal(rig.options));
  CHECK(report.intact());
  CHECK(report.checkpoints == 10); // and one at the end
  CHECK(report.entities > 0);
}

TEST_CASE("verify: without a journal there is nothing to verify", "[storage][journal]") {
  const temp_dir folder;
  journal_world world;
  auto options = world.options(folder.path());
  any_backend()->choose(options);
  const auto none = verify_journal(options);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ec::not_found);
}

TEST_CASE("verify: a change to any part of an event names it", "[storage][journal]") {
  const auto change = GENERATE(
      as<std::string>(), "show = 'else'", "kind = 'group'", "id = id || 'x'", "sequence = sequence + 1",
      "event_id = 'x'", "type = 'fixture_created2'", "version = 0", "time = time + 1", "author = 'someone'",
      "client = 'x'", "correlation_id = 'x'", "entity = '{}'", "entity = NULL, details = '{\"a\":1}'",
      "details = '{\"a\":1}'", "hash = {zeros}", "hash = {short}", "position = position + 1000");
  CAPTURE(change);
  auto rig = closed_journal(60);
  auto statement = fmt::format("UPDATE events SET {} WHERE position = 33", change);
  replace(statement, "{zeros}", rig->blob(std::string(64, '0')));
  replace(statement, "{short}", rig->blob("00"));
  rig->meddle(statement);
  const auto report = must(verify_journal(rig->options));
  REQUIRE(report.chain);
  CHECK(report.chain->position == 33);
  check_refuses(*rig, 33);
}

TEST_CASE("verify: a removed event is missing", "[storage][journal]") {
  auto rig = closed_journal(60);
  const auto position = GENERATE(1U, 2U, 33U);
  rig->meddle(fmt::format("DELETE FROM events WHERE position = {}", position));
  check_refuses(*rig, position);
}

TEST_CASE("verify: text moved from an entity to its details is seen", "[storage][journal]") {
  journal_rig rig(any_backend());
  auto event = fixture_created("a", "1");
  event.entity = R"({"id":"a","name":"n","details":{"x":1}})";
  rig.append(event);
  rig.close();
  CHECK(must(verify_journal(rig.options)).intact());
  rig.meddle(R"(UPDATE events SET entity = '{"id":"a","name":"n"', details = '{"x":1}},"details":{}';
                 UPDATE views SET entity = '{"id":"a","name":"n"')");
  check_refuses(rig, 1);
}

TEST_CASE("verify: an end that was cut off is seen by the checkpoint behind it", "[storage][journal]") {
  auto rig = closed_journal(57);
  SECTION("by the one in the database") {
    rig->meddle("DELETE FROM events WHERE position > 52");
    fs::remove(rig->beside() / "checkpoints.jsonl");
  }
  SECTION("by the one in the file") {
    rig->meddle("DELETE FROM events WHERE position > 52; DELETE FROM checkpoints WHERE position > 52");
  }
  const auto report = must(verify_journal(rig->options));
  CHECK_FALSE(report.chain);
  REQUIRE(report.signatures);
  check_refuses(*rig, 53);
}

TEST_CASE("verify: a signature that was changed, or made with another key, is seen", "[storage][journal]") {
  auto rig = closed_journal(30);
  SECTION("changed") {
    rig->meddle(fmt::format("UPDATE checkpoints SET signature = {} WHERE position = 20",
                            rig->blob(std::string(128, '0'))));
    check_refuses(*rig, 20);
  }
  SECTION("signing something else") {
    rig->meddle("UPDATE checkpoints SET time = time + 1 WHERE position = 20");
    check_refuses(*rig, 20);
  }
  SECTION("with a key that nobody knows") {
    fs::remove(public_key_file(rig->beside()));
    const auto report = must(verify_journal(rig->options));
    REQUIRE(report.signatures);
    CHECK(report.signatures->reason.find("unknown key") != std::string::npos);
  }
}

TEST_CASE("verify: a new key signs on, and the old signatures stay good", "[storage][journal]") {
  auto rig = closed_journal(30);
  fs::remove(key_file(rig->beside()));
  rig->open();
  append_random(*rig, 30, 8);
  rig->close();
  const auto report = must(verify_journal(rig->options));
  CHECK(report.intact());
  CHECK(report.checkpoints == 6);
}

TEST_CASE("verify: the secret key is for its owner only", "[storage][journal]") {
  auto rig = closed_journal(1);
  struct stat status {};
  REQUIRE(::stat(key_file(rig->beside()).c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("verify: a key file that is none stops the signatures, not the journal", "[storage][journal]") {
  auto rig = closed_journal(15);
  write_text(key_file(rig->beside()), "nonsense");
  rig->open();
  CHECK_FALSE(rig->opened.damage);
  REQUIRE(rig->opened.notes.size() == 1);
  CHECK(rig->opened.notes[0].find("aren't signed") != std::string::npos);
  append_random(*rig, 20, 8);
  rig->close();
  CHECK(must(verify_journal(rig->options)).intact());
}

TEST_CASE("verify: torn lines in the file of checkpoints do no harm", "[storage][journal]") {
  auto rig = closed_journal(30);
  const auto file = rig->beside() / "checkpoints.jsonl";
  auto text = read_text(file);
  write_text(file, text.substr(0, text.size() - 40)); // the last one
  CHECK(must(verify_journal(rig->options)).intact());
  rig->open();
  append_random(*rig, 10, 8); // writes behind it
  rig->close();
  CHECK(must(verify_journal(rig->options)).intact());
  text = read_text(file);
  CHECK(parse_checkpoint_lines(text).size() == 3); // 10, 20, 40
}

TEST_CASE("verify: a view that isn't what the events make is named by its event", "[storage][journal]") {
  auto rig = closed_journal(60);
  const auto changed_at = GENERATE(as<std::string>(), "entity = '{}'", "entity = NULL", "sequence = 99",
                                   "created_at = 1000", "changed_at = changed_at - 1");
  rig->open();
  const auto rows = must(rig->journal().view("show1"));
  rig->close();
  REQUIRE_FALSE(rows.empty());
  rig->meddle(fmt::format("UPDATE views SET {} WHERE show = 'show1' AND id = '{}' AND kind = '{}'",
                          changed_at, rows[0].id, rows[0].kind));
  const auto report = must(verify_journal(rig->options));
  CHECK_FALSE(report.chain);
  CHECK_FALSE(report.signatures);
  REQUIRE(report.views);
  CHECK(report.views->position == rows[0].changed_at);
  check_refuses(*rig, rows[0].changed_at);
}

TEST_CASE("verify: rows of views that are missing or too many are seen", "[storage][journal]") {
  auto rig = closed_journal(60);
  SECTION("missing") {
    rig->meddle("DELETE FROM views WHERE id = 'f1'");
  }
  SECTION("too many") {
    rig->meddle("INSERT INTO views VALUES ('show1', 'group', 'x', 1, 1, 1, '{}')");
  }
  CHECK(must(verify_journal(rig->options)).views);
}

TEST_CASE("rebuild: views made anew are those that were there, to the byte", "[storage][journal]") {
  auto rig = closed_journal(500);
  const auto before = rig->views();
  SECTION("over whole ones") {}
  SECTION("from nothing") {
    rig->meddle("DELETE FROM views");
  }
  SECTION("over wrong ones") {
    rig->meddle("UPDATE views SET entity = 'x', sequence = 7; "
                "INSERT INTO views VALUES ('show1', 'group', 'x', 1, 1, 1, '{}')");
  }
  CHECK(must(rebuild_views(rig->options)) > 0);
  CHECK(rig->views() == before);
  CHECK(must(verify_journal(rig->options)).intact());
}

TEST_CASE("rebuild: a server that is running goes on with the views that were made", "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 50, 1);
  must(rebuild_views(rig.options));
  append_random(rig, 50, 2);
  CHECK(must(verify_journal(rig.options)).intact());
}
