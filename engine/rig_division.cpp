#include "engine/rig_division.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace troupe::engine {

namespace {

constexpr std::size_t universe_count = std::size_t{max_universe} + 1;
constexpr std::uint32_t nowhere = ~std::uint32_t{0};

/// Universes that hang together, as stretches: a fixture's universes follow each other, so what it joins is
/// always a stretch, and overlapping stretches are one.
struct stretch {
  std::uint16_t first = 0, last = 0;
  std::uint64_t cells = 0;
  std::uint32_t part = nowhere;
};

std::vector<stretch> join(std::span<const fixture_extent> fixtures, std::vector<std::uint32_t>& stretch_of) {
  std::vector<std::uint32_t> order(fixtures.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) {
    return fixtures[a].first != fixtures[b].first ? fixtures[a].first < fixtures[b].first : a < b;
  });
  std::vector<stretch> all;
  stretch_of.resize(fixtures.size());
  for (const auto i : order) {
    const auto& one = fixtures[i];
    if (all.empty() || one.first > all.back().last) all.push_back({one.first, one.last, 0, nowhere});
    auto& whole = all.back();
    whole.last = std::max(whole.last, one.last);
    whole.cells += one.cells;
    stretch_of[i] = static_cast<std::uint32_t>(all.size() - 1);
  }
  return all;
}

void divide_evenly(std::vector<stretch>& all, std::size_t parts) {
  std::uint64_t total = 0, before = 0;
  for (const auto& one : all) total += one.cells;
  for (auto& one : all) {
    // Whose share the middle of the stretch falls into.
    one.part = static_cast<std::uint32_t>((2 * before + one.cells) * parts / (2 * total));
    before += one.cells;
  }
}

void keep_division(std::vector<stretch>& all, std::size_t parts, const rig& previous) {
  std::vector<std::uint32_t> known(universe_count, nowhere);
  for (std::uint32_t part = 0; part < parts; ++part)
    for (const auto address : previous.parts[part].addresses) known[address] = part;
  std::vector<std::uint64_t> load(parts, 0);
  for (auto& one : all) {
    for (std::uint32_t u = one.first; u <= one.last && one.part == nowhere; ++u) one.part = known[u];
    if (one.part != nowhere) load[one.part] += one.cells;
  }
  for (auto& one : all) {
    if (one.part != nowhere) continue;
    one.part = static_cast<std::uint32_t>(std::min_element(load.begin(), load.end()) - load.begin());
    load[one.part] += one.cells;
  }
}

} // namespace

std::vector<std::uint32_t> divide_rig(std::span<const fixture_extent> fixtures, std::size_t parts,
                                      const rig* previous) {
  std::vector<std::uint32_t> part_of(fixtures.size(), 0);
  if (parts < 2 || fixtures.empty()) return part_of;
  auto all = join(fixtures, part_of);
  const bool kept = previous && previous->parts.size() == parts &&
                    std::any_of(previous->parts.begin(), previous->parts.end(),
                                [](const rig_part& part) { return !part.addresses.empty(); });
  if (kept)
    keep_division(all, parts, *previous);
  else
    divide_evenly(all, parts);
  for (auto& one : part_of) one = all[one].part;
  return part_of;
}

} // namespace troupe::engine
