// What an engine remembers, handed to another that goes on with it.
#include "tests/engine/engine_side.hpp"
#include "tests/engine/engine_stage.hpp"
#include "tests/engine/random_show.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <optional>

namespace troupe::test {
namespace {

constexpr std::uint64_t rounds = 400;

/// A show on some stages; at some moment an engine with another number of stages is loaded with the show as
/// it is then, is told what the first remembers, and takes part in the rest.
class succession {
 public:
  succession(std::uint64_t seed, std::size_t before, std::size_t after)
      : roll_(seed), own_(seed), show_(random_show(roll_)), editor_(show_), first_(before), parts_(after) {}

  /// @returns what is different afterwards; empty: nothing
  std::string run(int ticks, int handed_over_at) {
    first_.install(show_, true, own_);
    for (int i = 1; i <= ticks; ++i) {
      if (roll_.chance(25)) edit();
      tick();
      if (second_ && !same()) return "frame " + std::to_string(i) + " differs";
      if (i == handed_over_at && !hand_over()) return "the memory doesn't fit";
    }
    return {};
  }

  std::size_t remembered = 0; ///< nodes and cells

 private:
  void edit() {
    editor_.step(roll_);
    first_.install(show_, false, own_);
    if (second_) second_->install(show_, false, own_);
  }
  void tick() {
    const std::int64_t dt = time_.frame_number == 0 ? 0 : random_dt_ns(roll_);
    time_ = {time_.frame_number + 1, time_.t_ns + dt, dt, 0};
    move_controls(roll_, now_);
    first_.tick(time_, now_, {});
    if (second_) second_->tick(time_, now_, {});
  }
  bool hand_over() {
    const auto memory = first_.memory();
    remembered += memory.nodes.size() + memory.held.masks.size();
    second_.emplace(parts_);
    second_->install(show_, true, own_);
    return second_->restore(memory);
  }
  bool same() const {
    return first_.levels().addresses == second_->levels().addresses &&
           first_.levels().levels == second_->levels().levels;
  }

  dice roll_, own_;
  plain_show show_;
  random_editor editor_;
  engine_side first_;
  std::size_t parts_;
  std::optional<engine_side> second_;
  controls now_;
  tick_time time_;
};

} // namespace

TEST_CASE("memory: an engine that is told what another remembers makes its frames from then on",
          "[engine][property]") {
  const std::array<std::pair<std::size_t, std::size_t>, 5> divisions{
      {{1, 1}, {2, 1}, {1, 2}, {7, 1}, {2, 3}}};
  std::size_t remembered = 0;
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    const auto [before, after] = divisions[seed % divisions.size()];
    succession life(seed, before, after);
    const auto difference = life.run(16, 2 + static_cast<int>(seed % 9));
    INFO("seed " << seed << ", " << before << " parts, then " << after);
    REQUIRE(difference.empty());
    remembered += life.remembered;
  }
  CHECK(remembered > 1'000);
}

TEST_CASE("memory: more than is allowed isn't copied", "[engine][unit]") {
  engine_stage stage(3, writing({{"soft", "Smooth", R"({"value":1})"}}, {}, "soft.result"));
  stage.tick(0.1);
  const auto image = stage.evaluator.image(1'000);
  REQUIRE(image);
  CHECK(image->graphs.size() == 1);
  CHECK_FALSE(stage.evaluator.image(3));
}

TEST_CASE("memory: what is of another show, or of nodes that remember otherwise, is refused",
          "[engine][unit]") {
  const auto g = writing({{"lfo", "SawLFO"}}, {}, "lfo.value");
  engine_stage stage(3, g);
  for (int i = 0; i < 5; ++i) stage.tick(0.1);
  const auto numbers = [](const engine_stage& of) {
    return engine::cell_numbers(to_state(of.show), *of.rig->places);
  };
  const auto image = std::make_shared<const engine::engine_image>(*stage.evaluator.image(1'000'000));
  const auto memory = engine::memory_by_cell(std::array{image}, numbers(stage));
  REQUIRE(memory.nodes.size() == 1);
  CHECK(memory.cells == 3);

  const engine_stage larger(4, g);
  CHECK_FALSE(engine::memory_by_place(memory, numbers(larger)));
  auto strange = memory;
  strange.nodes[0].double_columns = 17;
  CHECK_FALSE(engine::memory_by_place(strange, numbers(stage)));

  engine_stage other(3, g);
  auto placed = engine::memory_by_place(memory, numbers(other));
  REQUIRE(placed);
  SECTION("as it is it fits") {
    CHECK(other.evaluator.restore(placed->graphs, placed->held));
    stage.tick(0.1);
    other.time = stage.time;
    other.time.frame_number -= 1;
    other.time.t_ns -= other.time.dt_ns;
    other.tick(0.1);
    CHECK(other.levels(1, 3) == stage.levels(1, 3));
  }
  SECTION("a node that isn't there is told") {
    other.node("lfo").id = "else";
    for (auto& edge : other.the_graph().edges)
      if (edge.from.node_id == "lfo") edge.from.node_id = "else";
    other.change();
    CHECK_FALSE(other.evaluator.restore(placed->graphs, placed->held));
  }
}

} // namespace troupe::test
