#include "engine/node_params.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <fmt/format.h>
#include <span>

namespace troupe::engine {

namespace {

namespace json = boost::json;

std::optional<double> number_in(const json::value& value) {
  if (value.is_double()) return value.get_double();
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  return std::nullopt;
}

std::span<const std::string_view> component_names(port_type type) {
  static constexpr std::array<std::string_view, 3> color{"r", "g", "b"};
  static constexpr std::array<std::string_view, 2> position{"pan", "tilt"};
  if (type == port_type::color) return color;
  if (type == port_type::position) return position;
  return {};
}

std::string range_text(const range& hard) {
  if (hard.min && hard.max) return fmt::format("within {}..{}", *hard.min, *hard.max);
  if (hard.min) return fmt::format("at least {}", *hard.min);
  return fmt::format("at most {}", *hard.max);
}

std::optional<std::string> number_problem(const json::value* value, std::string_view name,
                                          const range& hard) {
  const auto number = value ? number_in(*value) : std::nullopt;
  if (!number || !std::isfinite(*number)) return fmt::format("'{}' must be a number", name);
  if ((hard.min && *number < *hard.min) || (hard.max && *number > *hard.max))
    return fmt::format("'{}' must be {}", name, range_text(hard));
  return std::nullopt;
}

/// An integer within the param's ends; 1.0 is one, too.
std::optional<int> whole_number(const json::value& value, const param_spec& param) {
  const auto number = number_in(value);
  if (!number || !(*number >= param.least && *number <= param.most) || std::floor(*number) != *number)
    return std::nullopt;
  return static_cast<int>(*number);
}

/// The JSON number as float32; beyond its range it counts as not finite.
float narrowed(double number) {
  constexpr double largest = 0x1.fffffep+127;
  return number >= -largest && number <= largest ? static_cast<float>(number) : 0.0f;
}

} // namespace

bool has_constant(port_type type) noexcept {
  return type == port_type::scalar || type == port_type::boolean || type == port_type::color ||
         type == port_type::position;
}

std::size_t component_count(port_type type) noexcept {
  const auto names = component_names(type);
  return names.empty() ? 1 : names.size();
}

std::optional<std::string> constant_problem(const graph_node& node, const input_spec& input) {
  if (!has_constant(input.type)) return std::nullopt;
  const auto* value = node.params.if_contains(input.name);
  if (!value) return std::nullopt;
  if (input.type == port_type::boolean)
    return value->is_bool() ? std::nullopt
                            : std::optional(fmt::format("'{}' must be true or false", input.name));
  if (input.type == port_type::scalar) return number_problem(value, input.name, input.hard);
  const auto* members = value->if_object();
  if (!members) return fmt::format("'{}' must be an object", input.name);
  for (const auto name : component_names(input.type))
    if (auto problem =
            number_problem(members->if_contains(name), fmt::format("{}.{}", input.name, name), input.hard))
      return problem;
  return std::nullopt;
}

constant_value constant_of(const graph_node& node, const input_spec& input) {
  const auto* value = node.params.if_contains(input.name);
  if (!value || constant_problem(node, input)) return input.fallback;
  constant_value out{};
  if (input.type == port_type::boolean) {
    out[0] = value->get_bool() ? 1.0f : 0.0f;
  } else if (input.type == port_type::scalar) {
    out[0] = narrowed(*number_in(*value));
  } else {
    const auto names = component_names(input.type);
    for (std::size_t i = 0; i < names.size(); ++i)
      out[i] = narrowed(*number_in(value->get_object().at(names[i])));
  }
  return out;
}

std::optional<std::string> param_problem(const graph_node& node, const param_spec& param) {
  const auto* value = node.params.if_contains(param.name);
  if (param.type == param_type::integer) {
    if (!value || whole_number(*value, param)) return std::nullopt;
    return fmt::format("'{}' must be a whole number within {}..{}", param.name, param.least, param.most);
  }
  if (param.type == param_type::choice) {
    if (!value) return std::nullopt;
    if (!value->is_string()) return fmt::format("'{}' must be a string", param.name);
    const std::string_view chosen = value->get_string();
    if (std::find(param.choices.begin(), param.choices.end(), chosen) == param.choices.end())
      return fmt::format("'{}' must be one of {}", param.name, fmt::join(param.choices, ", "));
    return std::nullopt;
  }
  if (param.type == param_type::group_ids || param.type == param_type::fixture_ids) {
    if (value) {
      const auto* list = value->if_array();
      if (!list || !std::all_of(list->begin(), list->end(), [](const auto& id) { return id.is_string(); }))
        return fmt::format("'{}' must be a list of ids", param.name);
    }
    const auto* old = param.old_name.empty() ? nullptr : node.params.if_contains(param.old_name);
    if (old && !old->is_string()) return fmt::format("'{}' must be an id", param.old_name);
    return std::nullopt;
  }
  if (value && !value->is_string()) return fmt::format("'{}' must be an id", param.name);
  if (param.required && (!value || value->get_string().empty()))
    return fmt::format("'{}' is missing", param.name);
  return std::nullopt;
}

std::vector<std::string_view> named_ids(const graph_node& node, const param_spec& param) {
  std::vector<std::string_view> ids;
  if (param.type == param_type::choice || param.type == param_type::integer) return ids;
  const auto add = [&](const json::value& value) {
    if (const auto* text = value.if_string(); text && !text->empty()) ids.emplace_back(*text);
  };
  const auto* value = node.params.if_contains(param.name);
  if (value) {
    if (const auto* list = value->if_array())
      for (const auto& id : *list) add(id);
    else
      add(*value);
  } else if (!param.old_name.empty()) {
    if (const auto* old = node.params.if_contains(param.old_name)) add(*old);
  }
  return ids;
}

int integer_of(const graph_node& node, const param_spec& param) {
  const auto* value = node.params.if_contains(param.name);
  const auto number = value ? whole_number(*value, param) : std::nullopt;
  return number.value_or(param.otherwise);
}

std::size_t choice_of(const graph_node& node, const param_spec& param) {
  std::string_view chosen = param.fallback;
  if (const auto* value = node.params.if_contains(param.name); value && value->is_string())
    chosen = value->get_string();
  const auto found = std::find(param.choices.begin(), param.choices.end(), chosen);
  return found == param.choices.end() ? 0 : static_cast<std::size_t>(found - param.choices.begin());
}

dmx_place dmx_place_of(const graph_node& node) {
  const auto params = spec_of(node_type::dmx_in).params;
  return {static_cast<std::uint16_t>(integer_of(node, params[0])),
          static_cast<std::uint16_t>(integer_of(node, params[1])), choice_of(node, params[2]) == 1};
}

} // namespace troupe::engine
