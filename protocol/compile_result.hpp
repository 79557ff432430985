#pragma once
// What compiling a graph says (protocol, section 4).

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

enum class compile_code : std::uint8_t {
  unknown_node_type,
  cycle_detected,
  type_mismatch,
  missing_connection,
  invalid_param,
  unknown_reference
};

/// `UNKNOWN_NODE_TYPE` and so on.
std::string_view compile_code_name(compile_code code) noexcept;

struct compile_error {
  std::string node_id;
  std::string port; ///< empty: none
  std::string message;
  compile_code code = compile_code::invalid_param;
  bool warning = false; ///< severity "warning": `ok` stays true
  friend bool operator==(const compile_error&, const compile_error&) = default;
};

/// Ids that the nodes of a graph name, each once, in the order of the nodes.
struct graph_dependencies {
  std::vector<std::string> fader_ids, button_ids, preset_ids, group_ids, fixture_ids;
  friend bool operator==(const graph_dependencies&, const graph_dependencies&) = default;
};

struct compile_result {
  bool ok = false;
  std::vector<compile_error> errors;
  graph_dependencies dependencies;
  friend bool operator==(const compile_result&, const compile_result&) = default;
};

boost::json::object to_json_value(const compile_error& value);
boost::json::object to_json_value(const compile_result& value);

} // namespace troupe
