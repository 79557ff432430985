#pragma once
// What a YAML file says, before anything is made of it: scalars are still text, every node knows its place.

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

enum class yaml_shape : std::uint8_t {
  null,   ///< nothing, `~`, or `null` in some spelling; `text` is what stands in the file
  plain,  ///< a scalar without quotes: its type depends on the text
  quoted, ///< a scalar in quotes or a block scalar: a string
  sequence,
  map
};

/// The core tags (`!!str` and so on) that may overrule what a plain scalar looks like.
enum class yaml_tag : std::uint8_t { none, string, integer, floating, boolean, null, foreign };

struct yaml_node {
  yaml_shape shape = yaml_shape::null;
  yaml_tag tag = yaml_tag::none;
  bool block = true;            ///< of a sequence or map: written in block style
  std::uint32_t offset = 0;     ///< in bytes from the start of the text
  std::string text;             ///< of a scalar
  std::vector<yaml_node> items; ///< of a sequence; of a map key, value, key, value

  bool scalar() const noexcept { return shape < yaml_shape::sequence; }
  friend bool operator==(const yaml_node&, const yaml_node&) = default;
};

/// Something that a node can't mean; the file still parses.
struct yaml_fault {
  std::uint32_t offset = 0;
  std::string reason;
  friend bool operator==(const yaml_fault&, const yaml_fault&) = default;
};

/// @returns nullptr if the map has no such key, or the node is no map
const yaml_node* find_member(const yaml_node& map, std::string_view key) noexcept;

/// The node at a dotted path as errors use it (`nodes[2].position.x`), or the last one on the way to it.
const yaml_node& find_nearest(const yaml_node& root, std::string_view path) noexcept;

} // namespace troupe::storage
