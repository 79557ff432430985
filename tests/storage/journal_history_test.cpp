// Looking back: events found, and the state at any position.

#include "tests/storage/journal_support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace {

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

history_query of(std::string kind, std::string id) {
  history_query query;
  query.kind = std::move(kind);
  query.id = std::move(id);
  return query;
}

/// All events there are, oldest first.
std::vector<journal_event> all_events(event_history& history) {
  std::vector<journal_event> out;
  must(history.scan(0, [&](const journal_event& event) {
    out.push_back(event);
    return true;
  }));
  return out;
}

} // namespace

TEST_CASE("history: pages go back from the newest event to the first", "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 25, 1);
  history_query query;
  query.limit = 10;
  auto page = must(rig.history().find(query));
  CHECK(positions(page) == "25 24 23 22 21 20 19 18 17 16");
  CHECK(page.next == 16);
  query.before = page.next;
  page = must(rig.history().find(query));
  CHECK(positions(page) == "15 14 13 12 11 10 9 8 7 6");
  query.before = page.next;
  page = must(rig.history().find(query));
  CHECK(positions(page) == "5 4 3 2 1");
  CHECK(page.next == 0);
}

TEST_CASE("history: oldest first, behind a position", "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 12, 1);
  history_query query;
  query.limit = 5;
  query.after = 3;
  query.oldest_first = true;
  auto page = must(rig.history().find(query));
  CHECK(positions(page) == "4 5 6 7 8");
  query.after = page.next;
  page = must(rig.history().find(query));
  CHECK(positions(page) == "9 10 11 12");
  CHECK(page.next == 0);
}

TEST_CASE("history: what is found meets every condition, and nothing that does is missed",
          "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 400, GENERATE(3U, 4U));
  const auto events = all_events(rig.history());
  std::mt19937 random{5};
  for (int round = 0; round < 60; ++round) {
    const auto& like = events[random() % events.size()];
    history_query query;
    query.limit = 1 + random() % 40;
    query.oldest_first = random() % 2 == 0;
    if (random() % 3 == 0) query.show = like.stream.show;
    if (random() % 2 == 0) query.id = like.stream.id;
    if (random() % 3 == 0) query.kind = like.stream.kind;
    if (random() % 3 == 0) query.author = like.author;
    if (random() % 4 == 0) query.type = like.type;
    if (random() % 4 == 0) query.from_ms = like.time_ms - 500;
    if (random() % 4 == 0) query.to_ms = like.time_ms + 500;
    if (random() % 4 == 0) query.before = 1 + random() % 400;
    if (random() % 4 == 0) query.after = random() % 400;
    if (random() % 6 == 0) query.text = "N1";

    std::vector<std::uint64_t> expected, found;
    for (const auto& event : events) {
      const auto holds = [&](bool given, bool condition) { return !given || condition; };
      const auto has = [](const std::string& text) { return text.find("n1") != std::string::npos; };
      if (holds(query.show.has_value(), event.stream.show == query.show) &&
          holds(!query.id.empty(), event.stream.id == query.id) &&
          holds(!query.kind.empty(), event.stream.kind == query.kind) &&
          holds(!query.author.empty(), event.author == query.author) &&
          holds(!query.type.empty(), event.type == query.type) &&
          holds(query.from_ms.has_value(), event.time_ms >= query.from_ms) &&
          holds(query.to_ms.has_value(), event.time_ms <= query.to_ms) &&
          holds(query.before > 0, event.position < query.before) && event.position > query.after &&
          holds(!query.text.empty(), has(event.entity.value_or("")) || has(event.details)))
        expected.push_back(event.position);
    }
    if (!query.oldest_first) std::reverse(expected.begin(), expected.end());
    for (;;) {
      const auto page = must(rig.history().find(query));
      CHECK(page.events.size() <= query.limit);
      for (const auto& event : page.events) found.push_back(event.position);
      if (page.next == 0) break;
      (query.oldest_first ? query.after : query.before) = page.next;
    }
    CHECK(found == expected);
  }
}

TEST_CASE("history: events that come later are found, too", "[storage][journal]") {
  journal_rig rig(any_backend());
  rig.append(fixture_created("a", "1"));
  CHECK(positions(must(rig.history().find(of("fixture", "a")))) == "1");
  rig.append(fixture_created("b", "1"));
  rig.append(fixture_updated("a", "2"));
  CHECK(positions(must(rig.history().find(of("fixture", "a")))) == "3 1");
  CHECK(positions(must(rig.history().find(of("fixture", "b")))) == "2");
  CHECK(positions(must(rig.history().find(of("fixture", "c")))).empty());
}

TEST_CASE("history: an event by its position", "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 5, 1);
  CHECK(must(rig.history().event(5)).position == 5);
  CHECK(must(rig.history().event(2)).previous == must(rig.history().event(1)).hash);
  for (const std::uint64_t beyond : {0ULL, 6ULL, ~0ULL}) {
    const auto none = rig.history().event(beyond);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == ec::not_found);
  }
}

TEST_CASE("history: the position at a time", "[storage][journal]") {
  journal_rig rig(any_backend());
  for (int i = 0; i < 9; ++i) {
    rig.append(fixture_updated("a", "x"));
    if (i % 3 == 2) rig.world.now_ms += 1000; // three events at each moment
  }
  const auto begin = must(rig.history().event(1)).time_ms;
  CHECK(must(rig.history().position_at(begin - 1)) == 0);
  CHECK(must(rig.history().position_at(begin)) == 3);
  CHECK(must(rig.history().position_at(begin + 999)) == 3);
  CHECK(must(rig.history().position_at(begin + 1000)) == 6);
  CHECK(must(rig.history().position_at(begin + 999'999)) == 9);
}

TEST_CASE("history: the view at every position is what the views were then", "[storage][journal]") {
  journal_rig rig(any_backend());
  const std::vector<std::string> shows{"", "show0", "show1", "show2"};
  std::vector<std::vector<std::string>> then(1, std::vector<std::string>(shows.size()));
  for (unsigned i = 1; i <= 150; ++i) {
    append_random(rig, 1, i);
    auto& now = then.emplace_back();
    for (const auto& show : shows) now.push_back(brief(must(rig.journal().view(show))));
    if (i % 7 == 0) must(rig.history().keep_snapshots());
  }
  for (std::uint64_t position = 0; position <= 150; ++position)
    for (std::size_t i = 0; i < shows.size(); ++i) {
      const auto view = must(rig.history().view_at(shows[i], position));
      CHECK(view.position == position);
      CHECK(brief(view.rows) == then[position][i]);
    }
  const auto beyond = rig.history().view_at("show0", 151);
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().code == ec::not_found);
}

TEST_CASE("history: one entity at a position", "[storage][journal]") {
  journal_rig rig(any_backend());
  rig.append(fixture_created("a", "1"));
  rig.append(fixture_created("b", "1"));
  rig.append(fixture_updated("a", "2"));
  rig.append(fixture_deleted("a"));
  rig.append(fixture_created("a", "3"));
  rig.append(show_event(event_type::show_deleted, "gala"));
  const auto at = [&](std::uint64_t position) {
    auto row = must(rig.history().entity_at({"gala", "fixture", "a"}, position));
    return row ? brief({*row}) : "none";
  };
  CHECK(at(0) == "none");
  CHECK(at(1) == "a=1@1/1#1");
  CHECK(at(2) == "a=1@1/1#1");
  CHECK(at(3) == "a=2@1/3#2");
  CHECK(at(4) == "none");
  CHECK(at(5) == "a=3@5/5#4");
  CHECK(at(6) == "none");
  CHECK_FALSE(rig.history().entity_at({"gala", "fixture", "a"}, 7));
}

TEST_CASE("history: one entity at any position is what the whole view has of it", "[storage][journal]") {
  journal_rig rig(any_backend());
  const int way = GENERATE(range(0, 3));
  CAPTURE(way);
  if (way == 1) rig.options.read_portion = 1; // no index: it would take too long to make
  rig.reopen();
  append_random(rig, 300, 11);
  if (way == 2) // as the archivist does at the start
    must(rig.history().scan(0, [](const journal_event&) { return true; }));
  std::mt19937 random{GENERATE(1U, 2U)};
  std::uint64_t found = 0;
  for (int round = 0; round < 40; ++round) {
    if (round == 20) append_random(rig, 30, 12);
    const std::uint64_t position = random() % 301;
    const auto show = random() % 4 == 0 ? std::string() : fmt::format("show{}", random() % 3);
    const std::string kind = show.empty() ? "model" : "fixture";
    const auto view = must(rig.history().view_at(show, position));
    for (int i = 0; i < 12; ++i) {
      const event_stream stream{show, kind, fmt::format("f{}", i)};
      const auto row = must(rig.history().entity_at(stream, position));
      const auto same = [&](const view_row& each) { return each.kind == kind && each.id == stream.id; };
      const auto in_view = std::find_if(view.rows.begin(), view.rows.end(), same);
      CAPTURE(show, kind, stream.id, position);
      REQUIRE(row.has_value() == (in_view != view.rows.end()));
      if (!row) continue;
      ++found;
      CHECK(row->entity == in_view->entity);
      CHECK(brief({*row}) == brief({*in_view}));
    }
    for (const auto* other : {"show", "checkpoint", "group"})
      CHECK_FALSE(must(rig.history().entity_at({show, other, show}, position)));
  }
  CHECK(found > 100);
  CHECK_FALSE(rig.history().entity_at({"show0", "fixture", "f0"}, 331));
}

TEST_CASE("history: of a show that nothing is known of there is nothing to find", "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 50, 1);
  rig.append(fixture_created("a", "1", "late"));
  history_query query;
  query.show = "late";
  query.oldest_first = true;
  CHECK(positions(must(rig.history().find(query))) == "51");
  query.id = "a";
  CHECK(positions(must(rig.history().find(query))) == "51");
  query.show = "never";
  CHECK(positions(must(rig.history().find(query))).empty());
  query.id.clear();
  CHECK(positions(must(rig.history().find(query))).empty());
}

TEST_CASE("history: a scan goes through everything behind a position until it is told to end",
          "[storage][journal]") {
  journal_rig rig(any_backend());
  append_random(rig, 2'500, 1);
  std::uint64_t expected = 11;
  must(rig.history().scan(10, [&](const journal_event& event) {
    REQUIRE(event.position == expected++);
    return event.position < 2'400;
  }));
  CHECK(expected == 2'401);
}

TEST_CASE("history: an event of a newer program is refused with its position and version",
          "[storage][journal]") {
  journal_rig rig(any_backend());
  auto event = fixture_created("a", "1");
  event.version = 2;
  rig.append(event);
  const auto refused = rig.history().event(1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::internal_error);
  CHECK(refused.error().message.find("event 1 ") != std::string::npos);
  CHECK(refused.error().message.find("version 2") != std::string::npos);
}
