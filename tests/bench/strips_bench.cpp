// Evaluation of LED strips: compiled graphs against a hand-written loop of the same arithmetic in the same
// run.
//
//   bench_strips [UNIVERSES] [portable|avx2|avx512] [TICKS]
//
// One strip of 170 RGB cells in each of 512 universes; every instruction set that there is; 60 ticks.
#include "engine/compiler.hpp"
#include "engine/float_environment.hpp"
#include "engine/math.hpp"
#include "engine/show_evaluator.hpp"
#include "engine/vector_code.hpp"
#include "tests/bench/strip_show.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace troupe::bench {
namespace {

using namespace engine;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class Work>
double median_seconds(int runs, Work&& work) {
  std::vector<double> took;
  for (int i = 0; i < runs; ++i) {
    const auto start = seconds_now();
    work();
    took.push_back(seconds_now() - start);
  }
  std::nth_element(took.begin(), took.begin() + runs / 2, took.end());
  return took[static_cast<std::size_t>(runs / 2)];
}

/// What the graph of strip_show computes, as one would write it for this one show: everything that doesn't
/// vary outside the loop, one pass over all cells, levels as they come out.
struct hand_written {
  double saw = 0, sine = 0, chase = 0;

  template <class Loop>
  void tick(Loop&& loop, double dt, std::size_t cells, std::uint8_t* levels) {
    saw = frac(saw + 0.125 * dt);
    sine = frac(sine + 0.5 * dt);
    chase = modulo(chase + 340.0 * dt, static_cast<double>(cells));
    loop(saw, sine, chase, cells, levels);
  }
};

/// In blocks, so that the compiler can use vectors: first the levels of each colour, then side by side.
TROUPE_KERNEL void strip_loop(double saw, double sine, double chase, std::size_t cells,
                              std::uint8_t* __restrict levels) {
  constexpr std::int32_t block = 512;
  const float count = static_cast<float>(static_cast<std::int32_t>(cells));
  const float last = count - 1.0f;
  const auto whole = static_cast<float>(floor64(chase));
  const auto part = static_cast<float>(chase - floor64(chase));
  std::uint8_t red[block], green[block], blue[block];
  for (std::int32_t first = 0; first < static_cast<std::int32_t>(cells); first += block) {
    const auto n = std::min(block, static_cast<std::int32_t>(cells) - first);
    for (std::int32_t k = 0; k < n; ++k) {
      const float index = static_cast<float>(first + k);
      const float along = (index / last) * strip_turns;
      const float hue_turns = static_cast<float>(frac(saw + static_cast<double>(along)));
      const float wave =
          (sin_turns(static_cast<float>(frac(sine + static_cast<double>(along)))) + 1.0f) * 0.5f;
      const float e = absolute((index - whole) - part);
      const float around = count - e;
      const float d = e < around ? e : around;
      const float q = 1.0f - d / strip_chase_width;
      const float spot = q > 0.0f ? q : 0.0f;
      const float v = wave > spot ? wave : spot;
      const auto level = [&](float offset) {
        const float colour = v - v * hue(hue_turns, offset);
        const float mixed = colour + (strip_white - colour) * strip_mix;
        return static_cast<std::uint8_t>(to_level8(mixed * strip_scale));
      };
      red[k] = level(hue_red);
      green[k] = level(hue_green);
      blue[k] = level(hue_blue);
    }
    auto* const out = levels + 3 * first;
    for (std::int32_t k = 0; k < n; ++k) {
      out[3 * k] = red[k];
      out[3 * k + 1] = green[k];
      out[3 * k + 2] = blue[k];
    }
  }
}

[[gnu::noinline]] void portable(double a, double b, double c, std::size_t n, std::uint8_t* o) {
  strip_loop(a, b, c, n, o);
}
#if defined(__x86_64__)
[[gnu::noinline, gnu::target("arch=x86-64-v3")]] void avx2(double a, double b, double c, std::size_t n,
                                                           std::uint8_t* o) {
  strip_loop(a, b, c, n, o);
}
[[gnu::noinline, gnu::target("arch=x86-64-v4")]] void avx512(double a, double b, double c, std::size_t n,
                                                             std::uint8_t* o) {
  strip_loop(a, b, c, n, o);
}
#endif

auto loop_for(instruction_set which) {
#if defined(__x86_64__)
  if (which == instruction_set::avx2) return avx2;
  if (which == instruction_set::avx512) return avx512;
#endif
  return portable;
}

void compare(instruction_set which, std::uint32_t universes, int ticks) {
  choose_instruction_set(which);
  strip_show show(universes, 1);
  show_evaluator evaluator;
  evaluator.install(show.install);
  const std::size_t cells = std::size_t{universes} * strip_cells;
  std::vector<std::uint8_t> levels(3 * cells);
  hand_written by_hand;
  tick_time time;
  std::vector<double> ours, theirs;
  std::size_t differing = 0;
  for (int i = 0; i < ticks; ++i) {
    ++time.frame_number;
    made_frame made;
    const auto a = seconds_now();
    made = evaluator.tick(time, show.inputs, {false, false});
    const auto b = seconds_now();
    by_hand.tick(loop_for(which), static_cast<double>(time.dt_ns) / 1e9, cells, levels.data());
    const auto c = seconds_now();
    ours.push_back(b - a);
    theirs.push_back(c - b);
    time.dt_ns = 16'666'667;
    time.t_ns += time.dt_ns;
    for (std::size_t u = 0; u < universes; ++u)
      differing += std::memcmp(made.dmx->levels.data() + u * dmx_channels,
                               levels.data() + u * 3 * strip_cells, 3 * strip_cells) != 0;
  }
  const auto median = [](std::vector<double>& v) {
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  };
  const double graph = median(ours) * 1e9 / static_cast<double>(cells);
  const double loop = median(theirs) * 1e9 / static_cast<double>(cells);
  std::printf("%-9.*s %6u universes: graph %6.2f ns/cell, by hand %6.2f ns/cell: %3.0f %% of its speed%s\n",
              static_cast<int>(name_of(which).size()), name_of(which).data(), universes, graph, loop,
              100 * loop / graph, differing ? ", LEVELS DIFFER" : "");
}

} // namespace
} // namespace troupe::bench

int main(int argc, char** argv) {
  using namespace troupe;
  engine::set_default_float_environment();
  const auto universes = static_cast<std::uint32_t>(argc > 1 ? std::atoi(argv[1]) : 512);
  const std::string_view only = argc > 2 ? argv[2] : "";
  const int ticks = argc > 3 ? std::atoi(argv[3]) : 60;
  for (const auto which : engine::instruction_sets())
    if (only.empty() || only == engine::name_of(which)) bench::compare(which, universes, ticks);
}
