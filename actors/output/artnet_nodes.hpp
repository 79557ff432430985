#pragma once
// The Art-Net nodes that have answered a poll, and which universes they want. Pure and bounded.

#include "protocol/artnet.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace troupe::actors {

/// A node: all replies from one address. One with more than four ports sends several, told apart by
/// BindIndex.
struct artnet_node {
  using address = std::array<std::uint8_t, 4>;

  std::string name;                                         ///< the long name, else the short one
  std::map<std::uint8_t, std::vector<std::uint16_t>> pages; ///< Port-Addresses of its outputs, by BindIndex
  std::int64_t seen_ns = 0;                                 ///< when it last answered
  unsigned missed = 0;                                      ///< polls since then

  /// What it takes from Art-Net, ascending, each once.
  std::vector<std::uint16_t> universes() const;
};

class artnet_nodes {
 public:
  /// @param most nodes at a time. When all places are taken, newcomers are refused and counted: a flood of
  /// replies can't drive out the nodes that are lit.
  explicit artnet_nodes(std::size_t most = 2'048) : most_(most) {}

  /// A reply. It counts for the address that it came from, not for the one it claims, so that nobody can turn
  /// our packets on others. @returns whether what nodes want has changed
  bool take(const artnet_node::address& source, const artnet::artpollreply& reply, std::int64_t now_ns);

  /// A poll goes out now: who was silent to the two before leaves. @returns whether anybody left
  bool poll();

  const std::map<artnet_node::address, artnet_node>& all() const noexcept { return nodes_; }
  std::uint64_t refused() const noexcept { return refused_; } ///< replies of nodes without a place

 private:
  std::size_t most_;
  std::map<artnet_node::address, artnet_node> nodes_;
  std::uint64_t refused_ = 0;
};

/// Who gets which universe: a flat table, built when the nodes change.
class artnet_routes {
 public:
  artnet_routes() = default;
  explicit artnet_routes(const artnet_nodes& nodes);

  const std::vector<artnet_node::address>& nodes() const noexcept { return nodes_; }
  /// Places in `nodes`.
  std::span<const std::uint16_t> of(std::uint16_t universe) const noexcept;
  /// The universes that somebody here gets who didn't in `before`.
  std::vector<std::uint16_t> new_since(const artnet_routes& before) const;

 private:
  std::vector<artnet_node::address> nodes_;  ///< ascending
  std::vector<std::uint32_t> first_;         ///< by universe, one more than there are; empty: no nodes
  std::vector<std::uint16_t> subscriptions_; ///< places in nodes_, by universe
};

} // namespace troupe::actors
