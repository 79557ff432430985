#pragma once
// A node's params, read leniently enough for damaged files: whatever is wrong is a sentence.

#include "engine/dmx_place.hpp"
#include "protocol/entities.hpp"
#include "protocol/node_catalogue.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::engine {

/// The value of an unconnected input: Scalar and Bool in the first place, Color r g b, Position pan tilt.
using constant_value = std::array<float, 3>;

/// Whether inputs of that type have constants.
bool has_constant(port_type type) noexcept;

/// How many floats a value of that type takes: 1, 2 or 3.
std::size_t component_count(port_type type) noexcept;

/// What an unconnected input takes. A param that `constant_problem` complains about counts as absent.
constant_value constant_of(const graph_node& node, const input_spec& input);

/// @returns why the constant is INVALID_PARAM; nothing if it is fine or absent
std::optional<std::string> constant_problem(const graph_node& node, const input_spec& input);

/// The same for a param that is no input's constant.
std::optional<std::string> param_problem(const graph_node& node, const param_spec& param);

/// The id or ids that a param names, in order; none if it is absent, empty or ill-typed.
std::vector<std::string_view> named_ids(const graph_node& node, const param_spec& param);

/// The number of a `param_type::integer`. One that `param_problem` complains about counts as absent.
int integer_of(const graph_node& node, const param_spec& param);

/// Which of `param.choices` is chosen.
std::size_t choice_of(const graph_node& node, const param_spec& param);

/// The channel that a DmxIn reads.
dmx_place dmx_place_of(const graph_node& node);

} // namespace troupe::engine
