#include "actors/output/artnet_nodes.hpp"

#include "protocol/utf8.hpp"

#include <algorithm>

namespace troupe::actors {
namespace {

constexpr unsigned patience = 2; // polls that a node may leave without an answer
constexpr std::size_t address_count = artnet::port_address::highest + 1;

/// As it may be shown: nodes write their names in any encoding.
std::string readable(std::string_view name) {
  if (is_utf8(name) && !has_control(name)) return std::string(name);
  std::string out(name);
  for (auto& letter : out)
    if (letter < ' ' || letter > '~') letter = '?';
  return out;
}

std::vector<std::uint16_t> outputs_of(const artnet::artpollreply& reply) {
  std::vector<std::uint16_t> out;
  for (std::size_t i = 0; i < reply.port_count; ++i)
    if (reply.ports[i].can_output()) out.push_back(reply.ports[i].output.number());
  return out;
}

} // namespace

std::vector<std::uint16_t> artnet_node::universes() const {
  std::vector<std::uint16_t> out;
  for (const auto& [index, ports] : pages) out.insert(out.end(), ports.begin(), ports.end());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool artnet_nodes::take(const artnet_node::address& source, const artnet::artpollreply& reply,
                        std::int64_t now_ns) {
  auto at = nodes_.find(source);
  if (at == nodes_.end()) {
    if (nodes_.size() >= most_) {
      ++refused_;
      return false;
    }
    at = nodes_.emplace(source, artnet_node{}).first;
  }
  auto& node = at->second;
  node.seen_ns = now_ns;
  node.missed = 0;
  // 0 and 1 are both the root device, whose name counts for all.
  const auto index = std::max<std::uint8_t>(1, reply.bind_index);
  if (index == 1 || node.name.empty())
    node.name = readable(reply.long_name.empty() ? reply.port_name : reply.long_name);
  auto outputs = outputs_of(reply);
  const auto [page, added] = node.pages.try_emplace(index);
  if (page->second == outputs) return false;
  page->second = std::move(outputs);
  return true;
}

bool artnet_nodes::poll() {
  for (auto& [address, node] : nodes_) ++node.missed;
  return std::erase_if(nodes_, [](const auto& one) { return one.second.missed > patience; }) > 0;
}

artnet_routes::artnet_routes(const artnet_nodes& nodes) {
  if (nodes.all().empty()) return;
  std::vector<std::pair<std::uint16_t, std::uint16_t>> pairs; // universe, place of the node
  for (const auto& [address, node] : nodes.all()) {
    for (const auto universe : node.universes())
      pairs.emplace_back(universe, static_cast<std::uint16_t>(nodes_.size()));
    nodes_.push_back(address);
  }
  std::sort(pairs.begin(), pairs.end());
  first_.assign(address_count + 1, 0);
  for (const auto& [universe, node] : pairs) {
    ++first_[universe + 1];
    subscriptions_.push_back(node);
  }
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
}

std::span<const std::uint16_t> artnet_routes::of(std::uint16_t universe) const noexcept {
  if (first_.empty() || universe >= address_count) return {};
  return std::span{subscriptions_}.subspan(first_[universe], first_[universe + 1] - first_[universe]);
}

std::vector<std::uint16_t> artnet_routes::new_since(const artnet_routes& before) const {
  std::vector<std::uint16_t> out;
  if (first_.empty()) return out;
  for (std::size_t universe = 0; universe < address_count; ++universe) {
    const auto number = static_cast<std::uint16_t>(universe);
    const auto had = before.of(number);
    const auto fresh = [&](std::uint16_t node) {
      return std::none_of(had.begin(), had.end(),
                          [&](std::uint16_t old) { return before.nodes_[old] == nodes_[node]; });
    };
    const auto has = of(number);
    if (std::any_of(has.begin(), has.end(), fresh)) out.push_back(number);
  }
  return out;
}

} // namespace troupe::actors
