#include "engine/compiler.hpp"

#include "engine/graph_check.hpp"
#include "engine/lowering.hpp"
#include "engine/program_division.hpp"

namespace troupe::engine {

compiled compile_graph(const entity_record& graph_record, const show_state& show, const rig& where) {
  auto found = run_checks(graph_record.as<graph>(), show);
  compiled out{std::move(found.result), {}};
  if (out.result.ok) out.programs = divide_program(lower(found.graph, show, where), where);
  return out;
}

compile_result check_graph(const entity_record& graph_record, const show_state& show) {
  return run_checks(graph_record.as<graph>(), show).result;
}

} // namespace troupe::engine
