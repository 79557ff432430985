// Two servers on one journal: what was decided without knowing the other's changes doesn't go over them.

#include "storage/show_archive.hpp"
#include "tests/storage/journal_support.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

show_archive archive_of(const journal_options& options) {
  show_archive::options ids;
  ids.new_id = [] { return "correlation"; };
  return show_archive(must(open_journal(options)), std::move(ids));
}

} // namespace

TEST_CASE(
    "archive: a change that was decided without another server's is refused until the show is read anew",
    "[storage][journal]") {
  journal_rig rig(GENERATE(from_range(journal_backends())));
  rig.close();
  auto first = archive_of(rig.options), second = archive_of(rig.options);
  const loaded_show none;
  must(first.load(none));
  must(second.load(none));
  must(second.record(show_event(event_type::show_created, "tour")));

  // What doesn't rest on the show is recorded, and doesn't make the rest forget.
  REQUIRE(must(first.record(show_event(event_type::show_created, "gala"))).back()->position == 2);
  for (int i = 0; i < 2; ++i) {
    const auto refused = first.commit("gala", {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ec::conflict);
    CHECK(refused.error().details.at("position").to_number<int>() == 2);
  }
  must(first.load(none));
  CHECK(first.commit("gala", {}));
}
