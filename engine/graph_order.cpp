#include "engine/graph_order.hpp"

#include <algorithm>

namespace troupe::engine {

namespace {

/// By node: the nodes at the other end of its edges, one behind the other.
struct neighbours {
  std::vector<std::uint32_t> first, nodes;

  template <class End>
  neighbours(std::size_t node_count, const std::vector<joint>& joints, End&& end) : first(node_count + 1, 0) {
    for (const auto& j : joints)
      if (const auto [at, other] = end(j); at != none && other != none) ++first[at + 1];
    for (std::size_t i = 0; i < node_count; ++i) first[i + 1] += first[i];
    nodes.resize(first.back());
    auto next = first;
    for (const auto& j : joints)
      if (const auto [at, other] = end(j); at != none && other != none) nodes[next[at]++] = other;
  }
};

/// Every node that is left waits for another that is left, so walking backwards must come round.
std::vector<std::uint32_t> find_cycle(const std::vector<std::uint32_t>& waits_for, const neighbours& before) {
  std::uint32_t at = 0;
  while (waits_for[at] == 0) ++at;
  std::vector<std::uint32_t> walked, place(waits_for.size(), none);
  while (place[at] == none) {
    place[at] = static_cast<std::uint32_t>(walked.size());
    walked.push_back(at);
    for (auto i = before.first[at]; i < before.first[at + 1]; ++i)
      if (waits_for[before.nodes[i]] != 0) {
        at = before.nodes[i];
        break;
      }
  }
  std::vector<std::uint32_t> cycle(walked.begin() + place[at], walked.end());
  std::reverse(cycle.begin(), cycle.end());
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  return cycle;
}

} // namespace

sorted_graph sort_graph(const graph& subject, const std::vector<joint>& joints) {
  const auto count = subject.nodes.size();
  const neighbours after(count, joints, [](const joint& j) { return std::pair(j.from_node, j.to_node); });
  std::vector<std::uint32_t> waits_for(count, 0);
  for (const auto node : after.nodes) ++waits_for[node];

  sorted_graph out;
  out.order.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i)
    if (waits_for[i] == 0) out.order.push_back(i);
  for (std::size_t i = 0; i < out.order.size(); ++i)
    for (auto k = after.first[out.order[i]]; k < after.first[out.order[i] + 1]; ++k)
      if (--waits_for[after.nodes[k]] == 0) out.order.push_back(after.nodes[k]);

  if (out.order.size() < count) {
    const neighbours before(count, joints, [](const joint& j) { return std::pair(j.to_node, j.from_node); });
    out.cycle = find_cycle(waits_for, before);
  }
  return out;
}

std::string path_text(const graph& subject, const std::vector<std::uint32_t>& cycle) {
  constexpr std::size_t shown = 64;
  std::string text;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    if (i == shown && cycle.size() > 2 * shown) {
      text += "... -> ";
      i = cycle.size() - shown;
    }
    text += subject.nodes[cycle[i]].id + " -> ";
  }
  return text + subject.nodes[cycle.front()].id;
}

} // namespace troupe::engine
