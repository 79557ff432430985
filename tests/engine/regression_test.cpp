// What the comparison with the oracle found in the engine, as the smallest case.
#include "engine/compiler.hpp"
#include "engine/rig.hpp"
#include "engine/show_evaluator.hpp"
#include "protocol/show_state.hpp"
#include "tests/engine/small_shows.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace troupe::test {

TEST_CASE("evaluator: -0 over an edge into a port from 0 up arrives as 0", "[engine][regression]") {
  auto show = show_of(model_of({"dimmer"}), 1);
  show.graphs = {
      {"g", graph_of({{"s", "SelectFixture", R"({"fixtureId":"f0"})"},
                      {"zero", "Scalar", R"({"value":-0.0})"},
                      {"w", "WriteAttributes"}},
                     {"s.selection > w.selection", "zero.value > w.priority", "zero.value > w.bundle"})}};
  const auto state = to_state(show);
  const auto rig = engine::make_rig(state, {}, nullptr);
  auto made = engine::compile_graph(*state.find(entity_kind::graph, "g"), state, *rig);
  REQUIRE(made.program());
  engine::stage_install change;
  change.rig = rig;
  change.graphs.push_back({"g", 1, true, {}, 0, made.program()});
  engine::show_evaluator evaluator;
  evaluator.install(change);
  const auto tick = evaluator.tick(half_seconds(1), to_snapshot({}));
  const auto& frame = *tick.frame;
  REQUIRE(frame.writes.size() == 1);
  CHECK_FALSE(std::signbit(frame.writes[0].priority));
  CHECK_FALSE(std::signbit(frame.values[0][0]));
}

} // namespace troupe::test
