// Everything but graphs; those are in graph_codec_test.cpp.
#include "tests/protocol/support.hpp"

#include <set>

using namespace troupe;
using test::object_of;
using test::parse;
using test::refused_field;

namespace {

const std::string_view model_text =
    R"({"brand":"Acme","model":"Spot","channels":{"pan":1,"dimmer":5},"defaults":{"dimmer":255},)"
    R"("whiteMode":"extract","release":"hold","cells":3,"cellFootprint":512,"span":"packed"})";
const std::string_view fixture_text = R"({"name":"Left","modelId":"m","universe":3,"startChannel":17})";
const std::string_view group_text = R"({"name":"All","fixtureIds":["a","b"]})";
const std::string_view input_text = R"({"name":"Master","type":"fader"})";
const std::string_view preset_text =
    R"({"name":"Red","type":"full","attributes":{"intensity":0.5,"color":{"r":1,"g":0.1,"b":0},"pan":-1,"tilt":1,)"
    R"("zoom":0.25}})";
const std::string_view graph_text = R"({"name":"G","enabled":true,"nodes":[],"edges":[]})";

struct example {
  entity_kind kind;
  std::string_view text;
  std::set<std::string> optional;
};

const std::vector<example>& examples() {
  static const std::vector<example> all{
      {entity_kind::model,
       model_text,
       {"defaults", "whiteMode", "release", "cells", "cellFootprint", "span"}},
      {entity_kind::fixture, fixture_text, {}},
      {entity_kind::group, group_text, {}},
      {entity_kind::input, input_text, {}},
      {entity_kind::preset, preset_text, {}},
      {entity_kind::graph, graph_text, {"enabled"}}};
  return all;
}

/// Replaces one member of a text that is otherwise right.
std::string refused(const example& of, std::string_view key, std::string_view value) {
  auto members = object_of(of.text);
  members[key] = test::json_of(value);
  return refused_field(parse_entity(of.kind, "e1", 1, members, entity_source::network));
}

std::string refused(entity_kind kind, std::string_view key, std::string_view value) {
  return refused(examples()[static_cast<std::size_t>(kind)], key, value);
}

} // namespace

TEST_CASE("entity codec: an entity is written in the order of the protocol, with what it doesn't know behind",
          "[protocol][entity_codec]") {
  CHECK(
      (*parse(entity_kind::model, model_text))->json ==
      R"({"id":"e1","brand":"Acme","model":"Spot","channels":{"pan":1,"dimmer":5},"defaults":{"dimmer":255},)"
      R"("whiteMode":"extract","release":"hold","cells":3,"cellFootprint":512,"span":"packed","revision":1})");
  CHECK(
      (*parse(entity_kind::fixture,
              R"({"z":1,"startChannel":17,"universe":3,"a":{"b":[null]},"modelId":"m","name":"Left"})"))
          ->json ==
      R"({"id":"e1","name":"Left","modelId":"m","universe":3,"startChannel":17,"revision":1,"z":1,"a":{"b":[null]}})");
  CHECK((*parse(entity_kind::group, group_text))->json ==
        R"({"id":"e1","name":"All","fixtureIds":["a","b"],"revision":1})");
  CHECK((*parse(entity_kind::input, input_text))->json ==
        R"({"id":"e1","name":"Master","type":"fader","revision":1})");
  CHECK(
      (*parse(entity_kind::preset, preset_text))->json ==
      R"({"id":"e1","name":"Red","type":"full","attributes":{"intensity":0.5,"color":{"r":1,"g":0.1,"b":0},)"
      R"("pan":-1,"tilt":1,"zoom":0.25},"revision":1})");
  CHECK((*parse(entity_kind::graph, R"({"edges":[],"nodes":[],"name":"G"})"))->json ==
        R"({"id":"e1","name":"G","enabled":true,"nodes":[],"edges":[],"revision":1})");
}

TEST_CASE("entity codec: values arrive in the structs", "[protocol][entity_codec]") {
  const auto model = *parse(entity_kind::model, model_text);
  CHECK(model->as<fixture_model>().channels.size() == 2);
  CHECK(model->as<fixture_model>().footprint() == 5);
  CHECK(model->as<fixture_model>().defaults.front() == std::pair<std::string, std::uint8_t>("dimmer", 255));
  CHECK(model->as<fixture_model>().white == white_mode::extract);
  CHECK(model->as<fixture_model>().release == release_mode::hold);
  const auto fixture_record = *parse(entity_kind::fixture, fixture_text);
  CHECK(fixture_record->as<fixture>().model_id == "m");
  CHECK(fixture_record->as<fixture>().universe == 3);
  CHECK(fixture_record->as<fixture>().start_channel == 17);
  const auto preset_record = *parse(entity_kind::preset, preset_text);
  CHECK(preset_record->as<preset>().attributes ==
        bundle{.intensity = 0.5f, .color = rgb{1, 0.1f, 0}, .pan = -1, .tilt = 1, .zoom = 0.25f});
}

TEST_CASE("entity codec: id and revision of the members are ignored", "[protocol][entity_codec]") {
  const auto record = parse(entity_kind::input, R"({"id":17,"revision":"x","name":"A","type":"button"})");
  REQUIRE(record);
  CHECK((*record)->id == "e1");
  CHECK((*record)->revision == 1);
  CHECK((*record)->json == R"({"id":"e1","name":"A","type":"button","revision":1})");
}

TEST_CASE("entity codec: every required field is missed by name, every null refused by name",
          "[protocol][entity_codec]") {
  for (const auto& one : examples()) {
    const auto members = object_of(one.text);
    for (const auto& [key, value] : members) {
      const std::string name(key);
      INFO(kind_name(one.kind) << "." << name);
      auto without = members;
      without.erase(key);
      for (const auto source : {entity_source::network, entity_source::file})
        CHECK(refused_field(parse_entity(one.kind, "e1", 1, without, source)) ==
              (one.optional.contains(name) ? "(accepted)" : name));
      CHECK(refused(one, name, "null") == name);
    }
  }
}

TEST_CASE("entity codec: a field of any other JSON type is refused by name", "[protocol][entity_codec]") {
  for (const auto& one : examples())
    for (const auto& [key, value] : object_of(one.text))
      for (const auto* other : {"true", "1.5", "\"3\"", "[]", "{}", "[[]]"}) {
        const auto instead = test::json_of(other);
        const bool same_type = instead.kind() == value.kind() || (instead.is_number() && value.is_number());
        if (same_type && !instead.is_double()) continue;
        INFO(kind_name(one.kind) << "." << std::string(key) << " = " << other);
        CHECK(refused(one, std::string(key), other) == std::string(key));
      }
}

TEST_CASE("entity codec: ids are 1 to 128 bytes without control characters", "[protocol][entity_codec]") {
  CHECK(check_id(std::string(128, 'x'), "id"));
  CHECK(check_id("\xc3\xa9 /?#\"'", "id"));
  CHECK(check_id("__proto__", "id"));
  CHECK(refused_field(check_id("", "id")) == "id");
  CHECK(refused_field(check_id(std::string(129, 'x'), "modelId")) == "modelId");
  CHECK(refused_field(check_id("a\nb", "id")) == "id");
  CHECK(refused_field(check_id(std::string_view("a\0b", 3), "id")) == "id");
  CHECK(refused_field(check_id("\x7f", "id")) == "id");
  CHECK(refused_field(check_id("\xc2\x85", "id")) == "id");
  CHECK(refused_field(check_id("\xff", "id")) == "id");
  CHECK(refused_field(check_id(std::string(1'000'000, 'x'), "id")) == "id");
  CHECK(refused_field(parse_entity(entity_kind::input, "", 1, object_of(input_text), entity_source::file)) ==
        "id");
}

TEST_CASE("entity codec: names are 1 to 200 characters, not blank", "[protocol][entity_codec]") {
  const auto name = [](const std::string& text) {
    return refused(entity_kind::input, "name", to_json(boost::json::value(text)));
  };
  std::string accents;
  for (int i = 0; i < 200; ++i) accents += "\xf0\x9f\x98\x80";
  CHECK(name(accents) == "(accepted)");
  CHECK(name(accents + "x") == "name");
  CHECK(name("") == "name");
  CHECK(name("  \t\n ") == "name");
  CHECK(name("\xc2\xa0\xe2\x80\x83\xe3\x80\x80\xef\xbb\xbf") == "name");
  CHECK(name(" x ") == "(accepted)");
  CHECK(refused(entity_kind::model, "brand", "\" \"") == "brand");
  CHECK(refused(entity_kind::model, "model", "\"\"") == "model");
}

TEST_CASE("entity codec: universes and channels are integers within DMX", "[protocol][entity_codec]") {
  for (const auto* good : {"0", "32767", "3.0", "3e2"})
    CHECK(refused(entity_kind::fixture, "universe", good) == "(accepted)");
  for (const auto* bad :
       {"-1", "32768", "1.5", "1e30", "18446744073709551615", "-9223372036854775808", "0.1"})
    CHECK(refused(entity_kind::fixture, "universe", bad) == "universe");
  for (const auto* good : {"1", "512", "-0e0"}) {
    const bool legal = std::string_view(good) != "-0e0";
    CHECK(refused(entity_kind::fixture, "startChannel", good) == (legal ? "(accepted)" : "startChannel"));
  }
  for (const auto* bad : {"0", "513", "1.0000001"})
    CHECK(refused(entity_kind::fixture, "startChannel", bad) == "startChannel");
  CHECK(refused(entity_kind::fixture, "modelId", "\"\"") == "modelId");
}

TEST_CASE("entity codec: an integer that is written with a fraction of zero is written back without",
          "[protocol][entity_codec]") {
  const auto record =
      parse(entity_kind::fixture, R"({"name":"L","modelId":"m","universe":3.0,"startChannel":1e1})");
  REQUIRE(record);
  CHECK((*record)->json ==
        R"({"id":"e1","name":"L","modelId":"m","universe":3,"startChannel":10,"revision":1})");
}

TEST_CASE("entity codec: channels of a model have offsets 1 to 512, each once", "[protocol][entity_codec]") {
  const auto channels = [](std::string_view text) { return refused(entity_kind::model, "channels", text); };
  CHECK(channels(R"({"dimmer":1})") == "(accepted)");
  CHECK(channels(R"({"dimmer":1,"my own":512})") == "(accepted)");
  CHECK(channels(R"({"dimmer":0})") == "channels.dimmer");
  CHECK(channels(R"({"dimmer":513})") == "channels.dimmer");
  CHECK(channels(R"({"dimmer":1.5})") == "channels.dimmer");
  CHECK(channels(R"({"dimmer":"1"})") == "channels.dimmer");
  CHECK(channels(R"({"dimmer":null})") == "channels.dimmer");
  CHECK(channels(R"({"dimmer":1,"red":2,"green":2})") == "channels.green");
  CHECK(channels(R"({"dimmer":1," ":2})") == "channels. ");
  auto members = object_of(model_text);
  members.erase("defaults");
  members["channels"] = boost::json::object{};
  const auto empty = parse_entity(entity_kind::model, "e1", 1, members, entity_source::network);
  REQUIRE(empty);
  CHECK((*empty)->as<fixture_model>().footprint() == 0);
}

TEST_CASE("entity codec: defaults are DMX values of channels that exist", "[protocol][entity_codec]") {
  const auto defaults = [](std::string_view text) { return refused(entity_kind::model, "defaults", text); };
  CHECK(defaults(R"({"pan":0,"dimmer":255})") == "(accepted)");
  CHECK(defaults(R"({"pan":256})") == "defaults.pan");
  CHECK(defaults(R"({"pan":-1})") == "defaults.pan");
  CHECK(defaults(R"({"pan":0.5})") == "defaults.pan");
  CHECK(defaults(R"({"tilt":1})") == "defaults.tilt");
  CHECK(defaults(R"({"pan":null})") == "defaults.pan");
}

TEST_CASE("entity codec: options of a model are words", "[protocol][entity_codec]") {
  for (const auto* good : {"\"copy\"", "\"extract\""})
    CHECK(refused(entity_kind::model, "whiteMode", good) == "(accepted)");
  for (const auto* good : {"\"dark\"", "\"hold\"", "\"zero\""})
    CHECK(refused(entity_kind::model, "release", good) == "(accepted)");
  CHECK(refused(entity_kind::model, "whiteMode", "\"Extract\"") == "whiteMode");
  CHECK(refused(entity_kind::model, "release", "\"\"") == "release");
  for (const auto* good : {"\"aligned\"", "\"packed\""})
    CHECK(refused(entity_kind::model, "span", good) == "(accepted)");
  for (const auto* bad : {"\"Packed\"", "1", "null"})
    CHECK(refused(entity_kind::model, "span", bad) == "span");
}

TEST_CASE("entity codec: a model has 1 to 65536 cells", "[protocol][entity_codec]") {
  for (const auto* good : {"1", "170", "65536", "3.0"})
    CHECK(refused(entity_kind::model, "cells", good) == "(accepted)");
  for (const auto* bad : {"0", "-1", "65537", "1.5", "\"3\"", "null", "true"})
    CHECK(refused(entity_kind::model, "cells", bad) == "cells");
}

TEST_CASE("entity codec: cells don't overlap", "[protocol][entity_codec]") {
  // The highest offset of the model is 5.
  for (const auto* good : {"5", "6", "512"})
    CHECK(refused(entity_kind::model, "cellFootprint", good) == "(accepted)");
  for (const auto* bad : {"0", "4", "513", "5.5", "\"5\"", "null"})
    CHECK(refused(entity_kind::model, "cellFootprint", bad) == "cellFootprint");
}

TEST_CASE("entity codec: cells stand behind the other options", "[protocol][entity_codec]") {
  const auto record = parse(
      entity_kind::model,
      R"({"span":"aligned","cellFootprint":4,"cells":1,"brand":"A","model":"B","channels":{"red":3},"release":"hold"})");
  REQUIRE(record);
  CHECK(
      (*record)->json ==
      R"({"id":"e1","brand":"A","model":"B","channels":{"red":3},"release":"hold","cells":1,"cellFootprint":4,"span":"aligned","revision":1})");
  const auto& model = (*record)->as<fixture_model>();
  CHECK(model.cell_count() == 1);
  CHECK(model.cell_footprint == 4);
  CHECK(model.span == span_mode::aligned);
}

TEST_CASE("entity codec: an option that is given is written back, also when it is the usual one",
          "[protocol][entity_codec]") {
  const auto record =
      parse(entity_kind::model, R"({"brand":"A","model":"B","channels":{},"whiteMode":"copy"})");
  REQUIRE(record);
  CHECK((*record)->json ==
        R"({"id":"e1","brand":"A","model":"B","channels":{},"whiteMode":"copy","revision":1})");
}

TEST_CASE("entity codec: a group keeps each id once, in order", "[protocol][entity_codec]") {
  const auto record = parse(entity_kind::group, R"({"name":"G","fixtureIds":["b","a","b","c","a"]})");
  REQUIRE(record);
  CHECK((*record)->as<group>().fixture_ids == std::vector<std::string>{"b", "a", "c"});
  CHECK(refused(entity_kind::group, "fixtureIds", R"(["a",""])") == "fixtureIds[1]");
  CHECK(refused(entity_kind::group, "fixtureIds", R"(["a",null])") == "fixtureIds[1]");
  CHECK(refused(entity_kind::group, "fixtureIds", R"([["a"]])") == "fixtureIds[0]");
}

TEST_CASE("entity codec: types are words", "[protocol][entity_codec]") {
  CHECK(refused(entity_kind::input, "type", "\"slider\"") == "type");
  CHECK(refused(entity_kind::input, "type", "\"Fader\"") == "type");
  CHECK(refused(entity_kind::preset, "type", "\"\"") == "type");
}

TEST_CASE("entity codec: a preset holds what its type asks for", "[protocol][entity_codec]") {
  const auto preset_of = [](std::string_view type, std::string_view attributes) {
    return refused_field(parse(entity_kind::preset, "{\"name\":\"P\",\"type\":\"" + std::string(type) +
                                                        "\",\"attributes\":" + std::string(attributes) +
                                                        "}"));
  };
  CHECK(preset_of("color", R"({"color":{"r":0,"g":0,"b":0}})") == "(accepted)");
  CHECK(preset_of("color", R"({"intensity":0})") == "(accepted)");
  CHECK(preset_of("color", R"({"pan":0,"zoom":1})") == "attributes");
  CHECK(preset_of("position", R"({"pan":0})") == "(accepted)");
  CHECK(preset_of("position", R"({"tilt":0})") == "(accepted)");
  CHECK(preset_of("position", R"({"intensity":1})") == "attributes");
  CHECK(preset_of("beam", R"({"zoom":0})") == "(accepted)");
  CHECK(preset_of("beam", "{}") == "attributes");
  CHECK(preset_of("full", "{}") == "(accepted)");
}

TEST_CASE("entity codec: attributes keep within their ranges", "[protocol][entity_codec]") {
  const auto attributes = [](std::string_view text) {
    return refused(entity_kind::preset, "attributes", text);
  };
  CHECK(attributes(R"({"intensity":1.01})") == "attributes.intensity");
  CHECK(attributes(R"({"intensity":-0.1})") == "attributes.intensity");
  CHECK(attributes(R"({"intensity":null})") == "attributes.intensity");
  CHECK(attributes(R"({"intensity":"1"})") == "attributes.intensity");
  CHECK(attributes(R"({"pan":-1.5})") == "attributes.pan");
  CHECK(attributes(R"({"tilt":2})") == "attributes.tilt");
  CHECK(attributes(R"({"zoom":1e300})") == "attributes.zoom");
  CHECK(attributes(R"({"color":null})") == "attributes.color");
  CHECK(attributes(R"({"color":[1,1,1]})") == "attributes.color");
  CHECK(attributes(R"({"color":{"r":1,"g":1}})") == "attributes.color.b");
  CHECK(attributes(R"({"color":{"r":1,"g":1,"b":1.1}})") == "attributes.color.b");
  CHECK(attributes(R"({"color":{"r":1,"g":true,"b":1}})") == "attributes.color.g");
}

TEST_CASE("entity codec: what a preset's attributes hold besides is kept", "[protocol][entity_codec]") {
  const auto record = parse(
      entity_kind::preset,
      R"({"name":"P","type":"beam","attributes":{"iris":{"a":null},"zoom":0.5,"color":{"w":9,"r":0,"g":0,"b":1}}})");
  REQUIRE(record);
  CHECK((*record)->json ==
        R"({"id":"e1","name":"P","type":"beam","attributes":{"color":{"r":0,"g":0,"b":1,"w":9},)"
        R"("zoom":0.5,"iris":{"a":null}},"revision":1})");
}

TEST_CASE("entity codec: what is kept unread still keeps to the limits", "[protocol][entity_codec]") {
  const auto with = [](const auto& extra) {
    boost::json::object members{{"name", "A"}, {"type", "fader"}};
    members["extra"] = boost::json::object{{"list", boost::json::array{1, boost::json::value(extra)}}};
    return refused_field(parse_entity(entity_kind::input, "e1", 1, members, entity_source::file));
  };
  CHECK(with(std::string(64 * 1024, 'x')) == "(accepted)");
  CHECK(with(std::string(64 * 1024 + 1, 'x')) == "extra.list[1]");
  CHECK(with("\xff") == "extra.list[1]");
  CHECK(with(std::numeric_limits<double>::infinity()) == "extra.list[1]");
  CHECK(with(std::nan("")) == "extra.list[1]");
  CHECK(with(boost::json::object({{"\xff", 1}})) == "extra.list[1]");
  boost::json::value deep = 1;
  for (int i = 0; i < 29; ++i) deep = boost::json::array{deep};
  CHECK(with(deep) == "(accepted)"); // with the entity, `extra` and `list` that is 32
  CHECK(with(boost::json::array{deep}) != "(accepted)");
}

TEST_CASE("entity codec: __proto__ is a member like others", "[protocol][entity_codec]") {
  const auto record =
      parse(entity_kind::input, R"({"__proto__":{"type":"button"},"name":"A","type":"fader"})");
  REQUIRE(record);
  CHECK((*record)->as<input>().type == input_type::fader);
  CHECK((*record)->json ==
        R"({"id":"e1","name":"A","type":"fader","revision":1,"__proto__":{"type":"button"}})");
}

TEST_CASE("entity codec: UUIDs are of version 4 and show all other bits", "[protocol][entity_codec]") {
  std::array<std::uint8_t, 16> bits{};
  CHECK(uuid_v4(bits) == "00000000-0000-4000-8000-000000000000");
  bits.fill(0xff);
  CHECK(uuid_v4(bits) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint8_t>(i * 17);
  CHECK(uuid_v4(bits) == "00112233-4455-4677-8899-aabbccddeeff");
}
