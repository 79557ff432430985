// A journal as text: export and import.

#include "storage/journal/checkpoint_keys.hpp"
#include "storage/journal/journal_lines.hpp"
#include "storage/journal/open_backend.hpp"
#include "storage/journal/verify_journal.hpp"
#include "tests/storage/journal_support.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const journal_options& options) {
  std::vector<std::string> out;
  must(export_journal(options, [&](std::string_view line) {
    out.emplace_back(line);
    return true;
  }));
  return out;
}

result<std::uint64_t> import_lines(const journal_options& options, const std::vector<std::string>& lines) {
  std::size_t at = 0;
  return import_journal(options, [&]() -> std::optional<std::string> {
    if (at == lines.size()) return std::nullopt;
    return lines[at++];
  });
}

std::string dump_of(const journal_options& options) {
  auto opened = must(open_journal(options));
  CHECK_FALSE(opened.damage);
  return dump(*opened.journal, *must(opened.read()));
}

} // namespace

TEST_CASE("export: what is imported is the same journal", "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 123, 1);
  const auto before = dump(rig.journal(), rig.history());
  const auto lines = lines_of(rig.options);
  CHECK(lines.size() == 1 + 123 + 12);
  const temp_dir place;
  auto copy = rig.options;
  copy.data_dir = place.path();
  rig.backend->choose(copy);
  fs::create_directories(beside_journal(copy));
  fs::copy_file(public_key_file(rig.beside()), public_key_file(beside_journal(copy)));
  CHECK(must(import_lines(copy, lines)) == 123);
  CHECK(lines_of(copy) == lines);
  const auto report = must(verify_journal(copy));
  CHECK(report.intact());
  CHECK(report.checkpoints == 12);
  CHECK(dump_of(copy) == before);
}

TEST_CASE("import: a line that was changed, left out or moved is named, and nothing is left",
          "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 40, 1);
  auto lines = lines_of(rig.options);
  const int way = GENERATE(range(0, 8));
  CAPTURE(way);
  int bad = 21;
  if (way == 0) lines[20].replace(lines[20].find("operator"), 8, "Operator");
  if (way == 1) lines.erase(lines.begin() + 20);
  if (way == 2) std::swap(lines[20], lines[21]);
  if (way == 3) lines[20] = "{";
  if (way == 4) lines[20] = "[]";
  if (way == 5) lines.erase(lines.begin() + 20, lines.end());
  if (way == 6) lines[0] = "{}", bad = 1;
  if (way == 7) lines.push_back(lines[20]), bad = static_cast<int>(lines.size());
  const temp_dir place;
  auto copy = rig.options;
  copy.data_dir = place.path();
  rig.backend->choose(copy);
  const auto refused = import_lines(copy, lines);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::validation_error);
  CHECK(refused.error().details.at("line").to_number<int>() == bad);
  CHECK_FALSE(must(journal_is_there(copy)));
}

TEST_CASE("import: a journal that is there isn't touched", "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 10, 1);
  const auto before = dump(rig.journal(), rig.history());
  const auto refused = import_lines(rig.options, lines_of(rig.options));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::conflict);
  CHECK(dump(rig.journal(), rig.history()) == before);
}

TEST_CASE("export: an event's line reads back as it was", "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 30, 3);
  must(rig.history().scan(0, [](const journal_event& event) {
    const auto line = event_line(event);
    const auto back = parse_event_line(line);
    REQUIRE(back);
    CHECK(event_line(*back) == line);
    return true;
  }));
}
