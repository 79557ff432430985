#pragma once
// Owns the program of every graph.

#include "actors/show/compile_book.hpp"
#include "protocol/actors.hpp"

#include <memory>
#include <vector>

namespace troupe::actors {

struct graph_compiler_state {
  static constexpr const char* name = "graph_compiler";
  graph_compiler_state() : book({}) {}

  std::shared_ptr<const cast> peers;
  compile_book book;
  std::vector<show_published_ptr> queue; ///< bounded by the commits the disk can make meanwhile
  bool loaded = false;
};

graph_compiler_actor::behavior_type
graph_compiler(graph_compiler_actor::stateful_pointer<graph_compiler_state> self,
               engine::rig_options options);

} // namespace troupe::actors
