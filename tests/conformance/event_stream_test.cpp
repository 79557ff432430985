// What a reader of /api/events/stream sees of the real server.
#include "tests/conformance/support/suite.hpp"

#include "net/tcp_client.hpp"

#include <sstream>

using namespace troupe::conformance;

namespace {

struct event {
  std::string type, id;
  json::object data;
};

std::int64_t whole(const json::object& of, const char* name) {
  return of.at(name).to_number<std::int64_t>();
}

/// A reader as EventSource is one. HTTP/1.0: nothing but the events is in the answer.
class event_reader {
 public:
  event_reader(std::uint16_t port, const std::string& path, const std::string& last_id = {})
      : socket_(troupe::net::tcp_client::connect("127.0.0.1", port, patience).value()) {
    auto request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n";
    if (!last_id.empty()) request += "Last-Event-ID: " + last_id + "\r\n";
    if (const auto sent = socket_.send(request + "\r\n", patience); !sent)
      throw std::runtime_error(sent.error().message);
    head_ = take_to("\r\n\r\n");
  }

  const std::string& head() const { return head_; }

  /// The next one; comments and other fields are passed over.
  event next() {
    for (;;) {
      event found;
      std::string data;
      std::istringstream lines{take_to("\n\n")};
      for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(": ");
        if (colon == std::string::npos || colon == 0) continue;
        const auto value = line.substr(colon + 2);
        if (line.starts_with("id:")) found.id = value;
        if (line.starts_with("event:")) found.type = value;
        if (line.starts_with("data:")) data += value;
      }
      if (found.type.empty()) continue;
      found.data = json::parse(data).as_object();
      return found;
    }
  }
  /// The next one of that type and entity.
  event next(const std::string& type, const std::string& entity) {
    for (;;)
      if (auto one = next(); one.type == type && str(one.data.at("id")) == entity) return one;
  }

 private:
  std::string take_to(const std::string& end) {
    while (came_.find(end) == std::string::npos) {
      const auto more = socket_.receive(patience);
      if (!more || more->empty()) throw std::runtime_error("the stream ended: " + came_);
      came_ += *more;
    }
    const auto size = came_.find(end) + end.size();
    auto taken = came_.substr(0, size);
    came_.erase(0, size);
    return taken;
  }

  troupe::net::tcp_client socket_;
  std::string head_, came_;
};

} // namespace

TEST_CASE("event stream: a change comes with its type, its position and the event", "[conformance][events]") {
  live_show show;
  event_reader reader{show.server.port(), "/api/events/stream"};
  CHECK(reader.head().find("Content-Type: text/event-stream\r\n") != std::string::npos);
  const auto hello = reader.next();
  CHECK(hello.type == "stream-connected");
  const auto begun = whole(hello.data, "position");
  CHECK(hello.id == std::to_string(begun));

  const auto id = str(show.rest.create("/api/inputs", {{"name", "Master"}, {"type", "fader"}}).at("id"));
  const auto created = reader.next("input_created", id);
  CHECK(created.id == std::to_string(whole(created.data, "position")));
  CHECK(whole(created.data, "position") > begun);
  CHECK(str(created.data.at("show")) == show.name);
  CHECK(created.data.at("payload").at("entity").at("name") == "Master");

  show.rest.change("/api/inputs/" + id, {{"name", "Grand master"}});
  const auto updated = reader.next("input_updated", id);
  CHECK(updated.data.at("payload").at("entity").at("name") == "Grand master");
  CHECK(whole(updated.data, "sequence") == whole(created.data, "sequence") + 1);
  CHECK(updated.data.at("prevHash").as_string().size() == 64);
  CHECK(show.rest.del("/api/inputs/" + id).ok());
  reader.next("input_deleted", id);
}

TEST_CASE("event stream: who comes again hears of what it missed, and of nothing twice",
          "[conformance][events]") {
  live_show show;
  std::string last;
  {
    event_reader reader{show.server.port(), "/api/events/stream"};
    last = reader.next().id;
  }
  std::vector<std::string> made;
  for (int i = 0; i < 30; ++i) made.push_back(show.fader("f" + std::to_string(i)));
  event_reader again{show.server.port(), "/api/events/stream", last};
  CHECK(again.next().type == "stream-connected");
  auto position = std::stoll(last);
  for (const auto& id : made) {
    auto one = again.next();
    while (str(one.data.at("id")) != id) {
      CHECK(std::stoll(one.id) == ++position);
      one = again.next();
    }
    CHECK(one.type == "input_created");
    CHECK(std::stoll(one.id) == ++position);
  }
  const auto later = show.fader("later"); // from the past into the present
  CHECK(again.next("input_created", later).id == std::to_string(position + 1));
}

TEST_CASE("event stream: one entity's stream tells of it alone, to its end", "[conformance][events]") {
  live_show show;
  const auto id = show.fader("watched");
  const auto path = "/api/inputs/" + id + "/events/stream";
  event_reader reader{show.server.port(), path, "0"};
  CHECK(str(reader.next().data.at("id")) == id);
  CHECK(reader.next().type == "input_created");
  show.fader("another");
  show.rest.change("/api/inputs/" + id, {{"name", "renamed"}});
  CHECK(reader.next().type == "input_updated");
  CHECK(show.rest.del("/api/inputs/" + id).ok());
  const auto end = reader.next();
  CHECK(end.type == "input_deleted");
  CHECK(show.rest.get(path).status == 404);
  event_reader after{show.server.port(), path, "0"};
  CHECK(after.next().type == "stream-connected");
  CHECK(after.next().type == "input_created");
  CHECK(after.next().type == "input_updated");
  CHECK(after.next().id == end.id);
}

TEST_CASE("event stream: the ids of a server that was killed are good for the next one",
          "[conformance][events]") {
  test_server server;
  auto rest = server.rest();
  std::string last;
  {
    event_reader reader{server.port(), "/api/events/stream"};
    const auto id = str(rest.create("/api/inputs", {{"name", "A1"}, {"type", "fader"}}).at("id"));
    last = reader.next("input_created", id).id;
  }
  const auto missed = str(rest.create("/api/inputs", {{"name", "A2"}, {"type", "fader"}}).at("id"));
  server.restart_after_kill();
  event_reader again{server.port(), "/api/events/stream", last};
  CHECK(again.next().type == "stream-connected");
  CHECK(again.next("input_created", missed).id == std::to_string(std::stoll(last) + 1));
}

TEST_CASE("event stream: an id from the future is a gap, and no id is 400", "[conformance][events]") {
  live_show show;
  event_reader reader{show.server.port(), "/api/events/stream", "9000000000"};
  const auto hello = reader.next();
  const auto gap = reader.next();
  CHECK(gap.type == "stream-gap");
  CHECK(gap.data.at("reason") == "ahead");
  CHECK(whole(gap.data, "from") == whole(hello.data, "newest") + 1);
  CHECK(whole(gap.data, "to") == 9'000'000'000);
  CHECK(show.rest.get("/api/events/stream", {{"Last-Event-ID", "soon"}}).summary() ==
        "400 VALIDATION_ERROR Last-Event-ID");
}
