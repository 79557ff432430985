#include "protocol/entity_codec.hpp"
#include "storage/yaml_json.hpp"
#include "storage/yaml_reader.hpp"
#include "storage/yaml_writer.hpp"
#include "tests/storage/random_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <yaml-cpp/yaml.h>

using namespace troupe;
using namespace troupe::storage;
using test::random_json;
namespace json = boost::json;

namespace {

std::string written(const json::value& value, std::size_t indent = 0) {
  std::string out;
  append_yaml_item(out, value, indent);
  return out;
}

const text_fields no_text_fields{};

std::vector<json::value> read_back(std::string_view text) {
  std::vector<json::value> items;
  const auto root = read_yaml(text, [&](yaml_item&& item) {
    REQUIRE(item.faults.empty());
    auto value = to_json(item.node, no_text_fields);
    INFO(text);
    REQUIRE(value);
    items.push_back(std::move(*value));
  });
  INFO(text);
  REQUIRE(root);
  return items;
}

/// The same tree as an untouched yaml-cpp sees it: every string must be a string there.
void compare(const YAML::Node& node, const json::value& value) {
  if (value.is_object()) {
    REQUIRE(node.IsMap());
    REQUIRE(node.size() == value.get_object().size());
    auto member = value.get_object().begin();
    for (const auto& each : node) {
      REQUIRE(each.first.Scalar() == std::string_view(member->key()));
      compare(each.second, member->value());
      ++member;
    }
  } else if (value.is_array()) {
    REQUIRE(node.IsSequence());
    REQUIRE(node.size() == value.get_array().size());
    for (std::size_t i = 0; i < node.size(); ++i) compare(node[i], value.get_array()[i]);
  } else if (value.is_string()) {
    REQUIRE(node.IsScalar());
    REQUIRE(node.Scalar() == std::string_view(value.get_string()));
  } else if (value.is_null()) {
    REQUIRE(node.IsNull());
  } else {
    REQUIRE(node.IsScalar());
    REQUIRE(node.Tag() == "?"); // plain
  }
}

} // namespace

TEST_CASE("writer: block style, members in their order", "[storage][unit]") {
  const auto value = json::parse(R"({"id":"g","name":"All","fixtureIds":["a","y"],"none":[],"nothing":{},
    "nested":{"x":0.5,"y":[[1,2],[],{"k":null}]},"on":true})");
  CHECK(written(value) == "- id: g\n"
                          "  name: All\n"
                          "  fixtureIds:\n"
                          "    - a\n"
                          "    - \"y\"\n"
                          "  none: []\n"
                          "  nothing: {}\n"
                          "  nested:\n"
                          "    x: 0.5\n"
                          "    \"y\":\n"
                          "      - - 1\n"
                          "        - 2\n"
                          "      - []\n"
                          "      - k: null\n"
                          "  \"on\": true\n");
}

TEST_CASE("writer: a key that is too long to be looked at in one go has a question mark in front",
          "[storage][unit]") {
  const std::string key(1100, 'k');
  const json::value value = json::object{{key, json::object{{"a", 1}}}, {std::string(1100, '#'), 2}};
  CHECK(written(value).starts_with("- ? k"));
  CHECK(read_back(written(value)).front() == value);
}

TEST_CASE("writer: everything reads back as it was", "[storage][unit]") {
  std::mt19937 random(GENERATE(1U, 2U, 3U));
  for (int round = 0; round < 400; ++round) {
    std::vector<json::value> values;
    std::string text;
    const auto indent = random() % 3;
    for (auto n = random() % 4 + 1; n > 0; --n) {
      values.push_back(random_json(random, 4));
      append_yaml_item(text, values.back(), indent);
    }
    const auto back = read_back(text);
    INFO(text);
    REQUIRE(back.size() == values.size());
    for (std::size_t i = 0; i < values.size(); ++i) REQUIRE(to_json(back[i]) == to_json(values[i]));
    const auto plain = YAML::Load(text);
    for (std::size_t i = 0; i < values.size(); ++i) compare(plain[i], values[i]);
  }
}

TEST_CASE("writer: every treacherous string survives as key, value, item and alone", "[storage][unit]") {
  for (const auto& text : test::treacherous_strings()) {
    const json::value value = json::object{{text, text}, {"list", json::array{text, json::array{text}}}};
    INFO(written(value));
    CHECK(read_back(written(value)).front() == value);
    CHECK(read_back(written(json::value(text))).front() == json::value(text));
  }
}

TEST_CASE("writer: a tree as it was read is written with its plain scalars plain", "[storage][unit]") {
  std::string out;
  const auto root =
      read_yaml("[{id: 0123, name: ~, ok: !!str 5, text: \"a\\tb\", list: [a, [b], {}], empty: }]",
                [&](yaml_item&& item) { append_yaml_item(out, item.node); });
  REQUIRE(root);
  CHECK(out == "- id: 0123\n  name: ~\n  ok: \"5\"\n  text: \"a\\tb\"\n  list:\n    - a\n    - - b\n"
               "    - {}\n  empty: ~\n");
}
