// What the property tests rest on: that the generator makes what it promises.
#include "tests/engine/oracle.hpp"
#include "tests/engine/random_show.hpp"

#include <catch2/catch.hpp>

namespace troupe::test {

TEST_CASE("generator: the same seed makes the same show and the same edits", "[engine][oracle]") {
  const auto life = [](std::uint64_t seed) {
    dice roll(seed);
    auto show = random_show(roll);
    random_editor editor(show);
    std::string log;
    for (int i = 0; i < 5; ++i) log += editor.step(roll);
    return log + to_text(show);
  };
  CHECK(life(1) == life(1));
  CHECK(life(1) != life(2));
}

TEST_CASE("generator: random graphs compile, and use every type of node", "[engine][oracle]") {
  std::set<std::string> types;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    dice roll(seed);
    const auto show = random_show(roll);
    const auto g = random_graph(roll, show);
    INFO("seed " << seed << ": " << to_text(g));
    REQUIRE(expected_compile(g, show).ok);
    for (const auto& n : g.nodes) types.insert(n.type);
  }
  CHECK(types.size() == node_type_count);
}

TEST_CASE("generator: broken graphs meet every error", "[engine][oracle]") {
  std::set<compile_code> codes;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    dice roll(seed);
    const auto show = random_show(roll);
    auto g = random_graph(roll, show);
    break_graph(roll, g);
    for (const auto& e : expected_compile(g, show).errors) codes.insert(e.code);
  }
  CHECK(codes.size() == 6);
}

TEST_CASE("generator: shows light many fixtures with many values", "[engine][oracle]") {
  std::set<float> intensities;
  int written = 0, reports = 0, varying = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    dice roll(seed);
    const auto show = random_show(roll);
    oracle truth;
    truth.install(show);
    controls now;
    for (std::uint64_t frame = 1; frame <= 3; ++frame) {
      move_controls(roll, now);
      const auto made = truth.tick({frame, 0, frame == 1 ? 0 : random_dt_ns(roll), 0}, now);
      for (const auto& [id, b] : made.written) {
        ++written;
        if (b.intensity) intensities.insert(*b.intensity);
      }
      for (const auto& r : made.reports) {
        ++reports;
        varying += r.may_vary;
      }
    }
  }
  CHECK(written > 1000);
  CHECK(intensities.size() > 150);
  CHECK(varying > reports / 10);
  CHECK(varying < reports * 9 / 10);
}

} // namespace troupe::test
