#pragma once
// YAML text to trees with places. What stands behind it is yaml-cpp; what is around it makes sure that a file
// from anywhere ends in a tree or in an error, in bounded time and memory.

#include "storage/yaml_node.hpp"

#include <cstddef>
#include <functional>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace troupe::storage {

struct yaml_limits {
  std::size_t bytes = 256U << 20U;
  std::size_t depth = 64;                ///< of sequences and maps, aliases followed
  std::size_t copied_nodes = 1'000'000;  ///< that aliases may add to a file
  bool library_only = false;             ///< for tests: everything by yaml-cpp
  std::size_t copied_bytes = 64U << 20U; ///< of text that aliases may add
};

/// One item of the sequence that a show file is.
struct yaml_item {
  yaml_node node;
  std::string_view
      source;             ///< its whole lines in the text; empty if it can't stand alone outside of this file
  std::size_t indent = 0; ///< column of the dash, from 0
  std::vector<yaml_fault> faults; ///< what can't be taken at its word: foreign tags, duplicate keys and so on
};

/// Complains about keys that a map holds twice, at the second one.
void find_duplicate_keys(const yaml_node& map, std::vector<yaml_fault>& faults);

/// The whole file is unusable.
using yaml_failure = yaml_fault;

/// What the file is at its root.
struct yaml_root {
  yaml_node node;                 ///< of a sequence without its items: those went to the visitor
  bool empty = false;             ///< no document, or one without content
  std::vector<yaml_fault> faults; ///< of a root that is no sequence
};

/// Reads the one document of a text that `find_text_flaw` is content with (without byte order mark). The
/// items of a sequence at the root are handed on one by one, so a large file never stands in memory as a
/// tree.
/// @param item called in order; what it got is void if the file turns out not to parse
tl::expected<yaml_root, yaml_failure> read_yaml(std::string_view text,
                                                const std::function<void(yaml_item&&)>& item,
                                                const yaml_limits& limits = {});

} // namespace troupe::storage
