#include "protocol/compile_result.hpp"

#include <array>
#include <boost/json/array.hpp>

namespace troupe {

namespace {

boost::json::array ids(const std::vector<std::string>& from) {
  return boost::json::array(from.begin(), from.end());
}

} // namespace

std::string_view compile_code_name(compile_code code) noexcept {
  static constexpr std::array<std::string_view, 6> names{"UNKNOWN_NODE_TYPE", "CYCLE_DETECTED",
                                                         "TYPE_MISMATCH",     "MISSING_CONNECTION",
                                                         "INVALID_PARAM",     "UNKNOWN_REFERENCE"};
  return names[static_cast<std::size_t>(code)];
}

boost::json::object to_json_value(const compile_error& value) {
  boost::json::object out{{"nodeId", value.node_id}};
  if (!value.port.empty()) out["port"] = value.port;
  out["message"] = value.message;
  out["code"] = compile_code_name(value.code);
  if (value.warning) out["severity"] = "warning";
  return out;
}

boost::json::object to_json_value(const compile_result& value) {
  boost::json::array errors;
  errors.reserve(value.errors.size());
  for (const auto& one : value.errors) errors.emplace_back(to_json_value(one));
  const auto& deps = value.dependencies;
  return {{"ok", value.ok},
          {"errors", std::move(errors)},
          {"dependencies",
           {{"faderIds", ids(deps.fader_ids)},
            {"buttonIds", ids(deps.button_ids)},
            {"presetIds", ids(deps.preset_ids)},
            {"groupIds", ids(deps.group_ids)},
            {"fixtureIds", ids(deps.fixture_ids)}}}};
}

} // namespace troupe
