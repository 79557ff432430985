#include "protocol/frame_image.hpp"

#include "protocol/frame_kernel.hpp"
#include "tests/protocol/frame_support.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <random>

using namespace troupe;
using namespace troupe::test;

namespace {
thread_local std::size_t allocations = 0;
}

// Counts for this executable; the sanitizers still see malloc and free. Inlined, new and free would look like
// a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size != 0 ? size : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

std::int32_t reference5(float x) {
  return static_cast<std::int32_t>(std::floor(static_cast<double>(x) * 100000.0 + 0.5));
}

float random_float(std::mt19937& random) {
  std::uniform_real_distribution<float> level{-1.0F, 1.0F};
  switch (random() % 8) {
  case 0:
    return static_cast<float>(random() % 65536) / 65535.0F;
  case 1:
    return static_cast<float>(static_cast<int>(random() % 257) - 128) / 64.0F; // ties
  case 2:
    return level(random) * 1e-5F;
  case 3:
    return level(random) * 15000.0F;
  case 4:
    return 0.0F;
  default:
    return level(random);
  }
}

std::uint64_t changed(const frame_image& image, std::size_t slot, attribute which) {
  return image.columns().changed[static_cast<std::size_t>(which)][slot];
}

} // namespace

TEST_CASE("frame image: values are rounded half up, exactly", "[protocol][frame_image]") {
  CHECK(fixed5(0.5F) == 50000);
  CHECK(fixed5(1.0F) == 100000);
  CHECK(fixed5(1.0F / 64) == 1563);   // 1562.5
  CHECK(fixed5(-1.0F / 64) == -1562); // -1562.5
  CHECK(fixed5(-0.0F) == 0);
  CHECK(fixed5(-4e-6F) == 0);
  CHECK(fixed5(-6e-6F) == -1);
  CHECK(fixed5(std::nextafter(5e-6F, 0.0F)) == 0);
  std::mt19937 random{7};
  for (int i = 0; i < 200'000; ++i) {
    const auto x = random_float(random);
    if (fixed5(x) != reference5(x)) FAIL(x << " is rounded to " << fixed5(x));
  }
}

TEST_CASE("frame image: numbers that can't be shown have a defined value", "[protocol][frame_image]") {
  constexpr auto infinity = std::numeric_limits<float>::infinity();
  CHECK(fixed5(std::numeric_limits<float>::quiet_NaN()) == 0);
  CHECK(fixed5(-std::numeric_limits<float>::quiet_NaN()) == 0);
  CHECK(fixed5(infinity) == 2'000'000'000);
  CHECK(fixed5(-infinity) == -2'000'000'000);
  CHECK(fixed5(std::numeric_limits<float>::max()) == 2'000'000'000);
  CHECK(fixed5(20000.0F) == 2'000'000'000);
  CHECK(fixed5(std::numeric_limits<float>::denorm_min()) == 0);
}

TEST_CASE("frame image: every instruction set makes the same columns", "[protocol][frame_image]") {
  std::mt19937 random{11};
  const auto slots = std::size_t{3} * kernel::block + GENERATE(0, 1, 37);
  const auto variants = kernel::advance_variants();
  std::vector<frame_columns> results(variants.size());
  const auto size = (slots + kernel::block - 1) / kernel::block * kernel::block;
  for (auto& each : results) {
    for (auto& column : each.values) column.assign(size, 0);
    for (auto& column : each.changed) column.assign(size, 0);
    for (auto* column : {&each.mask, &each.written}) column->assign(size, 0);
    for (auto* column : {&each.joined_or_left, &each.last_changed}) column->assign(size, 0);
  }
  frame_data frame;
  frame.written.resize(slots);
  frame.mask.resize(slots);
  for (auto& column : frame.values) column.resize(slots);
  for (std::uint64_t number = 1; number <= 20; ++number) {
    frame.time.frame_number = number;
    for (std::size_t slot = 0; slot < slots; ++slot) {
      if (random() % 2 == 0) continue;
      frame.written[slot] = random() % 8 != 0;
      frame.mask[slot] = random() % 32;
      for (std::size_t c = 0; c < column_count; ++c) frame.values[c][slot] = random_float(random);
    }
    for (std::size_t v = 0; v < variants.size(); ++v) {
      CHECK(variants[v](frame, slots, results[v], results[v]));
      CHECK(results[v].values == results[0].values);
      CHECK(results[v].mask == results[0].mask);
      CHECK(results[v].changed == results[0].changed);
      CHECK(results[v].joined_or_left == results[0].joined_or_left);
      CHECK(results[v].last_changed == results[0].last_changed);
    }
    for (std::size_t slot = 0; slot < slots; ++slot)
      for (std::size_t c = 0; c < column_count; ++c) {
        constexpr std::uint8_t bits[] = {has_intensity, has_color, has_color, has_color,
                                         has_pan,       has_tilt,  has_zoom};
        const bool holds = frame.written[slot] != 0 && (frame.mask[slot] & bits[c]) != 0;
        REQUIRE(results[0].values[c][slot] == (holds ? reference5(frame.values[c][slot]) : 0));
      }
  }
}

TEST_CASE("frame image: it knows when each attribute last changed", "[protocol][frame_image]") {
  const auto rig = layout_of({"a", "b"});
  frame_image_pool pool;
  bundles show{{"a", dimmed(0.5F)}, {"b", colored(1, 0, 0)}};
  auto image = pool.make(frame_of(1, rig, show), 1);
  CHECK(image->last_change() == 1);
  CHECK(changed(*image, 0, attribute::intensity) == 1);
  CHECK(changed(*image, 0, attribute::color) == 0);
  CHECK(image->columns().joined_or_left[0] == 1);

  show["a"].intensity = 0.500001F; // below what a frame shows
  image = pool.make(frame_of(2, rig, show), 1);
  CHECK(image->last_change() == 1);

  show["b"].color->b = 0.25F;
  image = pool.make(frame_of(3, rig, show), 1);
  CHECK(image->last_change() == 3);
  CHECK(changed(*image, 1, attribute::color) == 3);
  CHECK(image->columns().last_changed[0] == 1);

  show["a"].pan = 0.0F; // having a value is a change, even of 0
  image = pool.make(frame_of(4, rig, show), 1);
  CHECK(changed(*image, 0, attribute::pan) == 4);
  CHECK(changed(*image, 0, attribute::intensity) == 1);

  show.erase("a");
  image = pool.make(frame_of(5, rig, show), 1);
  CHECK(image->columns().joined_or_left[0] == 5);
  CHECK(changed(*image, 0, attribute::pan) == 5);
  CHECK(changed(*image, 0, attribute::color) == 0);
  CHECK(image->columns().mask[0] == 0);
}

TEST_CASE("frame image: a steady rig allocates nothing", "[protocol][frame_image]") {
  std::vector<std::string> ids;
  for (int i = 0; i < 300; ++i) ids.push_back("fixture with a long name " + std::to_string(i));
  const auto rig = layout_of(ids);
  std::mt19937 random{3};
  frame_image_pool pool;
  frame_image_ptr held; // as a slow reader does, now and then
  for (std::uint64_t number = 1; number <= 50; ++number) {
    bundles show;
    for (const auto& id : ids)
      if (random() % 4 != 0) show[id] = dimmed(static_cast<float>(random() % 256) / 255.0F);
    const auto frame = frame_of(number, rig, show);
    const auto before = allocations;
    const auto image = pool.make(frame, 1);
    const auto taken = allocations - before;
    if (number > 8) CHECK(taken == 0);
    if (number % 3 == 0) held = image;
  }
  CHECK(pool.size() <= 4);
}

TEST_CASE("frame image: an image that someone holds isn't touched", "[protocol][frame_image]") {
  const auto rig = layout_of({"a"});
  frame_image_pool pool;
  std::vector<frame_image_ptr> held;
  for (std::uint64_t number = 1; number <= 40; ++number)
    held.push_back(pool.make(frame_of(number, rig, {{"a", dimmed(static_cast<float>(number) / 64)}}), 1));
  for (std::uint64_t number = 1; number <= 40; ++number) {
    const auto& image = *held[number - 1];
    CHECK(image.frame_number() == number);
    CHECK(image.columns().values[0][0] == reference5(static_cast<float>(number) / 64));
  }
  CHECK(pool.size() == 40);
  held.clear();
  for (std::uint64_t number = 41; number <= 43; ++number) pool.make(frame_of(number, rig, {}), 1);
  CHECK(pool.size() <= reuse_pool<frame_image>::max_idle + 2);
}

TEST_CASE("frame image: a fixture keeps its history when it changes its slot", "[protocol][frame_image]") {
  frame_image_pool pool;
  const bundles show{{"a", dimmed(0.5F)}, {"b", dimmed(0.25F)}};
  pool.make(frame_of(1, layout_of({"a", "b"}), show), 1);
  const auto image = pool.make(frame_of(2, layout_of({"b", "", "a"}, {0, 2}), show), 1);
  CHECK(image->last_change() == 1);
  CHECK(image->columns().last_changed[0] == 1);
  CHECK(image->columns().last_changed[2] == 1);
  CHECK(image->columns().last_changed[1] == 0);
  CHECK(image->departures().empty());
}

TEST_CASE("frame image: a fixture deleted from the rig is remembered since it left the frame",
          "[protocol][frame_image]") {
  frame_image_pool pool;
  const auto rig = layout_of({"a", "b", "c"});
  pool.make(frame_of(1, rig, {{"a", dimmed(1)}, {"b", dimmed(1)}}), 1);
  pool.make(frame_of(2, rig, {{"a", dimmed(1)}}), 1);
  const auto image = pool.make(frame_of(5, layout_of({"", "", ""}, {}), {}), 1);
  REQUIRE(image->departures().size() == 2); // c was never seen
  CHECK(image->departures()[0]->id == "b");
  CHECK(image->departures()[0]->frame == 2);
  CHECK(image->departures()[1]->id == "a");
  CHECK(image->departures()[1]->frame == 5);
  CHECK(image->last_change() == 5);
}

TEST_CASE("frame image: a fixture that comes back is no departure, and is known to have been away",
          "[protocol][frame_image]") {
  frame_image_pool pool;
  pool.make(frame_of(1, layout_of({"a"}), {{"a", colored(1, 1, 1)}}), 1);
  pool.make(frame_of(2, layout_of({}), {}), 1);
  const auto image = pool.make(frame_of(3, layout_of({"x", "a"}), {{"a", dimmed(1)}}), 1);
  CHECK(image->departures().empty());
  CHECK(image->columns().joined_or_left[1] == 3);
  CHECK(changed(*image, 1, attribute::intensity) == 3);
  CHECK(changed(*image, 1, attribute::color) == 2); // a client of frame 1 must lose it
}

TEST_CASE("frame image: what it can't know of it doesn't claim to reach", "[protocol][frame_image]") {
  const auto rig = layout_of({"a", "b", "c", "d"});
  const bundles all{{"a", dimmed(1)}, {"b", dimmed(1)}, {"c", dimmed(1)}, {"d", dimmed(1)}};

  SECTION("frames before the first image") {
    frame_image_pool pool;
    const auto image = pool.make(frame_of(10, rig, all), 1);
    CHECK(image->reaches(0));
    CHECK_FALSE(image->reaches(9));
    CHECK(image->reaches(10));
  }
  SECTION("frames of another show") {
    frame_image_pool pool;
    pool.make(frame_of(1, rig, all), 1);
    const auto image = pool.make(frame_of(2, rig, all), 2);
    CHECK_FALSE(image->reaches(1));
    CHECK(image->reaches(0));
    CHECK(image->columns().last_changed[0] == 2);
    CHECK(image->departures().empty());
  }
  SECTION("deletions that were too many to remember") {
    frame_image_pool pool{2};
    pool.make(frame_of(1, rig, all), 1);
    pool.make(frame_of(2, layout_of({"", "b", "c", "d"}, {1, 2, 3}), all), 1);
    auto image = pool.make(frame_of(3, layout_of({"", "", "c", "d"}, {2, 3}), all), 1);
    CHECK(image->reaches(1));
    image = pool.make(frame_of(4, layout_of({"", "", "", "d"}, {3}), all), 1);
    CHECK(image->departures().size() == 2);
    CHECK_FALSE(image->reaches(1));
    CHECK(image->reaches(2));
  }
}

TEST_CASE("frame image: an edit that leaves the fixtures alone keeps the texts", "[protocol][frame_image]") {
  frame_image_pool pool;
  const auto first = pool.make(frame_of(1, layout_of({"a", "b"}), {}), 1);
  const auto second = pool.make(frame_of(2, layout_of({"a", "b"}), {}), 1); // equal, but another object
  CHECK(first->layout() == second->layout());
  const auto third = pool.make(frame_of(3, layout_of({"a", "b"}, {1, 0}), {}), 1);
  CHECK(third->layout() != second->layout());
}
