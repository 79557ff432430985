#include "protocol/frame_json.hpp"

#include "protocol/fixed_text.hpp"
#include "tests/protocol/frame_support.hpp"
#include "tests/protocol/support.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <thread>

using namespace troupe;
using namespace troupe::test;

namespace {

std::string fixed5_text(float value) {
  std::string out;
  append_fixed5(out, value);
  return out;
}

std::string seconds_text(std::int64_t nanoseconds) {
  std::string out;
  append_seconds(out, nanoseconds);
  return out;
}

/// The number by another way: printf, then the zeros cut.
std::string reference_text(std::int32_t number) {
  char text[32];
  const auto size = std::snprintf(text, sizeof text, "%.5f", number / 100000.0);
  std::string out(text, static_cast<std::size_t>(size));
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out;
}

fixture_filter_ptr filter_of(std::vector<std::string> ids) {
  return std::make_shared<fixture_filter>(std::move(ids));
}

} // namespace

TEST_CASE("frame json: numbers have 5 decimals, and no trailing zeros", "[protocol][frame_json]") {
  CHECK(fixed5_text(0.0F) == "0");
  CHECK(fixed5_text(-0.0F) == "0");
  CHECK(fixed5_text(-4e-6F) == "0");
  CHECK(fixed5_text(1.0F) == "1");
  CHECK(fixed5_text(-1.0F) == "-1");
  CHECK(fixed5_text(0.5F) == "0.5");
  CHECK(fixed5_text(-0.25F) == "-0.25");
  CHECK(fixed5_text(0.05F) == "0.05");
  CHECK(fixed5_text(0.001F) == "0.001");
  CHECK(fixed5_text(1e-5F) == "0.00001");
  CHECK(fixed5_text(0.99999F) == "0.99999");
  CHECK(fixed5_text(0.999996F) == "1");
  CHECK(fixed5_text(1.0F / 3) == "0.33333");
  CHECK(fixed5_text(12.5F) == "12.5");
  CHECK(fixed5_text(100.0F) == "100");
  CHECK(fixed5_text(-1234.0625F) == "-1234.0625");
  CHECK(fixed5_text(1e30F) == "20000");
  CHECK(fixed5_text(std::numeric_limits<float>::quiet_NaN()) == "0");
}

TEST_CASE("frame json: fixed-point texts are those of printf", "[protocol][frame_json]") {
  const auto check = [](std::int32_t number) {
    char text[fixed_text::max_size + 8];
    std::fill(std::begin(text), std::end(text), '#');
    const std::string got(text, fixed_text::write(text, number));
    if (got != reference_text(number)) FAIL(number << " is written as " << got);
    if (text[fixed_text::max_size] != '#') FAIL(number << " touches more than it may");
  };
  for (std::int32_t number = -200'100; number <= 200'100; ++number) check(number);
  std::mt19937 random{5};
  std::uniform_int_distribution<std::int32_t> any{-2'000'000'000, 2'000'000'000};
  for (int i = 0; i < 200'000; ++i) check(any(random));
  check(2'000'000'000);
  check(-2'000'000'000);
  check(1'999'999'999);
}

TEST_CASE("frame json: every 16-bit level survives the round trip", "[protocol][frame_json]") {
  for (std::uint32_t level = 0; level < 65536; ++level) {
    const auto text = fixed5_text(static_cast<float>(level) / 65535.0F);
    const auto back = std::floor(std::strtod(text.c_str(), nullptr) * 65535.0 + 0.5);
    if (back != level) FAIL(level << " comes back as " << back << " from " << text);
    const auto position = static_cast<float>(level) / 65535.0F * 2.0F - 1.0F; // pan and tilt
    const auto pan = std::strtod(fixed5_text(position).c_str(), nullptr);
    const auto pan_back = std::floor((pan + 1.0) / 2.0 * 65535.0 + 0.5);
    if (pan_back != level) FAIL(level << " comes back as " << pan_back << " from " << pan);
  }
}

TEST_CASE("frame json: t is exact to the nanosecond", "[protocol][frame_json]") {
  CHECK(seconds_text(0) == "0");
  CHECK(seconds_text(1) == "0.000000001");
  CHECK(seconds_text(16'666'667) == "0.016666667");
  CHECK(seconds_text(500'000'000) == "0.5");
  CHECK(seconds_text(3'000'000'000) == "3");
  CHECK(seconds_text(86'400'000'000'010) == "86400.00000001");
  CHECK(seconds_text(-1'500'000'000) == "-1.5");
  CHECK(seconds_text(std::numeric_limits<std::int64_t>::max()) == "9223372036.854775807");
  CHECK(seconds_text(std::numeric_limits<std::int64_t>::min()) == "-9223372036.854775808");
}

TEST_CASE("frame json: a bundle outside of frames looks as in frames", "[protocol][frame_json]") {
  std::string out = "x";
  append_bundle(out, 0, {});
  append_bundle(out, has_intensity | has_zoom, {0.5F, 9, 9, 9, 9, 9, 1.0F});
  append_bundle(out, has_color | has_pan | has_tilt, {9, 1, 0.25F, 0, -1, 0.1F, 9});
  CHECK(out == R"(x{}{"intensity":0.5,"zoom":1}{"color":{"r":1,"g":0.25,"b":0},"pan":-1,"tilt":0.1})");
}

TEST_CASE("frame json: a full frame has every written fixture in the order of the show",
          "[protocol][frame_json]") {
  frame_image_pool pool;
  bundle all = colored(1, 0.5F, 0);
  all.intensity = 0.75F;
  all.pan = -0.25F;
  all.tilt = -1.0F;
  all.zoom = 0.00001F;
  const auto rig = layout_of({"a", "b", "", "c", "d"}, {4, 0, 1, 3});
  const auto image = pool.make(frame_of(2, rig, {{"a", all}, {"b", {}}, {"d", dimmed(1)}}), 1);
  CHECK(
      frame_json::full(*image) ==
      R"({"type":"frame/full","t":0.016666666,"frameNumber":2,"fixtures":{"d":{"intensity":1},)"
      R"("a":{"intensity":0.75,"color":{"r":1,"g":0.5,"b":0},"pan":-0.25,"tilt":-1,"zoom":0.00001},"b":{}}})");
  CHECK(frame_json::full(*image, filter_of({"b", "nobody", "d"}).get()) ==
        R"({"type":"frame/full","t":0.016666666,"frameNumber":2,"fixtures":{"d":{"intensity":1},"b":{}}})");
  CHECK(frame_json::full(*image, filter_of({"c"}).get()) ==
        R"({"type":"frame/full","t":0.016666666,"frameNumber":2,"fixtures":{}})");
}

TEST_CASE("frame json: an empty rig has frames too", "[protocol][frame_json]") {
  frame_image_pool pool;
  const auto image = pool.make(frame_of(1, layout_of({}), {}), 1);
  CHECK(frame_json::full(*image) == R"({"type":"frame/full","t":0,"frameNumber":1,"fixtures":{}})");
  CHECK(frame_json::delta(*image, 0) == R"({"type":"frame/delta","t":0,"frameNumber":1,"changes":{}})");
}

TEST_CASE("frame json: ids are escaped", "[protocol][frame_json]") {
  CHECK(json_member_prefix("a\"b\\c\x01/é") == "\"a\\\"b\\\\c\\u0001/é\":");
  const std::string odd = "\"\\ wide ünïcode \xf0\x9f\x92\xa1 and longer than any vector register is wide";
  frame_image_pool pool;
  const auto image = pool.make(frame_of(1, layout_of({odd}), {{odd, dimmed(0.5F)}}), 1);
  const auto message = object_of(frame_json::full(*image));
  CHECK(message.at("fixtures").as_object().at(odd).at("intensity") == 0.5);
}

TEST_CASE("frame json: a delta holds what changed, each attribute whole", "[protocol][frame_json]") {
  const auto rig = layout_of({"a", "b", "c"});
  frame_image_pool pool;
  bundles show{{"a", colored(1, 1, 1)}, {"b", dimmed(0.5F)}};
  show["a"].intensity = 1.0F;
  auto image = pool.make(frame_of(1, rig, show), 1);
  CHECK(frame_json::delta(*image, 0) ==
        R"({"type":"frame/delta","t":0,"frameNumber":1,"changes":{"a":{"intensity":1,)"
        R"("color":{"r":1,"g":1,"b":1}},"b":{"intensity":0.5}}})");
  CHECK(frame_json::delta(*image, 1) == std::nullopt);

  show["a"].color->g = 0.5F;
  image = pool.make(frame_of(2, rig, show), 1);
  CHECK(frame_json::delta(*image, 1) == R"({"type":"frame/delta","t":0.016666666,"frameNumber":2,)"
                                        R"("changes":{"a":{"color":{"r":1,"g":0.5,"b":1}}}})");

  show["a"].color.reset();
  show["a"].pan = 0.0F;
  show.erase("b");
  show["c"] = {};
  image = pool.make(frame_of(61, rig, show), 1);
  CHECK(frame_json::delta(*image, 2) == R"({"type":"frame/delta","t":1,"frameNumber":61,)"
                                        R"("changes":{"a":{"color":null,"pan":0},"b":null,"c":{}}})");
  CHECK(frame_json::delta(*image, 2, filter_of({"b"}).get()) ==
        R"({"type":"frame/delta","t":1,"frameNumber":61,"changes":{"b":null}})");
  CHECK(frame_json::delta(*image, 2, filter_of({"d"}).get()) == std::nullopt);
  CHECK(frame_json::delta(*image, 0, filter_of({"d"}).get()) ==
        R"({"type":"frame/delta","t":1,"frameNumber":61,"changes":{}})");
  CHECK(frame_json::delta(*image, 0) == R"({"type":"frame/delta","t":1,"frameNumber":61,)"
                                        R"("changes":{"a":{"intensity":1,"pan":0},"c":{}}})");
}

TEST_CASE("frame json: a tick without change is silent", "[protocol][frame_json]") {
  const auto rig = layout_of({"a"});
  frame_image_pool pool;
  pool.make(frame_of(1, rig, {{"a", dimmed(0.5F)}}), 1);
  const auto image = pool.make(frame_of(2, rig, {{"a", dimmed(0.500004F)}}), 1);
  CHECK(frame_json::delta(*image, 1) == std::nullopt);
  CHECK(frame_json::shared_delta(*image, 1) == nullptr);
  CHECK(frame_json::delta(*image, 0) != std::nullopt);
}

TEST_CASE("frame json: a fixture deleted from the rig is null to those who saw it",
          "[protocol][frame_json]") {
  frame_image_pool pool;
  pool.make(frame_of(1, layout_of({"a", "b"}), {{"a", dimmed(1)}, {"b", dimmed(1)}}), 1);
  const auto image = pool.make(frame_of(61, layout_of({"x", "b"}), {{"b", dimmed(1)}}), 1);
  const std::string gone = R"({"type":"frame/delta","t":1,"frameNumber":61,"changes":{"a":null}})";
  CHECK(frame_json::delta(*image, 1) == gone);
  CHECK(frame_json::delta(*image, 1, filter_of({"a"}).get()) == gone);
  CHECK(frame_json::delta(*image, 1, filter_of({"b"}).get()) == std::nullopt);
  CHECK(frame_json::delta(*image, 0) ==
        R"({"type":"frame/delta","t":1,"frameNumber":61,"changes":{"b":{"intensity":1}}})");
}

TEST_CASE("frame json: a filter follows the rig", "[protocol][frame_json]") {
  const auto filter = filter_of({"late", "a", "a"});
  CHECK(filter->ids() == std::vector<std::string>{"a", "late"});
  frame_image_pool pool;
  auto image = pool.make(frame_of(1, layout_of({"a", "b"}), {{"a", dimmed(1)}, {"b", dimmed(1)}}), 1);
  CHECK(*filter->slots_in(image->layout()) == std::vector<std::uint32_t>{0});
  CHECK(filter->slots_in(image->layout()) == filter->slots_in(image->layout()));
  image = pool.make(frame_of(61, layout_of({"a", "b", "late"}, {2, 1, 0}), {{"late", dimmed(0.5F)}}), 1);
  CHECK(*filter->slots_in(image->layout()) == std::vector<std::uint32_t>{2, 0});
  CHECK(frame_json::delta(*image, 1, filter.get()) ==
        R"({"type":"frame/delta","t":1,"frameNumber":61,"changes":{"late":{"intensity":0.5},"a":null}})");
}

TEST_CASE("frame json: clients who want the same share one text", "[protocol][frame_json]") {
  const auto rig = layout_of({"a", "b"});
  frame_image_pool pool;
  pool.make(frame_of(1, rig, {{"a", dimmed(1)}}), 1);
  const auto image = pool.make(frame_of(2, rig, {{"a", dimmed(0.5F)}, {"b", dimmed(1)}}), 1);
  const auto full = frame_json::shared_full(*image);
  CHECK(*full == frame_json::full(*image));
  CHECK(frame_json::shared_full(*image) == full);
  const auto one = frame_json::shared_full(*image, filter_of({"a"}));
  CHECK(*one == frame_json::full(*image, filter_of({"a"}).get()));
  CHECK(frame_json::shared_full(*image, filter_of({"a", "a"})) == one);
  CHECK(frame_json::shared_full(*image, filter_of({"b"})) != one);
  const auto delta = frame_json::shared_delta(*image, 1);
  CHECK(*delta == frame_json::delta(*image, 1));
  CHECK(frame_json::shared_delta(*image, 1) == delta);
  CHECK(frame_json::shared_delta(*image, 0) != delta);
  CHECK(image->forms().size() == 5);
}

TEST_CASE("frame json: many filters don't get mixed up", "[protocol][frame_json]") {
  std::vector<std::string> ids;
  bundles show;
  for (int i = 0; i < 200; ++i) {
    ids.push_back("f" + std::to_string(i));
    show[ids.back()] = dimmed(static_cast<float>(i) / 256);
  }
  frame_image_pool pool;
  for (std::uint64_t number = 1; number <= 4; ++number) {
    const auto image = pool.make(frame_of(number, layout_of(ids), show), 1);
    for (int round = 0; round < 2; ++round)
      for (const auto& id : ids) {
        const auto filter = filter_of({id});
        if (*frame_json::shared_full(*image, filter) != frame_json::full(*image, filter.get())) FAIL(id);
      }
    CHECK(image->forms().size() == ids.size());
  }
}

TEST_CASE("frame json: a text outlives its image, and its memory serves again afterwards",
          "[protocol][frame_json]") {
  const auto rig = layout_of({"a"});
  frame_image_pool pool;
  auto image = pool.make(frame_of(1, rig, {{"a", dimmed(0.125F)}}), 1);
  const auto held = frame_json::shared_full(*image);
  const auto expected = *held;
  for (std::uint64_t number = 2; number < 10; ++number) {
    image = pool.make(frame_of(number, rig, {{"a", dimmed(1.0F / static_cast<float>(number))}}), 1);
    CHECK(*frame_json::shared_full(*image) == frame_json::full(*image));
  }
  CHECK(*held == expected);
  CHECK(pool.size() <= 3);
}

TEST_CASE("frame json: threads that ask at once get one text, made once", "[protocol][frame_json]") {
  frame_image_pool pool;
  std::atomic<int> made{0};
  for (std::uint64_t number = 1; number <= 50; ++number) {
    const auto image = pool.make(frame_of(number, layout_of({"a"}), {{"a", dimmed(0.5F)}}), 1);
    made = 0;
    std::vector<wire_text> got(4);
    std::vector<std::thread> threads;
    for (auto& each : got)
      threads.emplace_back([&each, &made, image] {
        each = image->forms().obtain(wire_mode::full, 0, nullptr, [&](std::string& out) {
          ++made;
          out = "text";
          return true;
        });
      });
    for (auto& each : threads) each.join();
    CHECK(made == 1);
    for (const auto& each : got) CHECK(each == got[0]);
  }
}
