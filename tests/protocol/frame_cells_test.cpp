// Cells in frames: only for those who asked, whole when any of them changed, and never a tick too late.

#include "protocol/cell_image.hpp"
#include "protocol/frame_json.hpp"
#include "tests/protocol/frame_support.hpp"
#include "tests/protocol/support.hpp"

#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <random>

using namespace troupe;
using namespace troupe::test;
namespace json = boost::json;

namespace {

/// How many cells each slot has.
std::shared_ptr<const fixture_layout> strips(std::vector<std::string> ids,
                                             const std::vector<std::uint32_t>& cells) {
  auto layout = std::make_shared<fixture_layout>(*layout_of(std::move(ids)));
  std::erase_if(layout->order, [&](auto slot) { return layout->ids[slot].empty(); });
  std::uint32_t begin = 0;
  for (const auto count : cells) {
    layout->cell_begins.push_back(begin);
    if (count > 1) begin += count;
  }
  layout->cell_begins.push_back(begin);
  if (begin == 0) layout->cell_begins.clear();
  return layout;
}

/// Colours by fixture, each cell as 0xrrggbb.
using colors = std::map<std::string, std::vector<std::uint32_t>>;

frame_data lit(frame_data frame, const colors& cells) {
  const auto& layout = *frame.layout->fixtures;
  if (layout.cell_begins.empty()) return frame;
  frame.cell_colors.assign(3 * layout.cell_begins.back(), 0);
  for (std::size_t slot = 0; slot < layout.slots(); ++slot) {
    const auto found = cells.find(layout.ids[slot]);
    const auto count = layout.cell_begins[slot + 1] - layout.cell_begins[slot];
    for (std::size_t i = 0; found != cells.end() && i < std::min<std::size_t>(count, found->second.size());
         ++i)
      for (std::size_t c = 0; c < 3; ++c)
        frame.cell_colors[3 * (layout.cell_begins[slot] + i) + c] =
            static_cast<std::uint8_t>(found->second[i] >> (16 - 8 * c));
  }
  return frame;
}

std::string bundles_of(const std::string& message) {
  const auto members = object_of(message);
  return to_json(members.contains("fixtures") ? members.at("fixtures") : members.at("changes"));
}
std::string full(const frame_image& image) {
  return bundles_of(frame_json::full(image, nullptr, true));
}
std::string delta(const frame_image& image, std::uint64_t since) {
  const auto text = frame_json::delta(image, since, nullptr, true);
  return text ? bundles_of(*text) : "nothing";
}

} // namespace

TEST_CASE("frame cells: a fixture with several has one string for each, if the client asked",
          "[protocol][cells]") {
  const auto rig = strips({"strip", "par"}, {3, 1});
  frame_image_pool pool;
  const auto image = pool.make(lit(frame_of(1, rig, {{"strip", dimmed(0.5F)}, {"par", dimmed(1)}}),
                                   {{"strip", {0x000000, 0x0a80ff, 0x808080}}}),
                               1, true);
  CHECK(full(*image) ==
        R"({"strip":{"intensity":0.5,"cells":["000000","0a80ff","808080"]},"par":{"intensity":1}})");
  CHECK(delta(*image, 0) == full(*image));
  CHECK(bundles_of(frame_json::full(*image)) == R"({"strip":{"intensity":0.5},"par":{"intensity":1}})");
  CHECK(bundles_of(*frame_json::delta(*image, 0)) == bundles_of(frame_json::full(*image)));
}

TEST_CASE("frame cells: one that holds nothing but cells has a bundle, one that isn't written has none",
          "[protocol][cells]") {
  const auto rig = strips({"a", "b"}, {2, 2});
  frame_image_pool pool;
  const auto image = pool.make(lit(frame_of(1, rig, {{"a", {}}}), {}), 1, true);
  CHECK(full(*image) == R"({"a":{"cells":["000000","000000"]}})");
}

TEST_CASE("frame cells: all of a fixture's are told when any has changed, and nothing else is",
          "[protocol][cells]") {
  const auto rig = strips({"a", "b"}, {2, 3});
  frame_image_pool pool;
  const bundles show{{"a", dimmed(0.5F)}, {"b", dimmed(0.5F)}};
  pool.make(lit(frame_of(1, rig, show), {{"a", {1, 2}}, {"b", {3, 4, 5}}}), 1, true);
  auto image = pool.make(lit(frame_of(2, rig, show), {{"a", {1, 2}}, {"b", {3, 6, 5}}}), 1, true);
  CHECK(delta(*image, 1) == R"({"b":{"cells":["000003","000006","000005"]}})");
  CHECK(delta(*image, 2) == "nothing");
  // Whoever doesn't see the cells isn't told either.
  CHECK_FALSE(frame_json::delta(*image, 1));
  CHECK(frame_json::shared_delta(*image, 1) == nullptr);
  CHECK(image->last_change() == 1);
  CHECK(image->last_change(true) == 2);
  image = pool.make(lit(frame_of(3, rig, show), {{"a", {1, 2}}, {"b", {3, 6, 5}}}), 1, true);
  CHECK(delta(*image, 2) == "nothing");
  CHECK(delta(*image, 1) == R"({"b":{"cells":["000003","000006","000005"]}})");
  const fixture_filter only_a{{"a"}};
  CHECK_FALSE(frame_json::delta(*image, 1, &only_a, true));
}

TEST_CASE("frame cells: they come and go with the fixture", "[protocol][cells]") {
  const auto rig = strips({"a"}, {2});
  const colors same{{"a", {1, 2}}};
  frame_image_pool pool;
  pool.make(lit(frame_of(1, rig, {{"a", {}}}), same), 1, true);
  auto image = pool.make(lit(frame_of(2, rig, {}), {}), 1, true);
  CHECK(delta(*image, 1) == R"({"a":null})");
  image = pool.make(lit(frame_of(3, rig, {{"a", {}}}), same), 1, true);
  CHECK(delta(*image, 2) == R"({"a":{"cells":["000001","000002"]}})");
  CHECK(delta(*image, 1) == R"({"a":{"cells":["000001","000002"]}})");
}

TEST_CASE("frame cells: another number of cells is a change, and a single one is none at all",
          "[protocol][cells]") {
  frame_image_pool pool;
  const bundles show{{"a", dimmed(1)}};
  pool.make(lit(frame_of(1, strips({"a"}, {2}), show), {{"a", {0, 0}}}), 1, true);
  auto image = pool.make(lit(frame_of(2, strips({"a"}, {3}), show), {{"a", {0, 0, 0}}}), 1, true);
  CHECK(delta(*image, 1) == R"({"a":{"cells":["000000","000000","000000"]}})");
  image = pool.make(lit(frame_of(3, strips({"a"}, {1}), show), {}), 1, true);
  CHECK(delta(*image, 2) == R"({"a":{"cells":null}})");
  CHECK(delta(*image, 0) == R"({"a":{"intensity":1}})");
  CHECK(full(*image) == R"({"a":{"intensity":1}})");
}

TEST_CASE("frame cells: they keep their history when a fixture changes its slot", "[protocol][cells]") {
  frame_image_pool pool;
  const colors same{{"a", {1, 2}}, {"b", {3, 4, 5}}};
  const bundles show{{"a", {}}, {"b", {}}};
  pool.make(lit(frame_of(1, strips({"a", "b"}, {2, 3}), show), same), 1, true);
  auto image = pool.make(lit(frame_of(2, strips({"b", "", "a"}, {3, 0, 2}), show), same), 1, true);
  CHECK(delta(*image, 1) == "nothing");
  image = pool.make(
      lit(frame_of(3, strips({"b", "", "a"}, {3, 0, 2}), show), {{"a", {1, 2}}, {"b", {3, 4, 9}}}), 1, true);
  CHECK(delta(*image, 2) == R"({"b":{"cells":["000003","000004","000009"]}})");
}

TEST_CASE("frame cells: while the frames come without colours nothing is said of them", "[protocol][cells]") {
  const auto rig = strips({"a"}, {2});
  const bundles show{{"a", dimmed(1)}};
  frame_image_pool pool;
  auto image = pool.make(frame_of(1, rig, show), 1, true);
  CHECK(full(*image) == R"({"a":{"intensity":1}})");
  image = pool.make(lit(frame_of(2, rig, show), {}), 1, true);
  CHECK(delta(*image, 1) == R"({"a":{"cells":["000000","000000"]}})");
  image = pool.make(frame_of(3, rig, show), 1, true);
  CHECK(delta(*image, 2) == "nothing");
  image = pool.make(lit(frame_of(4, rig, show), {{"a", {7, 7}}}), 1, true);
  CHECK(delta(*image, 3) == R"({"a":{"cells":["000007","000007"]}})");
  CHECK(delta(*image, 2) == R"({"a":{"cells":["000007","000007"]}})");
}

TEST_CASE("frame cells: an image that nobody wants them of has none", "[protocol][cells]") {
  const auto rig = strips({"a"}, {2});
  const bundles show{{"a", dimmed(1)}};
  frame_image_pool pool;
  auto image = pool.make(lit(frame_of(1, rig, show), {{"a", {1, 2}}}), 1);
  CHECK_FALSE(image->cells().wanted());
  CHECK(full(*image) == R"({"a":{"intensity":1}})");
  image = pool.make(lit(frame_of(2, rig, show), {{"a", {1, 2}}}), 1, true);
  CHECK(delta(*image, 1) == R"({"a":{"cells":["000001","000002"]}})");
  image = pool.make(lit(frame_of(3, rig, show), {{"a", {1, 2}}}), 1, false);
  CHECK_FALSE(image->cells().wanted());
  CHECK_FALSE(frame_json::delta(*image, 2));
}

TEST_CASE("frame cells: clients with and without them share a text each", "[protocol][cells]") {
  const auto rig = strips({"a"}, {2});
  frame_image_pool pool;
  const auto image = pool.make(lit(frame_of(1, rig, {{"a", dimmed(1)}}), {}), 1, true);
  const auto plain = frame_json::shared_full(*image), celled = frame_json::shared_full(*image, nullptr, true);
  CHECK(*plain != *celled);
  CHECK(frame_json::shared_full(*image) == plain);
  CHECK(frame_json::shared_full(*image, nullptr, true) == celled);
  const auto change = frame_json::shared_delta(*image, 0, nullptr, true);
  CHECK(frame_json::shared_delta(*image, 0, nullptr, true) == change);
  CHECK(*change != *frame_json::shared_delta(*image, 0));
}

TEST_CASE("frame cells: the longest strip fits into a message", "[protocol][cells]") {
  constexpr std::uint32_t most = 65'536;
  const auto rig = strips({"a", "b"}, {most, most});
  colors all{{"a", std::vector<std::uint32_t>(most, 0xabcdef)}, {"b", {}}};
  frame_image_pool pool;
  const auto image = pool.make(lit(frame_of(1, rig, {{"a", dimmed(1)}, {"b", dimmed(1)}}), all), 1, true);
  const auto members = object_of(frame_json::full(*image, nullptr, true));
  const auto& cells = members.at("fixtures").at("a").at("cells").as_array();
  CHECK(cells.size() == most);
  CHECK(cells.back() == "abcdef");
  CHECK(members.at("fixtures").at("b").at("cells").as_array().back() == "000000");
}

namespace {

/// A client in delta mode with cells, and what it believes.
struct viewer {
  unsigned patience = 1;
  std::uint64_t base = 0;
  json::object model;

  void take(const frame_image& image) {
    if (base != 0 && !image.reaches(base)) base = 0;
    if (base == 0) model.clear();
    const auto text = frame_json::shared_delta(image, base, nullptr, true);
    if (text) apply(object_of(*text).at("changes").as_object());
    base = image.frame_number();
  }

  void apply(const json::object& changes) {
    for (const auto& [id, change] : changes) {
      if (change.is_null()) {
        model.erase(id);
        continue;
      }
      auto& known = model.insert(json::key_value_pair(id, json::object{})).first->value().as_object();
      for (const auto& [attribute, value] : change.as_object()) {
        if (value.is_null())
          known.erase(attribute);
        else
          known[attribute] = value;
      }
    }
  }
};

} // namespace

TEST_CASE("frame cells: deltas add up to the full frame, whatever a client misses and the rig becomes",
          "[protocol][cells]") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random{seed};
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    std::vector<std::string> ids{"a", "b", "", "c"};
    std::vector<std::uint32_t> counts{2, 1, 0, 4};
    auto rig = strips(ids, counts);
    colors cells;
    bundles show;
    frame_image_pool pool;
    std::vector<viewer> viewers(5);
    for (std::size_t i = 0; i < viewers.size(); ++i) viewers[i].patience = 1U << i;
    for (std::uint64_t frame = 1; frame <= 300; ++frame) {
      if (below(12) == 0) {
        for (std::size_t slot = 0; slot < ids.size(); ++slot) {
          if (below(4) == 0) counts[slot] = 1 + below(4);
          if (below(6) == 0) std::swap(ids[slot], ids[below(4)]);
          if (below(8) == 0) ids[slot].clear();
        }
        for (const auto* id : {"a", "b", "c"})
          if (std::find(ids.begin(), ids.end(), id) == ids.end() && below(2) == 0)
            if (const auto free = std::find(ids.begin(), ids.end(), ""); free != ids.end()) *free = id;
        auto sizes = counts;
        for (std::size_t slot = 0; slot < ids.size(); ++slot)
          if (ids[slot].empty()) sizes[slot] = 0;
        rig = strips(ids, sizes);
      }
      for (const auto* id : {"a", "b", "c"}) {
        if (below(6) == 0) show[id] = dimmed(static_cast<float>(below(3)) / 4);
        if (below(10) == 0) show.erase(id);
        auto& mine = cells[id];
        mine.resize(4);
        if (below(3) == 0) mine[below(4)] = below(2);
      }
      const auto image = pool.make(lit(frame_of(frame, rig, show), cells), 1, true);
      for (auto& each : viewers) {
        if (below(each.patience) != 0) continue;
        INFO("seed " << seed << ", frame " << frame << ", since " << each.base);
        each.take(*image);
        REQUIRE(each.model == object_of(frame_json::full(*image, nullptr, true)).at("fixtures").as_object());
      }
    }
  }
}
