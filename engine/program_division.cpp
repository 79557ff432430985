#include "engine/program_division.hpp"

#include "engine/graph_check.hpp"

#include <algorithm>

namespace troupe::engine {

namespace {

/// With fewer cells than this in a tile, an operation would cost more to start than to run.
constexpr std::size_t worth_a_tile = 32;

/// By element: whether its place is in the set.
std::vector<std::uint8_t> membership(const domain& of, const place_set& set) {
  std::vector<std::uint8_t> in(of.size(), 0);
  auto range = set.ranges().begin();
  for (std::size_t e = 0; e < of.size(); ++e) {
    while (range != set.ranges().end() && range->end <= of.places[e]) ++range;
    if (range == set.ranges().end()) break;
    in[e] = of.places[e] >= range->begin;
  }
  return in;
}

template <class T>
std::vector<T> only(const std::vector<T>& all, const std::vector<std::uint8_t>& chosen) {
  std::vector<T> out;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (chosen[i]) out.push_back(all[i]);
  return out;
}

/// A copy of `whole` for the cells of one part.
graph_program restrict(const graph_program& whole, const place_set& set) {
  graph_program out;
  out.uniforms = whole.uniforms;
  out.controls = whole.controls;
  out.loads = whole.loads;
  out.uniform_operations = whole.uniform_operations;
  out.passes = whole.passes;
  out.buffer_domains = whole.buffer_domains;
  out.states = whole.states;
  out.writes = whole.writes;
  out.sites = whole.sites;
  std::vector<std::vector<std::uint8_t>> chosen;
  for (const auto& one : whole.domains) {
    chosen.push_back(membership(one, set));
    out.domains.emplace_back(only(one.places, chosen.back()));
  }
  for (const auto& one : whole.index_columns)
    out.index_columns.push_back({one.domain, only(one.values, chosen[one.domain])});
  for (const auto& one : whole.element_maps)
    out.element_maps.push_back(
        {one.inner, one.outer, elements_in(out.domains[one.inner], out.domains[one.outer])});
  for (auto& write : out.writes) {
    if (write.empty) continue;
    const auto& in = chosen[write.domain];
    const auto at = in.begin() + write.first_element;
    write.first_element =
        *at ? static_cast<std::uint32_t>(std::count(in.begin(), at, 1)) : write_code::elsewhere;
  }
  return out;
}

/// Which passes run ahead of the tiles. A pass may, if all that it gathers from does.
void schedule_passes(graph_program& program) {
  std::vector<std::uint8_t> ahead(program.buffer_domains.size(), 0);
  for (auto& one : program.passes) {
    const auto& where = program.domains[one.domain];
    one.ahead = where.size() < worth_a_tile * where.tile_parts.size();
    for (const auto& op : one.operations)
      if (op.code == opcode::gather && !ahead[op.source[0]]) one.ahead = false;
    for (const auto buffer : one.buffers) ahead[buffer] = one.ahead;
  }
}

std::shared_ptr<const graph_program> bind(graph_program program, const rig_part& part) {
  program.places = part.places;
  schedule_passes(program);
  return std::make_shared<const graph_program>(std::move(program));
}

} // namespace

std::vector<std::shared_ptr<const graph_program>> divide_program(graph_program whole, const rig& where) {
  std::vector<std::shared_ptr<const graph_program>> programs;
  if (where.parts.size() == 1) {
    programs.push_back(bind(std::move(whole), where.parts.front()));
    return programs;
  }
  for (const auto& part : where.parts) programs.push_back(bind(restrict(whole, part.places->places), part));
  return programs;
}

} // namespace troupe::engine
