#pragma once
// Where the nodes of graphs stand in their file, so that a message leads to the node and not just the graph.

#include "protocol/compile_result.hpp"
#include "protocol/entities.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <utility>

namespace troupe::cli {

class graph_places {
 public:
  /// Reads the file; one that can't be read or parsed leaves every place with its graph.
  explicit graph_places(const std::filesystem::path& file);

  /// The place of the node that the error names, or of the graph.
  file_place of(const entity_record& graph, const compile_error& what) const;

 private:
  using node_key = std::pair<std::uint32_t, std::string>; ///< line of the graph, id of the node
  std::map<node_key, file_place> nodes_;
};

} // namespace troupe::cli
