// Sections 4 and 6: which node runs for which cell of which fixture, and what it remembers.
#include "engine/math.hpp"
#include "tests/engine/oracle_nodes.hpp"

#include <optional>
#include <set>

namespace troupe::test {
namespace {

/// What a write puts into a frame: within the units of the attributes, and no -0.
bundle in_range(bundle b) {
  using engine::clamp01;
  if (b.intensity) b.intensity = clamp01(*b.intensity);
  if (b.color) b.color = rgb{clamp01(b.color->r), clamp01(b.color->g), clamp01(b.color->b)};
  if (b.pan) b.pan = engine::clamp(*b.pan, -1, 1) + 0.f;
  if (b.tilt) b.tilt = engine::clamp(*b.tilt, -1, 1) + 0.f;
  if (b.zoom) b.zoom = clamp01(*b.zoom);
  return b;
}

const element nobody;

class walk {
 public:
  walk(const named<graph>& g, const plain_show& show, const tick_time& time, const controls& now,
       state_map& state)
      : id_(g.id), g_(g.value), show_(show), now_(now), state_(state), t_(engine::seconds(time.t_ns)),
        dt_(engine::seconds(time.dt_ns)) {
    for (const auto& f : show.fixtures) cells_[f.id] = cells_of(show, f.value);
  }

  void settle() {
    std::erase_if(state_, [&](const auto& entry) {
      const auto& [graph_id, node_id, type, on] = entry.first;
      if (graph_id != id_) return false;
      for (const auto& n : g_.nodes)
        if (n.id == node_id && n.type == type) return false;
      return true;
    });
    for (const auto& n : g_.nodes)
      if (const auto cells = domain(n); cells && has_state(find_node_spec(n.type)->type)) settle(n, *cells);
  }

  std::vector<cell_write> run(std::vector<expected_report>& reports) {
    std::vector<cell_write> writes;
    for (const auto& n : g_.nodes)
      if (n.type == "WriteAttributes") write(n, writes, reports);
    return writes;
  }

 private:
  void settle(const graph_node& n, const std::set<element>& cells) {
    const bool per_cell = varies(n);
    const auto uniform = state_.find({id_, n.id, n.type, nobody});
    if (per_cell && uniform != state_.end()) {
      const auto had = uniform->second;
      state_.erase(uniform);
      for (const auto& cell : cells) state_[{id_, n.id, n.type, cell}] = had;
    }
    std::erase_if(state_, [&](const auto& entry) {
      const auto& [graph_id, node_id, type, on] = entry.first;
      if (graph_id != id_ || node_id != n.id || on == nobody) return false;
      return !per_cell || !cells.contains(on);
    });
  }

  void write(const graph_node& n, std::vector<cell_write>& writes, std::vector<expected_report>& reports) {
    const auto& spec = spec_of(node_type::write_attributes);
    expected_report report{id_, n.id, selection(n).fixtures, varies(n), false, 0, {}};
    const auto* merge = n.params.if_contains("merge");
    const std::string mode = merge ? std::string(merge->get_string()) : "override";
    const auto one = [&](const element& cell) {
      return cell_write{cell, input(n, *port(spec, "priority"), cell).numbers[0], mode,
                        in_range(input(n, *port(spec, "bundle"), cell).attributes)};
    };
    // What doesn't depend on the cell runs also while nobody is selected.
    if (report.selection.empty()) run_uniform(n);
    const auto& cells = selection(n).cells;
    for (const auto& cell : cells) {
      writes.push_back(one(cell));
      if (cell == cells.front()) {
        report.priority = writes.back().priority;
        report.first = writes.back().attributes;
      }
      report.differs = report.differs || writes.back().priority != report.priority ||
                       !(writes.back().attributes == report.first);
    }
    reports.push_back(std::move(report));
  }

  const graph_node& node(const std::string& id) const {
    return *std::find_if(g_.nodes.begin(), g_.nodes.end(), [&](const auto& n) { return n.id == id; });
  }

  const graph_edge* edge_into(const graph_node& n, std::string_view to) const {
    for (const auto& e : g_.edges)
      if (e.to.node_id == n.id && e.to.port == to) return &e;
    return nullptr;
  }

  static const input_spec* port(const node_spec& spec, std::string_view name) {
    for (const auto& p : spec.inputs)
      if (p.name == name) return &p;
    return nullptr;
  }

  /// Whether an input of the node depends on the cell.
  bool varies(const graph_node& n) {
    const auto known = varies_.find(n.id);
    return known != varies_.end() ? known->second : (varies_[n.id] = find_varying(n));
  }

  bool find_varying(const graph_node& n) {
    for (const auto& p : find_node_spec(n.type)->inputs) {
      if (p.type == port_type::selection) continue;
      if (const auto* e = edge_into(n, p.name)) {
        const auto& source = node(e->from.node_id);
        if (source.type == "Chase" || source.type == "Spread" || varies(source)) return true;
      }
    }
    return false;
  }

  /// The existing fixtures behind a node's selection port, in order, each once; and their cells, one
  /// fixture's after the other's, with their places.
  struct chosen {
    std::vector<std::string> fixtures;
    std::vector<element> cells;
    std::map<element, int> places;
  };
  const chosen& selection(const graph_node& n) {
    const auto known = selections_.find(n.id);
    return known != selections_.end() ? known->second : selections_[n.id] = find_selection(n);
  }

  chosen find_selection(const graph_node& n) const {
    const auto& from = node(edge_into(n, "selection")->from.node_id);
    const bool groups = from.type == "SelectGroup";
    std::vector<std::string> named_ids, all;
    chosen out;
    if (const auto* ids = from.params.if_contains(groups ? "groupIds" : "fixtureIds")) {
      for (const auto& x : ids->get_array()) named_ids.emplace_back(x.get_string());
    } else if (const auto* one = from.params.if_contains(groups ? "groupId" : "fixtureId")) {
      named_ids.emplace_back(one->get_string());
    }
    for (const auto& one : named_ids) {
      if (!groups)
        all.push_back(one);
      else if (const auto* members = find(show_.groups, one))
        all.insert(all.end(), members->fixture_ids.begin(), members->fixture_ids.end());
    }
    for (const auto& fixture : all) {
      const auto known = cells_.find(fixture);
      if (known == cells_.end() || out.places.contains({fixture, 0})) continue;
      out.fixtures.push_back(fixture);
      for (std::uint32_t cell = 0; cell < known->second; ++cell) {
        out.places.emplace(element{fixture, cell}, out.cells.size());
        out.cells.push_back({fixture, cell});
      }
    }
    return out;
  }

  port_value input(const graph_node& n, const input_spec& to, const element& on) {
    if (const auto* e = edge_into(n, to.name)) {
      const auto& source = node(e->from.node_id);
      const auto& spec = *find_node_spec(source.type);
      const auto& values = values_of(source, on);
      for (std::size_t i = 0; i < values.size(); ++i)
        if (spec.outputs[i].name == e->from.port) return arrive(values[i], to);
    }
    port_value out{to.type, to.fallback, {}};
    const auto* given = n.params.if_contains(to.name);
    if (!given) return out;
    const auto number = [](const boost::json::value& x) {
      return engine::finite_or_zero(static_cast<float>(x.to_number<double>()));
    };
    if (to.type == port_type::scalar) out.numbers = {number(*given)};
    if (to.type == port_type::boolean) out.numbers = {given->get_bool() ? 1.f : 0.f};
    if (to.type == port_type::color)
      out.numbers = {number(given->at("r")), number(given->at("g")), number(given->at("b"))};
    if (to.type == port_type::position) out.numbers = {number(given->at("pan")), number(given->at("tilt"))};
    return out;
  }

  const std::vector<port_value>& values_of(const graph_node& n, const element& on) {
    if (const auto done = done_.find({n.id, on}); done != done_.end()) return done->second;
    const auto& spec = *find_node_spec(n.type);
    node_call call{spec.type, n, show_, now_, t_, dt_, {}, 0, -1};
    for (const auto& p : spec.inputs) {
      if (p.type != port_type::selection) {
        call.in[p.name] = input(n, p, on);
      } else if (edge_into(n, p.name)) {
        const auto& [fixtures, cells, places] = selection(n);
        call.count = static_cast<int>(cells.size());
        if (const auto place = places.find(on); place != places.end()) call.index = place->second;
      }
    }
    node_state state;
    if (has_state(spec.type)) {
      const state_key key{id_, n.id, n.type, varies(n) ? on : nobody};
      if (touched_.insert(key).second) {
        const auto before = state_.find(key);
        state_[key] = advance(call, before == state_.end() ? nullptr : &before->second);
      }
      state = state_[key];
    }
    return done_[{n.id, on}] = outputs(call, state);
  }

  /// Advances what the node's inputs need that is the same for every cell.
  void run_uniform(const graph_node& n) {
    for (const auto& p : find_node_spec(n.type)->inputs) {
      const auto* e = p.type == port_type::selection ? nullptr : edge_into(n, p.name);
      if (!e) continue;
      const auto& source = node(e->from.node_id);
      if (varies(source))
        run_uniform(source);
      else
        values_of(source, nobody);
    }
  }

  /// The cells that a node runs for: those of the selections of the writes it reaches. Nothing if it reaches
  /// none.
  std::optional<std::set<element>> domain(const graph_node& n) {
    if (n.type == "WriteAttributes") {
      const auto& cells = selection(n).cells;
      return std::set<element>(cells.begin(), cells.end());
    }
    std::optional<std::set<element>> out;
    for (const auto& e : g_.edges)
      if (e.from.node_id == n.id)
        if (const auto behind = domain(node(e.to.node_id))) {
          if (!out) out.emplace();
          out->insert(behind->begin(), behind->end());
        }
    return out;
  }

  const std::string& id_;
  const graph& g_;
  const plain_show& show_;
  const controls& now_;
  state_map& state_;
  double t_, dt_;
  std::map<std::pair<std::string, element>, std::vector<port_value>> done_; ///< by node
  std::set<state_key> touched_;
  std::map<std::string, bool> varies_;
  std::map<std::string, chosen> selections_;
  std::map<std::string, std::uint32_t> cells_; ///< of the fixtures that exist
};

} // namespace

void settle_state(const named<graph>& g, const plain_show& show, state_map& state) {
  const controls none;
  walk(g, show, {}, none, state).settle();
}

std::vector<cell_write> walk_graph(const named<graph>& g, const plain_show& show, const tick_time& time,
                                   const controls& now, state_map& state,
                                   std::vector<expected_report>& reports) {
  return walk(g, show, time, now, state).run(reports);
}

} // namespace troupe::test
