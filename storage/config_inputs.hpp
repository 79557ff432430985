#pragma once
// The lists of inputs in the settings file, and how outputs merge them. Internal to storage.

#include "storage/config.hpp"
#include "storage/yaml_node.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// Each replaces the list by what the node holds. @returns what is wrong; empty if all is well, else the list
/// is unchanged
std::string read_sacn_inputs(std::vector<sacn_input_settings>& into, const yaml_node& node);
std::string read_artnet_inputs(std::vector<artnet_input_settings>& into, const yaml_node& node);

/// The member `merge` of an output, if it has one. @returns what is wrong; empty if all is well
std::string read_merge(merge_settings& into, const yaml_node& output);

/// The keys of one input, in the order of configs/troupe.yaml.
std::span<const std::string_view> sacn_input_keys() noexcept;
std::span<const std::string_view> artnet_input_keys() noexcept;

} // namespace troupe::storage
