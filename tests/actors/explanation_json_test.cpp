// Why a light is as it is, as REST tells it.
#include "actors/client/explanation_json.hpp"

#include "protocol/json_text.hpp"
#include "tests/actors/show_support.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
namespace json = boost::json;

namespace {

show_state look_show() {
  show_state show;
  for (const auto& one :
       {par(), lamp("a", 1), record(entity_kind::group, "g", R"({"name":"any","fixtureIds":["a"]})"),
        fader("f"), dimming("look", "f", "g"), dimming("other", "unnamed", "g")})
    show.put(one);
  return show;
}

engine::explained_write write(std::string graph_id, float intensity, float priority,
                              engine::merge_mode mode = engine::merge_mode::override_) {
  engine::explained_write made{std::move(graph_id), "n3", mode, priority, has_intensity, {}, {}};
  made.values[0] = made.after[0] = intensity;
  return made;
}

engine::explained_cell two_writes() {
  engine::explained_cell cell;
  cell.time = {7, 1'500'000'000, 0, 0};
  cell.writes = {write("other", 0.9f, 0), write("look", 0.25f, 1)};
  cell.written = has_intensity;
  cell.values[0] = 0.25f;
  cell.held = has_pan;
  cell.held_values[static_cast<std::size_t>(column::pan)] = -0.5f;
  cell.level = 64;
  input_snapshot inputs;
  inputs.layout = std::make_shared<const input_layout>(input_layout{{"f", "unnamed"}, {}});
  inputs.faders = {0.25f, 0.9f};
  cell.inputs = std::make_shared<const input_snapshot>(inputs);
  return cell;
}

channel_claim claim(const show_state& show, const char* id, std::string channel = {}) {
  return {show.find(entity_kind::fixture, id), 0, std::move(channel)};
}

std::string text(const json::value& of) {
  return to_json(of);
}

} // namespace

TEST_CASE("explanation: a fixture's attributes name the write, its inputs and whom it overrides",
          "[actors][unit]") {
  const auto show = look_show();
  const auto made = fixture_explanation(show, claim(show, "a"), two_writes());
  CHECK(made.at("fixtureId") == "a");
  CHECK(made.at("fixtureName") == "Lamp a");
  CHECK(made.at("frameNumber") == 7);
  CHECK(made.at("cell") == 1);
  CHECK(made.at("cells") == 1);
  const auto& intensity = made.at("attributes").at("intensity");
  CHECK(text(intensity.at("value")) == text(0.25));
  CHECK(intensity.at("state") == "written");
  CHECK(intensity.at("from") == json::parse(R"({"graphId":"look","graphName":"Look","nodeId":"n3",
    "merge":"override","priority":1.0,"value":0.25})"));
  CHECK(intensity.at("inputs") == json::parse(R"([{"kind":"fader","id":"f","name":"Master","value":0.25}])"));
  CHECK(intensity.at("others") == json::parse(R"([{"graphId":"other","graphName":"Look","nodeId":"n3",
    "merge":"override","priority":0.0,"value":0.9,"inputs":[{"kind":"fader","id":"unnamed","value":0.9}],
    "overridden":true,"by":{"graphId":"look","nodeId":"n3"}}])"));
}

TEST_CASE("explanation: what is held has its value and no origin, what nobody writes has neither",
          "[actors][unit]") {
  const auto show = look_show();
  const auto made = fixture_explanation(show, claim(show, "a"), two_writes());
  CHECK(made.at("attributes").at("pan") ==
        json::parse(R"({"value":-0.5,"state":"held","from":null,"inputs":[],"others":[]})"));
  CHECK(made.at("attributes").at("color") ==
        json::parse(R"({"value":null,"state":"unwritten","from":null,"inputs":[],"others":[]})"));
}

TEST_CASE("explanation: a graph that has gone meanwhile has no name and no inputs", "[actors][unit]") {
  auto show = look_show();
  show.remove(entity_kind::graph, "look");
  const auto made = fixture_explanation(show, claim(show, "a"), two_writes());
  const auto& intensity = made.at("attributes").at("intensity");
  CHECK_FALSE(intensity.at("from").as_object().contains("graphName"));
  CHECK(intensity.at("inputs").as_array().empty());
}

TEST_CASE("explanation: a channel tells its level, its name and the attributes that it follows",
          "[actors][unit]") {
  const auto show = look_show();
  const auto cell = two_writes();
  const auto made = channel_explanation(show, {0, 1}, claims_on(show, {0, 1}), &cell);
  CHECK(made.at("level") == 64);
  CHECK(made.at("state") == "written");
  CHECK(made.at("channelName") == "dimmer");
  CHECK(made.at("attributes").as_object().size() == 1);
  CHECK(made.at("attributes").as_object().contains("intensity"));
  const auto red = channel_explanation(show, {0, 2}, claims_on(show, {0, 2}), &cell);
  CHECK(red.at("state") == "unwritten");
  CHECK(red.at("attributes").as_object().contains("color"));
}

TEST_CASE("explanation: a channel that no attribute drives is fixed, one without a fixture unpatched",
          "[actors][unit]") {
  auto show = look_show();
  show.put(record(entity_kind::model, "odd",
                  R"({"brand":"Any","model":"Odd","channels":{"lamp":1,"pan":2},"defaults":{"lamp":200}})"));
  show.put(lamp("o", 101, "odd"));
  const auto cell = two_writes();
  CHECK(channel_explanation(show, {0, 101}, claims_on(show, {0, 101}), &cell).at("state") == "fixed");
  CHECK(channel_explanation(show, {0, 102}, claims_on(show, {0, 102}), &cell).at("state") == "held");
  const auto nobody = channel_explanation(show, {0, 500}, {}, nullptr);
  CHECK(nobody ==
        json::object{{"universe", 0}, {"channel", 500}, {"level", nullptr}, {"state", "unpatched"}});
}

TEST_CASE("explanation: fixtures whose channel a later one has taken are named", "[actors][unit]") {
  auto show = look_show();
  show.put(lamp("later", 2));
  const auto cell = two_writes();
  const auto made = channel_explanation(show, {0, 2}, claims_on(show, {0, 2}), &cell);
  CHECK(made.at("fixtureId") == "later");
  CHECK(made.at("alsoPatched").at(0).at("fixtureId") == "a");
  CHECK(made.at("alsoPatched").at(0).at("channelName") == "red");
}

TEST_CASE("explanation: a channel that comes in by the network tells the level that came", "[actors][unit]") {
  const auto show = look_show();
  auto cell = two_writes();
  dmx_inputs network{{0}, std::vector<std::uint8_t>(512), std::vector<std::uint8_t>(512, 100)};
  network.levels[0] = 33;
  network.priorities[1] = dmx_inputs::nobody;
  auto inputs = *cell.inputs;
  inputs.network = std::make_shared<const dmx_inputs>(network);
  cell.inputs = std::make_shared<const input_snapshot>(inputs);
  const auto first = channel_explanation(show, {0, 1}, claims_on(show, {0, 1}), &cell);
  CHECK(first.at("networkLevel") == 33);
  CHECK(first.at("networkPriority") == 100);
  CHECK_FALSE(channel_explanation(show, {0, 2}, claims_on(show, {0, 2}), &cell).contains("networkLevel"));
}
