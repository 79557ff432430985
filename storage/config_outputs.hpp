#pragma once
// The lists of outputs in the settings file. Internal to storage.

#include "storage/config.hpp"
#include "storage/yaml_node.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// Each replaces the list by what the node holds. @returns what is wrong; empty if all is well, else the list
/// is unchanged
std::string read_artnet_outputs(std::vector<artnet_output_settings>& into, const yaml_node& node);
std::string read_sacn_outputs(std::vector<sacn_output_settings>& into, const yaml_node& node);

/// The keys of one output, in the order of configs/troupe.yaml.
std::span<const std::string_view> artnet_output_keys() noexcept;
std::span<const std::string_view> sacn_output_keys() noexcept;

/// A number without quotes; nothing else.
std::optional<double> number_of(const yaml_node& node);

} // namespace troupe::storage
