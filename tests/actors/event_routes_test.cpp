// The event streams over a real server: routes, lanes, and an archivist that knows what the test recorded.

#include "actors/client/rest_context.hpp"
#include "actors/system/error_bridge.hpp"
#include "net/http_client.hpp"
#include "tests/actors/event_support.hpp"
#include "tests/actors/show_support.hpp"
#include "tests/support/actor_rig.hpp"

#include <future>
#include <mutex>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using Catch::Contains;
using Catch::StartsWith;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20'000ms;

struct archive {
  std::mutex lock;
  std::vector<journal_event_ptr> all;
};

archivist_actor::behavior_type fake_archivist(archivist_actor::pointer, archive* from) {
  const auto unasked = [] { return to_caf({ec::internal_error, "nobody asks that here", {}}); };
  return {
      [](const cast_change&) {},
      [](const events_recorded_ptr&) {},
      [unasked](const past_question_ptr&) -> caf::result<past_answer> { return unasked(); },
      [unasked](const ask_past_show&) -> caf::result<past_show_ptr> { return unasked(); },
      [unasked](const plan_reversal&) -> caf::result<undo_plan_ptr> { return unasked(); },
      [from](const replay_events& asked) {
        const std::lock_guard guard{from->lock};
        return std::make_shared<const events_recorded>(answer_from(from->all, asked));
      },
      [](const operators_here&) {},
      [](flush_atom) {},
      [](work_atom) {},
  };
}

struct threaded_config : caf::actor_system_config {
  threaded_config() {
    port::register_types<caf::id_block::troupe_types>(*this);
    port::set_scheduler(*this, "sharing", 2, 30);
  }
};

class event_server {
 public:
  explicit event_server(net::server_options options = {}) {
    auto show = std::make_shared<published_show>();
    show->state = show_state{"tour"};
    entity_record spot;
    spot.id = "spot";
    spot.value = fixture{"spot", "rgb", 0, 1};
    show->state.put(std::make_shared<const entity_record>(std::move(spot)));
    published_->publish(show);
    for (std::size_t i = 0; i < pool_.size(); ++i) {
      lane_options made;
      made.index = i;
      made.max_event_streams = 2;
      auto spawned = system_.spawn<lane>(std::ref(pool_.context(i)), made);
      lanes_.push_back(static_cast<lane*>(caf::actor_cast<caf::abstract_actor*>(spawned)));
      handles_.push_back(caf::actor_cast<lane_actor>(spawned));
    }
    rest_options rest;
    rest.published = published_;
    rest.lanes = lanes_;
    net::router routes;
    rest::add_events(routes, std::make_shared<const rest::context>(rest::context{rest}));
    server_.emplace(pool_, std::move(options), std::move(routes), net::websocket_handler{});
    REQUIRE(server_->listen({{"127.0.0.1", false}}, 0));
    cast parts;
    parts.archivist = archivist_ = system_.spawn(fake_archivist, &archive_);
    parts.lanes = handles_;
    parts.metrics = measures;
    for (const auto& one : handles_) caf::anon_send(one, cast_change{std::make_shared<const cast>(parts)});
    on_lanes([](lane&) {});
  }

  ~event_server() {
    std::promise<void> stopped;
    server_->stop([&] { stopped.set_value(); });
    stopped.get_future().wait();
    on_lanes([](lane& one) { one.shut(); });
    server_.reset();
    pool_.stop_and_join();
    caf::anon_send_exit(archivist_, caf::exit_reason::user_shutdown);
  }

  /// As the journal does: durable first, then told.
  void record(std::vector<journal_event_ptr> events) {
    {
      const std::lock_guard guard{archive_.lock};
      archive_.all.insert(archive_.all.end(), events.begin(), events.end());
    }
    const auto news = std::make_shared<const events_recorded>(events_recorded{std::move(events)});
    for (const auto& one : handles_) caf::anon_send(one, news);
  }
  void record(std::uint64_t first, std::uint64_t last) { record(commit(first, last).events); }

  net::http_client client() {
    return net::http_client::connect("127.0.0.1", server_->port(), patience).value();
  }
  net::tcp_client raw() { return net::tcp_client::connect("127.0.0.1", server_->port(), patience).value(); }
  net::server& server() { return *server_; }

  const std::shared_ptr<runtime_metrics> measures = std::make_shared<runtime_metrics>();

 private:
  template <class F>
  void on_lanes(F f) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      std::promise<void> done;
      pool_.post(i, [&] {
        f(*lanes_[i]);
        done.set_value();
      });
      done.get_future().wait();
    }
  }

  threaded_config config_;
  caf::actor_system system_{config_};
  net::io_pool pool_{2};
  std::shared_ptr<publication> published_ = std::make_shared<publication>();
  archive archive_;
  archivist_actor archivist_;
  std::vector<lane*> lanes_;
  std::vector<lane_actor> handles_;
  std::optional<net::server> server_;
};

/// One reader. HTTP/1.0, so that nothing but the events is in the answer.
class reader {
 public:
  reader(event_server& from, const std::string& path, const std::string& headers = {}) : socket_(from.raw()) {
    REQUIRE(socket_.send("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n" + headers + "\r\n", patience));
    until("\r\n\r\n");
  }
  /// Reads on until a text has come. @returns all so far
  const std::string& until(const std::string& what) {
    while (came_.find(what) == std::string::npos) {
      const auto more = socket_.receive(patience);
      if (!more || more->empty()) throw std::runtime_error("the stream ended: " + came_);
      came_ += *more;
    }
    return came_;
  }

 private:
  net::tcp_client socket_;
  std::string came_;
};

} // namespace

TEST_CASE("event routes: a stream tells what happens from its beginning on", "[actors][socket]") {
  event_server server;
  server.record(1, 4);
  reader one{server, "/api/events/stream"}, two{server, "/api/events/stream"}; // on two lanes
  CHECK_THAT(one.until("\n\n"), Contains("Content-Type: text/event-stream\r\n") &&
                                    Contains("Cache-Control: no-store\r\n") &&
                                    Contains("X-Accel-Buffering: no\r\n") && !Contains("ETag"));
  for (auto* each : {&one, &two}) {
    CHECK_THAT(each->until("\"newest\":4}\n\n"), Contains("id: 4\nevent: stream-connected\n"));
    CHECK_THAT(each->until("stream-connected"), !Contains("fixture_updated"));
  }
  server.record(5, 6);
  for (auto* each : {&one, &two})
    CHECK_THAT(each->until("id: 6\n"),
               Contains("id: 5\nevent: fixture_updated\ndata: {\"position\":5,\"show\":\"tour\","
                        "\"kind\":\"fixture\",\"id\":\"spot\""));
}

TEST_CASE("event routes: Last-Event-ID, or lastEventId, brings what was missed", "[actors][socket]") {
  event_server server;
  server.record(1, 2'500);
  reader one{server, "/api/events/stream", "Last-Event-ID: 3\r\n"};
  server.record(2'501, 2'502);
  const auto all = one.until("id: 2502\n");
  std::uint64_t expected = 4;
  for (auto at = all.find("\nevent: fixture_updated"); at != std::string::npos;
       at = all.find("\nevent: fixture_updated", at + 1))
    REQUIRE(std::strtoull(all.c_str() + all.rfind("id: ", at) + 4, nullptr, 10) == expected++);
  CHECK(expected == 2'503);

  reader by_query{server, "/api/events/stream?lastEventId=2500"};
  CHECK_THAT(by_query.until("id: 2502\n"), !Contains("id: 2500\nevent: fixture"));
  reader both{server, "/api/events/stream?lastEventId=7", "Last-Event-ID: 2501\r\n"};
  CHECK_THAT(both.until("id: 2502\n"), !Contains("event: fixture_updated\ndata: {\"position\":2501"));
}

TEST_CASE("event routes: an id that is none is 400 and names what is wrong", "[actors][socket]") {
  event_server server;
  auto client = server.client();
  for (const auto* id : {"x", "-1", "1.5", "99999999999999999999", "9223372036854775808"}) {
    INFO(id);
    const auto answer = client.request("GET", "/api/events/stream", {}, {{"Last-Event-ID", id}});
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK_THAT(answer->body, Contains("\"field\":\"Last-Event-ID\""));
  }
  const auto answer = client.request("GET", "/api/groups/g/events/stream?lastEventId=abc");
  CHECK(answer->status == 400);
  CHECK_THAT(answer->body, Contains("\"field\":\"lastEventId\""));
}

TEST_CASE("event routes: one entity's stream tells of it alone", "[actors][socket]") {
  event_server server;
  server.record({event_at(1), event_at(2, "wash"), event_at(3)});
  reader one{server, "/api/fixtures/spot/events/stream", "Last-Event-ID: 0\r\n"};
  CHECK_THAT(one.until("id: 3\nevent: fixture_updated"), !Contains("\"id\":\"wash\""));
  server.record({event_at(4, "wash"), event_at(5, "spot", "other"), event_at(6)});
  CHECK_THAT(one.until("id: 6\nevent: fixture_updated"),
             !Contains("\"position\":4") && !Contains("\"position\":5"));
}

TEST_CASE("event routes: an entity that isn't there is 404, unless the reader has known it",
          "[actors][socket]") {
  event_server server;
  server.record(1, 1);
  auto client = server.client();
  for (const auto* kind : {"fixtures", "fixtures/models", "groups", "graphs", "inputs", "presets"}) {
    const std::string path = std::string("/api/") + kind + "/gone/events/stream";
    INFO(path);
    const auto unknown = client.request("GET", path);
    CHECK(unknown->status == 404);
    CHECK_THAT(unknown->body, Contains("\"NOT_FOUND\""));
    CHECK(client.request("HEAD", path + "?lastEventId=1")->status == 200);
  }
}

TEST_CASE("event routes: too many readers are refused, and a place that is left is free",
          "[actors][socket]") {
  event_server server;
  server.record(1, 1);
  auto first = std::make_unique<reader>(server, "/api/events/stream");
  first->until("stream-connected");
  std::vector<std::unique_ptr<reader>> others;
  for (int i = 0; i < 3; ++i) {
    others.push_back(std::make_unique<reader>(server, "/api/events/stream"));
    others.back()->until("stream-connected");
  }
  auto client = server.client();
  const auto refused = client.request("GET", "/api/events/stream");
  REQUIRE(refused);
  CHECK(refused->status == 429);
  CHECK(refused->header("Retry-After") == "5");
  first.reset();
  others.clear();
  while (server.measures->event_streams > 0) std::this_thread::yield();
  reader again{server, "/api/events/stream"};
  again.until("stream-connected");
}

TEST_CASE("event routes: the token is asked for, in the header or in the query", "[actors][socket]") {
  net::server_options options;
  options.access.loopback_bound = false;
  options.access.token = "s3cret";
  event_server server{options};
  server.record(1, 1);
  auto client = server.client();
  for (const auto* path : {"/api/events/stream", "/api/fixtures/spot/events/stream"}) {
    CHECK(client.request("GET", path)->status == 401);
    CHECK(client.request("HEAD", std::string(path) + "?token=s3cret")->status == 200);
    CHECK(client.request("HEAD", path, {}, {{"Authorization", "Bearer s3cret"}})->status == 200);
  }
}

TEST_CASE("event routes: a stream ends in order when the server stops", "[actors][socket]") {
  std::optional<net::tcp_client> socket;
  {
    event_server server;
    server.record(1, 1);
    socket.emplace(server.raw());
    REQUIRE(socket->send("GET /api/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n", patience));
    std::string came;
    while (came.find("stream-connected") == std::string::npos) came += socket->receive(patience).value();
    socket->shutdown_send(); // what a browser's page does that is left: the server notices
    while (server.measures->event_streams > 0) std::this_thread::yield();
    socket.emplace(server.raw());
    REQUIRE(socket->send("GET /api/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n", patience));
    came.clear();
    while (came.find("stream-connected") == std::string::npos) came += socket->receive(patience).value();
  }
  CHECK(socket->receive_all(patience).value() == "0\r\n\r\n");
}
