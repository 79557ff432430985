// Undo and redo per operator, over REST and /ws (docs/history.md).
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

using troupe::net::header_list;

header_list as(std::string_view name) {
  return {{"X-Operator", std::string{name}}};
}

/// A change by an operator; the revision is the current one.
reply change_as(live_show& show, std::string_view who, const std::string& path, const json::object& changes) {
  const auto revision = show.rest.read(path).at("revision");
  return show.rest.put(path, json::object{{"data", changes}, {"revision", revision}}, as(who));
}

reply undo(live_show& show, std::string_view who) {
  return show.rest.post("/api/history/undo", json::object{}, as(who));
}

reply redo(live_show& show, std::string_view who) {
  return show.rest.post("/api/history/redo", json::object{}, as(who));
}

std::string reason(const reply& refused) {
  return str(refused.body.at("details").at("reason"));
}

/// Names of its own, so that the tests on one server don't undo each other's commands.
std::string name(const live_show& show, std::string_view who) {
  return std::string{who} + " of " + show.name;
}

} // namespace

TEST_CASE("undo: two operators take back their own, in any order", "[conformance][history]") {
  live_show show;
  const auto ada = name(show, "ada"), bob = name(show, "bob");
  const auto path = "/api/fixtures/" + show.dimmer(1);
  REQUIRE(change_as(show, ada, path, {{"name", "Left"}}).ok());
  REQUIRE(change_as(show, bob, path, {{"startChannel", 77}}).ok());

  const auto undone = undo(show, ada);
  REQUIRE(undone.status == 200);
  const auto& data = undone.data();
  CHECK(data.at("correlationId").is_string());
  CHECK(data.at("undone").as_array().size() == 1);
  const auto& entity = data.at("entities").at(0);
  CHECK(entity.at("kind") == "fixture");
  CHECK(entity.at("op") == "updated");
  CHECK(entity.at("revision") == 4);
  auto now = show.rest.read(path);
  CHECK(now.at("name") != "Left");
  CHECK(now.at("startChannel") == 77);

  const auto redone = redo(show, ada);
  REQUIRE(redone.status == 200);
  REQUIRE(undo(show, bob).ok());
  now = show.rest.read(path);
  CHECK(now.at("name") == "Left");
  CHECK(now.at("startChannel") == 1);
  CHECK(now.at("revision") == 6);
}

TEST_CASE("undo: who has changed the same field since is in the way, and named", "[conformance][history]") {
  live_show show;
  const auto ada = name(show, "ada"), bob = name(show, "bob");
  const auto path = "/api/fixtures/" + show.dimmer(1);
  REQUIRE(change_as(show, ada, path, {{"name", "Left"}}).ok());
  REQUIRE(change_as(show, bob, path, {{"name", "Right"}}).ok());
  const auto refused = undo(show, ada);
  CHECK(refused.summary() == "409 CONFLICT");
  CHECK(reason(refused) == "changed");
  CHECK(str(refused.body.at("details").at("event").at("author")) == bob);
  CHECK(refused.body.at("details").at("event").at("type") == "fixture_updated");
  CHECK(show.rest.read(path).at("name") == "Right");
  REQUIRE(undo(show, bob).ok());
  CHECK(undo(show, ada).ok());
}

TEST_CASE("undo: with nothing to undo it is a conflict that says so", "[conformance][history]") {
  live_show show;
  const auto ada = name(show, "ada");
  CHECK(undo(show, ada).summary() == "409 CONFLICT");
  CHECK(reason(undo(show, ada)) == "nothing");
  CHECK(reason(redo(show, ada)) == "nothing");
}

TEST_CASE("undo: a deleted fixture comes back with its id, its revision and its groups",
          "[conformance][history]") {
  live_show show;
  const auto ada = name(show, "ada");
  const auto id = show.dimmer(1), other = show.dimmer(2);
  const auto group = show.group({id, other});
  REQUIRE(show.rest.del("/api/fixtures/" + id, as(ada)).ok());
  CHECK(show.rest.read("/api/groups/" + group).at("fixtureIds") == json::value{other});
  const auto undone = undo(show, ada);
  REQUIRE(undone.ok());
  CHECK(undone.data().at("entities").as_array().size() == 2);
  CHECK(show.rest.read("/api/fixtures/" + id).at("revision") == 2);
  CHECK(show.rest.read("/api/groups/" + group).at("fixtureIds") == (json::value{id, other}));
  REQUIRE(redo(show, ada).ok());
  CHECK(show.rest.get("/api/fixtures/" + id).status == 404);
}

TEST_CASE("undo: of a creation that somebody has built upon is refused", "[conformance][history]") {
  live_show show;
  const auto ada = name(show, "ada"), bob = name(show, "bob");
  const auto made = show.rest.post(
      "/api/fixtures",
      json::object{{"name", "New"}, {"modelId", "generic-dimmer"}, {"universe", 0}, {"startChannel", 9}},
      as(ada));
  REQUIRE(made.status == 201);
  const auto id = str(made.data().at("id"));
  const auto group = show.rest.post(
      "/api/groups", json::object{{"name", "Bob's"}, {"fixtureIds", json::array{id}}}, as(bob));
  REQUIRE(group.status == 201);
  const auto refused = undo(show, ada);
  CHECK(refused.summary() == "409 CONFLICT id");
  CHECK(reason(refused) == "rule");
  CHECK(str(refused.body.at("details").at("event").at("author")) == bob);
  REQUIRE(undo(show, bob).ok());
  REQUIRE(undo(show, ada).ok());
  CHECK(show.rest.get("/api/fixtures/" + id).status == 404);
}

TEST_CASE("undo: works after a kill and a restart, as deep as before", "[conformance][history]") {
  test_server server;
  auto rest = server.rest();
  const auto id = str(rest.create("/api/inputs", {{"name", "0"}, {"type", "fader"}}).at("id"));
  const auto path = "/api/inputs/" + id;
  for (int i = 1; i <= 5; ++i)
    REQUIRE(rest.put(path, {{"data", {{"name", std::to_string(i)}}}, {"revision", i}}, as("ada")).ok());
  REQUIRE(rest.post("/api/history/undo", json::object{}, as("ada")).ok());
  server.restart_after_kill();
  auto again = server.rest();
  CHECK(again.read(path).at("name") == "4");
  REQUIRE(again.post("/api/history/redo", json::object{}, as("ada")).ok());
  CHECK(again.read(path).at("name") == "5");
  for (int i = 4; i >= 0; --i) {
    REQUIRE(again.post("/api/history/undo", json::object{}, as("ada")).ok());
    CHECK(str(again.read(path).at("name")) == std::to_string(i));
  }
  CHECK(again.post("/api/history/undo", json::object{}, as("ada")).status == 409);
}

TEST_CASE("operator: a name that is none is refused, whatever the command", "[conformance][history]") {
  live_show show;
  const auto fader = json::object{{"name", "F"}, {"type", "fader"}};
  for (const auto* bad : {"%20", "%ff", "50%", "a%0Ab", "file"}) {
    CAPTURE(bad);
    CHECK(show.rest.post("/api/inputs", fader, as(bad)).summary() == "400 VALIDATION_ERROR X-Operator");
    CHECK(undo(show, bad).summary() == "400 VALIDATION_ERROR X-Operator");
  }
  CHECK(show.rest.post("/api/inputs", fader, as(std::string(201, 'x'))).status == 400);
  const auto made = show.rest.post("/api/inputs", fader, as("J%C3%B6rg"));
  REQUIRE(made.status == 201);
  const auto events = show.rest.list("/api/history?limit=1&kind=input&id=" + str(made.data().at("id")));
  CHECK(events.at(0).at("author") == "J\xC3\xB6rg");
  CHECK(str(events.at(0).at("client")).starts_with("http:127.0.0.1:"));
}

TEST_CASE("ws: undo and redo for who has said hello, and everybody hears how far the history is",
          "[conformance][history]") {
  live_show show;
  const auto ada = name(show, "ada");
  auto client = show.client();
  client.send({{"type", "hello"}, {"name", ada}});
  const auto begun =
      client.next("history/changed", [&](const json::object& one) { return str(one.at("operator")) == ada; });
  CHECK(begun.at("undo") == 0);
  const auto path = "/api/fixtures/" + show.dimmer(1);
  REQUIRE(change_as(show, ada, path, {{"name", "Left"}}).ok());
  client.next("history/changed", [&](const json::object& one) { return one.at("undo") == 1; });
  client.send({{"type", "history/undo"}});
  const auto undone =
      client.next("history/changed", [&](const json::object& one) { return one.at("redo") == 1; });
  CHECK(str(undone.at("operator")) == ada);
  CHECK(undone.at("undo") == 0);
  CHECK(show.rest.read(path).at("name") != "Left");
  client.send({{"type", "history/redo"}});
  client.next("history/changed", [&](const json::object& one) { return one.at("undo") == 1; });
  CHECK(show.rest.read(path).at("name") == "Left");
}

TEST_CASE("ws: an undo that can't be is answered with an error, the reason and the request's id",
          "[conformance][history]") {
  live_show show;
  auto client = show.client();
  client.send({{"type", "hello"}, {"name", name(show, "nobody")}});
  client.send({{"type", "history/undo"}, {"requestId", "u1"}});
  const auto refused = client.next("error");
  CHECK(refused.at("code") == "CONFLICT");
  CHECK(refused.at("requestId") == "u1");
  CHECK(refused.at("details").at("reason") == "nothing");
  CHECK(client.refusal({{"type", "hello"}}) == "VALIDATION_ERROR");
  CHECK(client.refusal({{"type", "hello"}, {"name", " "}}) == "VALIDATION_ERROR");
  CHECK(client.refusal({{"type", "hello"}, {"name", "a\nb"}}) == "VALIDATION_ERROR");
  CHECK(client.refusal({{"type", "hello"}, {"name", "file"}}) == "VALIDATION_ERROR");
}
