#include "storage/yaml_reader.hpp"

#include "storage/text_places.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe::storage;

namespace {

struct reading {
  std::vector<yaml_item> items;
  tl::expected<yaml_root, yaml_failure> root = yaml_root{};
};

reading read(std::string_view text, const yaml_limits& limits = {}) {
  reading out;
  out.root = read_yaml(
      text, [&](yaml_item&& item) { out.items.push_back(std::move(item)); }, limits);
  return out;
}

std::string refusal(std::string_view text, const yaml_limits& limits = {}) {
  const auto out = read(text, limits);
  return out.root ? "none" : fmt::format("{}: {}", out.root.error().offset, out.root.error().reason);
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::vector<std::string> sources(std::string_view text) {
  std::vector<std::string> out;
  const auto outcome = read(text);
  REQUIRE(outcome.root);
  for (const auto& item : outcome.items) out.emplace_back(item.source);
  return out;
}

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("reader: items of the list come one by one with places and lines", "[storage][unit]") {
  const auto out = read("# head\n- id: a\n  n: 1\n# between\n- \"x\"\n-\n  # inside\n  id: c\n");
  REQUIRE(out.root);
  CHECK(out.root->node.shape == yaml_shape::sequence);
  REQUIRE(out.items.size() == 3);
  CHECK(out.items[0].source == "- id: a\n  n: 1\n# between\n");
  CHECK(out.items[0].node.offset == 9);
  CHECK(out.items[0].node.items.size() == 4);
  CHECK(out.items[0].node.items[3].shape == yaml_shape::plain);
  CHECK(out.items[1].node.shape == yaml_shape::quoted);
  CHECK(out.items[2].source == "-\n  # inside\n  id: c\n");
}

TEST_CASE("reader: lines are cut at the dashes whatever stands in the items", "[storage][unit]") {
  CHECK(sources("- |\n  - a\n  - b\n- \"c\n\n  - d\"\n- >\n   - e\n") ==
        strings{"- |\n  - a\n  - b\n", "- \"c\n\n  - d\"\n", "- >\n   - e\n"});
  CHECK(sources("  - a\n  - - b\n    - c\n  # x\n  - &q\n    - d\n") ==
        strings{"  - a\n", "  - - b\n    - c\n  # x\n", "  - &q\n    - d\n"});
}

TEST_CASE("reader: items without content keep their own line", "[storage][unit]") {
  CHECK(sources("-\n- a\n-\n-\n- b\n-") == strings{"-\n", "- a\n", "-\n", "-\n", "- b\n", "-"});
  CHECK(sources("-\n\n-\n# x\n- ~\n") == strings{"-\n\n", "-\n# x\n", "- ~\n"});
  CHECK(sources(" -\n -\n") == strings{" -\n", " -\n"});
}

TEST_CASE("reader: carriage returns, document markers and a missing last line end", "[storage][unit]") {
  CHECK(sources("- a: 1\r\n  b: 2\r\n- c: 3\r\n") == strings{"- a: 1\r\n  b: 2\r\n", "- c: 3\r\n"});
  CHECK(sources("%YAML 1.2\n---\n- a\n- b\n...\n# end\n") == strings{"- a\n", "- b\n"});
  CHECK(sources("--- # start\n- a: 1") == strings{"- a: 1"});
  const auto out = read("- a: 1\r\n  b: x\r\n");
  CHECK(out.items[0].node.items[3].text == "x");
}

TEST_CASE("reader: no document, or one of nothing, is empty", "[storage][unit]") {
  for (const auto* text : {"", "\n\n", "# only a comment\n", "---\n", "--- ~\n", "null\n", "...\n"}) {
    const auto out = read(text);
    INFO(text);
    REQUIRE(out.root);
    CHECK(out.root->empty);
    CHECK(out.items.empty());
  }
}

TEST_CASE("reader: the word null is told from nothing, and from the next key", "[storage][unit]") {
  const auto value = [](std::string_view text) {
    const auto out = read(text);
    REQUIRE(out.root);
    const auto& node = out.items.at(0).node.items.at(1);
    return fmt::format("{}[{}]", static_cast<int>(node.shape), node.text);
  };
  CHECK(value("- x: null\n") == "0[null]");
  CHECK(value("- x: NULL # c\n") == "0[NULL]");
  CHECK(value("- x:\n    null\n") == "0[null]");
  CHECK(value("- x: ~\n") == "0[~]");
  CHECK(value("- x:\n") == "0[]");
  CHECK(value("- x:\n  null: 5\n") == "0[]");
  CHECK(value("- x:\n  ~ : 5\n") == "0[~]"); // means the same
  CHECK(value("- {x: null, y: 1}\n") == "0[null]");
  CHECK(value("- {x: , null: 1}\n") == "0[]");
  CHECK(value("- x: \"null\"\n") == "2[null]");
  const auto key = read("- null: 5\n").items.at(0).node.items.at(0);
  CHECK(key.text == "null");
}

TEST_CASE("reader: tags of the core schema are known, others are faults", "[storage][unit]") {
  const auto out =
      read("- !!str 12\n- !!int 12\n- !!map {a: 1}\n- !!seq [1]\n- !thing x\n- !!set {a}\n- ! 12\n");
  REQUIRE(out.root);
  REQUIRE(out.items.size() == 7);
  CHECK(out.items[0].node.shape == yaml_shape::quoted);
  CHECK(out.items[1].node.tag == yaml_tag::integer);
  CHECK(out.items[2].faults.empty());
  CHECK(out.items[3].faults.empty());
  REQUIRE(out.items[4].faults.size() == 1);
  CHECK(out.items[4].faults[0].reason == "the tag !thing is not supported");
  CHECK(out.items[5].faults.size() == 1);
  CHECK(out.items[6].node.shape == yaml_shape::quoted);
}

TEST_CASE("reader: duplicate, missing, complex and merge keys are faults with their place",
          "[storage][unit]") {
  const auto faults = [](std::string_view text) {
    const auto out = read(text);
    REQUIRE(out.root);
    std::string all;
    for (const auto& fault : out.items.at(0).faults)
      all += fmt::format("{}: {}; ", fault.offset, fault.reason);
    return all;
  };
  CHECK(faults("- a: 1\n  b: 2\n  a: 3\n") == "16: the key a is there twice; ");
  CHECK(faults("- x: {\"a\": 1, a: 2}\n") == "14: the key a is there twice; ");
  CHECK(faults("- ? [1]\n  : 2\n") == "4: a key must be a string; ");
  CHECK(faults("- : 2\n").find("a key is missing") != std::string::npos);
  CHECK(faults("- <<: {a: 1}\n") == "2: merge keys (<<) are not supported; ");
  CHECK(faults("- \"<<\": {a: 1}\n").empty());
  std::string many = "- k: 0\n";
  for (int i = 0; i < 40; ++i) many += fmt::format("  k{}: 1\n", i % 39);
  CHECK(faults(many).find("the key k0 is there twice") != std::string::npos);
}

TEST_CASE("reader: aliases stand for what they name", "[storage][unit]") {
  const auto out = read("- &a {x: [1, 2]}\n- y: *a\n- &b [c]\n- [*b, *b]\n");
  REQUIRE(out.root);
  REQUIRE(out.items.size() == 4);
  CHECK(out.items[1].node.items[1].items[0].text == "x");
  CHECK(out.items[1].source.empty()); // can't stand alone: the anchor is in another item
  CHECK(out.items[3].node.items[0].items[0].text == "c");
  const auto own = read("- x: &a 1\n  y: *a\n");
  CHECK(own.items[0].source == "- x: &a 1\n  y: *a\n");
}

TEST_CASE("reader: bombs of aliases are refused in time", "[storage][unit]") {
  std::string bomb = "- &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i)
    bomb += fmt::format("- &a{} [{}]\n", i, repeated(fmt::format("*a{},", i - 1), 10));
  CHECK(refusal(bomb).find("the aliases stand for too much") != std::string::npos);
  const auto large = "- &a " + std::string(60'000, 'x') + "\n- [" + repeated("*a,", 5000) + "]\n";
  CHECK(refusal(large).find("the aliases stand for too much") != std::string::npos);
  std::string deep = "- &a0 [x]\n";
  for (int i = 1; i < 100; ++i) deep += fmt::format("- &a{} [*a{}]\n", i, i - 1);
  CHECK(refusal(deep).find("nesting too deep") != std::string::npos);
}

TEST_CASE("reader: an alias within its own anchor and one to nowhere are refused", "[storage][unit]") {
  CHECK(refusal("- &a [*a]\n").find("an alias inside of what it stands for") != std::string::npos);
  CHECK(refusal("- *nobody\n") != "none");
}

TEST_CASE("reader: nesting has a limit in every style", "[storage][unit]") {
  for (const auto* each : {"[", "{a: ", "- ", "? ", "{", "[{a: ", "- ? "}) {
    INFO(each);
    CHECK(refusal(repeated(each, 50'000)) != "none");
  }
  std::string indented;
  for (std::size_t i = 0; i < 2000; ++i) indented += std::string(i, ' ') + "a:\n";
  CHECK(refusal(indented) != "none");
  CHECK(refusal("- " + repeated("[", 63) + repeated("]", 63)) == "none");
  CHECK(refusal("- " + repeated("[", 64) + repeated("]", 64)).find("nesting too deep") != std::string::npos);
}

TEST_CASE("reader: what is more than one document, or no YAML, says where", "[storage][unit]") {
  CHECK(refusal("- a\n---\n- b\n").find("a second document") != std::string::npos);
  CHECK(refusal("- a\n...\n- b\n").find("a second document") != std::string::npos);
  CHECK(refusal("%TAG !e! tag:example.com,2000:\n---\n- a\n") == "0: %TAG is not supported");
  CHECK(refusal("- a\n  b: c\n") != "none");
  CHECK(refusal("- \"abc\n") == "2: the quotes are not closed");
  CHECK(refusal("- a: &x # y\n    'ab''\n") == "5: the quotes are not closed");
  CHECK(refusal("- \"a\\\"\n") == "2: the quotes are not closed");
  CHECK(refusal("- \"a\\\\\"\n- 'it''s'") == "none");
  CHECK(refusal("- [a, b\n") != "none");
  CHECK(refusal("- {a: b\n") != "none");
  CHECK(refusal("- a: b: c\n") == "6: illegal map value");
  CHECK(refusal("- \"\\q\"\n") != "none");
  CHECK(refusal("- \"\\uD800\"\n") != "none");
  CHECK(refusal("\t- a\n\t- b\n") != "none");
}

TEST_CASE("reader: a file that was cut off within a key doesn't pass for a whole one", "[storage][unit]") {
  CHECK(refusal("- id: a\n  revis") == "10: a colon is missing behind the key");
  CHECK(refusal("- id: a\n  revis\n") == "10: a colon is missing behind the key");
  CHECK(refusal("- id: a\n  &x \"re\"") != "none");
  CHECK(refusal("- id: a\n  revision:") == "none");
  CHECK(refusal("- id: a\n  ? revision") == "none");
  CHECK(refusal("- {id, name}") == "none");
}

TEST_CASE("reader: a file over the limit isn't looked at", "[storage][unit]") {
  yaml_limits limits;
  limits.bytes = 10;
  CHECK(refusal("- 34567890", limits) == "none");
  CHECK(refusal("- 345678901", limits) == "0: the file is too large");
}

TEST_CASE("reader: repetitive hostile texts end", "[storage][unit]") {
  for (const auto* each :
       {"\"",   "'",  "!a ", "&a ", "*a ",   ": ",    "- - ",  "#",       "|\n",        ">\n ",    "%Y\n",
        "a: ",  ", ", "]",   "}",   "? a\n", "---\n", "...\n", "\\",      "- &a [*a, ", "!<",      "!!",
        "a\n ", "\n", "\r",  " ",   "{? ",   "[a, ",  "{a, ",  "\"a\": ", "- |\n",      "x: &a\n", "'' "}) {
    INFO(each);
    (void)read(repeated(each, 20'000));
    (void)read("- " + repeated(each, 5'000));
  }
  SUCCEED();
}

TEST_CASE("tree: the place of a field is found by its dotted path", "[storage][unit]") {
  const auto out = read("- nodes:\n    - position: {x: 1}\n      \"a.b[0]\": 5\n  e: [1, [2, 3]]\n");
  REQUIRE(out.root);
  const auto& node = out.items[0].node;
  CHECK(find_nearest(node, "nodes[0].position.x").text == "1");
  CHECK(find_nearest(node, "nodes[0].a.b[0]").text == "5");
  CHECK(find_nearest(node, "e[1][1]").text == "3");
  CHECK(&find_nearest(node, "nodes[0].position.z") == &node.items[1].items[0].items[1]);
  CHECK(&find_nearest(node, "nodes[7]") == &node.items[1]);
  CHECK(&find_nearest(node, "nothing") == &node);
  CHECK(&find_nearest(node, "") == &node);
  CHECK(&find_nearest(node, "[") == &node);
  CHECK(&find_nearest(node, "[x]..") == &node);
}
