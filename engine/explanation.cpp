#include "engine/explanation.hpp"

#include "engine/columns.hpp"

namespace troupe::engine {

namespace {

/// Whether a write takes the place of what was there. An htp write is the only one that can fail to: the
/// merge keeps the current intensity if it is higher.
bool replaces(const explained_write& one, std::uint8_t attribute, float before) {
  if (one.mode == merge_mode::add) return false;
  if (one.mode == merge_mode::override_ || attribute != has_intensity) return true;
  return !(before > one.values[static_cast<std::size_t>(column::intensity)]);
}

} // namespace

attribute_story tell(const explained_cell& cell, std::uint8_t attribute) {
  attribute_story told;
  float intensity = 0; // before the write
  for (std::size_t i = 0; i < cell.writes.size(); ++i) {
    const auto& one = cell.writes[i];
    if (!(one.mask & attribute)) continue;
    attribute_story::part mine{i, attribute_story::nobody};
    if (replaces(one, attribute, intensity)) {
      for (auto& earlier : told.parts)
        if (earlier.overridden_by == attribute_story::nobody) earlier.overridden_by = i;
      told.from = i;
    } else if (one.mode == merge_mode::htp) {
      mine.overridden_by = told.from;
    } else if (told.from == attribute_story::nobody) {
      told.from = i; // the first of a sum that begins with 0
    }
    told.parts.push_back(mine);
    intensity = one.after[static_cast<std::size_t>(column::intensity)];
  }
  if (cell.written & attribute) {
    told.state = attribute_state::written;
    told.values = cell.values;
  } else if (cell.held & attribute) {
    told.state = attribute_state::held;
    told.values = cell.held_values;
  }
  return told;
}

} // namespace troupe::engine
