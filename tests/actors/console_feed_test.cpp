// The feed against a server that says what the test wants.

#include "actors/console/server_feed.hpp"

#include "actors/cli/watch_command.hpp"
#include "net/server.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <fmt/format.h>
#include <functional>
#include <mutex>
#include <sstream>
#include <unistd.h>

using namespace troupe;
using namespace troupe::console;
using namespace std::chrono_literals;

namespace {

/// Tells every client the same messages, and serves a rig that the test may change.
class talking_server {
 public:
  explicit talking_server(std::string token = {}) {
    net::server_options options;
    options.access.loopback_bound = token.empty(); // with a token it behaves as on an open network
    options.access.token = std::move(token);
    server_ = std::make_unique<net::server>(
        pool_, options, routes(),
        [this](const std::shared_ptr<net::ws_connection>& connection, const auto&) { welcome(connection); });
    if (const auto up = server_->listen({{"127.0.0.1", false}}, 0); !up)
      throw std::runtime_error(up.error().message);
  }
  ~talking_server() {
    server_.reset();
    pool_.stop_and_join();
  }

  std::string url() const { return fmt::format("http://127.0.0.1:{}/", server_->port()); }

  /// To the client that came last, and to those that come.
  void say(const std::string& message) {
    pool_.post(0, [this, message] {
      said_.push_back(message);
      if (!latest_) return;
      pending_->push_back(message);
      latest_->kick();
    });
  }
  void hang_up() {
    pool_.post(0, [this] {
      if (latest_) latest_->close(1001, "going away");
    });
  }
  void fixtures(std::string json) {
    const std::lock_guard guard(mutex_);
    fixtures_ = std::move(json);
  }
  int welcomed() const { return welcomed_; }

 private:
  net::router routes() {
    net::router routes;
    const auto serve = [&](std::string_view path, std::function<std::string()> body) {
      routes.add(net::http_method::get, path, [body](net::http_request&, net::responder reply) {
        reply.send(net::json_response(200, body()));
      });
    };
    serve("/api/shows/current", [] { return R"({"data":{"show":"tour","dataDir":"/x"}})"; });
    serve("/api/groups", [] { return R"({"data":[{"id":"g","name":"front","fixtureIds":["a"]}]})"; });
    serve("/api/fixtures", [this] {
      const std::lock_guard guard(mutex_);
      return fixtures_;
    });
    return routes;
  }

  void welcome(const std::shared_ptr<net::ws_connection>& connection) {
    ++welcomed_;
    latest_ = connection;
    pending_ = std::make_shared<std::deque<std::string>>(said_.begin(), said_.end());
    connection->source([pending = pending_]() -> net::outgoing {
      if (pending->empty()) return nullptr;
      const auto next = net::make_text(pending->front());
      pending->pop_front();
      return next;
    });
    connection->start({[this, id = connection->id()](const std::string&, auto) {
                         if (latest_ && latest_->id() == id) latest_->ack(1);
                       },
                       [this, id = connection->id()](std::uint16_t) {
                         if (latest_ && latest_->id() == id) latest_.reset();
                       }});
    connection->kick();
  }

  net::io_pool pool_{1};
  std::mutex mutex_;
  std::string fixtures_ = R"({"data":[{"id":"a","name":"left"},{"id":"b","name":"right"}]})";
  std::atomic<int> welcomed_{0};
  // on the io thread
  std::vector<std::string> said_;
  std::shared_ptr<std::deque<std::string>> pending_;
  std::shared_ptr<net::ws_connection> latest_;
  std::unique_ptr<net::server> server_;
};

const std::string status = R"({"type":"runtime/status","tickHz":60,"t":1,"frameNumber":9,"instances":[]})";

std::string frame(int number, double intensity) {
  return fmt::format(
      R"({{"type":"frame/full","t":1,"frameNumber":{},"fixtures":{{"a":{{"intensity":{}}}}}}})", number,
      intensity);
}

server_address address(const talking_server& server, std::string_view token = {}) {
  return server_address_of(server.url(), token).value();
}

/// @returns whether it came true before anybody would lose patience
bool eventually(server_feed& feed, const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < until) {
    if (!feed.run_for(5ms)) return false;
    feed.settle();
    if (condition()) return true;
  }
  return false;
}

} // namespace

TEST_CASE("server feed: status, rig and frames reach the model", "[actors][console]") {
  talking_server server;
  server.say(status);
  server.say(frame(10, 0.25));
  console_model model;
  server_feed feed(address(server), model);
  REQUIRE(eventually(feed, [&] { return feed.complete() && model.frame(); }));
  CHECK(model.show() == "tour");
  CHECK(model.connection().state == link_state::connected);
  const auto rows = model.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].name == "front");
  CHECK(rows[0].fixtures.at(0).values->intensity == 0.25f);
  server.say(frame(13, 0.5));
  REQUIRE(eventually(feed, [&] { return model.frame()->number == 13; }));
  CHECK(model.dropped() == 2);
}

TEST_CASE("server feed: a change of the rig is fetched", "[actors][console]") {
  talking_server server;
  console_model model;
  server_feed feed(address(server), model);
  REQUIRE(eventually(feed, [&] { return model.rows().size() == 2; }));
  server.fixtures(R"({"data":[{"id":"a","name":"renamed"}]})");
  SECTION("told as an entity") {
    server.say(R"({"type":"entity/changed","kind":"fixture","op":"updated","id":"a","revision":2})");
  }
  SECTION("told as too much at once") {
    server.say(R"({"type":"entity/resync","kind":"fixture"})");
  }
  SECTION("told as another show") {
    server.say(R"({"type":"show/changed","show":"tour"})");
  }
  REQUIRE(eventually(feed, [&] { return model.rows().size() == 1; }));
  CHECK(model.rows()[0].fixtures.at(0).name == "renamed");
}

TEST_CASE("server feed: messages of no use or sense change nothing", "[actors][console]") {
  talking_server server;
  for (const auto* text : {"{", "[]", "7", R"({"type":7})", R"({"type":"frame/full","frameNumber":1})",
                           R"({"type":"later/idea"})", R"({"type":"runtime/status"})",
                           R"({"type":"entity/changed"})", R"({"no":"type"})"})
    server.say(text);
  server.say(status);
  console_model model;
  server_feed feed(address(server), model);
  REQUIRE(eventually(feed, [&] { return model.status().has_value(); }));
  CHECK_FALSE(model.frame());
  CHECK(model.connection().state == link_state::connected);
}

TEST_CASE("server feed: members in another order are understood", "[actors][console]") {
  talking_server server;
  server.say(R"({"frameNumber":4,"t":1,"fixtures":{"a":{"intensity":1}},"type":"frame/full"})");
  console_model model;
  server_feed feed(address(server), model);
  REQUIRE(eventually(feed, [&] { return model.frame().has_value(); }));
  CHECK(model.frame()->number == 4);
  CHECK(model.received() == 1);
}

TEST_CASE("server feed: it comes back after the connection ended", "[actors][console]") {
  talking_server server;
  server.say(status);
  console_model model;
  server_feed feed(address(server), model);
  REQUIRE(eventually(feed, [&] { return feed.connected() && model.status(); }));
  server.hang_up();
  REQUIRE(eventually(feed, [&] { return !feed.connected(); }));
  CHECK(model.connection().state == link_state::lost);
  CHECK(model.connection().detail.find("1001") != std::string::npos);
  REQUIRE(eventually(feed, [&] { return feed.connected() && server.welcomed() == 2; }));
  CHECK(model.connection().state == link_state::connected);
}

TEST_CASE("server feed: without the token there is no second attempt", "[actors][console]") {
  talking_server server("secret");
  console_model model;
  server_feed wrong(address(server, "guess"), model);
  const auto refused = wrong.run_for(10ms);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::unauthorized);
  server_feed right(address(server, "secret"), model);
  server.say(status);
  CHECK(eventually(right, [&] { return model.status() && !model.rows().empty(); }));
}

TEST_CASE("server feed: the wait between attempts grows to five seconds", "[actors][console]") {
  back_off waits;
  std::vector<int> all;
  for (int i = 0; i < 7; ++i) all.push_back(static_cast<int>(waits.next().count()));
  CHECK(all == std::vector<int>{250, 500, 1000, 2000, 4000, 5000, 5000});
  waits.reset();
  CHECK(waits.next() == 250ms);
}

TEST_CASE("server feed: addresses", "[actors][console]") {
  const auto plain = server_address_of("http://desk:3001", "").value();
  CHECK(plain.ws_url == "ws://desk:3001/ws");
  CHECK(plain.api == "/api");
  CHECK(plain.headers.empty());
  const auto behind = server_address_of("http://[::1]:80/lights/?x=1", "t").value();
  CHECK(behind.ws_url == "ws://[::1]:80/lights/ws");
  CHECK(behind.api == "/lights/api");
  CHECK(behind.headers.at(0).second == "Bearer t");
  CHECK_FALSE(server_address_of("desk", ""));
  CHECK_FALSE(server_address_of("https://desk", ""));
  CHECK(server_address_of("http://desk", "a\r\nb").error().code == ec::validation_error);
}

TEST_CASE("watch: once prints the present state and ends", "[actors][cli]") {
  talking_server server;
  server.say(status);
  server.say(frame(10, 1));
  std::ostringstream out, err;
  CHECK(cli::run_watch({server.url(), {}, true, 20}, {out, err}, -1) == cli::exit_ok);
  CHECK(err.str().empty());
  CHECK(out.str().find("front\n  left  #ffffff  100%\n") != std::string::npos);
}

TEST_CASE("watch: a server that isn't there, and a token that is wrong, are said", "[actors][cli]") {
  std::ostringstream out, err;
  talking_server server("secret");
  CHECK(cli::run_watch({server.url(), "x", true, 20}, {out, err}, -1) == cli::exit_failed);
  CHECK(err.str().find("wants a token") != std::string::npos);
  CHECK(cli::run_watch({server.url(), "x", false, 20}, {out, err}, -1) == cli::exit_failed);
  CHECK(cli::run_watch({"nonsense", "", true, 20}, {out, err}, -1) == cli::exit_usage);
  CHECK(cli::run_watch({server.url(), "", true, 0}, {out, err}, -1) == cli::exit_usage);
  CHECK(out.str().empty());
}
