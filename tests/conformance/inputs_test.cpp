// Section 7 "Inputs": what clients hear of them, and what is refused.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

json::object move(const std::string& fader, const json::value& value) {
  return {{"type", "input/fader"}, {"faderId", fader}, {"value", value}};
}

json::object hand(std::string_view what, const std::string& button) {
  return {{"type", "input/button" + std::string(what)}, {"buttonId", button}};
}

/// The value of a fader in an input/changed; -1 if it isn't in it.
double fader_in(const json::object& message, const std::string& fader) {
  const auto* value = message.at("faders").as_object().if_contains(fader);
  return value ? num(*value) : -1;
}

bool button_is(const json::object& message, const std::string& button, bool down) {
  const auto* value = message.at("buttons").as_object().if_contains(button);
  return value && value->as_bool() == down;
}

} // namespace

TEST_CASE("inputs: a client is told all of them once when it connects", "[conformance][inputs]") {
  live_show show;
  const auto f = show.fader(), g = show.fader(), b = show.button();
  auto first = show.client();
  first.send(move(f, 0.25));
  first.send(hand("Down", b));
  first.next("input/changed", [&](const json::object& one) { return button_is(one, b, true); });
  auto second = show.client();
  const auto told = second.next("input/changed");
  CHECK(fader_in(told, g) == 0);
  CHECK(told.at("faders").as_object().size() == 2);
  CHECK(told.at("buttons").as_object().size() == 1);
  // Its thread may hear of the last tick after that of the first client.
  bool moved = fader_in(told, f) == 0.25, down = button_is(told, b, true);
  while (!moved || !down) {
    const auto later = second.next("input/changed");
    moved = moved || fader_in(later, f) == 0.25;
    down = down || button_is(later, b, true);
  }
}

TEST_CASE("inputs: what anyone moves is told to all, also to who moved it", "[conformance][inputs]") {
  live_show show;
  const auto f = show.fader(), b = show.button();
  auto mover = show.client(), watcher = show.client();
  mover.next("input/changed"), watcher.next("input/changed");
  const std::vector<double> levels{0.5, 1, 0.125};
  for (const auto level : levels) {
    mover.send(move(f, level));
    for (auto* each : {&mover, &watcher})
      each->next("input/changed", [&](const json::object& one) { return fader_in(one, f) == level; });
  }
  mover.send(hand("Down", b));
  watcher.next("input/changed", [&](const json::object& one) { return button_is(one, b, true); });
  mover.send(hand("Up", b));
  watcher.next("input/changed", [&](const json::object& one) { return button_is(one, b, false); });
}

TEST_CASE("inputs: values are clamped to 0..1", "[conformance][inputs]") {
  live_show show;
  const auto f = show.fader();
  auto client = show.client();
  client.send(move(f, 17));
  client.next("input/changed", [&](const json::object& one) { return fader_in(one, f) == 1; });
  client.send(move(f, -0.5));
  client.next("input/changed", [&](const json::object& one) { return fader_in(one, f) == 0; });
}

TEST_CASE("inputs: a value that is missing or not a number is an error", "[conformance][inputs]") {
  live_show show;
  const auto f = show.fader();
  auto client = show.client();
  for (const json::value& wrong :
       {json::value(nullptr), json::value("1"), json::value(true), json::value(json::array{})})
    CHECK(client.refusal(move(f, wrong)) == "VALIDATION_ERROR");
  CHECK(client.refusal({{"type", "input/fader"}, {"faderId", f}}) == "VALIDATION_ERROR");
  CHECK(client.refusal({{"type", "input/fader"}, {"value", 1}}) == "VALIDATION_ERROR");
  CHECK(client.refusal({{"type", "input/fader"}, {"faderId", 1}, {"value", 1}}) == "VALIDATION_ERROR");
  CHECK(client.refusal(json::object{{"type", "input/buttonDown"}}) == "VALIDATION_ERROR");
}

TEST_CASE("inputs: an id that is neither an input of the show nor used by a graph is an error",
          "[conformance][inputs]") {
  live_show show;
  auto client = show.client();
  for (const auto& message :
       {move("ghost", 1), hand("Down", "ghost"), hand("Up", "ghost"), hand("Press", "ghost")}) {
    auto asked = message;
    asked["requestId"] = "mine";
    client.send(asked);
    const auto refused = client.next("error");
    CHECK((refused.at("code") == "NOT_FOUND" || refused.at("code") == "VALIDATION_ERROR"));
    CHECK(refused.at("requestId") == "mine");
  }
  // Nothing was kept of it.
  const auto fixture = show.dimmer(1);
  show.graph(fader_graph({fixture}, "ghost"));
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0);
  // But now a graph uses it.
  viewer.send(move("ghost", 0.5));
  viewer.frame_with(fixture, 0.5);
}

TEST_CASE("inputs: a fader keeps its value over graph edits", "[conformance][inputs]") {
  live_show show;
  const auto fixture = show.dimmer(1), f = show.fader();
  const auto id = show.graph(fader_graph({fixture}, f));
  auto viewer = show.viewer();
  viewer.send(move(f, 0.75));
  viewer.frame_with(fixture, 0.75);
  show.rest.change("/api/graphs/" + id, json::object{{"name", "renamed"}});
  show.rest.change("/api/inputs/" + f, json::object{{"name", "renamed"}});
  const auto other = show.dimmer(2);
  show.graph(fader_graph({other}, f));
  const auto frame = viewer.frame_with(other, 0.75);
  CHECK(intensity_in(frame, fixture) == 0.75);
}

TEST_CASE("inputs: messages of one client apply in the order sent, the newest value of a fader wins",
          "[conformance][inputs][ordering]") {
  live_show show;
  const auto fixture = show.dimmer(1), f = show.fader();
  show.graph(fader_graph({fixture}, f));
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0);
  for (int i = 1; i <= 1000; ++i) viewer.send(move(f, i / 1000.0));
  double before = 0;
  viewer.next("frame/full", [&](const json::object& one) {
    const auto level = intensity_in(one, fixture);
    CHECK(level >= before);
    before = level;
    return level == 1;
  });
}

TEST_CASE("inputs: faders are never refused for their rate", "[conformance][inputs]") {
  live_show show;
  const auto f = show.fader();
  auto client = show.client();
  for (int i = 0; i < 5000; ++i) client.send(move(f, i % 100 / 100.0));
  client.send(move(f, 1));
  client.send({{"type", "ping"}, {"nonce", "end"}});
  for (auto message = client.next(); str(message.at("type")) != "pong"; message = client.next())
    CHECK(str(message.at("type")) != "error");
  auto other = show.client();
  other.next("input/changed", [&](const json::object& one) { return fader_in(one, f) == 1; });
}

TEST_CASE("inputs: above 1,000 button messages a second the excess is dropped with one RATE_LIMITED a second",
          "[conformance][inputs]") {
  live_show show;
  const auto b = show.button();
  auto client = show.client();
  for (int i = 0; i < 6000; ++i) client.send(hand("Up", b));
  CHECK(client.next("error").at("code") == "RATE_LIMITED");
  // It goes on: later, presses are taken again, and the connection is as it was.
  client.send({{"type", "ping"}, {"nonce", "end"}});
  int limited = 1;
  for (auto message = client.next(); str(message.at("type")) != "pong"; message = client.next())
    if (str(message.at("type")) == "error") ++limited;
  CHECK(limited <= 20);
}

TEST_CASE("inputs: a new input can be used at once, a deleted one is gone", "[conformance][inputs]") {
  live_show show;
  auto client = show.client();
  client.next("input/changed");
  const auto f = show.fader();
  client.send(move(f, 0.5));
  client.next("input/changed", [&](const json::object& one) { return fader_in(one, f) == 0.5; });
  REQUIRE(show.rest.del("/api/inputs/" + f).ok());
  const auto changed = client.next("entity/changed", [&](const json::object& one) {
    return str(one.at("id")) == f && one.at("op") == "deleted";
  });
  CHECK(changed.at("kind") == "input");
  client.send(move(f, 1));
  client.next("error");
}
