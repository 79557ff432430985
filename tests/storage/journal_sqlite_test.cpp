// What only a journal in a file can meet: other files in its place, damaged pages; and copies of it.

#include "storage/journal/backup_journal.hpp"
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

/// In a file.
std::unique_ptr<journal_rig> closed_file(std::size_t events) {
  return closed_journal(events, journal_backends().front());
}

std::string dump_of(const journal_options& options) {
  auto opened = must(open_journal(options));
  CHECK_FALSE(opened.damage);
  return dump(*opened.journal, *must(opened.read()));
}

} // namespace

TEST_CASE("verify: an older copy of the whole database is seen", "[storage][journal]") {
  auto rig = closed_file(30);
  const auto file = rig->folder / ".troupe/journal.sqlite";
  fs::copy_file(file, rig->folder / "old");
  rig->open();
  append_random(*rig, 30, 8);
  rig->close();
  fs::copy_file(rig->folder / "old", file, fs::copy_options::overwrite_existing);
  check_refuses(*rig, 31);
}

TEST_CASE("verify: an empty database in the place of the journal is seen", "[storage][journal]") {
  auto rig = closed_file(30);
  fs::remove(rig->folder / ".troupe/journal.sqlite");
  check_refuses(*rig, 0);
}

TEST_CASE("verify: a history that was made anew from the start is seen by the signatures",
          "[storage][journal]") {
  auto rig = closed_file(30);
  auto other = closed_file(1);
  append_random(
      *[&] {
        other->open();
        return other.get();
      }(),
      29, 9); // other events, a whole chain
  other->close();
  const auto forge = [&](const journal_rig& to) {
    return fmt::format(
        "ATTACH '{}' AS other; DELETE FROM events; INSERT INTO events SELECT * FROM other.events;"
        "DELETE FROM views; INSERT INTO views SELECT * FROM other.views",
        (to.folder / ".troupe/journal.sqlite").string());
  };
  rig->meddle(forge(*other));
  const auto report = must(verify_journal(rig->options));
  CHECK_FALSE(report.chain);
  REQUIRE(report.signatures);
  check_refuses(*rig, 10);
}

TEST_CASE("verify: a file that is no database is damage, and no start", "[storage][journal]") {
  auto rig = closed_file(30);
  write_text(rig->folder / ".troupe/journal.sqlite", std::string(20'000, 'x'));
  const auto report = must(verify_journal(rig->options));
  REQUIRE(report.chain);
  CHECK(report.chain->position == 0);
  const auto refused = open_journal(rig->options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::storage_unavailable);
}

TEST_CASE("verify: any page that was overwritten is damage, and never more", "[storage][journal]") {
  auto rig = closed_file(200);
  const auto file = rig->folder / ".troupe/journal.sqlite";
  const auto whole = read_text(file);
  const bool zeros = GENERATE(true, false);
  for (std::size_t page = 0; page + 4096 <= whole.size(); page += 4096) {
    auto text = whole;
    for (std::size_t i = page; i < page + 4096; ++i) text[i] = zeros ? '\0' : static_cast<char>(i * 7 + 3);
    write_text(file, text);
    CAPTURE(page, zeros);
    const auto report = verify_journal(rig->options);
    if (report) CHECK_FALSE(report->intact());
    const auto opened = open_journal(rig->options);
    if (opened) CHECK(opened->damage);
  }
}

TEST_CASE("backup: a copy that is made while the journal is written is whole", "[storage][journal]") {
  journal_rig rig(journal_backends().front());
  append_random(rig, 60, 1);
  const temp_dir place;
  CHECK(must(backup_journal(rig.options, place / "copy")) == 60);
  const auto then = dump(rig.journal(), rig.history());
  append_random(rig, 20, 2); // the original goes on
  auto copy = rig.options;
  copy.data_dir = place / "copy";
  const auto report = must(verify_journal(copy));
  CHECK(report.intact());
  CHECK(report.events == 60);
  CHECK(dump_of(copy) == then);
  struct stat status {};
  REQUIRE(::stat(key_file(place / "copy/.troupe").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  SECTION("a second one doesn't overwrite it") {
    const auto refused = backup_journal(rig.options, place / "copy");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ec::conflict);
  }
}

TEST_CASE("backup: without a journal there is nothing to copy", "[storage][journal]") {
  const temp_dir place;
  journal_world world;
  const auto none = backup_journal(world.options(place / "a"), place / "b");
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ec::not_found);
  CHECK_FALSE(fs::exists(place / "b"));
}
