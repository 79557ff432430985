#include "actors/cli/graph_places.hpp"

#include "storage/file_system.hpp"
#include "storage/text_places.hpp"
#include "storage/yaml_reader.hpp"

namespace troupe::cli {

namespace {

/// Empty if it can't be read.
std::string bytes_of(const std::filesystem::path& path) {
  constexpr std::size_t limit = 256U << 20U;
  const auto files = storage::real_file_system();
  const auto folder = files->open_root(path.parent_path().string());
  if (!folder) return {};
  const storage::open_file parent(*files, *folder);
  const auto file = files->open_file(*parent, path.filename().string());
  if (!file) return {};
  const storage::open_file opened(*files, *file);
  return storage::read_all(*files, *opened, limit).value_or(std::string{});
}

} // namespace

graph_places::graph_places(const std::filesystem::path& file) {
  const auto bytes = bytes_of(file);
  const auto text = storage::without_bom(bytes);
  if (storage::find_text_flaw(text)) return;
  const storage::text_places places(text);
  const auto add_graph = [&](const storage::yaml_item& item) {
    const auto* nodes = storage::find_member(item.node, "nodes");
    if (!nodes || nodes->shape != storage::yaml_shape::sequence) return;
    for (const auto& node : nodes->items)
      if (const auto* id = storage::find_member(node, "id"); id && id->scalar())
        nodes_.emplace(node_key{places.at(item.node.offset).line, id->text}, places.at(node.offset));
  };
  if (!storage::read_yaml(text, add_graph)) nodes_.clear();
}

file_place graph_places::of(const entity_record& graph, const compile_error& what) const {
  const auto known = nodes_.find({graph.origin.line, what.node_id});
  return known == nodes_.end() ? graph.origin : known->second;
}

} // namespace troupe::cli
