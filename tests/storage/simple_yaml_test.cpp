// The quick way and the library see the same in every text.

#include "storage/simple_yaml.hpp"

#include "storage/yaml_writer.hpp"
#include "tests/storage/random_json.hpp"
#include "tests/storage/storage_support.hpp"

#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe::storage;

namespace {

/// An empty node stands nowhere in particular.
void describe(std::string& out, const yaml_node& node) {
  const bool nothing = node.shape == yaml_shape::null && node.text.empty();
  out += fmt::format("({} {} {} {} [{}]", static_cast<int>(node.shape), static_cast<int>(node.tag),
                     node.block, nothing ? 0 : node.offset, node.text);
  for (const auto& item : node.items) describe(out, item);
  out += ")";
}

std::string all_of(std::string_view text, bool library_only) {
  yaml_limits limits;
  limits.library_only = library_only;
  std::string out;
  const auto root = read_yaml(
      text,
      [&](yaml_item&& item) {
        describe(out, item.node);
        out += fmt::format("{{{}}}{}", item.source, item.indent);
        for (const auto& fault : item.faults) out += fmt::format(" {}: {}", fault.offset, fault.reason);
        out += '\n';
      },
      limits);
  if (!root) return fmt::format("{}: {}", root.error().offset, root.error().reason);
  return out + (root->empty ? "empty" : fmt::format("{}", static_cast<int>(root->node.shape)));
}

void compare(std::string_view text) {
  INFO(text);
  REQUIRE(all_of(text, false) == all_of(text, true));
}

std::size_t simple_part(std::string_view text) {
  return read_simple_items(text, [](yaml_item&&) {}, {});
}

std::string some_show(std::mt19937& random) {
  std::string out;
  for (auto n = random() % 4 + 1; n > 0; --n)
    append_yaml_item(out, boost::json::value(test::random_object(random, 3)));
  return out;
}

} // namespace

TEST_CASE("simple yaml: what the server writes is read without the library", "[storage][unit]") {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const auto text = some_show(random);
    if (text.find("\n  ? ") != std::string::npos || text.find("- ? ") != std::string::npos)
      continue; // long keys
    if (text.find("? ") != std::string::npos) continue;
    INFO(text);
    CHECK(simple_part(text) == text.size());
  }
}

TEST_CASE("simple yaml: it sees what the library sees", "[storage][unit]") {
  std::mt19937 random(GENERATE(1U, 2U));
  for (int round = 0; round < 300; ++round) compare(some_show(random));
}

TEST_CASE("simple yaml: it sees what the library sees in damaged texts", "[storage][unit]") {
  static const std::vector<std::string> pieces{
      " ",       "  ",      "\n",         "-",       "- ",  ": ",   ":",
      "#",       " #",      "\"",         "'",       "[",   "]",    "{",
      "}",       ",",       "&a ",        "*a",      "!x ", "|\n",  ">\n",
      "a",       "1",       "~",          "null",    "\t",  "\r\n", "? ",
      "---\n",   "...\n",   "\\",         "\\u00e4", "%",   "- - ", "key: value\n",
      "  - x\n", "{a: 1}",  "[1, \"b\"]", "<<: ",    "''",  "\"\"", "\n\n",
      "# c\n",   "\xC3\xA4"};
  std::mt19937 random(GENERATE(3U, 4U, 5U));
  for (int round = 0; round < 1500; ++round) {
    auto text = some_show(random);
    if (text.size() > 600)
      text.resize(text.find('\n', 500) == std::string::npos ? text.size() : text.find('\n', 500) + 1);
    for (auto n = random() % 4 + 1; n > 0; --n) {
      const auto at = random() % (text.size() + 1);
      if (random() % 2 == 0)
        text.insert(at, pieces[random() % pieces.size()]);
      else
        text.erase(at, random() % 6);
    }
    compare(text);
  }
}

TEST_CASE("simple yaml: it sees what the library sees in texts put together from marks", "[storage][unit]") {
  static const std::vector<std::string> pieces{"- ",     "  ",    "a",   "b: ", ":",    "\n", "\n  ", "\n- ",
                                               "\n    ", "1",     "\"",  "'",   "x y",  "[",  "]",    "{",
                                               "}",      ", ",    "# c", "~",   "null", "-",  "? ",   "a: b",
                                               "\n  - ", "\"q\"", "'q'", ".5",  "\n\n", "..."};
  std::mt19937 random(GENERATE(6U, 7U));
  for (int round = 0; round < 15'000; ++round) {
    std::string text = random() % 4 == 0 ? "" : "- ";
    for (auto n = random() % 14; n > 0; --n) text += pieces[random() % pieces.size()];
    compare(text);
  }
}

TEST_CASE("simple yaml: forms people write", "[storage][unit]") {
  for (const auto* text : {"- a: 1\n  b:\n  - x\n  - y: 2\n    z: 3\n  c: 4\n",
                           "- a:\n    - - 1\n      - 2\n    -\n      b: 1\n",
                           "-   a: 1\n    b: 2\n",
                           "- a:   1\n  b:    'it''s'\n",
                           "# head\n\n- a: 1\n\n  # inside\n  b: 2\n\n- c: 3\n# tail\n",
                           "- params: {\"value\":0.5,\"ids\":[\"a\",\"b\"],\"n\":{}}\n",
                           "- {x: 1, y: [a, b], z: {}}\n- []\n- [[], {}]\n",
                           "- a: 1\n- b: &x 2\n- c: *x\n- a: 1\n  a: 2\n",
                           "- a: 1\n  a: 2\n- b:\n- c\n",
                           "- a: b:c\n  url: http://x/y#z\n",
                           "- a:\n  b:\n- c:\n",
                           "- a: -5\n  b: -.5\n  c: +3\n  d: --\n",
                           "- \"a b\": 'c: d'\n  'e': \"f # g\"\n",
                           "- a: 1\n-\n- b: 2\n",
                           "- a: 1\n- b: 2\n...\n",
                           "- a: 1\n---\n- b: 2\n",
                           "- a: 1\n b: 2\n",
                           "- a: 1\nb: 2\n",
                           "- null: 1\n",
                           "- ~: 1\n",
                           "- null\n- ~\n- NULL\n- nul\n",
                           "- a: x\n  continued\n- b\n",
                           "- x: |\n    text\n- y\n"}) {
    compare(text);
  }
}

TEST_CASE("simple yaml: after the first item that isn't simple the library goes on", "[storage][unit]") {
  const std::string simple = "- id: a\n  list:\n    - 1\n    - \"y\"\n";
  CHECK(simple_part(simple + simple) == 2 * simple.size());
  CHECK(simple_part(simple + "- &x id: b\n" + simple) == simple.size());
  CHECK(simple_part(simple + "...\n") == 0); // the end may belong to the item
  CHECK(simple_part("a: b\n") == 0);
  CHECK(simple_part("# nothing\n") == 0);
}
