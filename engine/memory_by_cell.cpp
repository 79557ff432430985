#include "engine/memory_by_cell.hpp"

#include "engine/columns.hpp"
#include "engine/patch.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace troupe::engine {

namespace {

/// Where one cell's part of something lies.
struct remembered_cell {
  std::uint32_t cell = 0, part = 0;
  std::size_t element = 0;
};

void sort_by_cell(std::vector<remembered_cell>& all) {
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
}

cell_runs runs_of(const std::vector<remembered_cell>& ascending) {
  cell_runs runs;
  for (const auto& one : ascending) {
    if (runs.empty() || runs.back().first + runs.back().count != one.cell) runs.push_back({one.cell, 0});
    ++runs.back().count;
  }
  return runs;
}

std::vector<std::uint32_t> cells_of(const cell_runs& runs) {
  std::vector<std::uint32_t> cells;
  for (const auto& run : runs)
    for (std::uint32_t i = 0; i < run.count; ++i) cells.push_back(run.first + i);
  return cells;
}

/// Indices of `cells` in the order of the places that they have.
std::vector<std::size_t> by_place(const std::vector<std::uint32_t>& cells, const cell_numbers& numbers) {
  std::vector<std::size_t> order(cells.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return numbers.place_of(cells[a]) < numbers.place_of(cells[b]);
  });
  return order;
}

// -- from the images --------------------------------------------------------------------------------------

using node_key = std::pair<std::string_view, std::string_view>; // graph, node
struct node_key_hash {
  std::size_t operator()(const node_key& one) const {
    const std::hash<std::string_view> hash;
    return hash(one.first) * 31 + hash(one.second);
  }
};

/// One part's state of a node.
struct node_place {
  const node_state* state = nullptr;
  const state_home* home = nullptr;
};
using node_index = std::unordered_map<node_key, node_place, node_key_hash>; // only looked up

node_index index_of(const engine_image& part) {
  node_index index;
  for (const auto& graph : part.graphs)
    for (std::size_t i = 0; i < graph.states.size(); ++i)
      index.emplace(node_key{graph.graph_id, graph.program->states[i].node_id},
                    node_place{&graph.states[i], &graph.homes[i]});
  return index;
}

/// One node's columns, put together from those of all parts.
class node_gathering {
 public:
  node_gathering(const std::vector<node_index>& parts, const cell_numbers& cells, node_key key) {
    for (std::uint32_t part = 0; part < parts.size(); ++part) {
      const auto found = parts[part].find(key);
      states_.push_back(found == parts[part].end() ? nullptr : found->second.state);
      if (!states_.back() || !found->second.home->varying) continue;
      const auto& places = *found->second.home->places;
      for (std::size_t e = 0; e < places.size(); ++e)
        if (const auto cell = cells.cell_at(places[e]); cell != cell_numbers::nowhere)
          cells_.push_back({cell, part, e});
    }
    sort_by_cell(cells_);
  }

  void into(node_memory& told) const {
    told.cells = runs_of(cells_);
    take(told.double_columns, &node_state::doubles, told.doubles);
    take(told.float_columns, &node_state::floats, told.floats);
    if (told.double_columns == 1 && told.float_columns == 0 && all_equal(told.doubles)) {
      told.same = true;
      told.doubles.resize(1);
    }
  }

 private:
  template <class Value>
  void take(std::uint8_t columns, std::vector<Value> node_state::*of, std::vector<Value>& out) const {
    for (std::size_t c = 0; c < columns; ++c)
      for (const auto& one : cells_) {
        const auto& state = *states_[one.part];
        out.push_back((state.*of)[c * state.length + state.at(one.element)]);
      }
  }
  static bool all_equal(const std::vector<double>& values) {
    const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
    return !values.empty() && std::all_of(values.begin(), values.end(),
                                          [&](double one) { return bits(one) == bits(values.front()); });
  }

  std::vector<const node_state*> states_; // by part
  std::vector<remembered_cell> cells_;
};

held_memory gather_held(std::span<const std::shared_ptr<const engine_image>> parts,
                        const cell_numbers& cells) {
  std::vector<remembered_cell> all;
  for (std::uint32_t part = 0; part < parts.size(); ++part) {
    const auto& image = *parts[part];
    if (!image.rig) continue;
    for (const auto& run : image.rig->parts[image.part].patch->kept)
      for (std::uint32_t i = 0; i < run.count; ++i) {
        const auto cell = cells.cell_at(run.place + i);
        if (cell != cell_numbers::nowhere && image.held[run.held + i] != 0)
          all.push_back({cell, part, run.held + i});
      }
  }
  sort_by_cell(all);
  held_memory told;
  told.cells = runs_of(all);
  for (const auto& one : all) {
    const auto& image = *parts[one.part];
    const auto mask = image.held[one.element];
    told.masks.push_back(mask);
    for (std::size_t c = 0; c < column_count; ++c)
      told.columns[c].push_back(mask & column_bits[c] ? image.held_values[c][one.element] : 0.0f);
  }
  return told;
}

// -- to places --------------------------------------------------------------------------------------------

std::optional<opcode> opcode_remembering(const node_memory& told) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(opcode::count_); ++i) {
    const auto code = static_cast<opcode>(i);
    const auto shape = state_of(code);
    if (shape.doubles == told.double_columns && shape.floats == told.float_columns) return code;
  }
  return std::nullopt;
}

void add_uniform(const node_memory& told, graph_image& to) {
  to.states.push_back({told.doubles, told.floats, 1, false});
  to.homes.emplace_back();
}

void add_varying(const node_memory& told, const cell_numbers& numbers, graph_image& to) {
  const auto cells = cells_of(told.cells);
  const auto order = by_place(cells, numbers);
  auto places = std::make_shared<std::vector<std::uint32_t>>();
  for (const auto i : order) places->push_back(numbers.place_of(cells[i]));
  node_state state;
  if (told.same) {
    state = {told.doubles, told.floats, 1, true};
  } else {
    state.length = cells.size();
    for (std::size_t c = 0; c < told.double_columns; ++c)
      for (const auto i : order) state.doubles.push_back(told.doubles[c * cells.size() + i]);
    for (std::size_t c = 0; c < told.float_columns; ++c)
      for (const auto i : order) state.floats.push_back(told.floats[c * cells.size() + i]);
  }
  to.states.push_back(std::move(state));
  to.homes.push_back({true, std::move(places)});
}

part_memory place_held(const held_memory& told, const cell_numbers& numbers) {
  const auto cells = cells_of(told.cells);
  part_memory placed;
  for (const auto i : by_place(cells, numbers)) {
    placed.places.push_back(numbers.place_of(cells[i]));
    placed.held.push_back(told.masks[i]);
    for (std::size_t c = 0; c < column_count; ++c) placed.held_values[c].push_back(told.columns[c][i]);
  }
  return placed;
}

bool within(const cell_runs& runs, std::uint32_t cells) {
  return std::all_of(runs.begin(), runs.end(), [&](const cell_run& one) {
    return one.first < cells && one.count <= cells - one.first;
  });
}

} // namespace

cell_numbers::cell_numbers(const show_state& show, const place_table& places)
    : cell_at_(places.places(), nowhere) {
  show.each(entity_kind::fixture, [&](const record_ptr& one) {
    const auto slot = places.find(one->id);
    if (!slot) return;
    const auto& where = places.by_slot()[*slot];
    for (std::uint32_t i = 0; i < where.cells; ++i) {
      cell_at_[where.first + i] = cells();
      place_of_.push_back(where.first + i);
    }
  });
}

show_memory memory_by_cell(std::span<const std::shared_ptr<const engine_image>> parts,
                           const cell_numbers& cells) {
  show_memory told;
  told.cells = cells.cells();
  std::vector<node_index> indices;
  for (const auto& part : parts) indices.push_back(index_of(*part));
  if (parts.empty()) return told;
  // What doesn't vary is the same in all parts, and so are the nodes that there are.
  for (const auto& graph : parts.front()->graphs)
    for (std::size_t i = 0; i < graph.states.size(); ++i) {
      const auto& site = graph.program->states[i];
      const auto shape = state_of(site.code);
      node_memory node;
      node.graph_id = graph.graph_id;
      node.node_id = site.node_id;
      node.type = site.type;
      node.varying = graph.homes[i].varying;
      node.double_columns = shape.doubles;
      node.float_columns = shape.floats;
      if (node.varying) {
        node_gathering(indices, cells, {graph.graph_id, site.node_id}).into(node);
        if (node.cells.empty()) continue;
      } else {
        node.doubles = graph.states[i].doubles;
        node.floats = graph.states[i].floats;
      }
      told.nodes.push_back(std::move(node));
    }
  told.held = gather_held(parts, cells);
  return told;
}

std::optional<placed_memory> memory_by_place(const show_memory& memory, const cell_numbers& cells) {
  if (memory.cells != cells.cells() || !within(memory.held.cells, cells.cells())) return std::nullopt;
  placed_memory placed;
  std::shared_ptr<graph_program> nodes; // of the last graph: a program that only names them
  for (const auto& told : memory.nodes) {
    const auto code = opcode_remembering(told);
    if (!code || !within(told.cells, cells.cells())) return std::nullopt;
    if (placed.graphs.empty() || placed.graphs.back().graph_id != told.graph_id) {
      nodes = std::make_shared<graph_program>();
      placed.graphs.push_back({told.graph_id, nodes, {}, {}});
    }
    state_site site;
    site.node_id = told.node_id;
    site.type = told.type;
    site.code = *code;
    site.varying = told.varying;
    nodes->states.push_back(std::move(site));
    if (told.varying)
      add_varying(told, cells, placed.graphs.back());
    else
      add_uniform(told, placed.graphs.back());
  }
  placed.held = place_held(memory.held, cells);
  return placed;
}

} // namespace troupe::engine
