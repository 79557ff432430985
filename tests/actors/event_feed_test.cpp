// What one reader of events is told, against archives and bursts of every kind.

#include "actors/client/event_feed.hpp"

#include "tests/actors/event_support.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using kind = feed_step::kind;

namespace {

using positions = std::vector<std::uint64_t>;

positions range(std::uint64_t from, std::uint64_t to) {
  positions all;
  for (; from <= to; ++from) all.push_back(from);
  return all;
}

/// Tells all that can be told without the archive. @returns the positions; stops at a gap or a question
positions tell(event_feed& feed, recent_events& recent, feed_step* stopped = nullptr) {
  positions told;
  for (;;) {
    const auto step = feed.next(recent);
    if (step.what != kind::event) {
      if (stopped) *stopped = step;
      return told;
    }
    told.push_back(step.event->position());
    feed.told(step);
  }
}

const event_filter everything{};

} // namespace

TEST_CASE("recent events: they are kept from the first on, and each has one text", "[actors][unit]") {
  recent_events recent;
  CHECK_FALSE(recent.newest());
  recent.add(commit(41, 43));
  CHECK(recent.newest() == 43U);
  CHECK(recent.first() == 41);
  CHECK(recent.covers(40));
  CHECK_FALSE(recent.covers(39));
  const auto text = recent.at(42).text();
  CHECK(recent.at(42).text() == text);
  CHECK(text->starts_with("id: 42\nevent: fixture_updated\ndata: {\"position\":42,"));
  CHECK(text->ends_with("}\n\n"));
  recent.add(commit(42, 44)); // two of them are known
  CHECK(recent.newest() == 44U);
  CHECK(recent.first() == 41);
  recent.forget();
  CHECK(recent.newest() == 44U);
  CHECK(recent.first() == 45);
}

TEST_CASE("recent events: the oldest go, by number and by size", "[actors][unit]") {
  recent_events recent;
  recent.add(commit(1, recent_events::max_events + 5));
  CHECK(recent.first() == 6);

  recent_events large;
  for (std::uint64_t at = 1; at <= 20; ++at) {
    auto one = std::make_shared<storage::journal_event>(*event_at(at));
    one->entity = std::string(1024 * 1024, ' ');
    large.add(events_recorded{{one}});
  }
  CHECK(large.newest() == 20U);
  CHECK(large.first() == 14); // each counts with its text
  auto huge = std::make_shared<storage::journal_event>(*event_at(21));
  huge->entity = std::string(2 * recent_events::max_bytes, ' ');
  large.add(events_recorded{{huge}});
  CHECK(large.first() == 21); // the newest stays, however large
}

TEST_CASE("event feed: who begins now is told what happens from now on", "[actors][unit]") {
  recent_events recent;
  recent.learn(7);
  event_feed feed{everything, 7, 7};
  CHECK(feed.next(recent).what == kind::nothing);
  recent.add(commit(8, 9));
  CHECK(tell(feed, recent) == positions{8, 9});
  recent.add(commit(10, 10));
  CHECK(tell(feed, recent) == positions{10});
}

TEST_CASE("event feed: what isn't on its way yet comes again", "[actors][unit]") {
  recent_events recent;
  recent.add(commit(1, 2));
  event_feed feed{everything, 0, 0};
  CHECK(feed.next(recent).event->position() == 1);
  const auto again = feed.next(recent);
  CHECK(again.event->position() == 1);
  feed.told(again);
  CHECK(feed.next(recent).event->position() == 2);
}

TEST_CASE("event feed: a replay and what happens meanwhile join without a seam", "[actors][unit]") {
  std::vector<journal_event_ptr> archive;
  for (std::uint64_t at = 1; at <= 30; ++at) archive.push_back(event_at(at));
  recent_events recent;
  recent.learn(20);
  event_feed feed{everything, 5, 20};
  auto step = feed.next(recent);
  REQUIRE(step.what == kind::ask);
  CHECK(step.from == 6);
  CHECK(step.to == 20);
  CHECK(feed.next(recent).what == kind::nothing); // it is asked once
  recent.add(commit(21, 25));
  CHECK(feed.next(recent).what == kind::nothing);
  replay_events asked;
  asked.after = 5;
  asked.up_to = 20;
  asked.limit = 10;
  feed.take(answer_from(archive, asked));
  CHECK(tell(feed, recent, &step) == range(6, 15));
  REQUIRE(step.what == kind::ask);
  CHECK(step.from == 16);
  CHECK(step.to == 20);
  asked.after = 15;
  feed.take(answer_from(archive, asked));
  CHECK(tell(feed, recent) == range(16, 25));
}

TEST_CASE("event feed: a reader of one entity is told of nothing else, nor of its namesakes",
          "[actors][unit]") {
  recent_events recent;
  recent.learn(0);
  event_feed feed{{"tour", "fixture", "spot"}, 0, 0};
  recent.add({{event_at(1, "wash"), event_at(2), event_at(3, "spot", "other"),
               event_at(4, "spot", "tour", "group"), event_at(5)}});
  CHECK(tell(feed, recent) == positions{2, 5});

  recent_events later;
  later.learn(50);
  event_feed replayed{{"tour", "fixture", "spot"}, 3, 50};
  feed_step step;
  CHECK(tell(replayed, later, &step).empty());
  REQUIRE(step.what == kind::ask);
  replayed.take({{event_at(10), event_at(12, "wash"), event_at(20)}});
  CHECK(tell(replayed, later, &step) == positions{10, 20});
  REQUIRE(step.what == kind::ask);
  CHECK(step.from == 21);
  replayed.take({}); // no more of it: that is no gap
  CHECK(replayed.reached() == 50);
  later.add({{event_at(51, "wash"), event_at(52)}});
  CHECK(tell(replayed, later) == positions{52});
}

TEST_CASE(
    "event feed: a reader that falls behind what is kept is told of the gap and goes on with the newest",
    "[actors][unit]") {
  recent_events recent;
  recent.learn(0);
  event_feed feed{everything, 0, 0};
  recent.add(commit(1, 3));
  CHECK(tell(feed, recent) == positions{1, 2, 3});
  recent.add(commit(4, 20));
  recent.offered();
  recent.add(commit(21, recent_events::max_events + 10)); // 4 to 10 go
  auto gap = feed.next(recent);
  REQUIRE(gap.what == kind::gap);
  CHECK(gap.from == 4);
  CHECK(gap.to == recent_events::max_events + 10);
  CHECK(gap.reason == "slow");
  recent.add(
      commit(recent_events::max_events + 11, recent_events::max_events + 12)); // not told yet: it grows
  gap = feed.next(recent);
  CHECK(gap.to == recent_events::max_events + 12);
  feed.told(gap);
  CHECK(feed.next(recent).what == kind::nothing);
  recent.add(commit(recent_events::max_events + 13, recent_events::max_events + 13));
  CHECK(tell(feed, recent) == positions{recent_events::max_events + 13});
}

TEST_CASE("event feed: a replay goes on as long as it comes nearer, and not for ever", "[actors][unit]") {
  constexpr std::uint64_t burst = 2 * recent_events::max_events;
  recent_events recent;
  recent.learn(50'000);
  event_feed feed{everything, 0, 50'000};
  std::uint64_t newest = 50'000;
  const auto replay_to = [&](std::uint64_t end) {
    auto step = feed.next(recent);
    REQUIRE(step.what == kind::ask);
    REQUIRE(step.to == end);
    feed.take(commit(step.from, end));
    while (feed.reached() < end) feed.told(feed.next(recent));
  };
  recent.add(commit(newest + 1, newest + burst)); // while it reads the 50,000
  newest += burst;
  replay_to(50'000);
  recent.add(commit(newest + 1, newest + burst)); // 40,000 to go: nearer
  newest += burst;
  replay_to(newest - recent_events::max_events);
  recent.add(commit(newest + 1, newest + 2 * burst));
  replay_to(newest); // it reached for that
  newest += 2 * burst;
  const auto gap = feed.next(recent); // 40,000 again: no nearer
  REQUIRE(gap.what == kind::gap);
  CHECK(gap.from == newest - 2 * burst + 1);
  CHECK(gap.to == newest);
  CHECK(gap.reason == "slow");
}

TEST_CASE("event feed: what the archive hasn't got is said", "[actors][unit]") {
  recent_events recent;
  recent.learn(10);
  event_feed feed{everything, 0, 10};
  REQUIRE(feed.next(recent).what == kind::ask);
  feed.take({{event_at(3), event_at(4), event_at(4), event_at(2), event_at(11)}}); // and it talks nonsense
  auto gap = feed.next(recent);
  REQUIRE(gap.what == kind::gap);
  CHECK(gap.from == 1);
  CHECK(gap.to == 2);
  CHECK(gap.reason == "missing");
  feed.told(gap);
  feed_step step;
  CHECK(tell(feed, recent, &step) == positions{3, 4});
  REQUIRE(step.what == kind::ask);
  feed.take({});
  gap = feed.next(recent);
  REQUIRE(gap.what == kind::gap);
  CHECK(gap.from == 5);
  CHECK(gap.to == 10);
  feed.told(gap);
  CHECK(feed.next(recent).what == kind::nothing);
}

TEST_CASE("event feed: events that never came to the lane are fetched from the archive, not left out",
          "[actors][unit]") {
  recent_events recent;
  recent.learn(0);
  event_feed feed{everything, 0, 0};
  recent.add(commit(1, 2));
  CHECK(tell(feed, recent) == positions{1, 2});
  recent.add(commit(6, 7)); // 3 to 5 were recorded, and the news of them was lost
  const auto step = feed.next(recent);
  REQUIRE(step.what == kind::ask);
  CHECK(step.from == 3);
  CHECK(step.to == 5);
  feed.take(commit(3, 5));
  CHECK(tell(feed, recent) == range(3, 7));
}

TEST_CASE("event feed: whatever the pace, each event is told once, in order, or said to be left out",
          "[actors][unit]") {
  for (unsigned seed = 0; seed < 16; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice{seed};
    const auto up_to = [&](unsigned most) { return std::uniform_int_distribution<unsigned>{0, most}(dice); };
    std::vector<journal_event_ptr> archive;
    const auto record = [&](unsigned count) {
      events_recorded news;
      for (; count > 0; --count) {
        archive.push_back(event_at(archive.size() + 1, up_to(3) == 0 ? "spot" : "wash"));
        news.events.push_back(archive.back());
      }
      return news;
    };
    record(up_to(3'000));
    recent_events recent;
    recent.learn(archive.size());
    const bool one_entity = up_to(1) == 1;
    const event_filter filter = one_entity ? event_filter{"tour", "fixture", "spot"} : everything;
    const auto start = up_to(static_cast<unsigned>(archive.size()));
    event_feed feed{filter, start, archive.size()};
    std::vector<bool> left_out(1'000'000, false);
    positions told;
    std::optional<feed_step> asked;
    for (int turn = 0; turn < 120; ++turn) {
      const auto news = record(up_to(turn % 40 == 39 ? 15'000 : 60));
      if (up_to(19) > 0) recent.add(news); // else it is lost
      if (up_to(1) == 1) recent.offered();
      if (asked && up_to(1) == 1) {
        replay_events question;
        question.after = asked->from - 1;
        question.up_to = asked->to;
        question.limit = 1 + up_to(400);
        if (one_entity) question.show = "tour", question.kind = "fixture", question.id = "spot";
        feed.take(answer_from(archive, question));
        asked.reset();
      }
      const bool last = turn == 119;
      for (auto room = last ? 1'000'000U : up_to(100); room > 0; --room) {
        const auto step = feed.next(recent);
        if (step.what == kind::nothing) break;
        if (step.what == kind::ask) {
          REQUIRE(step.from <= step.to);
          REQUIRE_FALSE(asked);
          asked = step;
          break;
        }
        if (step.what == kind::event) told.push_back(step.event->position());
        if (step.what == kind::gap)
          for (auto at = step.from; at <= step.to; ++at) left_out[at] = true;
        feed.told(step);
      }
    }
    REQUIRE(std::is_sorted(told.begin(), told.end()));
    REQUIRE(std::adjacent_find(told.begin(), told.end()) == told.end());
    auto next = told.begin();
    for (std::uint64_t at = start + 1; at <= feed.reached(); ++at) {
      if (!filter.wants(*archive[at - 1])) continue;
      const bool was_told = next != told.end() && *next == at;
      if (was_told) ++next;
      CAPTURE(at, start, one_entity, was_told, feed.reached(), archive.size());
      REQUIRE(was_told != left_out[at]);
    }
    REQUIRE(next == told.end());
  }
}
