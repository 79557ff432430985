#include "actors/console/local_source.hpp"

#include "protocol/entity_codec.hpp"
#include "protocol/json_text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace troupe;
using namespace troupe::console;
using namespace std::chrono_literals;

namespace {

std::string text_of(const std::vector<group_rows>& rows) {
  std::string out;
  for (const auto& group : rows) {
    out += group.name + ":";
    for (const auto& fixture : group.fixtures) out += ' ' + fixture.id;
    out += '\n';
  }
  return out;
}

} // namespace

TEST_CASE("console model: a fixture is shown once, in the smallest of its groups", "[actors][console]") {
  console_model model;
  model.apply_fixtures({{"a", "A"}, {"b", "B"}, {"c", "C"}, {"d", "D"}}, {{"all", "all", {"a", "b", "c"}},
                                                                          {"front", "front", {"b", "a"}},
                                                                          {"again", "again", {"a", "b"}},
                                                                          {"ghosts", "ghosts", {"nobody"}}});
  CHECK(text_of(model.rows()) == "all: c\nfront: b a\nin no group: d\n");
  model.apply_fixtures({{"x", "X"}}, {});
  CHECK(text_of(model.rows()) == "fixtures: x\n");
}

TEST_CASE("console model: what a frame holds and the rig doesn't comes last", "[actors][console]") {
  console_model model;
  model.apply_fixtures({{"a", "A"}, {"b", "B"}}, {});
  shown_frame frame;
  frame.fixtures["a"].intensity = 0.5f;
  frame.fixtures["new"].intensity = 1.0f;
  model.apply_frame(frame);
  const auto rows = model.rows();
  CHECK(text_of(rows) == "fixtures: a b\nnot in the rig: new\n");
  CHECK(rows[0].fixtures[0].values->intensity == 0.5f);
  CHECK_FALSE(rows[0].fixtures[1].values);
}

TEST_CASE("console model: gaps in the numbers of frames are dropped frames", "[actors][console]") {
  console_model model;
  model.apply_link({link_state::connected, "x", {}});
  for (const std::uint64_t number : {1000, 1001, 1004, 1005}) model.count_frame(number, 0ns);
  CHECK(model.dropped() == 2);
  CHECK(model.received() == 4);
  model.apply_link({link_state::lost, "x", "gone"});
  model.apply_link({link_state::connected, "x", {}});
  model.count_frame(2000, 0ns);
  CHECK(model.dropped() == 2);
  model.count_frame(7, 0ns); // another process behind the same address
  model.count_frame(8, 0ns);
  CHECK(model.dropped() == 2);
}

TEST_CASE("console model: what this process doesn't ask for isn't dropped", "[actors][console]") {
  console_model model;
  model.count_frame(1, 0ns);
  model.count_frame(7, 0ns);
  CHECK(model.dropped() == 0);
}

TEST_CASE("console model: the tick rate is measured by frame numbers, not by arrivals", "[actors][console]") {
  console_model model;
  model.count_frame(100, 0ms);
  CHECK_FALSE(model.measured_hz(0ms));
  model.count_frame(130, 500ms); // 28 of them were lost on the way
  REQUIRE(model.measured_hz(500ms));
  CHECK(*model.measured_hz(500ms) == Approx(60));
  model.apply_status({60, 0, 120, 0, 0, {}}, 510ms); // trails the frames
  CHECK(*model.measured_hz(510ms) == Approx(60));
  CHECK_FALSE(model.measured_hz(3s));
}

TEST_CASE("console model: without frames the status tells the rate", "[actors][console]") {
  console_model model;
  for (int i = 0; i <= 10; ++i)
    model.apply_status({25, 0, static_cast<std::uint64_t>(50 + i * 5), 0, 0, {}}, i * 200ms);
  CHECK(*model.measured_hz(2s) == Approx(25));
}

TEST_CASE("rate meter: it forgets what is older than two seconds", "[actors][console]") {
  rate_meter meter;
  for (int i = 0; i < 600; ++i) meter.add(static_cast<std::uint64_t>(i), i * 5ms);             // 200 Hz
  for (int i = 0; i < 100; ++i) meter.add(static_cast<std::uint64_t>(600 + i), 3s + i * 50ms); // 20 Hz
  CHECK(*meter.hz(3s + 99 * 50ms) == Approx(20));
}

TEST_CASE("console model: frames of this process look like those from afar", "[actors][console]") {
  auto fixtures = std::make_shared<fixture_layout>();
  fixtures->ids = {"a", "", "b"};
  fixtures->order = {2, 0};
  auto layout = std::make_shared<frame_layout>();
  layout->fixtures = fixtures;
  frame_data frame;
  frame.time = {7, 1'500'000'000, 0, 0};
  frame.layout = layout;
  frame.written = {1, 0, 0};
  frame.mask = {has_color | has_tilt, 0, 0};
  for (std::size_t c = 0; c < column_count; ++c) frame.values[c] = {0.125f * static_cast<float>(c), 0, 0};
  const auto shown = to_shown(frame);
  CHECK(shown.number == 7);
  CHECK(shown.t == 1.5);
  REQUIRE(shown.fixtures.size() == 1);
  CHECK(shown.fixtures.at("a") == bundle{{}, rgb{0.125f, 0.25f, 0.375f}, {}, 0.625f, {}});
  CHECK(to_shown({}).fixtures.empty());
}

TEST_CASE("console model: the show and the graphs of this process", "[actors][console]") {
  show_state state("tour");
  const auto put = [&](entity_kind kind, std::string id, std::string_view json) {
    state.put(
        parse_entity(kind, std::move(id), 1, parse_json(json)->as_object(), entity_source::file).value());
  };
  put(entity_kind::fixture, "a", R"({"name":"A","modelId":"m","universe":0,"startChannel":1})");
  put(entity_kind::group, "g", R"({"name":"front","fixtureIds":["a"]})");
  console_model model;
  apply_state(model, state);
  CHECK(model.show() == "tour");
  CHECK(text_of(model.rows()) == "front: a\n");

  frame_layout layout;
  layout.instances = {{"x", true, "", 0, {}}, {"y", false, "", 0, {}}, {"z", true, "no", 1, {}}};
  const auto status = status_of(layout, {9, 2'000'000'000, 0, 0}, 50);
  CHECK(status.t == 2);
  CHECK(status.frame_number == 9);
  CHECK(status.graphs == 3);
  CHECK(status.enabled == 1);
  CHECK(status.broken.at(0).reason == "no");
}
