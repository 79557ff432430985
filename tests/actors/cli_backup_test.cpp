// `troupe backup`, `restore`, `export` and `import`.

#include "tests/actors/cli_history_support.hpp"

#include <sys/stat.h>

using namespace troupe;
using namespace troupe::cli;
using namespace troupe::test;
using Catch::Matchers::Contains;

namespace fs = std::filesystem;

namespace {

outcome backup(const show_history& show, const fs::path& to) {
  return catching([&](const streams& io) { return run_backup({show.path(), to.string()}, io); });
}

outcome restore(const fs::path& from, const fs::path& to, bool replace = false) {
  return catching([&](const streams& io) { return run_restore({from.string(), to.string(), replace}, io); });
}

std::string exported(const show_history& show) {
  const auto done = catching([&](const streams& io) { return run_export({show.path(), "-"}, io); });
  REQUIRE(done.code == exit_ok);
  return done.out;
}

outcome import_text(const std::string& text, const fs::path& to,
                    std::optional<std::string> keys = std::nullopt) {
  std::istringstream in(text);
  return catching([&](const streams& io) { return run_import({"-", to.string(), keys}, in, io); });
}

/// The shows as a server would have them that starts on this folder, with how the start went.
std::string started_on(const fs::path& data) {
  auto files = must(storage::show_files::open(data));
  const auto found = must(files.load("tour", false));
  storage::show_archive archive(must(storage::open_journal(journal_in(data.string()))), {actors::random_id});
  const auto arrived = must(archive.load(found));
  std::string out = archive.damage() ? "damaged" : "";
  for (const auto& note : arrived.notes) out += note + '\n';
  for (std::size_t kind = 0; kind < entity_kind_count; ++kind)
    arrived.state.each(static_cast<entity_kind>(kind), [&](const record_ptr& each) {
      out += fmt::format("{}@{} ", each->id, each->revision);
    });
  return out;
}

} // namespace

TEST_CASE("backup: restored, it is the same show and the same journal", "[actors][cli][history]") {
  show_history show;
  show.play(3);
  const auto made = backup(show, show.top / "copy");
  INFO(made.out << made.err);
  CHECK(made.code == exit_ok);
  CHECK_THAT(made.out, Contains("of shows"));
  CHECK(verify((show.top / "copy").string()).out == verify(show.path()).out);
  const auto back = restore(show.top / "copy", show.top / "again/data");
  INFO(back.out << back.err);
  CHECK(back.code == exit_ok);
  CHECK(everything_in(show.top / "again/data/tour") == everything_in(show.data / "tour"));
  CHECK(exported(show) == catching([&](const streams& io) {
                            return run_export({(show.top / "again/data").string(), "-"}, io);
                          }).out);
  CHECK(started_on(show.top / "again/data") == started_on(show.data));
  struct stat status {};
  REQUIRE(::stat((show.top / "again/data/.troupe/journal.key").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("backup: files that are behind the journal are no edits when it is restored",
          "[actors][cli][history]") {
  show_history show;
  show.open();
  show.add("late"); // and not projected
  REQUIRE(backup(show, show.top / "copy").code == exit_ok);
  show.project();
  show.close();
  CHECK(started_on(show.top / "copy") == started_on(show.data)); // no notes of edits by hand
}

TEST_CASE("backup: an edit by hand that nobody has taken in yet is one in the backup, too",
          "[actors][cli][history]") {
  show_history show;
  show.play(1);
  write_text(show.data / "tour/inputs.yaml", show.inputs_file() + "- {id: byhand, name: B, type: fader}\n");
  REQUIRE(backup(show, show.top / "copy").code == exit_ok);
  const auto start = started_on(show.top / "copy");
  CHECK_THAT(start, Contains("changes by hand are taken in") && Contains("byhand@1"));
}

TEST_CASE("backup: it goes to a place of its own", "[actors][cli][history]") {
  show_history show;
  CHECK(backup(show, show.data / "copy").code == exit_usage);
  CHECK(backup(show, show.data).code == exit_usage);
  REQUIRE(backup(show, show.top / "copy/").code == exit_ok);
  const auto before = everything_in(show.top / "copy");
  CHECK(backup(show, show.top / "copy").code == exit_failed);
  CHECK(everything_in(show.top / "copy") == before);
  CHECK_FALSE(fs::exists(show.top / "copy.partial"));
  show_history other;
  fs::remove_all(other.data / ".troupe");
  CHECK(backup(other, other.top / "copy").code == exit_usage);
  CHECK_FALSE(fs::exists(other.top / "copy"));
}

TEST_CASE("backup: of a damaged journal one is kept, and the damage told", "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(3);
  show.flip(first + 1);
  const auto made = backup(show, show.top / "copy");
  CHECK(made.code == exit_failed);
  CHECK_THAT(made.err, Contains(fmt::format("position {}", first + 1)));
  const auto refused = restore(show.top / "copy", show.top / "again");
  CHECK(refused.code == exit_failed);
  CHECK_THAT(refused.err, Contains(fmt::format("damaged from position {}", first + 1)));
  CHECK_FALSE(fs::exists(show.top / "again"));
}

TEST_CASE("restore: a folder that holds something is only replaced when asked, and put aside",
          "[actors][cli][history]") {
  show_history show;
  show.play(1);
  REQUIRE(backup(show, show.top / "copy").code == exit_ok);
  show.play(2, "y");
  const auto before = everything_in(show.data / "tour");
  const auto refused = restore(show.top / "copy", show.data);
  CHECK(refused.code == exit_failed);
  CHECK_THAT(refused.err, Contains("isn't empty") && Contains("--replace"));
  CHECK(everything_in(show.data / "tour") == before);

  SECTION("while a server holds it it isn't") {
    show.open();
    const auto in_use = restore(show.top / "copy", show.data, true);
    CHECK(in_use.code == exit_failed);
    CHECK_THAT(in_use.err, Contains("another server is using"));
    show.close();
    CHECK(everything_in(show.data / "tour") == before);
  }
  SECTION("otherwise it is") {
    const auto done = restore(show.top / "copy", show.path() + "/", true);
    INFO(done.out << done.err);
    CHECK(done.code == exit_ok);
    CHECK(everything_in(show.data / "tour") == everything_in(show.top / "copy/tour"));
    fs::path aside;
    for (const auto& each : fs::directory_iterator(show.top.path()))
      if (each.path().filename().string().starts_with("data.before-restore-")) aside = each.path();
    REQUIRE_FALSE(aside.empty());
    CHECK(everything_in(aside / "tour") == before);
    CHECK(verify(aside.string()).code == exit_ok);
    CHECK(verify(show.path()).code == exit_ok);
  }
}

TEST_CASE("restore: an empty folder is filled, and what is no backup is refused", "[actors][cli][history]") {
  show_history show;
  REQUIRE(backup(show, show.top / "copy").code == exit_ok);
  fs::create_directory(show.top / "empty");
  CHECK(restore(show.top / "copy", show.top / "empty").code == exit_ok);
  CHECK(verify((show.top / "empty").string()).code == exit_ok);
  fs::create_directory(show.top / "nothing");
  CHECK(restore(show.top / "nothing", show.top / "other").code == exit_usage);
  CHECK_FALSE(fs::exists(show.top / "other"));
}

TEST_CASE("export: imported with its keys it is the same journal, with the files of its shows",
          "[actors][cli][history]") {
  show_history show;
  show.play(3);
  const auto text = exported(show);
  const auto done = import_text(text, show.top / "again", (show.data / ".troupe/journal.pub").string());
  INFO(done.out << done.err);
  CHECK(done.code == exit_ok);
  const auto again = show.top / "again";
  CHECK(everything_in(again / "tour") == everything_in(show.data / "tour"));
  CHECK(read_text(again / "fixture-models.yaml") == read_text(show.data / "fixture-models.yaml"));
  CHECK(verify(again.string()).code == exit_ok);
  CHECK(started_on(again) == started_on(show.data));
}

TEST_CASE("export: without keys the events are imported, and the checkpoints left out",
          "[actors][cli][history]") {
  show_history show;
  show.play(3);
  const auto done = import_text(exported(show), show.top / "again");
  CHECK(done.code == exit_ok);
  CHECK_THAT(done.err, Contains("left out"));
  CHECK(verify((show.top / "again").string()).code == exit_ok);
  CHECK(started_on(show.top / "again") == started_on(show.data));
}

TEST_CASE("export: a file appears whole, or not at all", "[actors][cli][history]") {
  show_history show;
  const auto file = (show.top / "tour.jsonl").string();
  const auto run = [](const std::string& data, const std::string& to) {
    return catching([&](const streams& io) { return run_export({data, to}, io); });
  };
  CHECK(run(show.path(), file).code == exit_ok);
  CHECK(read_text(file) == exported(show));
  CHECK(run(show.path(), (show.top / "none/x").string()).code == exit_failed);
  CHECK(run((show.top / "none").string(), (show.top / "y").string()).code == exit_usage);
  CHECK_FALSE(fs::exists(show.top / "y"));
  CHECK_FALSE(fs::exists(show.top / "y.partial"));
}

TEST_CASE("import: a line that was changed is named, and nothing is left", "[actors][cli][history]") {
  show_history show;
  show.play(3);
  auto text = exported(show);
  const auto at = text.find("\"Ada\"");
  REQUIRE(at != std::string::npos);
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  text.replace(at, 5, "\"Bob\"");
  const bool there = GENERATE(false, true);
  if (there) fs::create_directory(show.top / "again");
  const auto refused = import_text(text, show.top / "again");
  CHECK(refused.code == exit_failed);
  CHECK_THAT(refused.err, Contains(fmt::format("line {}: ", line)));
  CHECK(fs::exists(show.top / "again") == there);
  if (there) CHECK(fs::is_empty(show.top / "again"));
}

TEST_CASE("import: a folder that holds something isn't touched", "[actors][cli][history]") {
  show_history show;
  const auto before = everything_in(show.data);
  const auto text = exported(show);
  CHECK(import_text(text, show.data).code == exit_failed);
  CHECK(everything_in(show.data) == before);
}
