// Sections 6 and 7: what subscribers of frames get.
#include "tests/conformance/support/suite.hpp"

#include <cstring>

using namespace troupe::conformance;

namespace {

/// Applies a delta to a full picture, as a client does.
void apply(json::object& picture, const json::object& changes) {
  for (const auto& [fixture, change] : changes) {
    if (change.is_null()) {
      CHECK(picture.erase(fixture) == 1);
      continue;
    }
    auto& bundle =
        picture.contains(fixture) ? picture[fixture].as_object() : picture[fixture].emplace_object();
    for (const auto& [attribute, value] : change.as_object())
      if (value.is_null())
        CHECK(bundle.erase(attribute) == 1);
      else
        bundle[attribute] = value;
  }
}

json::object moving_graph(const std::string& fixture, double frequency) {
  return intensity_graph({fixture}, node("source", "SawLFO", {{"frequency", frequency}}));
}

/// A binary frame, taken apart.
struct binary_frame {
  std::uint32_t flags = 0;
  std::uint64_t number = 0;
  double t = 0;
  std::map<int, std::vector<std::uint8_t>> universes;
};

binary_frame parse_binary(const std::string& bytes) {
  std::size_t at = 0;
  const auto take = [&](auto& into) {
    REQUIRE(bytes.size() >= at + sizeof into);
    std::memcpy(&into, bytes.data() + at, sizeof into);
    at += sizeof into;
  };
  binary_frame out;
  std::uint32_t count = 0;
  REQUIRE(bytes.substr(0, 4) == "TRF1");
  at = 4;
  take(out.flags), take(out.number), take(out.t), take(count);
  int before = -1;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint16_t address = 0, length = 0;
    take(address), take(length);
    CHECK(length == 512);
    CHECK(address > before);
    before = address;
    auto& levels = out.universes[address];
    levels.resize(length);
    REQUIRE(bytes.size() >= at + length);
    std::memcpy(levels.data(), bytes.data() + at, length);
    at += length;
  }
  CHECK(at == bytes.size());
  return out;
}

using test = std::function<bool(const binary_frame&)>;

binary_frame next_binary(
    live_client& client, const test& wanted = [](const auto&) { return true; }) {
  const deadline end;
  while (!end.over())
    if (auto frame = parse_binary(client.next_binary()); wanted(frame)) return frame;
  throw std::runtime_error("no such binary frame came");
}

json::object move(const std::string& fader, double value) {
  return {{"type", "input/fader"}, {"faderId", fader}, {"value", value}};
}

} // namespace

TEST_CASE("frames: full frames hold every written fixture and count up", "[conformance][frames]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.fixture("generic-rgbw", 10);
  show.dimmer(2);
  show.graph(constant_graph({a}, 0.25));
  show.graph(graph("colour",
                   {node("c", "ColorConstant", {{"r", 1}, {"g", 0.5}, {"b", 0}}),
                    node("s", "SelectFixture", {{"fixtureIds", ids({b})}}), node("w", "WriteAttributes")},
                   {{"c.color", "w.bundle"}, {"s.selection", "w.selection"}}));
  auto viewer = show.viewer();
  auto frame = viewer.next(
      "frame/full", [](const json::object& one) { return one.at("fixtures").as_object().size() == 2; });
  CHECK(frame.at("fixtures") == json::value{{a, json::object{{"intensity", 0.25}}},
                                            {b, json::object{{"color", {{"r", 1}, {"g", 0.5}, {"b", 0}}}}}});
  CHECK(frame.begin()->key() == "type");
  for (int i = 0; i < 20; ++i) {
    const auto next = viewer.frame();
    CHECK(num(next.at("frameNumber")) > num(frame.at("frameNumber")));
    CHECK(num(next.at("t")) > num(frame.at("t")));
    frame = next;
  }
}

TEST_CASE("frames: a fixture written with an empty bundle is in the frame as {}", "[conformance][frames]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  show.graph(
      graph("empty",
            {node("p", "Preset", {{"presetId", "ghost"}}),
             node("s", "SelectFixture", {{"fixtureIds", ids({fixture})}}), node("w", "WriteAttributes")},
            {{"p.bundle", "w.bundle"}, {"s.selection", "w.selection"}}));
  const auto frame =
      show.viewer().next("frame/full", [&](const json::object& one) { return bundle_in(one, fixture); });
  CHECK(*bundle_in(frame, fixture) == json::object{});
}

TEST_CASE("frames: numbers have five decimals at most", "[conformance][frames]") {
  live_show show;
  const auto fixture = show.dimmer(1);
  show.graph(constant_graph({fixture}, 1.0 / 3));
  auto viewer = show.viewer();
  viewer.frame_with(fixture, 0.33333);
  for (auto text = viewer.next_text();; text = viewer.next_text()) {
    if (!text.starts_with(R"({"type":"frame/full")")) continue;
    CHECK(text.find("0.33333}") != std::string::npos);
    break;
  }
}

TEST_CASE("frames: whoever adds up the deltas has the full frame", "[conformance][frames]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2), c = show.fixture("moving-head-spot", 20),
             fader = show.fader();
  show.graph(moving_graph(a, 0.3));
  show.graph(fader_graph({b}, fader));
  const auto blinking = show.graph(constant_graph({c}, 1));
  const auto pan =
      show.graph(graph("pan",
                       {node("p", "PositionConstant", {{"pan", 0.5}}),
                        node("s", "SelectFixture", {{"fixtureIds", ids({c})}}), node("w", "WriteAttributes")},
                       {{"p.position", "w.bundle"}, {"s.selection", "w.selection"}}));
  auto full = show.viewer(), delta = show.viewer({{"mode", "delta"}}), hand = show.client();
  const auto enable = [&](const std::string& graph, bool on) {
    hand.send({{"type", "instance/setEnabled"}, {"instanceId", graph}, {"enabled", on}});
  };
  std::map<std::int64_t, json::object> pictures;
  json::object picture;
  std::size_t compared = 0;
  const std::vector<std::function<void()>> edits{
      [&] { hand.send(move(fader, 0.5)); }, [&] { enable(blinking, false); },
      [&] { enable(pan, false); },          [&] { enable(blinking, true); },
      [&] { enable(pan, true); },           [&] { hand.send(move(fader, 0)); }};
  for (int i = 0; i < 120; ++i) {
    if (i % 20 == 10) edits[static_cast<std::size_t>(i) / 20]();
    const auto change = delta.next("frame/delta");
    apply(picture, change.at("changes").as_object());
    pictures[change.at("frameNumber").to_number<std::int64_t>()] = picture;
  }
  while (compared < 60) {
    const auto frame = full.frame();
    const auto number = frame.at("frameNumber").to_number<std::int64_t>();
    if (number > pictures.rbegin()->first) break;
    const auto same = pictures.find(number);
    if (same == pictures.end()) continue;
    CHECK(frame.at("fixtures") == same->second);
    ++compared;
  }
  CHECK(compared >= 10);
}

TEST_CASE("frames: a delta holds what changed only, and a tick without change sends none",
          "[conformance][frames]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2), fader = show.fader();
  show.graph(constant_graph({a}, 0.5));
  const auto graph = show.graph(fader_graph({b}, fader));
  show.viewer().frame_with(b, 0);
  auto viewer = show.viewer({{"mode", "delta"}});
  // The first one carries everything.
  const auto first = viewer.next("frame/delta");
  CHECK(first.at("changes") ==
        json::value{{a, json::object{{"intensity", 0.5}}}, {b, json::object{{"intensity", 0}}}});
  // Then nothing, for many ticks.
  const auto start = num(first.at("frameNumber"));
  for (auto message = viewer.next();
       num(message.contains("frameNumber") ? message.at("frameNumber") : start) < start + 30;
       message = viewer.next())
    CHECK(str(message.at("type")) != "frame/delta");
  viewer.send(move(fader, 0.25));
  const auto moved = viewer.next("frame/delta");
  CHECK(moved.at("changes") == json::value(json::object{{b, json::object{{"intensity", 0.25}}}}));
  CHECK(num(moved.at("frameNumber")) > start);
  viewer.send({{"type", "instance/setEnabled"}, {"instanceId", graph}, {"enabled", false}});
  CHECK(viewer.next("frame/delta").at("changes") == json::value(json::object{{b, nullptr}}));
}

TEST_CASE("frames: an attribute that is no longer written is null in the delta, a colour is sent whole",
          "[conformance][frames]") {
  live_show show;
  const auto fixture = show.fixture("generic-rgbw", 1), fader = show.fader();
  show.graph(
      graph("colour",
            {node("f", "Fader", {{"faderId", fader}}), node("mix", "MixColor", {{"mix", 0}}),
             node("red", "ColorConstant", {{"r", 1}, {"g", 0}, {"b", 0}}),
             node("pink", "ColorConstant", {{"r", 1}, {"g", 0}, {"b", 0.5}}),
             node("s", "SelectFixture", {{"fixtureIds", ids({fixture})}}), node("w", "WriteAttributes")},
            {{"red.color", "mix.a"},
             {"pink.color", "mix.b"},
             {"f.value", "mix.mix"},
             {"mix.result", "w.bundle"},
             {"s.selection", "w.selection"}}));
  const auto light = show.graph(constant_graph({fixture}, 1));
  auto full = show.viewer();
  full.next("frame/full", [&](const json::object& one) {
    const auto* bundle = bundle_in(one, fixture);
    return bundle && bundle->size() == 2;
  });
  auto viewer = show.viewer({{"mode", "delta"}});
  viewer.next("frame/delta");
  viewer.send(move(fader, 1));
  CHECK(viewer.next("frame/delta").at("changes") ==
        json::value(json::object{{fixture, json::object{{"color", {{"r", 1}, {"g", 0}, {"b", 0.5}}}}}}));
  viewer.send({{"type", "instance/setEnabled"}, {"instanceId", light}, {"enabled", false}});
  CHECK(viewer.next("frame/delta").at("changes") ==
        json::value(json::object{{fixture, json::object{{"intensity", nullptr}}}}));
}

TEST_CASE("frames: the first delta is sent even if it is empty", "[conformance][frames]") {
  live_show show;
  CHECK(show.viewer({{"mode", "delta"}}).next("frame/delta").at("changes") == json::object{});
}

TEST_CASE("frames: a filter lets the named fixtures through, also ones that come later",
          "[conformance][frames]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2);
  show.graph(constant_graph({a, b}, 0.5));
  show.viewer().frame_with(b, 0.5);
  auto viewer = show.viewer({{"fixtureIds", ids({b, "not-yet"})}});
  const auto frame = viewer.frame();
  CHECK(frame.at("fixtures") == json::value(json::object{{b, json::object{{"intensity", 0.5}}}}));
  // A new subscription replaces it, and an empty list means all.
  viewer.subscribe({{"fixtureIds", json::array{}}});
  viewer.frame_with(a, 0.5);
  viewer.subscribe({{"mode", "delta"}, {"fixtureIds", ids({a})}});
  CHECK(viewer.next("frame/delta").at("changes") ==
        json::value(json::object{{a, json::object{{"intensity", 0.5}}}}));
}

TEST_CASE("frames: maxHz thins them out, never the newest", "[conformance][frames]") {
  live_show show;
  const auto fixture = show.dimmer(1), fader = show.fader();
  show.graph(fader_graph({fixture}, fader));
  auto viewer = show.viewer({{"maxHz", 5}});
  auto before = viewer.frame();
  for (int i = 0; i < 4; ++i) {
    const auto next = viewer.frame();
    CHECK(num(next.at("t")) - num(before.at("t")) > 0.1);
    before = next;
  }
  viewer.send(move(fader, 0.75));
  viewer.frame_with(fixture, 0.75);
  viewer.subscribe({{"mode", "delta"}, {"maxHz", 2.5}});
  viewer.next("frame/delta");
  viewer.send(move(fader, 0.25));
  viewer.next("frame/delta", [&](const json::object& one) {
    return one.at("changes") == json::value(json::object{{fixture, json::object{{"intensity", 0.25}}}});
  });
}

TEST_CASE("frames: after unsubscribing none come", "[conformance][frames]") {
  live_show show;
  auto viewer = show.viewer();
  viewer.frame();
  viewer.send({{"type", "runtime/unsubscribeFrames"}});
  viewer.sync();
  auto status = viewer.next("runtime/status");
  const auto start = num(status.at("frameNumber"));
  // One may have been on its way.
  viewer.next("runtime/status", [&](const json::object& one) { return num(one.at("frameNumber")) > start; });
  for (auto message = viewer.next();
       str(message.at("type")) != "runtime/status" || num(message.at("frameNumber")) < start + 30;
       message = viewer.next())
    CHECK(str(message.at("type")) != "frame/full");
}

TEST_CASE("frames: an invalid subscription is an error and leaves the old one", "[conformance][frames]") {
  live_show show;
  const auto a = show.dimmer(1), b = show.dimmer(2);
  show.graph(constant_graph({a, b}, 0.5));
  auto viewer = show.viewer({{"fixtureIds", ids({a})}});
  viewer.frame_with(a, 0.5);
  const std::vector<json::object> wrong{
      json::object{{"mode", "some"}},
      json::object{{"mode", nullptr}},
      {{"mode", "full"}, {"maxHz", 0}},
      {{"mode", "full"}, {"maxHz", -1}},
      {{"mode", "full"}, {"maxHz", 240.5}},
      {{"mode", "full"}, {"maxHz", "60"}},
      {{"mode", "full"}, {"fixtureIds", "all"}},
      {{"mode", "full"}, {"fixtureIds", json::array{1}}},
      {{"mode", "full"}, {"encoding", "xml"}},
      {{"mode", "full"}, {"encoding", "binary"}, {"universes", json::array{-1}}},
      {{"mode", "full"}, {"encoding", "binary"}, {"universes", json::array{32768}}},
      {{"mode", "full"}, {"encoding", "binary"}, {"universes", 0}},
      {{"mode", "full"}, {"cells", 1}},
      json::object{{"maxHz", 5}},
  };
  for (auto each : wrong) {
    INFO(json::serialize(each));
    each["type"] = "runtime/subscribeFrames";
    CHECK(viewer.refusal(each) == "VALIDATION_ERROR");
  }
  CHECK(viewer.frame().at("fixtures") == json::value(json::object{{a, json::object{{"intensity", 0.5}}}}));
}

TEST_CASE("frames: binary frames hold every patched universe in order", "[conformance][frames]") {
  live_show show;
  const auto a = show.dimmer(3, 300), b = show.dimmer(512, 0), fader = show.fader();
  show.graph(fader_graph({a}, fader));
  show.graph(constant_graph({b}, 1));
  auto viewer = show.viewer({{"encoding", "binary"}});
  viewer.send(move(fader, 0.5));
  const auto frame = next_binary(viewer, [](const binary_frame& one) {
    return one.universes.size() == 2 && one.universes.begin()->second[511] == 255 &&
           one.universes.rbegin()->second[2] == 128;
  });
  CHECK(frame.flags == 0);
  CHECK(frame.universes.begin()->first == 0);
  CHECK(frame.universes.rbegin()->first == 300);
  const auto next = next_binary(viewer);
  CHECK(next.number > frame.number);
  CHECK(next.t > frame.t);
  CHECK(next.universes == frame.universes);
  // The same numbers as in JSON.
  const auto text = show.viewer().frame();
  const auto later = next_binary(viewer, [&](const binary_frame& one) {
    return static_cast<double>(one.number) >= num(text.at("frameNumber"));
  });
  CHECK(later.t >= num(text.at("t")) - 1e-4);
}

TEST_CASE("frames: binary deltas hold the universes that changed, and universes filters",
          "[conformance][frames]") {
  live_show show;
  const auto a = show.dimmer(1, 0), b = show.dimmer(1, 1), c = show.dimmer(1, 2), fader = show.fader(),
             other = show.fader();
  show.graph(fader_graph({b}, fader));
  show.graph(fader_graph({c}, other));
  show.graph(constant_graph({a}, 1));
  show.viewer().frame_with(a, 1);
  auto viewer = show.viewer({{"mode", "delta"}, {"encoding", "binary"}});
  const auto first = next_binary(viewer);
  CHECK((first.flags & 1) == 1);
  CHECK(first.universes.size() == 3);
  viewer.send(move(fader, 1));
  const auto moved = next_binary(viewer);
  REQUIRE(moved.universes.size() == 1);
  CHECK(moved.universes.begin()->first == 1);
  CHECK(moved.universes.at(1)[0] == 255);
  viewer.subscribe({{"mode", "delta"}, {"encoding", "binary"}, {"universes", {2, 0, 7}}});
  const auto filtered =
      next_binary(viewer, [](const binary_frame& one) { return one.universes.size() == 2; });
  CHECK(filtered.universes.count(0) == 1);
  CHECK(filtered.universes.count(2) == 1);
  viewer.send(move(fader, 0));
  viewer.send(move(other, 1));
  const auto last = next_binary(viewer);
  REQUIRE(last.universes.size() == 1);
  CHECK(last.universes.at(2)[0] == 255);
}
