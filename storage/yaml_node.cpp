#include "storage/yaml_node.hpp"

#include <charconv>

namespace troupe::storage {

const yaml_node* find_member(const yaml_node& map, std::string_view key) noexcept {
  if (map.shape != yaml_shape::map) return nullptr;
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2)
    if (map.items[i].scalar() && map.items[i].text == key) return &map.items[i + 1];
  return nullptr;
}

namespace {

/// Takes `name` or `[3]` off the front of the path.
std::string_view next_step(std::string_view& path) noexcept {
  if (!path.empty() && path.front() == '.') path.remove_prefix(1);
  if (path.empty()) return {};
  const auto end = path.front() == '[' ? path.find(']') + 1 : path.find_first_of(".[");
  const auto step = path.substr(0, end == 0 ? path.size() : end);
  path.remove_prefix(step.size());
  return step;
}

const yaml_node* item_at(const yaml_node& node, std::string_view step) noexcept {
  std::size_t index = 0;
  const auto [end, failed] = std::from_chars(step.data() + 1, step.data() + step.size(), index);
  if (failed != std::errc{} || node.shape != yaml_shape::sequence || index >= node.items.size())
    return nullptr;
  return &node.items[index];
}

} // namespace

const yaml_node& find_nearest(const yaml_node& root, std::string_view path) noexcept {
  // Names of channels and params may hold dots and brackets: the whole rest is tried as a key first.
  const auto* at = &root;
  while (!path.empty()) {
    if (path.front() == '.') path.remove_prefix(1);
    if (const auto* whole = find_member(*at, path)) return *whole;
    const auto step = next_step(path);
    if (step.empty()) break;
    const auto* next = step.front() == '[' ? item_at(*at, step) : find_member(*at, step);
    if (!next) break;
    at = next;
  }
  return *at;
}

} // namespace troupe::storage
