#include "tests/engine/random_show.hpp"

#include <array>

namespace troupe::test {
namespace {

template <class T>
named<T>& any_of(dice& roll, table<T>& from) {
  return from[roll.below(from.size())];
}

template <class T>
std::set<std::string> ids_of(const table<T>& from) {
  std::set<std::string> ids;
  for (const auto& x : from) ids.insert(x.id);
  return ids;
}

/// Gives one port of one node another source, or another constant.
std::string rewire(dice& roll, graph& g) {
  auto& node = g.nodes[roll.below(g.nodes.size())];
  const auto* spec = find_node_spec(node.type);
  if (!spec || spec->inputs.empty()) return "nothing at " + node.id;
  const auto& port = spec->inputs[roll.below(spec->inputs.size())];
  const auto edge = std::find_if(g.edges.begin(), g.edges.end(), [&](const graph_edge& e) {
    return e.to == port_ref{node.id, std::string(port.name)};
  });
  const bool constant =
      port.type != port_type::selection && port.type != port_type::bundle && port.type != port_type::trigger;
  if (constant && roll.chance(60)) {
    if (edge != g.edges.end() && roll.chance(50)) g.edges.erase(edge);
    node.params[port.name] = random_constant(roll, port, roll.chance(20));
    return "constant " + node.id + "." + std::string(port.name);
  }
  std::vector<port_ref> sources; // a cycle may come of it: then the graph is frozen
  for (const auto& n : g.nodes)
    if (const auto* from = find_node_spec(n.type))
      for (const auto& out : from->outputs)
        if (joinable(out.type, port.type)) sources.push_back({n.id, std::string(out.name)});
  if (sources.empty()) return "no source for " + node.id;
  const auto& source = roll.pick(sources);
  if (edge != g.edges.end())
    edge->from = source;
  else
    g.edges.push_back(
        make_edge("w" + std::to_string(g.edges.size()), source, {node.id, std::string(port.name)}));
  return "wire " + source.node_id + " -> " + node.id + "." + std::string(port.name);
}

/// Another selection behind a write, a chase or a spread.
std::string reselect(dice& roll, graph& g, const plain_show& show) {
  for (int tries = 0; tries < 8; ++tries) {
    auto& node = g.nodes[roll.below(g.nodes.size())];
    if (node.type != "SelectFixture") continue;
    node.params.erase("fixtureId");
    const auto ids = random_fixture_ids(roll, show);
    node.params["fixtureIds"] = boost::json::array(ids.begin(), ids.end());
    return "select " + node.id;
  }
  return "nothing to select";
}

std::string rename_node(dice& roll, graph& g) {
  const auto old = g.nodes[roll.below(g.nodes.size())].id;
  const auto now = old + "x";
  for (auto& n : g.nodes)
    if (n.id == old) n.id = now;
  for (auto& e : g.edges) {
    if (e.from.node_id == old) e.from.node_id = now;
    if (e.to.node_id == old) e.to.node_id = now;
  }
  return "rename " + old;
}

/// A node keeps its id and its edges, and becomes something of the same shape.
std::string retype(dice& roll, graph& g) {
  static const std::array<std::vector<std::string_view>, 3> families{
      std::vector<std::string_view>{"SineLFO", "TriangleLFO", "SawLFO", "SquareLFO"},
      std::vector<std::string_view>{"Add", "Subtract", "Multiply", "Divide", "Min", "Max"},
      std::vector<std::string_view>{"Clamp01", "Scalar", "Smooth"}};
  for (int tries = 0; tries < 8; ++tries) {
    auto& node = g.nodes[roll.below(g.nodes.size())];
    for (const auto& family : families)
      if (std::find(family.begin(), family.end(), node.type) != family.end()) {
        node.type = roll.pick(family);
        return "retype " + node.id + " to " + node.type;
      }
  }
  return "nothing to retype";
}

} // namespace

std::string random_editor::step(dice& roll) {
  std::string done;
  for (int n = roll.chance(70) ? 1 : roll.between(2, 4); n-- > 0;)
    done += (done.empty() ? "" : "; ") + edit(roll);
  buried_.insert(dying_.begin(), dying_.end());
  dying_.clear();
  return done;
}

std::string random_editor::edit(dice& roll) {
  const auto kind = roll.below(100);
  if (kind < 40) return edit_graph(roll);
  if (kind < 60) return edit_fixture(roll);
  if (kind < 84) return edit_group(roll);
  if (kind < 92) return edit_model(roll);
  return edit_input(roll);
}

std::string random_editor::fresh_id(dice& roll, std::string_view prefix, const std::set<std::string>& taken) {
  std::vector<std::string> reusable;
  for (const auto& id : buried_)
    if (id.starts_with(prefix) && !taken.contains(id) && !dying_.contains(id)) reusable.push_back(id);
  if (!reusable.empty() && roll.chance(60)) return roll.pick(reusable);
  for (;;) {
    auto id = std::string(prefix) + std::to_string(created_++);
    if (!taken.contains(id) && !dying_.contains(id)) return id;
  }
}

std::string random_editor::edit_graph(dice& roll) {
  if (show_.graphs.empty() || roll.chance(4)) {
    const auto id = fresh_id(roll, "graph", ids_of(show_.graphs));
    show_.graphs.push_back({id, random_graph(roll, show_)});
    good_.erase(id);
    return "create " + id;
  }
  auto& [id, g] = any_of(roll, show_.graphs);
  const auto what = roll.below(100);
  if (what < 16) {
    g.enabled = !g.enabled;
    return (g.enabled ? "enable " : "disable ") + id;
  }
  if (what < 20) {
    const auto gone = id;
    dying_.insert(gone);
    std::erase_if(show_.graphs, [&](const auto& x) { return x.id == gone; });
    return "delete " + gone;
  }
  if (const auto saved = good_.find(id); saved != good_.end() && what < 70) {
    const bool enabled = g.enabled;
    g = saved->second;
    g.enabled = enabled;
    good_.erase(saved);
    return "mend " + id;
  }
  if (what < 27 || g.nodes.empty()) {
    good_.try_emplace(id, g);
    break_graph(roll, g);
    return "break " + id;
  }
  if (what < 31) {
    const bool enabled = g.enabled;
    g = random_graph(roll, show_);
    g.enabled = enabled;
    return "replace " + id;
  }
  if (what < 37) return "graph " + id + " " + rename_node(roll, g);
  if (what < 43) return "graph " + id + " " + retype(roll, g);
  if (what < 53) return "graph " + id + " " + reselect(roll, g, show_);
  if (what < 58) {
    roll.shuffle(g.nodes);
    return "reorder " + id;
  }
  if (const auto pulled = pulled_.find(id); pulled != pulled_.end() && what < 80) {
    g.edges.push_back(pulled->second); // may meet a newer edge there, or a node that is gone
    pulled_.erase(pulled);
    return "plug an edge of " + id + " again";
  }
  if (what < 68 && !g.edges.empty()) {
    const auto edge = g.edges.begin() + roll.below(g.edges.size());
    pulled_.insert_or_assign(id, *edge);
    g.edges.erase(edge);
    return "unplug an edge of " + id;
  }
  return "graph " + id + " " + rewire(roll, g);
}

std::string random_editor::edit_fixture(dice& roll) {
  if (show_.fixtures.empty() || roll.chance(20)) {
    const auto id = fresh_id(roll, "f", ids_of(show_.fixtures));
    show_.fixtures.push_back({id, random_fixture(roll, show_)});
    return "create fixture " + id;
  }
  auto& [id, f] = any_of(roll, show_.fixtures);
  const auto what = roll.below(100);
  if (what < 22) {
    const auto gone = id;
    dying_.insert(gone);
    if (roll.chance(80)) // as REST does; a hand in the files may leave the reference
      for (auto& g : show_.groups) std::erase(g.value.fixture_ids, gone);
    std::erase_if(show_.fixtures, [&](const auto& x) { return x.id == gone; });
    return "delete fixture " + gone;
  }
  if (what < 28) { // another one takes its place, in the groups as well, in one step
    const auto gone = id;
    dying_.insert(gone);
    const auto next = fresh_id(roll, "f", ids_of(show_.fixtures));
    for (auto& g : show_.groups)
      std::replace(g.value.fixture_ids.begin(), g.value.fixture_ids.end(), gone, next);
    std::erase_if(show_.fixtures, [&](const auto& x) { return x.id == gone; });
    show_.fixtures.push_back({next, random_fixture(roll, show_)});
    return "fixture " + next + " replaces " + gone;
  }
  if (what < 42) {
    f.model_id = random_fixture(roll, show_).model_id;
    return "model of fixture " + id;
  }
  if (what < 50) {
    f.name += "x";
    return "name of fixture " + id;
  }
  const auto model = f.model_id;
  f = random_fixture(roll, show_);
  f.model_id = model;
  return "re-patch fixture " + id;
}

std::string random_editor::edit_group(dice& roll) {
  if (show_.groups.empty() || roll.chance(8)) {
    const auto id = fresh_id(roll, "g", ids_of(show_.groups));
    if (find(show_.groups, id)) return "nothing";
    show_.groups.push_back({id, {"any", random_fixture_ids(roll, show_)}});
    return "create group " + id;
  }
  auto& [id, g] = any_of(roll, show_.groups);
  const auto what = roll.below(100);
  if (what < 8) {
    const auto gone = id;
    dying_.insert(gone);
    std::erase_if(show_.groups, [&](const auto& x) { return x.id == gone; });
    return "delete group " + gone;
  }
  if (what < 35 && !g.fixture_ids.empty()) {
    g.fixture_ids.erase(g.fixture_ids.begin() + roll.below(g.fixture_ids.size()));
    return "one leaves group " + id;
  }
  if (what < 70 && !show_.fixtures.empty()) {
    const auto& joining = roll.pick(show_.fixtures).id;
    if (std::find(g.fixture_ids.begin(), g.fixture_ids.end(), joining) == g.fixture_ids.end())
      g.fixture_ids.insert(g.fixture_ids.begin() + roll.below(g.fixture_ids.size() + 1), joining);
    return joining + " joins group " + id;
  }
  if (what < 80) {
    roll.shuffle(g.fixture_ids);
    return "reorder group " + id;
  }
  g.fixture_ids = random_fixture_ids(roll, show_);
  return "other members of group " + id;
}

std::string random_editor::edit_model(dice& roll) {
  const auto most_cells = show_.fixtures.size() < 100 ? 200u : 3u;
  if (show_.models.empty() || roll.chance(10)) {
    const auto id = fresh_id(roll, "m", ids_of(show_.models));
    show_.models.push_back({id, random_model(roll, most_cells)});
    return "create model " + id;
  }
  auto& [id, m] = any_of(roll, show_.models);
  if (roll.chance(8)) {
    const auto gone = id;
    dying_.insert(gone);
    std::erase_if(show_.models, [&](const auto& x) { return x.id == gone; });
    return "delete model " + gone;
  }
  if (roll.chance(40)) {
    m.release = roll.pick(std::array{release_mode::dark, release_mode::hold, release_mode::zero});
    return "release of model " + id;
  }
  m = random_model(roll, most_cells);
  return "other model " + id;
}

std::string random_editor::edit_input(dice& roll) {
  if (!show_.presets.empty() && roll.chance(40)) {
    auto& [id, p] = any_of(roll, show_.presets);
    p.attributes = random_bundle(roll);
    return "preset " + id;
  }
  if (show_.inputs.empty() || roll.chance(40)) {
    const bool fader = roll.chance(60);
    const auto id = (fader ? "A" : "B") + std::to_string(roll.below(4));
    if (find(show_.inputs, id)) return "nothing";
    show_.inputs.push_back({id, {"any", fader ? input_type::fader : input_type::button}});
    return "create input " + id;
  }
  const auto gone = any_of(roll, show_.inputs).id;
  std::erase_if(show_.inputs, [&](const auto& x) { return x.id == gone; });
  return "delete input " + gone;
}

} // namespace troupe::test
