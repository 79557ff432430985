#pragma once
// From YAML trees to JSON values: which scalars are numbers, and which are text because a known field holds
// it.

#include "protocol/entities.hpp"
#include "storage/yaml_node.hpp"

#include <boost/json/value.hpp>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace troupe::storage {

/// Where in a document plain scalars are text whatever they look like, so that nobody has to think of quotes:
/// `id: Y`, `name: 42`, `fixtureIds: [0123]`.
struct text_fields {
  bool text = false;                 ///< the node itself
  const text_fields* each = nullptr; ///< items of the sequence
  std::vector<std::pair<std::string_view, const text_fields*>> members;

  const text_fields* member(std::string_view key) const noexcept;
};

/// The fields of an entity that hold text; params of nodes as the node catalogue has them.
const text_fields& text_fields_of(entity_kind kind);

/// @returns the first node that stands for nothing JSON has: not finite, a foreign tag, a string that is too
/// long,
///          nesting that is too deep
tl::expected<boost::json::value, yaml_fault> to_json(const yaml_node& node, const text_fields& fields);

} // namespace troupe::storage
