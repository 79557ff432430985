// Appending: positions, sequences, the chain, views, conflicts.

#include "storage/journal/journal_figures.hpp"
#include "storage/journal/sha256.hpp"
#include "tests/storage/journal_support.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

auto any_backend() {
  return GENERATE(from_range(journal_backends()));
}

journal_rig::drafts one(new_event event, std::optional<std::uint64_t> expected = std::nullopt) {
  journal_rig::drafts out(1);
  out[0].event = std::move(event);
  out[0].expected = expected;
  return out;
}

} // namespace

TEST_CASE("journal: a new one is empty", "[storage][journal]") {
  journal_rig rig(any_backend());
  CHECK(rig.journal().head().position == 0);
  CHECK(rig.journal().head().hash == sha256_digest{});
  CHECK(must(rig.journal().view("gala")).empty());
  CHECK(must(rig.journal().shows()).empty());
  CHECK(must(rig.history().head()).position == 0);
  CHECK_FALSE(rig.opened.damage);
}

TEST_CASE("journal: events get position, sequence, id, time and their link in the chain",
          "[storage][journal]") {
  journal_rig rig(any_backend());
  journal_rig::drafts batch(3);
  batch[0].event = fixture_created("a", "one");
  batch[1].event = fixture_created("b", "two");
  batch[2].event = fixture_updated("a", "three");
  const auto events = rig.append(batch);
  REQUIRE(events.size() == 3);
  event_hasher hash;
  sha256_digest previous{};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(events[i]->position == i + 1);
    CHECK(events[i]->event_id.size() == 36);
    CHECK(events[i]->time_ms == rig.world.now_ms);
    CHECK(events[i]->previous == previous);
    CHECK(events[i]->hash == hash(*events[i]));
    previous = events[i]->hash;
  }
  CHECK(events[0]->sequence == 1);
  CHECK(events[1]->sequence == 1);
  CHECK(events[2]->sequence == 2);
  CHECK(rig.journal().head().position == 3);
  CHECK(rig.journal().head().hash == previous);
}

TEST_CASE("journal: everything is there again after it was opened anew", "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 300, 1);
  const auto before = dump(rig.journal(), rig.history());
  const auto head = rig.journal().head();
  rig.reopen();
  CHECK_FALSE(rig.opened.damage);
  CHECK(dump(rig.journal(), rig.history()) == before);
  CHECK(rig.journal().head().position == head.position);
  CHECK(rig.journal().head().hash == head.hash);
  CHECK(rig.append(fixture_created("x", "y")) == head.position + 1);
}

TEST_CASE("journal: a clock set back doesn't turn the order of times round", "[storage][journal]") {
  journal_rig rig(any_backend());
  const auto first = rig.append(one(fixture_created("a", "1")))[0]->time_ms;
  rig.world.now_ms -= 3'600'000;
  CHECK(rig.append(one(fixture_created("b", "1")))[0]->time_ms == first);
  rig.reopen();
  CHECK(rig.append(one(fixture_created("c", "1")))[0]->time_ms == first);
}

TEST_CASE("journal: a stream with another sequence than expected is a conflict that names it",
          "[storage][journal]") {
  journal_rig rig(any_backend());
  rig.append(one(fixture_created("a", "1"), 0));
  auto batch = one(fixture_created("b", "1"), 0);
  batch.push_back(one(fixture_updated("a", "2"), 0)[0]);
  const auto refused = rig.journal().append(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::conflict);
  CHECK(refused.error().details.at("id").as_string() == "a");
  CHECK(refused.error().details.at("sequence").to_number<int>() == 1);
  SECTION("and nothing of the batch is there") {
    CHECK(rig.journal().head().position == 1);
    CHECK(brief(must(rig.journal().view("gala"))) == "a=1@1/1#1");
    CHECK(must(rig.history().head()).position == 1);
  }
  SECTION("with the right one it is taken") {
    batch[1].expected = 1;
    CHECK(rig.append(batch).back()->position == 3);
    CHECK(brief(must(rig.journal().view("gala"))) == "a=2@1/3#2 b=1@2/2#1");
  }
}

TEST_CASE("journal: sequences within one batch are counted on", "[storage][journal]") {
  journal_rig rig(any_backend());
  auto batch = one(fixture_created("a", "1"), 0);
  batch.push_back(one(fixture_updated("a", "2"), 1)[0]);
  CHECK(rig.append(batch).back()->sequence == 2);
}

TEST_CASE("journal: views hold what is there now, in the order of creation", "[storage][journal]") {
  journal_rig rig(any_backend());
  rig.append(fixture_created("z", "1"));
  rig.append(fixture_created("a", "1"));
  rig.append(fixture_created("m", "1"));
  rig.append(fixture_updated("z", "2"));
  CHECK(brief(must(rig.journal().view("gala"))) == "z=2@1/4#2 a=1@2/2#1 m=1@3/3#1");
  rig.append(fixture_deleted("z"));
  CHECK(brief(must(rig.journal().view("gala"))) == "a=1@2/2#1 m=1@3/3#1");
  SECTION("what is made again is created anew, and its stream goes on") {
    rig.append(fixture_created("z", "3"));
    CHECK(brief(must(rig.journal().view("gala"))) == "a=1@2/2#1 m=1@3/3#1 z=3@6/6#4");
    rig.reopen();
    CHECK(brief(must(rig.journal().view("gala"))) == "a=1@2/2#1 m=1@3/3#1 z=3@6/6#4");
    CHECK(rig.append(one(fixture_updated("z", "4"), 4))[0]->sequence == 5);
  }
}

TEST_CASE("journal: a deleted show takes its entities with it, and no others", "[storage][journal]") {
  journal_rig rig(any_backend());
  rig.append(show_event(event_type::show_created, "gala"));
  rig.append(fixture_created("a", "1", "gala"));
  rig.append(fixture_created("a", "1", "other"));
  CHECK(must(rig.journal().shows()) == std::vector<std::string>{"gala", "other"});
  auto batch = one(fixture_created("b", "1", "gala"));
  batch.push_back(one(show_event(event_type::show_deleted, "gala"))[0]);
  rig.append(batch);
  CHECK(must(rig.journal().view("gala")).empty());
  CHECK(brief(must(rig.journal().view("other"))) == "a=1@3/3#1");
  CHECK(must(rig.journal().shows()) == std::vector<std::string>{"other"});
  SECTION("and its streams go on when it comes back") {
    const auto events = rig.append(one(fixture_created("a", "2", "gala"), 1));
    CHECK(events[0]->sequence == 2);
    CHECK(brief(must(rig.journal().view("gala"))) == "a=2@6/6#2");
  }
}

TEST_CASE("journal: an event without an entity of its own changes no view", "[storage][journal]") {
  journal_rig rig(any_backend());
  new_event named;
  named.stream = {"", "checkpoint", "before the break"};
  named.type = event_type::checkpoint_named;
  CHECK_FALSE(changes_entity(named));
  CHECK(rig.append(named) == 1);
  CHECK(must(rig.journal().view("")).empty());
  CHECK(must(rig.journal().shows()).empty());
}

TEST_CASE("journal: a second writer is noticed, and the chain stays whole", "[storage][journal]") {
  journal_rig rig(any_backend());
  rig.append(fixture_created("a", "1"));
  auto other = must(open_journal(rig.options));
  auto first = one(fixture_updated("a", "2")), batch = one(fixture_updated("a", "3"));
  must(other.journal->append(first));
  const auto refused = rig.journal().append(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::conflict);
  CHECK(refused.error().details.at("position").to_number<int>() == 2);
  const auto events = rig.append(batch);
  CHECK(events[0]->position == 3);
  CHECK(events[0]->sequence == 3);
}

TEST_CASE("journal: odd texts come back as they went in", "[storage][journal]") {
  journal_rig rig(any_backend());
  auto event = fixture_created("ü\"\\/'; DROP TABLE events", "x");
  event.author = "Ω\n\t\"";
  event.details = R"({"name":"it's \"odd\" %$?1"})";
  const auto written = rig.append(one(event))[0];
  rig.reopen();
  const auto read = must(rig.history().event(1));
  CHECK(read.stream == event.stream);
  CHECK(read.author == event.author);
  CHECK(read.details == event.details);
  CHECK(read.entity == event.entity);
  CHECK(read.hash == written->hash);
  CHECK(event_hasher()(read) == written->hash);
}

TEST_CASE("journal: the figures count what was appended and refused", "[storage][journal]") {
  journal_rig rig(any_backend());
  rig.append(fixture_created("a", "1"));
  auto batch = one(fixture_created("b", "1"));
  batch.push_back(batch[0]);
  rig.append(batch);
  CHECK_FALSE(rig.journal().append(batch = one(fixture_created("a", "1"), 7)));
  const auto& figures = *rig.opened.figures;
  CHECK(figures.batch_size.count == 2);
  CHECK(figures.batch_size.sum == 3);
  CHECK(figures.batch_size.max == 2);
  CHECK(figures.position == 3);
  CHECK(figures.conflicts == 1);
  CHECK(figures.failures == 0);
}
