#include "actors/client/outbox.hpp"

#include "actors/client/state_throttle.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <map>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

text_ptr text(std::string what) {
  return std::make_shared<const std::string>(std::move(what));
}

state_text entity(const std::string& id, const std::string& what, entity_kind kind = entity_kind::group) {
  return {"entity/changed " + std::string{kind_name(kind)} + ' ' + id, kind, text(what)};
}

/// Everything that waits, in the order in which it leaves.
std::vector<std::string> all(outbox& box) {
  std::vector<std::string> out;
  for (;;) {
    const auto one = box.next();
    switch (one.what) {
    case outbox_item::kind::nothing:
      return out;
    case outbox_item::kind::text:
      out.push_back(*one.text);
      break;
    case outbox_item::kind::frame:
      out.emplace_back("frame");
      break;
    case outbox_item::kind::inputs:
      out.emplace_back("inputs");
      break;
    }
  }
}

std::vector<std::string> all(const std::vector<state_text>& due) {
  std::vector<std::string> out;
  for (const auto& one : due) out.push_back(*one.text);
  return out;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("outbox: the newest of a state wins and takes its newest place", "[actors][unit]") {
  outbox box;
  CHECK(box.empty());
  box.state(entity("a", "a1"));
  box.state(entity("b", "b1"));
  box.status(text("s1"));
  box.state(entity("a", "a2"));
  box.status(text("s2"));
  CHECK_FALSE(box.empty());
  CHECK(all(box) == texts{"b1", "a2", "s2"});
  CHECK(box.empty());
}

TEST_CASE("outbox: one frame waits at most, behind the news that came before it", "[actors][unit]") {
  outbox box;
  box.frame_due();
  box.inputs_due();
  box.state(entity("a", "a1"));
  box.frame_due();
  CHECK(all(box) == texts{"inputs", "a1", "frame"});
  box.frame_due();
  box.no_frame();
  CHECK(box.empty());
}

TEST_CASE("outbox: errors and pongs keep their order, 64 at most, the rest is counted", "[actors][unit]") {
  outbox box;
  texts wanted;
  for (int i = 0; i < 70; ++i) box.queue(text(fmt::format("e{}", i)));
  for (int i = 0; i < 64; ++i) wanted.push_back(fmt::format("e{}", i));
  CHECK(box.dropped() == 6);
  CHECK(all(box) == wanted);
  box.queue(text("later"));
  CHECK(all(box) == texts{"later"});
  CHECK(box.dropped() == 6);
}

TEST_CASE("outbox: more than 256 entities become one resync per kind", "[actors][unit]") {
  outbox box;
  box.status(text("status"));
  for (int i = 0; i < 255; ++i) box.state(entity(std::to_string(i), "group"));
  box.state(entity("x", "fixture", entity_kind::fixture));
  for (int i = 0; i < 255; ++i) box.state(entity(std::to_string(i), "again")); // the same ones: still 256
  SECTION("256 fit") {
    const auto out = all(box);
    CHECK(out.size() == 257);
  }
  SECTION("257 don't") {
    box.state(entity("y", "graph", entity_kind::graph));
    const auto out = all(box);
    REQUIRE(out.size() == 4);
    CHECK(out[0] == "status");
    for (std::size_t i = 1; i < 4; ++i) CHECK(out[i].find("entity/resync") != std::string::npos);
    CHECK(out[1].find("\"fixture\"") != std::string::npos);
    CHECK(out[2].find("\"group\"") != std::string::npos);
    CHECK(out[3].find("\"graph\"") != std::string::npos);
    box.state(entity("a", "a1")); // and afterwards entities are told one by one again
    CHECK(all(box) == texts{"a1"});
  }
}

TEST_CASE("outbox: show/changed drops what waits of the old show, but no error", "[actors][unit]") {
  outbox box;
  box.queue(text("error"));
  box.status(text("old status"));
  box.state(entity("a", "old"));
  box.frame_due();
  box.inputs_due();
  box.show_changed(text("show"));
  box.status(text("status"));
  box.inputs_due();
  box.frame_due();
  CHECK(all(box) == texts{"error", "show", "status", "inputs", "frame"});
}

TEST_CASE("outbox: show/changed is queued even when errors fill the queue", "[actors][unit]") {
  outbox box;
  for (int i = 0; i < 80; ++i) box.queue(text("e"));
  box.show_changed(text("show"));
  const auto out = all(box);
  CHECK(out.size() == 65);
  CHECK(out.back() == "show");
}

TEST_CASE("outbox: the entities of the old show don't count after a switch", "[actors][unit]") {
  outbox box;
  for (int i = 0; i < 256; ++i) box.state(entity(std::to_string(i), "old"));
  box.show_changed(text("show"));
  box.state(entity("new", "new"));
  CHECK(all(box) == texts{"show", "new"});
}

TEST_CASE("state throttle: each key at most 10 times a second, the newest winning", "[actors][unit]") {
  state_throttle news;
  CHECK_FALSE(news.next_due());
  news.put(entity("a", "a1"));
  CHECK(all(news.due(1s)) == texts{"a1"});
  news.put(entity("a", "a2"));
  news.put(entity("a", "a3"));
  CHECK(news.due(1s + 99ms).empty());
  CHECK(news.next_due() == 1s + 100ms);
  CHECK(all(news.due(1s + 100ms)) == texts{"a3"});
  CHECK_FALSE(news.next_due());
  CHECK(news.due(5s).empty());
}

TEST_CASE("state throttle: keys don't hold each other up and leave in their order", "[actors][unit]") {
  state_throttle news;
  news.put(entity("a", "a1"));
  news.due(1s);
  news.put(entity("a", "a2"));
  news.put(entity("c", "c1"));
  news.put(entity("b", "b1"));
  news.put(entity("c", "c2"));
  CHECK(all(news.due(1s + 10ms)) == texts{"b1", "c2"});
  CHECK(all(news.due(1s + 100ms)) == texts{"a2"});
}

TEST_CASE("state throttle: a key that rested leaves at once again", "[actors][unit]") {
  state_throttle news;
  news.put(entity("a", "a1"));
  news.due(1s);
  news.put(entity("a", "a2"));
  CHECK(all(news.due(1s + 100ms)) == texts{"a2"});
  CHECK(news.due(1s + 200ms).empty()); // its pause is over
  news.put(entity("a", "a3"));
  CHECK(news.next_due() == 0s);
  CHECK(all(news.due(1s + 201ms)) == texts{"a3"});
  news.put(entity("a", "a4"));
  CHECK(news.due(1s + 300ms).empty());
  CHECK(news.next_due() == 1s + 301ms);
}

TEST_CASE("state throttle: no key leaves more often than 10 times a second, and each leaves with its newest",
          "[actors][unit]") {
  state_throttle news;
  std::map<std::string, std::chrono::milliseconds> sent;
  std::map<std::string, std::string> put, got;
  std::uint32_t dice = 1;
  const auto send = [&](std::chrono::milliseconds now) {
    for (const auto& one : news.due(now)) {
      if (const auto last = sent.find(one.key); last != sent.end()) CHECK(now - last->second >= 100ms);
      sent[one.key] = now;
      got[one.key] = *one.text;
    }
  };
  for (auto now = 1000ms; now < 3000ms; now += 7ms) {
    for (int i = 0; i < 5; ++i) {
      dice = dice * 1'664'525 + 1'013'904'223;
      auto one = entity(std::to_string((dice >> 16) % 40), fmt::format("{}.{}", now.count(), i));
      put[one.key] = *one.text;
      news.put(std::move(one));
    }
    send(now);
    if (const auto next = news.next_due()) CHECK(*next > now);
  }
  send(4000ms);
  CHECK(got == put);
  CHECK_FALSE(news.next_due());
}

TEST_CASE("state throttle: another show voids what waits and what was sent", "[actors][unit]") {
  state_throttle news;
  news.put(entity("a", "a1"));
  news.due(1s);
  news.put(entity("a", "a2"));
  news.clear();
  CHECK_FALSE(news.next_due());
  news.put(entity("a", "new"));
  CHECK(all(news.due(1s + 1ms)) == texts{"new"});
}
