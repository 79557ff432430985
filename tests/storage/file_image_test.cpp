#include "storage/file_image.hpp"

#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

std::string text_of(std::string_view id, std::string_view name = "x") {
  return fmt::format("- id: {}\n  name: {}\n  type: fader\n  revision: 1\n", id, name);
}

record_ptr input_named(std::string_view id, std::string_view name = "x") {
  return entity(entity_kind::input, fmt::format(R"({{"id":"{}","name":"{}","type":"fader"}})", id, name));
}

file_image image_of(std::string_view text) {
  return file_image(read_entities(entity_kind::input, text, {"f", default_max_entities, nullptr}));
}

} // namespace

TEST_CASE("image: entities keep their places, new ones come last", "[storage][unit]") {
  auto image = image_of(text_of("a") + text_of("b") + text_of("c"));
  image.begin();
  image.put(*input_named("b", "changed"));
  image.put(*input_named("d"));
  image.remove("a");
  image.accept();
  CHECK(image.bytes() == text_of("b", "changed") + text_of("c") + text_of("d"));
}

TEST_CASE("image: rolled back it is what it was", "[storage][unit]") {
  const auto before = text_of("a") + "- 5\n" + text_of("b");
  auto image = image_of(before);
  image.begin();
  image.remove("a");
  image.put(*input_named("a", "again")); // last now
  image.put(*input_named("b", "one"));
  image.put(*input_named("b", "two"));
  image.put(*input_named("n"));
  image.remove("n");
  image.remove("nobody");
  CHECK(image.bytes() == "- 5\n" + text_of("b", "two") + text_of("a", "again"));
  image.roll_back();
  CHECK(image.bytes() == before);
  image.begin();
  image.put(*input_named("a", "after"));
  image.accept();
  CHECK(image.bytes() == text_of("a", "after") + "- 5\n" + text_of("b"));
}

TEST_CASE("image: kept lines stay where they are, unchanged", "[storage][unit]") {
  const std::string kept = "- id: a   # twice\n  name:   'q'\n";
  auto image = image_of(text_of("a") + kept + text_of("b"));
  image.begin();
  image.remove("a");
  image.accept();
  CHECK(image.bytes() == kept + text_of("b"));
  image.begin();
  image.remove("b");
  image.put(*input_named("a"));
  image.accept();
  CHECK(image.bytes() == kept + text_of("a"));
}

TEST_CASE("image: kept lines of an indented list indent the rest", "[storage][unit]") {
  auto image = image_of("  - id: a\n    name: x\n    type: fader\n  - 5\n");
  image.begin();
  image.put(*input_named("b"));
  image.accept();
  CHECK(image.bytes() == "  - id: a\n    name: x\n    type: fader\n    revision: 1\n  - 5\n"
                         "  - id: b\n    name: x\n    type: fader\n    revision: 1\n");
}

TEST_CASE("image: without entities it is an empty list", "[storage][unit]") {
  CHECK(file_image().bytes() == "[]\n");
  auto image = image_of(text_of("a"));
  image.begin();
  image.remove("a");
  image.accept();
  CHECK(image.bytes() == "[]\n");
}

TEST_CASE("image: many removals leave no trace", "[storage][unit]") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += text_of(fmt::format("i{}", i));
  auto image = image_of(text);
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    if (i % 7 == 0) {
      expected += text_of(fmt::format("i{}", i), i % 14 == 0 ? "even" : "x");
      continue;
    }
    image.begin();
    image.remove(fmt::format("i{}", i));
    image.accept();
  }
  for (int i = 0; i < 1000; i += 14) {
    image.begin();
    image.put(*input_named(fmt::format("i{}", i), "even"));
    if (i % 28 == 0) {
      image.roll_back();
      image.begin();
      image.put(*input_named(fmt::format("i{}", i), "even"));
    }
    image.accept();
  }
  CHECK(image.bytes() == expected);
}
