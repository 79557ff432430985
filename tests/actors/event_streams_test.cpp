// The readers of a lane, without sockets: who is let in, what is written, what is asked for.

#include "actors/client/event_streams.hpp"

#include "actors/metrics/runtime_metrics.hpp"
#include "tests/actors/event_support.hpp"

#include <catch2/catch.hpp>
#include <deque>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using Catch::Contains;

namespace {

/// A socket that takes as much as the test lets it.
struct fake_stream final : net::http_stream {
  void start(net::stream_callbacks told) override { callbacks = std::move(told); }
  bool write(std::shared_ptr<const std::string> bytes) override {
    if (!is_open || room == 0) return false;
    --room;
    texts.push_back(std::move(bytes));
    return true;
  }
  void close() override { is_open = false; }
  bool open() const noexcept override { return is_open; }

  std::string all() const {
    std::string made;
    for (const auto& one : texts) made += *one;
    return made;
  }

  net::stream_callbacks callbacks;
  std::vector<std::shared_ptr<const std::string>> texts;
  std::size_t room = 1'000'000;
  bool is_open = true;
};

struct fake_sink final : net::reply_sink {
  void answer(std::uint64_t, net::http_response response) override { refused = std::move(response); }
  void stream(std::uint64_t, net::http_response with, net::stream_opener opened) override {
    head = std::move(with);
    if (!wants_body) return;
    made = std::make_shared<fake_stream>();
    opened(made);
  }
  bool peer_gone() const noexcept override { return false; }

  std::optional<net::http_response> refused, head;
  std::shared_ptr<fake_stream> made;
  bool wants_body = true;
};

/// The streams of one lane and an archive that answers when the test says so.
struct lane_rig {
  std::vector<journal_event_ptr> recorded;
  std::deque<std::pair<replay_events, replay_answer>> questions;
  std::shared_ptr<runtime_metrics> measures = std::make_shared<runtime_metrics>();
  event_streams streams{
      3, [this](const auto& asked, replay_answer done) { questions.emplace_back(asked, std::move(done)); }};

  lane_rig() { streams.measure(measures); }

  void record(std::uint64_t count) {
    const auto first = recorded.size() + 1;
    const auto news = commit(first, first + count - 1);
    recorded.insert(recorded.end(), news.events.begin(), news.events.end());
    streams.take(news);
    streams.pump();
  }
  void answer() {
    REQUIRE_FALSE(questions.empty());
    const auto [asked, done] = std::move(questions.front());
    questions.pop_front();
    done(std::make_shared<const events_recorded>(answer_from(recorded, asked)));
  }
  void fail_answer() {
    const auto done = std::move(questions.front().second);
    questions.pop_front();
    done(fail(ec::storage_unavailable, "the disk has gone"));
  }
  std::shared_ptr<fake_sink> open(std::optional<std::uint64_t> last = {}, event_filter filter = {}) {
    auto sink = std::make_shared<fake_sink>();
    streams.open({std::move(filter), last}, net::responder{sink, 1});
    return sink;
  }
};

std::vector<std::uint64_t> ids_in(const std::string& text, const std::string& type = "fixture_updated") {
  std::vector<std::uint64_t> found;
  const std::string mark = "\nevent: " + type + "\n";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1))
    found.push_back(std::stoull(text.substr(text.rfind("id: ", at) + 4)));
  return found;
}

using ids = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("event streams: the first reader waits for the archive to say where the journal is",
          "[actors][unit]") {
  lane_rig rig;
  for (std::uint64_t at = 1; at <= 5; ++at) rig.recorded.push_back(event_at(at));
  const auto one = rig.open();
  CHECK_FALSE(one->head);
  REQUIRE(rig.questions.size() == 1);
  CHECK(rig.questions.front().first.newest);
  CHECK(rig.questions.front().first.limit == 1);
  rig.answer();
  REQUIRE(one->made);
  CHECK(one->head->content_type == "text/event-stream");
  CHECK(one->made->all() == "retry: 2000\nid: 5\nevent: stream-connected\n"
                            "data: {\"position\":5,\"newest\":5}\n\n");
  const auto two = rig.open(); // it is known by now
  CHECK(rig.questions.empty());
  REQUIRE(two->made);
  rig.record(2);
  CHECK(ids_in(one->made->all()) == ids{6, 7});
  CHECK(ids_in(two->made->all()) == ids{6, 7});
  CHECK(one->made->texts.back() == two->made->texts.back()); // the text was made once
  CHECK(rig.measures->event_streams == 2);
  CHECK(rig.measures->events_sent == 4);
}

TEST_CASE("event streams: an empty journal begins at 0", "[actors][unit]") {
  lane_rig rig;
  const auto one = rig.open();
  rig.answer();
  CHECK_THAT(one->made->all(), Contains("data: {\"position\":0,\"newest\":0}\n"));
  rig.record(1);
  CHECK(ids_in(one->made->all()) == ids{1});
}

TEST_CASE("event streams: who comes again is told what it missed, as fast as it reads", "[actors][unit]") {
  lane_rig rig;
  rig.record(2'500); // nobody listens
  const auto one = rig.open(10);
  REQUIRE(one->made);
  CHECK_THAT(one->made->all(), Contains("data: {\"position\":10,\"newest\":2500}\n"));
  REQUIRE(rig.questions.size() == 1);
  CHECK(rig.questions.front().first.after == 10);
  CHECK(rig.questions.front().first.up_to == 2'500);
  CHECK(rig.questions.front().first.limit == 1'000);
  one->made->room = 600;
  rig.answer();
  CHECK(ids_in(one->made->all()).size() == 600);
  CHECK(rig.questions.empty()); // not before those are read
  rig.record(3);
  one->made->room = 1'000'000;
  one->made->callbacks.on_room();
  rig.answer();
  rig.answer();
  ids all;
  for (std::uint64_t at = 11; at <= 2'503; ++at) all.push_back(at);
  CHECK(ids_in(one->made->all()) == all);
  CHECK(rig.questions.empty());
}

TEST_CASE("event streams: a slow reader is told of the gap, and no text is made for it", "[actors][unit]") {
  lane_rig rig;
  rig.record(1);
  const auto slow = rig.open();
  slow->made->room = 2;
  rig.record(3);
  for (int i = 0; i < 12; ++i) rig.record(1'000);
  CHECK(ids_in(slow->made->all()) == ids{2, 3});
  CHECK(rig.measures->events_sent == 2);
  slow->made->room = 1'000;
  slow->made->callbacks.on_room();
  CHECK_THAT(
      *slow->made->texts.back(),
      Contains("id: 12004\nevent: stream-gap\ndata: {\"from\":4,\"to\":12004,\"reason\":\"slow\"}\n\n"));
  CHECK(rig.measures->full[bounded_queue::event_backlog] == 1);
  rig.record(1);
  CHECK(ids_in(slow->made->all()) == ids{2, 3, 12'005});
}

TEST_CASE("event streams: a commit larger than what is kept is no gap for who had caught up",
          "[actors][unit]") {
  lane_rig rig;
  rig.record(1);
  const auto one = rig.open();
  rig.record(recent_events::max_events + 500);
  CHECK_THAT(one->made->all(), !Contains("stream-gap"));
  rig.answer();
  const auto told = ids_in(one->made->all());
  CHECK(told.size() == recent_events::max_events + 500);
  CHECK(told.back() == recent_events::max_events + 501);
  CHECK(rig.questions.empty());
}

TEST_CASE("event streams: an id from the future is a gap, once the archive has said that it is none of its",
          "[actors][unit]") {
  lane_rig rig;
  rig.record(4);
  SECTION("another journal was there before") {
    const auto one = rig.open(9);
    rig.answer();
    CHECK_THAT(one->made->all(), Contains("id: 4\nevent: stream-connected\n") &&
                                     Contains("id: 4\nevent: stream-gap\n"
                                              "data: {\"from\":5,\"to\":9,\"reason\":\"ahead\"}\n"));
    rig.record(1);
    CHECK(ids_in(one->made->all()) == ids{5});
  }
  SECTION("this lane just hasn't heard of it yet") {
    for (std::uint64_t at = 5; at <= 6; ++at) rig.recorded.push_back(event_at(at));
    const auto one = rig.open(6);
    rig.answer();
    CHECK_THAT(one->made->all(), Contains("\"position\":6,\"newest\":6") && !Contains("stream-gap"));
    rig.streams.take(commit(5, 7));
    rig.streams.pump();
    CHECK(ids_in(one->made->all()) == ids{7});
  }
}

TEST_CASE("event streams: one that listened all along gets what another made known", "[actors][unit]") {
  lane_rig rig;
  rig.record(4);
  const auto first = rig.open();
  for (std::uint64_t at = 5; at <= 6; ++at) rig.recorded.push_back(event_at(at)); // on their way
  const auto second = rig.open(6);
  rig.answer();
  rig.streams.take(commit(5, 8));
  for (std::uint64_t at = 7; at <= 8; ++at) rig.recorded.push_back(event_at(at));
  rig.streams.pump();
  while (!rig.questions.empty()) rig.answer();
  CHECK(ids_in(first->made->all()) == ids{5, 6, 7, 8});
  CHECK(ids_in(second->made->all()) == ids{7, 8});
}

TEST_CASE(
    "event streams: if the past can't be read, nobody is let in who needs it, and who replays comes again",
    "[actors][unit]") {
  lane_rig rig;
  const auto refused = rig.open();
  rig.fail_answer();
  REQUIRE(refused->refused);
  CHECK(refused->refused->status == 503);
  rig.record(5);
  const auto one = rig.open(2);
  REQUIRE(one->made);
  rig.fail_answer();
  CHECK_FALSE(one->made->open());
  CHECK(rig.open()->made); // the present needs no archive
}

TEST_CASE("event streams: there is a bound, also for those who wait to be let in", "[actors][unit]") {
  lane_rig rig;
  const auto a = rig.open(), b = rig.open(), c = rig.open(), d = rig.open();
  REQUIRE(d->refused);
  CHECK(d->refused->status == 429);
  CHECK_THAT(d->refused->body, Contains("\"TOO_MANY_REQUESTS\""));
  CHECK(rig.measures->full[bounded_queue::event_readers] == 1);
  for (int i = 0; i < 3; ++i) rig.answer();
  CHECK(rig.open()->refused);
  a->made->callbacks.on_closed();
  CHECK(rig.open()->made);
}

TEST_CASE("event streams: a HEAD takes no place", "[actors][unit]") {
  lane_rig rig;
  rig.record(1);
  for (int i = 0; i < 10; ++i) {
    const auto sink = std::make_shared<fake_sink>();
    sink->wants_body = false;
    rig.streams.open({}, net::responder{sink, 1});
    REQUIRE(sink->head);
  }
  CHECK(rig.measures->event_streams == 0);
}

TEST_CASE("event streams: who has gone is forgotten, with its question", "[actors][unit]") {
  lane_rig rig;
  rig.record(5);
  const auto one = rig.open(1);
  one->made->callbacks.on_closed();
  CHECK(rig.measures->event_streams == 0);
  rig.answer();
  CHECK(ids_in(one->made->all()).empty());
  const auto two = rig.open(3); // nothing was kept: the archive has it
  rig.answer();
  CHECK(ids_in(two->made->all()) == ids{4, 5});
}

TEST_CASE("event streams: one entity's stream says whose it is", "[actors][unit]") {
  lane_rig rig;
  rig.record(1);
  const auto fixture = rig.open({}, {"tour", "fixture", "wash"});
  CHECK_THAT(fixture->made->all(),
             Contains(R"({"position":1,"newest":1,"show":"tour","kind":"fixture","id":"wash"})"));
  const auto model = rig.open({}, {"", "model", "rgb"});
  CHECK_THAT(model->made->all(), Contains(R"("show":null,"kind":"model","id":"rgb"})"));
  rig.record(1); // of another
  CHECK(ids_in(fixture->made->all()).empty());
}

TEST_CASE("event streams: a sign of life is a comment", "[actors][unit]") {
  lane_rig rig;
  rig.record(1);
  const auto one = rig.open();
  one->made->callbacks.on_pulse();
  CHECK(*one->made->texts.back() == ":\n\n");
}
