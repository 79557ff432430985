#include "protocol/node_catalogue.hpp"

#include "protocol/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace troupe {

namespace {

namespace json = boost::json;

json::value default_of(const input_spec& in) {
  const auto number = [&](std::size_t i) { return shortest_decimal(in.fallback[i]); };
  switch (in.type) {
  case port_type::scalar:
    return number(0);
  case port_type::boolean:
    return in.fallback[0] != 0;
  case port_type::color:
    return json::object{{"r", number(0)}, {"g", number(1)}, {"b", number(2)}};
  case port_type::position:
    return json::object{{"pan", number(0)}, {"tilt", number(1)}};
  default:
    return nullptr;
  }
}

json::object to_json_value(const input_spec& in) {
  json::object out{{"type", port_type_name(in.type)}, {"label", in.label}};
  if (auto value = default_of(in); !value.is_null()) out["default"] = std::move(value);
  if (in.required) out["required"] = true;
  if (in.hint.min) out["min"] = *in.hint.min;
  if (in.hint.max) out["max"] = *in.hint.max;
  if (in.hard.min) out["hardMin"] = *in.hard.min;
  if (in.hard.max) out["hardMax"] = *in.hard.max;
  return out;
}

json::object to_json_value(const output_spec& out) {
  return {{"type", port_type_name(out.type)}, {"label", out.label}};
}

json::object to_json_value(const param_spec& param) {
  json::object out{{"type", param_type_name(param.type)}, {"label", param.label}};
  if (!param.fallback.empty()) out["default"] = param.fallback;
  if (param.type == param_type::integer) {
    out["default"] = param.otherwise;
    out["hardMin"] = param.least;
    out["hardMax"] = param.most;
  }
  if (param.required) out["required"] = true;
  if (!param.choices.empty()) out["options"] = json::array(param.choices.begin(), param.choices.end());
  return out;
}

template <class Spec>
json::object by_name(std::span<const Spec> specs) {
  json::object out;
  out.reserve(specs.size());
  for (const auto& one : specs) out.emplace(one.name, to_json_value(one));
  return out;
}

} // namespace

std::string_view port_type_name(port_type type) noexcept {
  static constexpr std::array<std::string_view, 7> names{"Scalar", "Bool",      "Color",  "Position",
                                                         "Bundle", "Selection", "Trigger"};
  return names[static_cast<std::size_t>(type)];
}

std::string_view param_type_name(param_type type) noexcept {
  static constexpr std::array<std::string_view, 7> names{"faderId",    "buttonId", "presetId", "groupIds",
                                                         "fixtureIds", "enum",     "integer"};
  return names[static_cast<std::size_t>(type)];
}

bool joinable(port_type from, port_type to) noexcept {
  if (from == to) return true;
  switch (to) {
  case port_type::boolean:
    return from == port_type::trigger;
  case port_type::scalar:
    return from == port_type::boolean || from == port_type::trigger;
  case port_type::bundle:
    return from == port_type::color || from == port_type::position || from == port_type::scalar;
  default:
    return false;
  }
}

json::array catalogue_json() {
  json::array out;
  out.reserve(node_type_count);
  for (const auto& spec : node_catalogue())
    out.emplace_back(json::object{{"type", spec.name},
                                  {"category", spec.category},
                                  {"label", spec.label},
                                  {"inputs", by_name(spec.inputs)},
                                  {"outputs", by_name(spec.outputs)},
                                  {"params", by_name(spec.params)},
                                  {"summary", spec.summary}});
  return out;
}

} // namespace troupe
