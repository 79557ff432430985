#pragma once
// A quick way through the YAML that the server itself writes, and most people, too: block style with one-line
// scalars. It reads what it is sure of and leaves the rest to the real parser. Internal to storage.

#include "storage/yaml_reader.hpp"

#include <functional>
#include <string_view>

namespace troupe::storage {

/// Hands out the items at the front of the text that it understands completely.
/// @returns where the first item begins that it doesn't (the real parser goes on there, and then sees the
/// same as
///          if it had begun at the start); the size of the text if there is none
std::size_t read_simple_items(std::string_view text, const std::function<void(yaml_item&&)>& item,
                              const yaml_limits& limits);

} // namespace troupe::storage
