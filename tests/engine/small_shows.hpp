#pragma once
// Shows small enough to compute by hand, written briefly.

#include "tests/engine/plain_show.hpp"

#include <boost/json/parse.hpp>
#include <initializer_list>

namespace troupe::test {

struct node_text {
  std::string id;
  std::string type;
  std::string params = "{}"; ///< JSON
};

/// @param wires `a.value > b.bundle`
inline graph graph_of(std::initializer_list<node_text> nodes, std::initializer_list<std::string> wires) {
  graph g;
  g.name = "small";
  for (const auto& n : nodes)
    g.nodes.push_back(make_node(n.id, n.type, boost::json::parse(n.params).as_object()));
  for (const auto& text : wires) {
    const auto arrow = text.find(" > ");
    const auto end = [](const std::string& s) {
      return port_ref{s.substr(0, s.find('.')), s.substr(s.find('.') + 1)};
    };
    g.edges.push_back(make_edge("e" + std::to_string(g.edges.size()), end(text.substr(0, arrow)),
                                end(text.substr(arrow + 3))));
  }
  return g;
}

/// @param channels in the order of their offsets, from 1
inline fixture_model model_of(std::initializer_list<const char*> channels) {
  fixture_model m;
  m.brand = "any";
  m.model = "kind";
  for (const auto* name : channels)
    m.channels.push_back({name, static_cast<std::uint16_t>(m.channels.size() + 1)});
  return m;
}

/// Fixtures `f0`, `f1`… of one model `m` in universe 0, one after the other.
inline plain_show show_of(const fixture_model& model, int count) {
  plain_show show;
  show.models = {{"m", model}};
  for (int i = 0; i < count; ++i)
    show.fixtures.push_back(
        {"f" + std::to_string(i), {"any", "m", 0, static_cast<std::uint16_t>(1 + i * model.footprint())}});
  return show;
}

/// Ticks of 0.5 s, the first with dt 0.
inline tick_time half_seconds(std::uint64_t frame) {
  const auto half = std::int64_t{500'000'000};
  return {frame, half * static_cast<std::int64_t>(frame - 1), frame == 1 ? 0 : half, 0};
}

} // namespace troupe::test
