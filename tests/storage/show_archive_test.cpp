#include "storage/show_archive.hpp"

#include "storage/journal/refusing_journal.hpp"
#include "tests/storage/journal_support.hpp"
#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fstream>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

/// One server after the other on one folder.
struct server {
  temp_dir data;
  journal_world world;
  std::optional<show_files> files;
  std::optional<show_archive> archive;
  arrived_show show;
  int ids = 0;

  server() { start(); }

  void start() {
    files.emplace(must(show_files::open(data.path())));
    const auto found = must(files->load("demo", true));
    show_archive::options naming;
    naming.new_id = [this] { return fmt::format("c{}", ++ids); };
    auto journal = open_journal(world.options(data.path()));
    archive.emplace(journal ? std::move(*journal) : refusing_journal(journal.error()), naming);
    show = must(archive->load(found));
    if (archive->damage()) files->freeze();
  }
  void die() {
    archive.reset();
    files.reset();
  }
  void restart() {
    die();
    start();
  }
  void project() { must(files->project(show.state, archive->head().position)); }

  void commit(fact happened) {
    recorded_fact one{std::move(happened), nullptr, std::make_shared<command_origin>()};
    one.before = show.state.find(kind_of(one.happened), id_of(one.happened));
    must(archive->commit("demo", std::array{one}));
    troupe::apply(show.state, one.happened);
  }

  std::vector<journal_event> events(const std::string& type = {}) {
    auto reader = must(archive->reader()());
    history_query query;
    query.type = type;
    query.oldest_first = true;
    query.limit = 1'000;
    return must(reader->find(query)).events;
  }
  std::filesystem::path file(const char* name) { return data / "demo" / name; }
  std::string name_of(const char* id) {
    const auto* found = show.state.find_as<fixture>(entity_kind::fixture, id);
    return found ? found->name : "";
  }
  void edit(const char* name, std::string_view from, std::string_view to) {
    auto text = read_text(file(name));
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    write_text(file(name), text.replace(at, from.size(), to));
  }
};

fact renamed(const char* id, std::string_view name, int revision = 2) {
  return updated(
      entity_kind::fixture,
      fmt::format(R"({{"id":"{}","name":"{}","modelId":"generic-rgbw","universe":0,"startChannel":1,)"
                  R"("revision":{}}})",
                  id, name, revision));
}

} // namespace

TEST_CASE("archive: at the first start the files are the show, and no edit", "[storage][unit]") {
  server on;
  CHECK(on.show.state.count(entity_kind::fixture) == 4);
  CHECK(on.show.position == on.show.state.count(entity_kind::model) + 4 + 3 + 12 + 1);
  CHECK(on.events("external_edit").empty());
  const auto first = on.events().at(0);
  CHECK(first.author == "file");
  CHECK(first.details == R"({"imported":true})");
  on.project();
  on.restart();
  CHECK(on.archive->head().position == on.events().size());
  CHECK(on.show.notes.empty());
}

TEST_CASE("archive: files that are merely behind come from the journal, and are no edit", "[storage][unit]") {
  server on;
  on.project();
  on.commit(renamed("front-left", "Spot"));
  on.restart(); // the file still says front-left
  CHECK(on.name_of("front-left") == "Spot");
  CHECK(on.events("external_edit").empty());
  on.project();
  CHECK(read_text(on.file("fixtures.yaml")).find("name: Spot") != std::string::npos);
}

TEST_CASE("archive: an edit while the server is down is taken in, and nothing that it didn't touch",
          "[storage][unit]") {
  server on;
  on.project();
  on.commit(renamed("front-left", "Spot"));
  on.die();
  on.edit("fixtures.yaml", "name: front-right", "name: By hand");
  on.start();
  CHECK(on.name_of("front-left") == "Spot");
  CHECK(on.name_of("front-right") == "By hand");
  const auto edits = on.events("external_edit");
  REQUIRE(edits.size() == 1);
  CHECK(edits[0].stream.id == "front-right");
  CHECK(edits[0].author == "file");
  CHECK(edits[0].details == R"({"before":{"name":"front-right"},"op":"updated"})");
  on.project();
  on.restart();
  CHECK(on.events("external_edit").size() == 1);
}

TEST_CASE("archive: a kind whose file doesn't parse keeps what the journal has", "[storage][unit]") {
  server on;
  on.project();
  on.die();
  write_text(on.file("fixtures.yaml"), "- id: [\n");
  on.start();
  CHECK(on.show.state.count(entity_kind::fixture) == 4);
  CHECK(on.show.unreadable[static_cast<std::size_t>(entity_kind::fixture)]);
  CHECK(on.events("external_edit").empty());
}

TEST_CASE("archive: what the disk refused at the start is recorded with the next change", "[storage][unit]") {
  temp_dir data;
  auto files = must(show_files::open(data.path()));
  const auto found = must(files.load("demo", true));
  journal_world world;
  auto opened = must(open_journal(world.options(data.path())));

  /// Refuses as long as it is told to.
  class moody final : public event_journal {
   public:
    explicit moody(std::unique_ptr<event_journal> inner) : inner_(std::move(inner)) {}
    result<std::vector<std::shared_ptr<const journal_event>>> append(std::span<draft> drafts) override {
      if (refuses) return fail(ec::storage_unavailable, "No space left on device");
      return inner_->append(drafts);
    }
    journal_head head() const override { return inner_->head(); }
    result<std::vector<view_row>> view(std::string_view show) override { return inner_->view(show); }
    result<std::vector<std::string>> shows() override { return inner_->shows(); }
    bool refuses = true;

   private:
    std::unique_ptr<event_journal> inner_;
  };
  auto inner = std::make_unique<moody>(std::move(opened.journal));
  auto* disk = inner.get();
  opened.journal = std::move(inner);
  show_archive::options naming;
  naming.new_id = [] { return std::string{"c"}; };
  show_archive archive{std::move(opened), naming};

  const auto show = must(archive.load(found));
  CHECK(show.state.count(entity_kind::fixture) == 4);
  CHECK(archive.head().position == 0);
  const recorded_fact change{renamed("front-left", "Spot"),
                             show.state.find(entity_kind::fixture, "front-left"),
                             std::make_shared<command_origin>()};
  CHECK_FALSE(archive.commit("demo", std::array{change}));
  disk->refuses = false;
  const auto recorded = must(archive.commit("demo", std::array{change}));
  CHECK(recorded.size() == 24 + 1);
  CHECK(recorded.back()->type == "fixture_updated");
}

TEST_CASE("archive: with a tampered journal the files are the show, read-only and left alone",
          "[storage][unit]") {
  server on;
  on.project();
  on.commit(renamed("front-left", "Spot"));
  on.project();
  on.die();
  const auto before = read_text(on.file("fixtures.yaml"));
  SECTION("no database any more") {
    write_text(on.data / ".troupe/journal.sqlite", std::string(8'192, 'x'));
  }
  SECTION("its end has been cut off") {
    std::filesystem::remove(on.data / ".troupe/journal.sqlite");
    std::filesystem::remove(on.data / ".troupe/journal.sqlite-wal");
  }
  on.start();
  REQUIRE(on.archive->damage());
  CHECK(on.name_of("front-left") == "Spot");
  for (const auto& kind : on.show.unreadable) CHECK(kind);
  CHECK(on.show.problems.back().reason.find("troupe verify") != std::string::npos);
  auto changed = on.show.state;
  troupe::apply(changed, renamed("front-left", "Lost", 3));
  CHECK(must(on.files->project(changed, 99)).written.empty());
  CHECK(read_text(on.file("fixtures.yaml")) == before);
}

TEST_CASE("archive: without any trace of a journal the files are the show again", "[storage][unit]") {
  server on;
  on.project();
  on.commit(renamed("front-left", "Spot"));
  on.project();
  on.die();
  for (const auto& entry : std::filesystem::directory_iterator(on.data / ".troupe"))
    if (entry.path().filename() != "files") std::filesystem::remove(entry.path());
  on.start();
  CHECK_FALSE(on.archive->damage());
  CHECK(on.name_of("front-left") == "Spot");
  CHECK(on.show.state.count(entity_kind::fixture) == 4);
}
