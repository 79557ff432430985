// Section 6 "Pixels": strips over the borders of universes, their means in frames, and their cells for those
// who ask.
#include "tests/conformance/support/suite.hpp"

using namespace troupe::conformance;

namespace {

json::object move(const std::string& fader, double value) {
  return {{"type", "input/fader"}, {"faderId", fader}, {"value", value}};
}

/// A model of red, green and blue cells; returns its id.
std::string strip_model(live_show& show, int cells, json::object more = {}) {
  json::object model{{"brand", "Any"},
                     {"model", "Strip"},
                     {"channels", {{"red", 1}, {"green", 2}, {"blue", 3}}},
                     {"cells", cells}};
  for (auto& [key, value] : more) model[key] = value;
  return str(show.rest.create("/api/fixtures/models", model).at("id"));
}

/// A Spread from 0 to 1 as intensity, over the fixtures.
json::object spread_graph(const std::vector<std::string>& fixtures) {
  return graph("spread",
               {node("all", "SelectFixture", {{"fixtureIds", ids(fixtures)}}), node("spread", "Spread"),
                node("white", "ColorConstant"), node("scaled", "ScaleColor"),
                node("write", "WriteAttributes")},
               {{"all.selection", "spread.selection"},
                {"all.selection", "write.selection"},
                {"spread.value", "scaled.scale"},
                {"white.color", "scaled.color"},
                {"scaled.result", "write.bundle"}});
}

/// The cells of a fixture, if the message tells them.
const json::array* cells_in(const json::object& bundles, std::string_view fixture) {
  const auto* bundle = bundles.if_contains(fixture);
  const auto* cells = bundle && bundle->is_object() ? bundle->as_object().if_contains("cells") : nullptr;
  return cells ? cells->if_array() : nullptr;
}

} // namespace

TEST_CASE("pixels: a strip goes on in the next universe, and cells count one by one",
          "[conformance][pixels]") {
  live_show show;
  const auto model = strip_model(show, 171);
  const auto a = show.fixture(model, 1, 70), b = show.fixture(model, 1, 80);
  show.graph(spread_graph({a, b}));
  const auto lit = [](const artnet_packet& one) { return one.level(1) != 0; };
  const auto first = show.server.artnet.next(80, lit);
  CHECK(first.levels(1, 3) == std::vector<int>{128, 128, 128}); // 171 of 341
  CHECK(show.server.artnet.next(81, lit).levels(1, 4) == std::vector<int>{255, 255, 255, 0});
  const auto begin =
      show.server.artnet.next(70, [](const artnet_packet& one) { return one.level(508) != 0; });
  CHECK(begin.levels(1, 4) == std::vector<int>{0, 0, 0, 1});
  CHECK(begin.levels(508, 5) == std::vector<int>{126, 126, 126, 0, 0}); // 169 of 341
  const auto frame = show.viewer().next("frame/full", [&](const json::object& one) {
    return bundle_in(one, b) && num(bundle_in(one, b)->at("color").at("r")) > 0;
  });
  // The means of 0..170 and 171..341, of 341.
  CHECK(std::abs(num(bundle_in(frame, a)->at("color").at("r")) - 85.0 / 341) < 2e-5);
  CHECK(std::abs(num(bundle_in(frame, b)->at("color").at("r")) - 256.0 / 341) < 2e-5);
  CHECK_FALSE(bundle_in(frame, a)->contains("cells"));
}

TEST_CASE("pixels: packed cells straddle the border", "[conformance][pixels]") {
  live_show show;
  const auto strip = show.fixture(strip_model(show, 2, {{"span", "packed"}}), 509, 90);
  show.graph(spread_graph({strip}));
  const auto end =
      show.server.artnet.next(90, [](const artnet_packet& one) { return one.level(512) == 255; });
  CHECK(end.levels(508, 5) == std::vector<int>{0, 0, 0, 0, 255});
  CHECK(
      show.server.artnet.next(91, [](const artnet_packet& one) { return one.level(1) != 0; }).levels(1, 3) ==
      std::vector<int>{255, 255, 0});
}

TEST_CASE("pixels: a client that asks for cells gets them, in full frames and in deltas",
          "[conformance][pixels]") {
  live_show show;
  const auto strip = show.fixture(strip_model(show, 3), 1), par = show.dimmer(500), fader = show.fader();
  show.graph(spread_graph({strip}));
  show.graph(fader_graph({par}, fader));
  auto viewer = show.viewer({{"cells", true}});
  const auto full = viewer.next("frame/full", [&](const json::object& one) {
    return cells_in(one.at("fixtures").as_object(), strip) != nullptr;
  });
  CHECK(*cells_in(full.at("fixtures").as_object(), strip) == json::array{"000000", "808080", "ffffff"});
  CHECK_FALSE(cells_in(full.at("fixtures").as_object(), par));

  auto other = show.viewer({{"mode", "delta"}, {"cells", true}});
  other.next("frame/delta", [&](const json::object& one) {
    return cells_in(one.at("changes").as_object(), strip) != nullptr;
  });
  // They are told again when they change, and not when something else does.
  other.send(move(fader, 1));
  const auto moved = other.next("frame/delta");
  CHECK(moved.at("changes").as_object().contains(par));
  CHECK_FALSE(moved.at("changes").as_object().contains(strip));
  viewer.sync();
  auto plain = show.viewer();
  const auto frame = plain.frame();
  CHECK_FALSE(bundle_in(frame, strip)->contains("cells"));
}

TEST_CASE("pixels: where a strip doesn't fit it is refused by name", "[conformance][pixels]") {
  live_show show;
  const auto model = strip_model(show, 171);
  const auto refusal = [&](int universe, int channel) {
    return show.rest
        .post("/api/fixtures",
              json::object{
                  {"name", "Strip"}, {"modelId", model}, {"universe", universe}, {"startChannel", channel}})
        .field();
  };
  CHECK(refusal(32'767, 1) == "universe");
  CHECK(refusal(0, 511) == "startChannel");
  show.fixture(model, 4, 32'766);
  const auto now = show.rest.read("/api/fixtures/models/" + model);
  const auto refused = show.rest.update("/api/fixtures/models/" + model,
                                        now.at("revision").to_number<std::int64_t>(), {{"cells", 340}});
  CHECK(refused.status == 400);
  CHECK(refused.field() == "cells");
}

TEST_CASE("pixels: strips conflict universe by universe", "[conformance][pixels]") {
  live_show show;
  const auto model = strip_model(show, 200);
  show.fixture(model, 1, 5);
  show.fixture(model, 1, 6); // the first one ends at channel 90 of universe 6
  const auto found = show.rest.get("/api/fixtures/conflicts").data().as_array();
  REQUIRE(found.size() == 1);
  CHECK(found[0].at("universe") == 6);
  CHECK(found[0].at("from") == 1);
  CHECK(found[0].at("to") == 90);
}
