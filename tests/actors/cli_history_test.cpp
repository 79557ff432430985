// `troupe verify` and `troupe recover`.

#include "tests/actors/cli_history_support.hpp"

using namespace troupe;
using namespace troupe::cli;
using namespace troupe::test;
using Catch::Matchers::Contains;

namespace fs = std::filesystem;

namespace {

outcome recover(const show_history& show, std::optional<std::uint64_t> drop_from = std::nullopt,
                bool keep_intact_part = false) {
  return catching([&](const streams& io) {
    return run_recover({show.path(), drop_from, keep_intact_part}, io);
  });
}

/// Keeps what is beyond doubt; then there is nothing more to find. @returns what it tells
std::string recover_for_good(const show_history& show) {
  const auto done = recover(show, std::nullopt, true);
  INFO(done.out << done.err);
  CHECK(done.code == exit_ok);
  CHECK(verify(show.path()).code == exit_ok);
  return done.out;
}

fs::path copy_before_recovery(const show_history& show) {
  for (const auto& each : fs::directory_iterator(show.data / ".troupe"))
    if (each.path().filename().string().starts_with("before-recovery-")) return each.path();
  return {};
}

/// Puts the database as it is now back at the end of the scope.
class older_database {
 public:
  explicit older_database(const show_history& show)
      : file_(show.data / ".troupe/journal.sqlite"), bytes_(read_text(file_)) {}
  void put_back() const { write_text(file_, bytes_); }

 private:
  fs::path file_;
  std::string bytes_;
};

} // namespace

TEST_CASE("verify: an intact journal is said to be one", "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(3);
  const auto found = verify(show.path());
  CHECK(found.code == exit_ok);
  CHECK(found.err.empty());
  CHECK_THAT(found.out, Contains(fmt::format("{} events, ", first + 2)) &&
                            Contains(fmt::format("signed up to event {}\n", first + 2)) &&
                            Contains("the journal is intact\n"));
  const auto json = boost::json::parse(verify(show.path(), true).out).as_object();
  CHECK(json.at("intact") == true);
  CHECK(json.at("position").is_null());
  CHECK(json.at("events").to_number<std::uint64_t>() == first + 2);
  CHECK(json.at("damage").as_array().empty());
}

TEST_CASE("verify: it works while somebody holds and writes the folder", "[actors][cli][history]") {
  show_history show;
  show.open();
  show.add("x");
  CHECK(verify(show.path()).code == exit_ok);
  show.add("y");
  CHECK(verify(show.path()).code == exit_ok);
}

TEST_CASE("verify: where there is no journal there is nothing to verify, and none is made",
          "[actors][cli][history]") {
  const temp_dir top;
  const auto found = verify((top / "none").string());
  CHECK(found.code == exit_usage);
  CHECK(found.out.empty());
  CHECK_FALSE(fs::exists(top / "none"));
}

TEST_CASE("verify: the first bad position is named", "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(5);
  show.flip(first + 2);
  const auto found = verify(show.path());
  CHECK(found.code == exit_failed);
  CHECK_THAT(found.out, Contains(fmt::format("chain, from position {} on: ", first + 2)) &&
                            Contains(fmt::format("events 1 to {} are beyond doubt", first + 1)));
  const auto json = boost::json::parse(verify(show.path(), true).out).as_object();
  CHECK(json.at("intact") == false);
  CHECK(json.at("position").to_number<std::uint64_t>() == first + 2);
  CHECK(json.at("beyondDoubt").to_number<std::uint64_t>() == first + 1);
  CHECK(json.at("damage").at(0).at("part") == "chain");
}

TEST_CASE("verify: an older copy of the database is found out", "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(2);
  const older_database older(show);
  show.play(3, "y");
  older.put_back();
  const auto found = verify(show.path());
  CHECK(found.code == exit_failed);
  CHECK_THAT(found.out,
             Contains(fmt::format("signatures, from position {} on: the journal ends at {}, but was "
                                  "signed up to {}",
                                  first + 2, first + 1, first + 4)));
}

TEST_CASE("verify: a chain that was made anew is doubted up to the last signature in front",
          "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(2);
  show.play(3, "y");
  show.forge(first + 3);
  const auto found = verify(show.path());
  CHECK(found.code == exit_failed);
  CHECK_THAT(found.out,
             Contains(fmt::format("signatures, from position {} on: at {} another event was signed",
                                  first + 4, first + 4)) &&
                 Contains(fmt::format("events 1 to {} are beyond doubt", first + 1)));
  CHECK_THAT(recover_for_good(show),
             Contains(fmt::format("Kept {} events", first + 1)) && Contains(" Eve input_created"));
}

TEST_CASE("verify: a bad signature is no doubt about events that a later one vouches for",
          "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(2);
  show.play(3, "y");
  show.meddle(fmt::format("UPDATE checkpoints SET signature = zeroblob(64) WHERE position = {}", first + 1));
  const auto found = verify(show.path());
  CHECK(found.code == exit_failed);
  CHECK_THAT(found.out, Contains("signature of the checkpoint") &&
                            Contains(fmt::format("events 1 to {} are beyond doubt", first + 4)));
  CHECK_THAT(recover_for_good(show), Contains(fmt::format("Kept {} events", first + 4)));
}

TEST_CASE("recover: of an intact journal what was lost of the files is written again",
          "[actors][cli][history]") {
  show_history show;
  show.play(3);
  const auto before = everything_in(show.data / "tour");
  const auto models = read_text(show.data / "fixture-models.yaml");
  fs::remove(show.data / "tour/inputs.yaml");
  SECTION("one file") {}
  SECTION("the models") {
    fs::remove(show.data / "fixture-models.yaml");
  }
  SECTION("a whole show") {
    fs::remove_all(show.data / "tour");
  }
  SECTION("what is known of the files, too") {
    fs::remove(show.data / ".troupe/files");
  }
  const auto done = recover(show);
  INFO(done.out << done.err);
  CHECK(done.code == exit_ok);
  CHECK_THAT(done.out, Contains("The journal is intact.") && Contains("Wrote "));
  CHECK(everything_in(show.data / "tour") == before);
  CHECK(read_text(show.data / "fixture-models.yaml") == models);
  CHECK(copy_before_recovery(show).empty());
  show.open();
  CHECK_FALSE(show.archive->damage());
  CHECK(show.state.find(entity_kind::input, "x3"));
}

TEST_CASE("recover: with nothing to do it changes nothing", "[actors][cli][history]") {
  show_history show;
  show.play(3);
  const auto before = everything_in(show.data / "tour");
  CHECK(recover(show).code == exit_ok);
  const auto head = verify(show.path()).out;
  CHECK(recover(show).code == exit_ok);
  CHECK(verify(show.path()).out == head);
  CHECK(everything_in(show.data / "tour") == before);
}

TEST_CASE("recover: wrong views are made anew, without asking", "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(3);
  show.meddle("UPDATE views SET entity = replace(entity, 'x2', 'x9') WHERE id = 'x2'");
  CHECK_THAT(verify(show.path()).out, Contains(fmt::format("views, from position {} on", first + 1)));
  const auto done = recover(show);
  CHECK(done.code == exit_ok);
  CHECK_THAT(done.out, Contains("Made the current state anew"));
  CHECK(verify(show.path()).code == exit_ok);
  CHECK(show.inputs_file().find("x9") == std::string::npos);
}

TEST_CASE("recover: damaged events are told, and nothing changes until somebody decides",
          "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(5);
  show.flip(first + 2);
  const auto before = everything_in(show.data);
  const auto told = recover(show);
  CHECK(told.code == exit_failed);
  CHECK_THAT(told.err, Contains("nothing was changed"));
  CHECK_THAT(told.out, Contains(fmt::format("Beyond doubt: {} events. Behind: 3 events.", first + 1)) &&
                           Contains("--keep-intact-part") && Contains("troupe restore"));
  CHECK(everything_in(show.data) == before);
}

TEST_CASE("recover: the intact part is kept, the rest is in a copy", "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(5);
  const auto files_before = everything_in(show.data / "tour");
  show.flip(first + 2);
  const auto damaged = verify(show.path()).out;
  const bool by_position = GENERATE(false, true);
  const auto done = by_position ? recover(show, first + 2) : recover(show, std::nullopt, true);
  INFO(done.out << done.err);
  REQUIRE(done.code == exit_ok);
  CHECK_THAT(done.out,
             Contains(fmt::format("Kept {} events", first + 1)) &&
                 Contains(fmt::format("Dropped 3 events, from position {} to {}:\n", first + 2, first + 4)) &&
                 Contains("Ada input_created tour/input/x3\n") && Contains("tour/input/x5\n") &&
                 Contains("Wrote tour/inputs.yaml."));
  CHECK(verify(show.path()).code == exit_ok);
  CHECK_FALSE(fs::exists(show.data / ".troupe/mending"));

  const auto copy = copy_before_recovery(show);
  REQUIRE_FALSE(copy.empty());
  CHECK(everything_in(copy / "tour") == files_before);
  CHECK(verify(copy.string()).out == damaged);

  show.open();
  CHECK_FALSE(show.archive->damage());
  CHECK(show.state.find(entity_kind::input, "x2"));
  CHECK_FALSE(show.state.find(entity_kind::input, "x3"));
  CHECK(show.add("after") > first + 1); // and it goes on
  show.close();
  CHECK(verify(show.path()).code == exit_ok);
}

TEST_CASE("recover: of a database that can't be read at all the shows are kept, from their files",
          "[actors][cli][history]") {
  show_history show;
  show.play(3);
  const auto before = everything_in(show.data / "tour");
  write_text(show.data / ".troupe/journal.sqlite", std::string(8192, 'x'));
  CHECK(verify(show.path()).code == exit_failed);
  CHECK(recover(show).code == exit_failed);
  recover_for_good(show);
  CHECK(everything_in(show.data / "tour") == before);
  CHECK(read_text(copy_before_recovery(show) / ".troupe/journal.sqlite") == std::string(8192, 'x'));
  show.open();
  CHECK_FALSE(show.archive->damage());
  CHECK(show.state.find(entity_kind::input, "x3"));
}

TEST_CASE("recover: what was dropped comes back with the show files of the copy", "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(5);
  show.flip(first + 2);
  REQUIRE(recover(show, std::nullopt, true).code == exit_ok);
  write_text(show.data / "tour/inputs.yaml", read_text(copy_before_recovery(show) / "tour/inputs.yaml"));
  show.open();
  CHECK(show.state.find(entity_kind::input, "x5"));
  show.close();
  CHECK(verify(show.path()).code == exit_ok);
}

TEST_CASE("recover: a position that leaves damage in is refused, one further in front is not",
          "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(5);
  show.flip(first + 2);
  const auto before = verify(show.path()).out;
  const auto refused = recover(show, first + 3);
  CHECK(refused.code == exit_failed);
  CHECK_THAT(refused.err, Contains("would still be damaged"));
  CHECK(verify(show.path()).out == before);
  CHECK(recover(show, first + 30).code == exit_usage);
  CHECK(recover(show, 0).code == exit_usage);
  CHECK(verify(show.path()).out == before);
  CHECK(copy_before_recovery(show).empty());
  CHECK(recover(show, first).code == exit_ok);
  CHECK_THAT(verify(show.path()).out, Contains(fmt::format("{} events, ", first - 1)));
}

TEST_CASE("recover: a journal whose end is gone is accepted as it is when asked", "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(2);
  const older_database older(show);
  show.play(1, "y");
  older.put_back();
  CHECK(recover(show).code == exit_failed);
  CHECK_THAT(recover_for_good(show),
             Contains(fmt::format("Kept {} events", first + 1)) &&
                 Contains(fmt::format("What was signed behind event {} was gone already", first + 1)));
}

TEST_CASE("recover: hand edits are taken in, and where the file is rewritten a copy stays",
          "[actors][cli][history]") {
  show_history show;
  const auto first = show.play(3);
  show.flip(first + 2);
  write_text(show.data / "tour/inputs.yaml",
             "# mine\n" + show.inputs_file() + "- {id: byhand, name: B, type: fader}\n");
  const auto done = recover(show, std::nullopt, true);
  INFO(done.out << done.err);
  REQUIRE(done.code == exit_ok);
  show.open();
  CHECK(show.state.find(entity_kind::input, "byhand"));
  show.add("later");
  show.project();
  std::string copies;
  for (const auto& each : fs::directory_iterator(show.data / "tour"))
    if (each.path().filename().string().starts_with("inputs.yaml.orig-")) copies += read_text(each.path());
  CHECK_THAT(copies, Contains("# mine"));
}

TEST_CASE("recover: a file that doesn't parse is left as it is, and told", "[actors][cli][history]") {
  show_history show;
  show.play(1);
  write_text(show.data / "tour/groups.yaml", "- [");
  const auto done = recover(show);
  CHECK(done.code == exit_failed);
  CHECK_THAT(done.err, Contains("left as it is") && Contains("tour/groups.yaml"));
  CHECK(read_text(show.data / "tour/groups.yaml") == "- [");
}

TEST_CASE("recover: a folder that a server holds is left to it", "[actors][cli][history]") {
  show_history show;
  show.open();
  const auto refused = recover(show);
  CHECK(refused.code == exit_failed);
  CHECK_THAT(refused.err, Contains("another server is using"));
}

TEST_CASE("recover: where there is no journal nothing is made", "[actors][cli][history]") {
  const temp_dir top;
  const auto done = catching([&](const streams& io) {
    return run_recover({(top / "none").string(), std::nullopt, false}, io);
  });
  CHECK(done.code == exit_usage);
  CHECK_FALSE(fs::exists(top / "none"));
}
