#include "actors/show/input_usage.hpp"

#include <boost/json/value.hpp>

namespace troupe::actors {

bool uses_input(const graph& value, std::string_view input_id) {
  for (const auto& node : value.nodes) {
    const char* param = node.type == "Fader" ? "faderId" : node.type == "Button" ? "buttonId" : nullptr;
    if (!param) continue;
    const auto* named = node.params.if_contains(param);
    if (named && named->is_string() && std::string_view{named->get_string()} == input_id) return true;
  }
  return false;
}

std::vector<record_ptr> graphs_using_input(const show_state& state, std::string_view input_id) {
  std::vector<record_ptr> found;
  state.each(entity_kind::graph, [&](const record_ptr& record) {
    if (uses_input(record->as<graph>(), input_id)) found.push_back(record);
  });
  return found;
}

} // namespace troupe::actors
