#include "protocol/entities.hpp"

#include <algorithm>
#include <array>

namespace troupe {

std::string_view kind_name(entity_kind kind) noexcept {
  static constexpr std::array<std::string_view, entity_kind_count> names{"model", "fixture", "group",
                                                                         "input", "preset",  "graph"};
  return names[static_cast<std::size_t>(kind)];
}

std::uint16_t fixture_model::footprint() const noexcept {
  std::uint16_t highest = 0;
  for (const auto& one : channels) highest = std::max(highest, one.offset);
  return highest;
}

} // namespace troupe
