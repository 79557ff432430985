#include "storage/file_image.hpp"

#include "tests/storage/storage_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <random>

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

/// An image, and the state that it shows.
struct shown_file {
  file_image image;
  show_state shown;

  explicit shown_file(std::string_view text) {
    const auto file = read_entities(entity_kind::input, text, {"f", default_max_entities, nullptr});
    image = file_image(file);
    for (const auto& each : file.blocks)
      if (each.entity) shown.put(each.entity);
  }

  bool bring(const show_state& to) {
    const bool changed = image.bring(entity_kind::input, shown, to);
    shown = to;
    return changed;
  }
};

} // namespace

TEST_CASE("image: entities keep their places, new ones come last", "[storage][unit]") {
  shown_file file(text_of("a") + text_of("b") + text_of("c"));
  auto to = file.shown;
  to.put(input_named("b", "changed"));
  to.put(input_named("d"));
  to.remove(entity_kind::input, "a");
  CHECK(file.bring(to));
  CHECK(file.image.bytes() == text_of("b", "changed") + text_of("c") + text_of("d"));
}

TEST_CASE("image: the same once more is no change", "[storage][unit]") {
  shown_file file(text_of("a") + text_of("b"));
  show_state to;
  to.put(input_named("a"));
  to.put(input_named("b"));
  CHECK_FALSE(file.bring(to));
  CHECK_FALSE(file.bring(to));
  CHECK(file.image.bytes() == text_of("a") + text_of("b"));
}

TEST_CASE("image: entities take the order of the state", "[storage][unit]") {
  shown_file file(text_of("a") + "- 5\n" + text_of("b") + text_of("c"));
  auto to = file.shown;
  to.remove(entity_kind::input, "a");
  to.put(input_named("a")); // made anew: last now
  CHECK(file.bring(to));
  CHECK(file.image.bytes() == text_of("b") + "- 5\n" + text_of("c") + text_of("a"));
  CHECK_FALSE(file.bring(to));
}

TEST_CASE("image: kept lines stay where they are, unchanged", "[storage][unit]") {
  const std::string kept = "- id: a   # twice\n  name:   'q'\n";
  shown_file file(text_of("a") + kept + text_of("b"));
  auto to = file.shown;
  to.remove(entity_kind::input, "a");
  CHECK(file.bring(to));
  CHECK(file.image.bytes() == kept + text_of("b"));
  to.remove(entity_kind::input, "b");
  to.put(input_named("a"));
  CHECK(file.bring(to));
  CHECK(file.image.bytes() == kept + text_of("a"));
}

TEST_CASE("image: kept lines of an indented list indent the rest", "[storage][unit]") {
  shown_file file("  - id: a\n    name: x\n    type: fader\n  - 5\n");
  auto to = file.shown;
  to.put(input_named("b"));
  CHECK(file.bring(to));
  CHECK(file.image.bytes() == "  - id: a\n    name: x\n    type: fader\n    revision: 1\n  - 5\n"
                              "  - id: b\n    name: x\n    type: fader\n    revision: 1\n");
}

TEST_CASE("image: without entities it is an empty list", "[storage][unit]") {
  CHECK(file_image().bytes() == "[]\n");
  shown_file file(text_of("a"));
  CHECK(file.bring({}));
  CHECK(file.image.bytes() == "[]\n");
}

TEST_CASE("image: over any number of changes it is the one that would be made anew", "[storage][unit]") {
  std::mt19937 random(7);
  shown_file file("");
  auto state = file.shown;
  for (int round = 0; round < 400; ++round) {
    // Mostly removals in the second half, so that the image tidies up.
    const int changes = static_cast<int>(random() % 40);
    for (int i = 0; i < changes; ++i) {
      const auto id = fmt::format("i{}", random() % 300);
      if (random() % 4 < (round < 200 ? 1U : 3U))
        state.remove(entity_kind::input, id);
      else
        state.put(input_named(id, fmt::format("n{}", random() % 3)));
    }
    file.bring(state);
    std::string expected;
    state.each(entity_kind::input, [&](const record_ptr& each) { append_entity(expected, *each); });
    REQUIRE(file.image.bytes() == (expected.empty() ? "[]\n" : expected));
  }
}
