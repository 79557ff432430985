// Snapshots: a shortcut that changes nothing, whatever happens to it.

#include "storage/journal/snapshot_codec.hpp"
#include "storage/journal/sqlite_database.hpp"
#include "tests/storage/journal_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace {

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

const std::vector<std::string> shows{"", "show0", "show1", "show2"};

std::string views_at(event_history& history, std::uint64_t position) {
  std::string out;
  for (const auto& show : shows)
    out += fmt::format("{}: {}\n", show, brief(must(history.view_at(show, position)).rows));
  return out;
}

std::filesystem::path file_of(const journal_rig& rig) {
  return rig.folder / ".troupe/snapshots.sqlite";
}

std::uint64_t count_of(const journal_rig& rig, const std::string& what) {
  auto database = must(sqlite_database::open(file_of(rig), sqlite_database::access::read, {}));
  return must(database.number("SELECT count(*) FROM " + what)).value_or(0);
}

std::vector<view_row> some_rows() {
  return {{"fixture", "a", 1, 300, 2, R"({"id":"a"})"}, {"group", "", 1ULL << 60, 0, 0, ""}};
}

} // namespace

TEST_CASE("snapshots: they are made when enough has happened, and not before", "[storage][journal]") {
  journal_rig rig(journal_backends().front());
  CHECK_FALSE(must(rig.history().keep_snapshots()));
  rig.append(fixture_created("a", "1", "show0"));
  CHECK_FALSE(must(rig.history().keep_snapshots()));
  append_random(rig, 19, 1);
  CHECK(must(rig.history().keep_snapshots()));
  CHECK_FALSE(must(rig.history().keep_snapshots()));
  rig.options.snapshot_every = 1;
  rig.reopen();
  rig.append(fixture_created("a", "1", "show0"));
  CHECK_FALSE(must(rig.history().keep_snapshots())); // less often with many entities
}

TEST_CASE("snapshots: a show that doesn't change is written down once", "[storage][journal]") {
  journal_rig rig(journal_backends().front());
  rig.append(fixture_created("a", "1", "show1"));
  for (int i = 0; i < 3; ++i) {
    for (int n = 0; n < 20; ++n) rig.append(fixture_updated("b", fmt::format("{}", n), "show0"));
    REQUIRE(must(rig.history().keep_snapshots()));
  }
  CHECK(count_of(rig, "snapshots WHERE show = 'show1'") == 3);
  CHECK(count_of(rig, "(SELECT DISTINCT content FROM snapshots WHERE show = 'show1')") == 1);
  CHECK(count_of(rig, "(SELECT DISTINCT content FROM snapshots WHERE show = 'show0')") == 3);
}

TEST_CASE("snapshots: without them, with damaged ones and with those of another journal the past is the same",
          "[storage][journal]") {
  journal_rig rig(journal_backends().front());
  for (unsigned i = 0; i < 12; ++i) {
    append_random(rig, 25, i);
    must(rig.history().keep_snapshots());
  }
  REQUIRE(count_of(rig, "snapshots") > 8);
  std::vector<std::string> before;
  for (std::uint64_t position = 0; position <= 300; position += 9)
    before.push_back(views_at(rig.history(), position));
  rig.close();
  const auto change = [&](const char* statement) {
    auto database = must(sqlite_database::open(file_of(rig), sqlite_database::access::write, {}));
    must(database.run(statement));
  };
  const int way = GENERATE(range(0, 7));
  CAPTURE(way);
  if (way == 0) std::filesystem::remove(file_of(rig));
  if (way == 1) write_text(file_of(rig), std::string(30'000, 'x'));
  if (way == 2) change("UPDATE contents SET data = zeroblob(100)");
  if (way == 3) change("UPDATE snapshots SET hash = zeroblob(32) WHERE position > 100");
  if (way == 4) change("UPDATE snapshots SET position = position + 3, content = content");
  if (way == 5) change("DROP TABLE contents");
  if (way == 6) std::filesystem::resize_file(file_of(rig), 6'000);
  rig.open();
  std::size_t at = 0;
  for (std::uint64_t position = 0; position <= 300; position += 9)
    CHECK(views_at(rig.history(), position) == before[at++]);
  append_random(rig, 100, 99);
  must(rig.history().keep_snapshots());
  CHECK(brief(must(rig.history().view_at("show1", 400)).rows) == brief(must(rig.journal().view("show1"))));
}

TEST_CASE("snapshots: looking where none is leaves one", "[storage][journal]") {
  journal_rig rig(journal_backends().front());
  append_random(rig, 400, 1);
  const auto first = views_at(rig.history(), 300);
  CHECK(count_of(rig, "snapshots WHERE position = 300") == shows.size());
  CHECK(views_at(rig.history(), 300) == first);
}

TEST_CASE("snapshots: rows come back from their bytes as they went in", "[storage][journal]") {
  const auto rows = some_rows();
  const auto back = decode_snapshot(encode_snapshot(rows));
  REQUIRE(back);
  REQUIRE(back->size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK((*back)[i].kind == rows[i].kind);
    CHECK((*back)[i].id == rows[i].id);
    CHECK((*back)[i].created_at == rows[i].created_at);
    CHECK((*back)[i].changed_at == rows[i].changed_at);
    CHECK((*back)[i].sequence == rows[i].sequence);
    CHECK((*back)[i].entity == rows[i].entity);
  }
  CHECK(decode_snapshot(encode_snapshot({}))->empty());
}

TEST_CASE("snapshots: other bytes are none, and do no harm", "[storage][journal]") {
  const auto good = encode_snapshot(some_rows());
  CHECK_FALSE(decode_snapshot(""));
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(decode_snapshot(good.substr(0, size)));
  std::mt19937 random{1};
  for (int i = 0; i < 5'000; ++i) {
    auto bad = good;
    for (int n = 0; n < 3; ++n) bad[random() % bad.size()] = static_cast<char>(random());
    decode_snapshot(bad); // the checksum is what finds these
  }
}
