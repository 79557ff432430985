// Whatever frames a client misses, its deltas add up to the full frame.

#include "protocol/frame_json.hpp"
#include "tests/protocol/frame_support.hpp"
#include "tests/protocol/support.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <optional>
#include <random>
#include <set>

using namespace troupe;
using namespace troupe::test;
namespace json = boost::json;

namespace {

/// A rig that is edited at random, and what its graphs write.
class world {
 public:
  explicit world(unsigned seed) : random_(seed) {}

  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

  void step() {
    ++frame_;
    if (below(12) == 0) edit();
    if (below(60) == 0) clear();
    if (below(100) == 0) switch_show();
    if (below(5) == 0) return; // a tick without change
    for (const auto& id : order_)
      if (below(4) == 0) play(id);
  }

  frame_data frame() {
    if (!layout_) {
      std::vector<std::uint32_t> order;
      for (const auto& id : order_)
        order.push_back(
            static_cast<std::uint32_t>(std::find(slots_.begin(), slots_.end(), id) - slots_.begin()));
      layout_ = layout_of(slots_, order);
    }
    return frame_of(frame_, layout_, written_);
  }

  std::uint64_t epoch() const { return epoch_; }
  const bundles& written() const { return written_; }
  const std::vector<std::string>& order() const { return order_; }

 private:
  float level() {
    static constexpr float levels[] = {0, 0.25F, 0.250001F, 0.5F, 1};
    return below(3) == 0 ? static_cast<float>(below(65536)) / 65535.0F : levels[below(5)];
  }

  void play(const std::string& id) {
    if (below(6) == 0) {
      written_.erase(id);
      return;
    }
    auto& value = written_[id];
    const auto toss = [&](std::optional<float>& attribute) {
      if (below(3) == 0) attribute = below(4) == 0 ? std::nullopt : std::optional{level()};
    };
    toss(value.intensity);
    toss(value.pan);
    toss(value.tilt);
    toss(value.zoom);
    if (below(3) == 0) value.color = below(4) == 0 ? std::nullopt : std::optional{rgb{level(), level(), 0}};
  }

  void edit() {
    layout_.reset();
    for (auto edits = 1 + below(3); edits > 0; --edits) below(2) == 0 ? remove() : add();
    if (below(10) == 0) std::shuffle(order_.begin(), order_.end(), random_);
    if (below(10) == 0) move_slots();
  }

  void add() {
    const auto id = "fixture-" + std::to_string(below(12)); // so that ids come back
    if (std::find(slots_.begin(), slots_.end(), id) != slots_.end()) return;
    const auto free = std::find(slots_.begin(), slots_.end(), "");
    if (free != slots_.end() && below(3) != 0)
      *free = id;
    else
      slots_.push_back(id);
    order_.push_back(id);
    if (below(2) == 0) play(id);
  }

  void remove() {
    if (order_.empty()) return;
    const auto id = order_[below(static_cast<unsigned>(order_.size()))];
    order_.erase(std::find(order_.begin(), order_.end(), id));
    *std::find(slots_.begin(), slots_.end(), id) = "";
    written_.erase(id);
    while (below(2) == 0 && !slots_.empty() && slots_.back().empty()) slots_.pop_back();
  }

  void clear() {
    layout_.reset();
    while (!order_.empty()) remove();
  }

  void move_slots() { std::shuffle(slots_.begin(), slots_.end(), random_); }

  void switch_show() {
    ++epoch_;
    clear();
    for (auto fixtures = below(8); fixtures > 0; --fixtures) add();
  }

  std::mt19937 random_;
  std::uint64_t frame_ = 0, epoch_ = 1;
  std::vector<std::string> slots_, order_;
  bundles written_;
  std::shared_ptr<const fixture_layout> layout_;
};

double rounded(float x) {
  return std::floor(static_cast<double>(x) * 1e5 + 0.5) / 1e5;
}

bool same_number(const json::value& shown, float x) {
  return std::abs(shown.to_number<double>() - rounded(x)) < 1e-9;
}

/// Whether a bundle is shown as it is, without help of the code under test.
bool shows(const json::object& shown, const bundle& value) {
  std::size_t members = 0;
  const auto agrees = [&](std::string_view name, const std::optional<float>& x) {
    if (!x) return true;
    ++members;
    const auto* found = shown.if_contains(name);
    return found && same_number(*found, *x);
  };
  bool good = agrees("intensity", value.intensity) && agrees("pan", value.pan) &&
              agrees("tilt", value.tilt) && agrees("zoom", value.zoom);
  if (value.color) {
    ++members;
    const auto* found = shown.if_contains("color");
    good = good && found && same_number(found->at("r"), value.color->r) &&
           same_number(found->at("g"), value.color->g) && same_number(found->at("b"), value.color->b);
  }
  return good && members == shown.size();
}

/// A client in delta mode, with what it believes the fixtures to be.
struct client {
  fixture_filter_ptr filter;
  unsigned patience = 1; ///< takes one frame of so many
  bool strict = false;   ///< takes every frame: nothing it is told may be news of old
  std::uint64_t base = 0, epoch = 1;
  json::object model;
  bool started = false;

  void take(const frame_image& image) {
    if (epoch != image.show_epoch()) { // it was told show/changed
      base = 0;
      epoch = image.show_epoch();
    }
    if (base != 0 && !image.reaches(base)) base = 0;
    if (base == 0) model.clear();
    const auto text = frame_json::shared_delta(image, base, filter);
    if (base == 0) REQUIRE(text);
    if (text) apply(*text, image);
    base = image.frame_number();
  }

  void apply(const std::string& text, const frame_image& image) {
    INFO(text);
    REQUIRE(text.starts_with("{\"type\":\"frame/delta\","));
    const auto message = object_of(text); // refuses duplicate keys
    REQUIRE(message.at("frameNumber").to_number<std::uint64_t>() == image.frame_number());
    const auto& changes = message.at("changes").as_object();
    if (base != 0) REQUIRE(!changes.empty());
    for (const auto& [id, change] : changes) {
      if (filter) REQUIRE(filter->contains(id));
      if (strict && base != 0) expect_news(id, change);
      if (change.is_null()) {
        model.erase(id);
        continue;
      }
      auto& known = model.insert(json::key_value_pair(id, json::object{})).first->value().as_object();
      for (const auto& [attribute, value] : change.as_object())
        if (value.is_null())
          known.erase(attribute);
        else
          known[attribute] = value;
    }
  }

  void expect_news(std::string_view id, const json::value& change) {
    const auto* known = model.if_contains(id);
    INFO(id);
    if (change.is_null()) {
      REQUIRE(known);
      return;
    }
    if (!known) return;
    REQUIRE(!change.as_object().empty());
    for (const auto& [attribute, value] : change.as_object()) {
      INFO(attribute);
      const auto* old = known->as_object().if_contains(attribute);
      if (value.is_null())
        REQUIRE(old);
      else
        REQUIRE((!old || *old != value));
    }
  }
};

json::object shown_by(const frame_image& image, const fixture_filter* filter) {
  const auto message = object_of(frame_json::full(image, filter));
  return message.at("fixtures").as_object();
}

void check_full(const frame_image& image, const world& stage) {
  const auto shown = shown_by(image, nullptr);
  std::vector<std::string> expected, got;
  for (const auto& id : stage.order())
    if (stage.written().contains(id)) expected.push_back(id);
  for (const auto& [id, value] : shown) {
    got.emplace_back(id);
    INFO(got.back());
    REQUIRE(shows(value.as_object(), stage.written().at(got.back())));
  }
  REQUIRE(got == expected);
}

void play(unsigned seed, std::size_t max_departures) {
  world stage{seed};
  frame_image_pool pool{max_departures};
  std::vector<client> clients(8);
  clients[0].strict = clients[1].strict = true;
  const auto some =
      std::make_shared<fixture_filter>(std::vector<std::string>{"fixture-1", "fixture-5", "nobody"});
  clients[1].filter = clients[3].filter = clients[6].filter = some;
  for (std::size_t i = 2; i < clients.size(); ++i)
    clients[i].patience = static_cast<unsigned>(1U << (i - 2)) + 1;
  for (int step = 0; step < 400; ++step) {
    stage.step();
    const auto image = pool.make(stage.frame(), stage.epoch());
    check_full(*image, stage);
    for (auto& each : clients) {
      if (each.patience > 1 && stage.below(each.patience) != 0) continue;
      INFO("seed " << seed << ", frame " << image->frame_number() << ", since " << each.base);
      each.take(*image);
      REQUIRE(each.model == shown_by(*image, each.filter.get()));
    }
  }
}

} // namespace

TEST_CASE("frame delta: deltas add up to the full frame, whatever a client misses",
          "[protocol][frame_json]") {
  for (unsigned seed = 1; seed <= 24; ++seed) play(seed, frame_image::default_max_departures);
}

TEST_CASE("frame delta: they do so when deletions are forgotten early", "[protocol][frame_json]") {
  for (unsigned seed = 101; seed <= 112; ++seed) play(seed, seed % 3);
}

TEST_CASE("frame delta: with an honest memory nobody needs to start anew", "[protocol][frame_json]") {
  world stage{42};
  frame_image_pool pool;
  std::uint64_t first = 0, epoch = 0;
  for (int step = 0; step < 300; ++step) {
    stage.step();
    const auto image = pool.make(stage.frame(), stage.epoch());
    if (epoch != stage.epoch()) first = image->frame_number(), epoch = stage.epoch();
    for (auto base = first; base <= image->frame_number(); ++base) REQUIRE(image->reaches(base));
  }
}
