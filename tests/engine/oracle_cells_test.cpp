// The oracle's cells, against cases computed by hand: the short form of protocol section 6 "Pixels".
#include "tests/engine/oracle.hpp"
#include "tests/engine/random_show.hpp"
#include "tests/engine/small_shows.hpp"

#include <catch2/catch.hpp>

namespace troupe::test {
namespace {

fixture_model strip(std::initializer_list<const char*> channels, std::uint32_t cells) {
  auto model = model_of(channels);
  model.cells = cells;
  return model;
}

/// Fixtures of one model, all in group g, each in a universe of its own; one graph.
plain_show strips(const fixture_model& model, int count, graph g) {
  auto show = show_of(model, count);
  show.groups = {{"g", {"all", {}}}};
  for (int i = 0; i < count; ++i) {
    show.fixtures[static_cast<std::size_t>(i)].value.universe = static_cast<std::uint16_t>(10 * i);
    show.fixtures[static_cast<std::size_t>(i)].value.start_channel = 1;
    show.groups[0].value.fixture_ids.push_back("f" + std::to_string(i));
  }
  show.graphs = {{"a", std::move(g)}};
  return show;
}

graph writing(node_text node, const std::string& output, std::initializer_list<std::string> more = {}) {
  auto g = graph_of({{"s", "SelectGroup", R"({"groupIds":["g"]})"}, node, {"w", "WriteAttributes"}},
                    {"s.selection > w.selection", output + " > w.bundle"});
  for (const auto& wire : more) {
    const auto other = graph_of({}, {wire});
    g.edges.push_back(other.edges[0]);
    g.edges.back().id = "more" + std::to_string(g.edges.size());
  }
  return g;
}

graph chase(const char* params = R"({"speed":2})") {
  return writing({"c", "Chase", params}, "c.value", {"s.selection > c.selection"});
}

std::vector<int> bytes(const expected_frame& frame, std::uint16_t universe, std::size_t from,
                       std::size_t count) {
  const auto& levels = frame.universes.at(universe);
  return {levels.begin() + static_cast<std::ptrdiff_t>(from - 1),
          levels.begin() + static_cast<std::ptrdiff_t>(from - 1 + count)};
}

std::vector<bundle> pans(std::initializer_list<float> values) {
  std::vector<bundle> out;
  for (const auto x : values) out.push_back({{}, {}, x, {}, {}});
  return out;
}

} // namespace

TEST_CASE("oracle: a chase runs along a strip and on to the next fixture", "[engine][oracle]") {
  oracle truth;
  truth.install(strips(strip({"dimmer"}, 3), 2, chase()));
  const std::vector<std::vector<int>> first{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {0, 0, 0}};
  for (std::size_t tick = 0; tick < first.size(); ++tick) { // a cell each half second
    const auto frame = truth.tick(half_seconds(tick + 1), {});
    CHECK(bytes(frame, 0, 1, 3) == first[tick]);
    CHECK(bytes(frame, 10, 1, 3) == std::vector{tick == 3 ? 255 : 0, 0, 0});
  }
}

TEST_CASE("oracle: a spread counts cells, and a frame shows the mean of each fixture", "[engine][oracle]") {
  oracle truth;
  truth.install(
      strips(strip({"dimmer"}, 3), 2,
             writing({"c", "Spread", R"({"from":0,"to":1})"}, "c.value", {"s.selection > c.selection"})));
  const auto frame = truth.tick(half_seconds(1), {});
  CHECK(bytes(frame, 0, 1, 3) == std::vector{0, 51, 102});
  CHECK(bytes(frame, 10, 1, 3) == std::vector{153, 204, 255});
  CHECK(frame.written.at("f0").intensity == 0.2f);
  CHECK(frame.written.at("f1").intensity == 0.8f);
  REQUIRE(frame.reports.size() == 1);
  CHECK(frame.reports[0].selection == std::vector<std::string>{"f0", "f1"});
  CHECK(frame.reports[0].first.intensity == 0.f); // the first cell's, not the mean
  CHECK(frame.reports[0].differs);
}

TEST_CASE("oracle: the mean is that of the rounded values, half up, also below zero", "[engine][oracle]") {
  const auto pan = [](std::initializer_list<float> values) { return *expected_mean(pans(values)).pan; };
  CHECK(pan({0.00001f, 0.00002f}) == 2 / 1e5f);    // 1.5
  CHECK(pan({-0.00001f, -0.00002f}) == -1 / 1e5f); // -1.5
  CHECK(pan({-0.00001f, 0.f}) == 0.f);             // -0.5
  CHECK(pan({-1.f, -1.f, -1.f}) == -1.f);
  CHECK(pan({-1.f, -1.f, -0.99999f}) == -1.f);
  CHECK(pan({0.123456789f}) == 0.123456789f); // a single cell stays as it is
  CHECK(pan({0.123456789f, 0.123456789f}) == 12346 / 1e5f);
}

TEST_CASE("oracle: cells go on in the next universe, whole or packed", "[engine][oracle]") {
  auto model = strip({"red", "green", "blue"}, 171);
  auto show = strips(model, 1, writing({"c", "ColorConstant", R"({"r":1,"g":0.4,"b":0.2})"}, "c.color"));
  const auto frame_of = [&](std::uint16_t start, std::optional<span_mode> span) {
    show.models[0].value.span = span;
    show.fixtures[0].value.start_channel = start;
    oracle truth;
    truth.install(show);
    return truth.tick(half_seconds(1), {});
  };
  const auto aligned = frame_of(1, std::nullopt);
  CHECK(bytes(aligned, 0, 508, 5) == std::vector{255, 102, 51, 0, 0});
  CHECK(bytes(aligned, 1, 1, 4) == std::vector{255, 102, 51, 0});
  CHECK(aligned.universes.size() == 2);
  const auto packed = frame_of(1, span_mode::packed);
  CHECK(bytes(packed, 0, 508, 5) == std::vector{255, 102, 51, 255, 102});
  CHECK(bytes(packed, 1, 1, 2) == std::vector{51, 0});
  CHECK(packed.universes.size() == 2);
  CHECK(bytes(frame_of(512, span_mode::packed), 0, 511, 2) == std::vector{0, 255});
  // What would lie past the last universe has no channels.
  show.fixtures[0].value.universe = 32'767;
  CHECK(frame_of(1, span_mode::packed).universes.size() == 1);
}

TEST_CASE("oracle: channels between the cells stay free", "[engine][oracle]") {
  auto model = strip({"red"}, 3);
  model.cell_footprint = 4;
  oracle truth;
  truth.install(strips(model, 1, writing({"c", "ColorConstant", "{}"}, "c.color")));
  CHECK(bytes(truth.tick(half_seconds(1), {}), 0, 1, 10) == std::vector{255, 0, 0, 0, 255, 0, 0, 0, 255, 0});
}

TEST_CASE("oracle: cells are lit in their colour times their intensity", "[engine][oracle]") {
  using color = std::array<std::uint8_t, 3>;
  CHECK(expected_color({}) == color{0, 0, 0});
  CHECK(expected_color({0.5f, {}, {}, {}, {}}) == color{128, 128, 128});
  CHECK(expected_color({{}, rgb{1, 0.5f, 0}, {}, {}, {}}) == color{255, 128, 0});
  CHECK(expected_color({0.5f, rgb{1, 0.5f, 2}, {}, {}, {}}) == color{128, 64, 128});
  CHECK(expected_color({{}, {}, 1.f, {}, {}}) == color{0, 0, 0});
  oracle truth;
  auto show = strips(strip({"dimmer"}, 2), 1, chase());
  show.fixtures.push_back({"single", {"any", "one", 0, 100}});
  show.models.push_back({"one", model_of({"dimmer"})});
  truth.install(show);
  const auto frame = truth.tick(half_seconds(1), {});
  CHECK(frame.cell_colors.at("f0") == std::vector<std::uint8_t>{255, 255, 255, 0, 0, 0});
  CHECK_FALSE(frame.cell_colors.contains("single"));
}

TEST_CASE("oracle: state is kept per cell, and pan stays with the cell", "[engine][oracle]") {
  // An envelope that opens where the spread is above a half.
  auto g = graph_of({{"s", "SelectGroup", R"({"groupIds":["g"]})"},
                     {"v", "Spread", R"({"from":0.25,"to":4})"},
                     {"e", "Envelope", R"({"gate":true})"},
                     {"b", "ScalarToBundle", R"({"attribute":"pan"})"},
                     {"w", "WriteAttributes"}},
                    {"s.selection > v.selection", "s.selection > w.selection", "v.value > e.attack",
                     "e.value > b.value", "b.bundle > w.bundle"});
  auto show = strips(strip({"pan"}, 2), 1, std::move(g));
  oracle truth;
  truth.install(show);
  truth.tick(half_seconds(1), {});
  // 0.5 s into attacks of 0.25 s and 4 s: all, and an eighth.
  CHECK(bytes(truth.tick(half_seconds(2), {}), 0, 1, 2) == std::vector{255, 143});
  show.graphs[0].value.enabled = false;
  truth.install(show);
  CHECK(bytes(truth.tick(half_seconds(3), {}), 0, 1, 2) == std::vector{255, 143});
}

TEST_CASE("oracle: a fixture with another number of cells starts as a new one", "[engine][oracle]") {
  auto show = strips(strip({"pan", "dimmer"}, 2), 1,
                     writing({"p", "PositionConstant", R"({"pan":1})"}, "p.position"));
  oracle truth;
  truth.install(show);
  CHECK(bytes(truth.tick(half_seconds(1), {}), 0, 1, 4) == std::vector{255, 0, 255, 0});
  show.graphs[0].value.enabled = false;
  truth.install(show);
  CHECK(bytes(truth.tick(half_seconds(2), {}), 0, 1, 4) == std::vector{255, 0, 255, 0});
  show.models[0].value.cells = 3;
  truth.install(show);
  CHECK(bytes(truth.tick(half_seconds(3), {}), 0, 1, 6) == std::vector{0, 0, 0, 0, 0, 0});
}

TEST_CASE("generator: models get cells that cross universes, aligned and packed", "[engine][oracle]") {
  dice roll(7);
  int single = 0, several = 0, long_ones = 0, packed = 0, padded = 0;
  for (int i = 0; i < 2000; ++i) {
    auto model = model_of({"red", "green", "blue"});
    give_cells(roll, model, 200);
    (model.cell_count() == 1 ? single : several) += 1;
    long_ones += model.cell_count() == 200;
    packed += model.span == span_mode::packed;
    padded += model.cell_footprint && *model.cell_footprint > model.footprint();
  }
  CHECK(single > several / 2);
  CHECK(several > 500);
  CHECK(long_ones > 3);
  CHECK(packed > 200);
  CHECK(padded > 100);
  auto small = model_of({"red"});
  for (int i = 0; i < 500; ++i) {
    give_cells(roll, small, 5);
    REQUIRE(small.cell_count() <= 5);
  }
}

} // namespace troupe::test
