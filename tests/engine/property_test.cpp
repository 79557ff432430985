// The engine against the oracle: the same random show, the same edits, the same inputs, and every bit of
// every frame and every channel of every universe compared. Some cells are asked about in every frame: the
// answers have to be true to it, and asking mustn't change it.
//
//   TROUPE_PROPERTY_ROUNDS=100000 test_engine "[property]"   a long run
//   TROUPE_PROPERTY_SEED=4711 test_engine "[property]"       one seed again, with its script on failure
#include "engine/compiler.hpp"
#include "engine/rig.hpp"
#include "engine/vector_code.hpp"
#include "protocol/show_state.hpp"
#include "tests/engine/comparison.hpp"
#include "tests/engine/engine_side.hpp"
#include "tests/engine/explanation_check.hpp"
#include "tests/engine/oracle.hpp"
#include "tests/engine/random_show.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>

namespace troupe::test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t usual_rounds = 400; // about ten seconds each way
#else
constexpr std::uint64_t usual_rounds = 2500;
#endif

/// Calls `check(seed)` for every round; a seed of the environment alone.
template <class Check>
void for_seeds(std::uint64_t rounds, Check&& check) {
  if (const auto one = from_environment("TROUPE_PROPERTY_SEED", 0)) return check(one);
  rounds = from_environment("TROUPE_PROPERTY_ROUNDS", rounds);
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) check(seed);
}

/// One seed's life: a show, edits between ticks, and after each tick the comparison.
class rehearsal {
 public:
  rehearsal(std::uint64_t seed, std::size_t parts, int fixtures = -1)
      : seed_(seed), parts_(parts), roll_(seed), curiosity_(seed), show_(random_show(roll_, fixtures)),
        actual_(parts) {}

  /// @returns where engine and oracle differ first; nothing if they don't
  std::string run(int ticks) {
    install(true);
    for (int i = 0; i < ticks; ++i) {
      if (i > 0 && roll_.chance(25)) edit();
      const auto difference = tick();
      if (!difference.empty())
        return "seed " + std::to_string(seed_) + ", tick " + std::to_string(time_.frame_number) + ": " +
               difference;
    }
    return {};
  }

  /// To replay it by hand.
  std::string story() const { return log_.str() + "show: " + to_text(show_); }

  /// How often cells have gone from one part of the rig to another.
  std::size_t moved() const { return actual_.moved(); }

 private:
  void edit() {
    if (roll_.chance(3)) {
      show_ = random_show(roll_);
      log_ << "  another show\n";
      return install(true);
    }
    const int steps = roll_.chance(85) ? 1 : 2; // at times two steps without a tick between them
    for (int i = 0; i < steps; ++i) {
      log_ << "  " << editor_->step(roll_) << '\n';
      install(false);
    }
  }

  void install(bool new_show) {
    other_show_ |= new_show;
    if (new_show) {
      editor_.emplace(show_);
      expected_.switch_to(show_);
    } else {
      expected_.install(show_);
    }
    actual_.install(show_, new_show, roll_);
  }

  std::string tick() {
    const std::int64_t dt = time_.frame_number == 0 ? 0 : random_dt_ns(roll_);
    time_ = {time_.frame_number + 1, time_.t_ns + dt, dt, 0};
    move_controls(roll_, now_);
    log_ << "tick " << time_.frame_number << " dt " << dt << '\n';
    auto expected = expected_.tick(time_, now_);
    auto asked = random_questions(curiosity_, actual_.rig(), to_state(show_));
    actual_.tick(time_, now_, asked);
    // With another show a universe may be another stage's, which hasn't seen it before.
    if (std::exchange(other_show_, false) && parts_ > 1)
      for (std::size_t i = 0; i < actual_.levels().addresses.size(); ++i)
        if (actual_.levels().changed[i]) expected.changed.insert(actual_.levels().addresses[i]);
    const auto difference = compare(expected, show_, actual_.frame(), actual_.levels());
    if (!difference.empty()) return difference;
    for (const auto& one : asked) {
      const auto wrong = wrong_with(one, actual_.rig(), actual_.frame(), actual_.levels());
      if (!wrong.empty()) return "why " + wrong;
    }
    return {};
  }

  std::uint64_t seed_;
  std::size_t parts_;
  bool other_show_ = false;
  dice roll_;
  dice curiosity_; // of its own, so that asking doesn't change the script of a seed
  plain_show show_;
  std::optional<random_editor> editor_;
  oracle expected_;
  engine_side actual_;
  controls now_;
  tick_time time_;
  std::ostringstream log_;
};

/// @returns how often cells went from one part of the rig to another
std::size_t rehearse(std::uint64_t seed, int ticks, std::size_t parts, int fixtures = -1) {
  rehearsal life(seed, parts, fixtures);
  const auto difference = life.run(ticks);
  if (difference.empty()) return life.moved();
  std::cerr << life.story() << "\n\n"; // not through Catch, which would break the JSON into lines
  FAIL(parts << " parts, " << difference);
  return 0;
}

constexpr std::array<std::size_t, 3> divisions{1, 2, 7};

} // namespace

TEST_CASE("property: engine and oracle make the same frames through random shows and edits",
          "[engine][property]") {
  std::uint64_t seeds = 0;
  for_seeds(usual_rounds, [&](std::uint64_t seed) {
    rehearse(seed, 6 + static_cast<int>(seed % 19), 1);
    ++seeds;
  });
  REQUIRE(seeds > 0);
}

TEST_CASE("property: stages that share the rig make the oracle's frames, whatever moves between them",
          "[engine][property]") {
  std::size_t moved = 0;
  for_seeds(usual_rounds / 2, [&](std::uint64_t seed) {
    moved += rehearse(seed, 6 + static_cast<int>(seed % 19), divisions[1 + seed % 2]);
  });
  if (std::getenv("TROUPE_PROPERTY_SEED") == nullptr) REQUIRE(moved > 0);
}

TEST_CASE("property: every instruction set makes the oracle's frames", "[engine][property]") {
  for (const auto which : engine::instruction_sets()) {
    INFO(engine::name_of(which));
    engine::choose_instruction_set(which);
    for_seeds(usual_rounds / 8, [](std::uint64_t seed) { rehearse(seed, 12, 1); });
    for_seeds(1, [](std::uint64_t seed) { rehearse(seed, 4, 2, 900); });
  }
  engine::choose_instruction_set(engine::instruction_sets().back());
}

TEST_CASE("property: engine and oracle agree on rigs of many blocks and universes", "[engine][property]") {
  for_seeds(4, [](std::uint64_t seed) {
    for (const auto parts : divisions) rehearse(seed, 8, parts, 700 + static_cast<int>(seed * 137 % 900));
  });
}

TEST_CASE("property: compiling finds the same errors, warnings and dependencies as the oracle",
          "[engine][property]") {
  std::uint64_t broken = 0;
  for_seeds(usual_rounds, [&](std::uint64_t seed) {
    dice roll(seed);
    auto show = random_show(roll);
    auto g = random_graph(roll, show);
    for (int i = roll.between(0, 3); i-- > 0;) break_graph(roll, g);
    show.graphs = {{"graph", g}};
    const auto expected = expected_compile(g, show);
    broken += !expected.ok;
    const auto state = to_state(show);
    const auto record = state.find(entity_kind::graph, "graph");
    const auto checked = engine::check_graph(*record, state);
    const auto made = engine::compile_graph(*record, state, *engine::make_rig(state, {}, nullptr));
    auto difference = compare(expected, checked);
    if (difference.empty() && !(checked == made.result)) difference = "check_graph and compile_graph differ";
    if (difference.empty() && checked.ok != (made.program() != nullptr)) difference = "ok and program differ";
    if (!difference.empty()) FAIL("seed " << seed << ": " << difference << "\nshow: " << to_text(show));
  });
  if (std::getenv("TROUPE_PROPERTY_SEED") == nullptr) REQUIRE(broken > 0);
}

} // namespace troupe::test
