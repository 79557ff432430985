#pragma once
// JSON values as block-style YAML, exact and fast: what is written reads back as the same value, by YAML 1.1
// and by 1.2.

#include "storage/yaml_node.hpp"

#include <boost/json/object.hpp>
#include <string>

namespace troupe::storage {

/// One item of a sequence, its dash at `indent` spaces: the lines of the file that are this entity.
void append_yaml_item(std::string& out, const boost::json::value& value, std::size_t indent = 0);

/// The same for a node as it was read, for one that could not be cut out of its file. Plain scalars stay
/// plain.
void append_yaml_item(std::string& out, const yaml_node& node, std::size_t indent = 0);

} // namespace troupe::storage
